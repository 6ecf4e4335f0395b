//! The set-up of a pool, resolved for one machine.

use std::time::Duration;

use crate::config::{Config, SaturationRule};
use crate::{PerProduct, Product};

/// One product's rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProductRules {
    /// Whether its work goes to the pool at all.
    pub on: bool,
    /// How many workers it may occupy at once.
    pub workers: usize,
    /// Whether it may run where it is asked for when the pool cannot take it.
    pub inline: bool,
}

/// A pool's rules. The fields mean what those of [`Config`] do.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Workers in all.
    pub size: usize,
    /// Idle workers that are kept while a product is in use.
    pub warm: usize,
    /// After so long without work a worker ends.
    pub idle: Duration,
    /// Jobs on one worker that have begun and not ended.
    pub in_flight: usize,
    /// Jobs that may wait.
    pub queue: usize,
    /// Work on fewer bytes is done by who asks for it.
    pub offload_bytes: u64,
    /// Threads of one product that may hang before its work runs inline.
    pub leaked: usize,
    /// Each product's.
    pub products: PerProduct<ProductRules>,
    /// When the pool counts as saturated.
    pub saturation: SaturationRule,
}

impl Rules {
    /// The rules of this set-up on a machine with so many cores.
    pub fn of(config: &Config, cores: usize) -> Self {
        let size = config.pool_size(cores);
        let mut products = PerProduct::<ProductRules>::default();
        for product in Product::ALL {
            let given = config.products.of(product);
            *products.of_mut(product) = ProductRules {
                on: given.on,
                workers: given.workers.unwrap_or(size).clamp(1, size),
                inline: given.inline,
            };
        }
        Self {
            size,
            warm: config.warm,
            idle: config.idle,
            in_flight: config.in_flight.max(1),
            queue: config.queue,
            offload_bytes: config.offload_bytes,
            // At zero the first thread that hangs is one too many.
            leaked: config.leaked.max(1),
            products,
            saturation: config.saturation,
        }
    }
}
