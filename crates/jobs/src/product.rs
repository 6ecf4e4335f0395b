//! What the pool works for: five products, each with its own switch and share of the workers.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// One part of Tendon that has work done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    /// Pictures that follow a person's hand on a control.
    Preview,
    /// Cutting a subject out of its background.
    BackgroundRemoval,
    /// Many files through one pipeline.
    Batch,
    /// Checking and remaking datasets.
    Dataset,
    /// Writing what others read: ZIP files, uploads.
    Export,
}

impl Product {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Product; 5] = [
        Product::Preview,
        Product::BackgroundRemoval,
        Product::Batch,
        Product::Dataset,
        Product::Export,
    ];

    /// Its name in settings, variables and `--json`.
    pub const fn name(self) -> &'static str {
        match self {
            Product::Preview => "preview",
            Product::BackgroundRemoval => "background-removal",
            Product::Batch => "batch",
            Product::Dataset => "dataset",
            Product::Export => "export",
        }
    }

    /// Its place in [`Product::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no product's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no product `{name}`; there are {}", known())]
pub struct UnknownProduct {
    /// The name as it was given.
    pub name: String,
}

fn known() -> String {
    Product::ALL.map(Product::name).join(", ")
}

impl FromStr for Product {
    type Err = UnknownProduct;

    fn from_str(name: &str) -> Result<Self, UnknownProduct> {
        Product::ALL
            .into_iter()
            .find(|product| product.name() == name)
            .ok_or_else(|| UnknownProduct {
                name: name.to_owned(),
            })
    }
}

/// One value for each product.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PerProduct<T>(pub [T; 5]);

impl<T> PerProduct<T> {
    /// The value of one product.
    pub fn of(&self, product: Product) -> &T {
        &self.0[product.index()]
    }

    /// The value of one product, to be changed.
    pub fn of_mut(&mut self, product: Product) -> &mut T {
        &mut self.0[product.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_product_and_to_its_place() {
        for (index, product) in Product::ALL.into_iter().enumerate() {
            assert_eq!(product.name().parse(), Ok(product));
            assert_eq!(product.index(), index);
        }
    }

    #[test]
    fn an_unknown_product_is_told_with_those_that_there_are() {
        let error = "previews".parse::<Product>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no product `previews`; there are preview, background-removal, batch, dataset, export"
        );
    }
}
