//! Kinds of jobs: what a job may take, how urgent it is, and what may be done with it when memory runs short.
//!
//! The pool knows no image and no dataset, so whoever builds it says which kinds there are ([`Kinds::new`]).

use std::time::Duration;

use serde::Serialize;

use crate::Product;

/// How urgent a job is. A later one of this list goes before an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Priority {
    /// Nobody waits for it yet: warming up a model, a batch that runs beside other work.
    Background,
    /// A person waits, but not with a hand on a control.
    Export,
    /// A person moves a control and looks at the result.
    Interactive,
}

impl Priority {
    /// All of them, the least urgent first.
    pub const ALL: [Priority; 3] = [
        Priority::Background,
        Priority::Export,
        Priority::Interactive,
    ];

    /// For how long a job of this priority lets later, more urgent ones go first.
    ///
    /// This is the whole ageing rule: a waiting job is due at the time when it was queued plus this, and of all that may
    /// run the one that is due first goes first. Nothing that is queued after that instant can overtake it any more, so
    /// it waits at most this long plus the work that was already there. 2 s and 10 s: a person who waits for an export
    /// does not notice two seconds in a minute, and a slider that is moved without a pause for ten seconds may miss one
    /// picture.
    pub const fn patience(self) -> Duration {
        match self {
            Priority::Background => Duration::from_secs(10),
            Priority::Export => Duration::from_secs(2),
            Priority::Interactive => Duration::ZERO,
        }
    }

    pub(crate) const fn rank(self) -> u8 {
        self as u8
    }
}

/// How long a job may run. Time that it spends waiting, or that it gave to a more urgent one, does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// From its start to its end.
    Total(Duration),
    /// From one step of its progress to the next, for work whose length nobody knows beforehand.
    Progress(Duration),
}

impl Limit {
    /// The span, whatever it counts.
    pub const fn span(self) -> Duration {
        match self {
            Limit::Total(span) | Limit::Progress(span) => span,
        }
    }

    pub(crate) const fn with_span(self, span: Duration) -> Self {
        match self {
            Limit::Total(_) => Limit::Total(span),
            Limit::Progress(_) => Limit::Progress(span),
        }
    }
}

/// One kind of job: an action that a product has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Its name in settings, errors and telemetry: letters, digits, dots and dashes.
    pub name: &'static str,
    /// Whom it works for.
    pub product: Product,
    /// How urgent it is unless an order says otherwise.
    pub priority: Priority,
    /// How long it may run.
    pub limit: Limit,
    /// How long it may go without a sign of life before its thread counts as hanging.
    pub silence: Duration,
    /// Whether it is held back first when memory runs short.
    pub suspendable: bool,
    /// Whether it may spread over all cores, at background priority.
    pub spreads: bool,
}

impl Kind {
    /// A kind with what is usual for its product.
    pub const fn new(name: &'static str, product: Product) -> Self {
        let (priority, limit) = match product {
            Product::Preview => (Priority::Interactive, Limit::Total(Duration::from_secs(10))),
            Product::BackgroundRemoval => (
                Priority::Interactive,
                Limit::Total(Duration::from_secs(120)),
            ),
            Product::Batch => (
                Priority::Background,
                Limit::Progress(Duration::from_secs(120)),
            ),
            Product::Dataset | Product::Export => {
                (Priority::Export, Limit::Progress(Duration::from_secs(120)))
            }
        };
        Self {
            name,
            product,
            priority,
            limit,
            silence: Duration::from_secs(30),
            suspendable: false,
            spreads: false,
        }
    }

    /// With another priority.
    #[must_use]
    pub const fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// With another limit of time.
    #[must_use]
    pub const fn limit(mut self, limit: Limit) -> Self {
        self.limit = limit;
        self
    }

    /// With another longest silence.
    #[must_use]
    pub const fn silence(mut self, silence: Duration) -> Self {
        self.silence = silence;
        self
    }

    /// Held back first when memory runs short, as inference is.
    #[must_use]
    pub const fn suspendable(mut self) -> Self {
        self.suspendable = true;
        self
    }

    /// Allowed to spread over all cores.
    #[must_use]
    pub const fn spreads(mut self) -> Self {
        self.spreads = true;
        self
    }
}

/// The kinds that a pool knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kinds(Vec<Kind>);

/// The place of a kind among its [`Kinds`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindId(pub(crate) usize);

/// A name that is no kind's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no action `{name}`; there are {}", known.join(", "))]
pub struct UnknownKind {
    /// The name as it was given.
    pub name: String,
    /// The names that there are.
    pub known: Vec<&'static str>,
}

impl Kinds {
    /// These kinds; of two with one name the first counts.
    pub fn new(kinds: impl IntoIterator<Item = Kind>) -> Self {
        let mut kept: Vec<Kind> = Vec::new();
        for kind in kinds {
            if kept.iter().all(|known| known.name != kind.name) {
                kept.push(kind);
            }
        }
        Self(kept)
    }

    /// The kind of this name.
    ///
    /// # Errors
    /// [`UnknownKind`], which lists those that there are.
    pub fn named(&self, name: &str) -> Result<KindId, UnknownKind> {
        self.0
            .iter()
            .position(|kind| kind.name == name)
            .map(KindId)
            .ok_or_else(|| UnknownKind {
                name: name.to_owned(),
                known: self.0.iter().map(|kind| kind.name).collect(),
            })
    }

    /// All of them, in the order in which they were given.
    pub fn all(&self) -> &[Kind] {
        &self.0
    }

    pub(crate) fn get(&self, id: KindId) -> &Kind {
        &self.0[id.0]
    }

    pub(crate) fn has(&self, id: KindId) -> bool {
        id.0 < self.0.len()
    }

    pub(crate) fn all_mut(&mut self) -> &mut [Kind] {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_action_is_told_with_those_that_there_are() {
        let kinds = Kinds::new([
            Kind::new("render", Product::Preview),
            Kind::new("zip", Product::Export),
            Kind::new("render", Product::Batch),
        ]);
        assert_eq!(kinds.all().len(), 2, "the first of a name counts");
        assert_eq!(kinds.named("zip"), Ok(KindId(1)));
        assert_eq!(
            kinds.named("unzip").unwrap_err().to_string(),
            "there is no action `unzip`; there are render, zip"
        );
    }

    #[test]
    fn what_is_more_urgent_is_less_patient() {
        for pair in Priority::ALL.windows(2) {
            assert!(pair[0] < pair[1]);
            assert!(pair[0].patience() > pair[1].patience());
        }
    }
}
