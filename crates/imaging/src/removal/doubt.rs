//! Why a cut-out may be wrong, as far as that can be told without knowing what the picture shows.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// One reason to look twice. Shares are parts of one, as stated at each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Doubt {
    /// So much of the picture's border fits one smooth background; the rest is something else.
    UnevenBackground {
        /// Part of the border.
        share: f32,
    },
    /// Nothing differs from the background.
    NothingFound,
    /// Next to nothing is background.
    NoBackground,
    /// So much of the object's outline differs from the background hardly more than noise does.
    Faint {
        /// Part of the outline.
        share: f32,
    },
    /// So much of the picture has the background's colour and lies inside the object, as a hole or as a part of it.
    Enclosed {
        /// Part of the picture.
        share: f32,
    },
    /// The object takes so much of the picture's border.
    AtBorder {
        /// Part of the border.
        share: f32,
    },
    /// The network sees the picture so many times smaller, and nothing was asked that would make the outline finer.
    Coarse {
        /// Pixels of the picture for one that the network sees, along the longer side.
        times: f32,
    },
    /// So much of the picture were scattered specks, which were taken for noise.
    Speckled {
        /// Part of the picture.
        share: f32,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: &f32| (share * 100.0).round();
        match self {
            Self::UnevenBackground { share } => {
                let share = percent(share);
                write!(f, "only {share} % of the border fits one plain background")
            }
            Self::NothingFound => f.write_str("nothing differs from the background"),
            Self::NoBackground => f.write_str("next to nothing looks like background"),
            Self::Faint { share } => {
                let share = percent(share);
                write!(
                    f,
                    "{share} % of the outline hardly differs from the background"
                )
            }
            Self::Enclosed { share } => write!(
                f,
                "an area inside the object ({:.1} % of the picture) has the background's colour",
                share * 100.0
            ),
            Self::AtBorder { share } => {
                let share = percent(share);
                write!(f, "the object takes {share} % of the picture's border")
            }
            Self::Coarse { times } => write!(
                f,
                "the network sees the picture {} times smaller, so the outline is coarse: let it be drawn to edges",
                times.round()
            ),
            Self::Speckled { share } => write!(
                f,
                "scattered specks ({:.1} % of the picture) were taken for noise",
                share * 100.0
            ),
        }
    }
}

/// Where the doubts of a run's removals are written down. Cloning shares the list.
#[derive(Debug, Clone, Default)]
pub struct Doubts(Arc<Mutex<Vec<Doubt>>>);

impl Doubts {
    /// What was written down so far, in the order it was found.
    pub fn list(&self) -> Vec<Doubt> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn add(&self, doubts: &[Doubt]) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.extend_from_slice(doubts);
    }
}
