//! The store that is a LeRobot dataset on disk.

use std::path::PathBuf;

use dataset::{
    Aside, CameraSpec, Dataset, DatasetError, Draft, FeatureStats, Footage, PictureNote, Squeezed,
};
use protocol::ErrorCode;

use crate::film::Reel;
use crate::pairing::Row;
use crate::store::{Again, Durable, EpisodeStore, StoreError};

/// A dataset that is open for writing, and the one episode that is being recorded into it.
#[derive(Debug)]
pub struct DatasetStore {
    dataset: Dataset,
    /// The cameras' features, in the order in which the recorder knows its cameras.
    cameras: Vec<String>,
    draft: Option<Draft>,
    /// A row's values as the dataset keeps them; here so that a row allocates nothing.
    state: Vec<f32>,
    action: Vec<f32>,
}

impl DatasetStore {
    /// Records into a dataset that was created or resumed, without cameras.
    pub fn new(dataset: Dataset) -> Self {
        Self::with_cameras(dataset, &[])
    }

    /// Records into a dataset that was created or resumed with these cameras, in this order.
    pub fn with_cameras(dataset: Dataset, cameras: &[CameraSpec]) -> Self {
        Self {
            cameras: cameras.iter().map(|camera| camera.key.clone()).collect(),
            dataset,
            draft: None,
            state: Vec::new(),
            action: Vec::new(),
        }
    }

    /// The dataset. An episode that is still open stays in its journal.
    pub fn into_dataset(self) -> Dataset {
        self.dataset
    }

    fn draft(&mut self) -> Result<Draft, StoreError> {
        self.draft.take().ok_or_else(no_episode)
    }

    fn film(&self, camera: usize) -> Result<&str, StoreError> {
        let feature = self.cameras.get(camera).map(String::as_str);
        feature.ok_or_else(|| StoreError {
            code: ErrorCode::Internal,
            message: format!("the dataset has no camera number {camera}"),
            remedy: String::new(),
        })
    }
}

impl EpisodeStore for DatasetStore {
    type Stats = FeatureStats;
    type Aside = Aside;

    fn next_index(&self) -> u64 {
        self.dataset.next_episode()
    }

    fn begin(&mut self, task: &str) -> Result<(), StoreError> {
        self.draft = Some(self.dataset.begin_episode(task)?);
        Ok(())
    }

    fn film_path(&self, camera: usize) -> Result<PathBuf, StoreError> {
        let feature = self.film(camera)?;
        let draft = self.draft.as_ref().ok_or_else(no_episode)?;
        Ok(draft.footage_path(feature))
    }

    fn push(&mut self, row: &Row, pictures: &[PictureNote]) -> Result<(), StoreError> {
        narrow(row.state.as_slice(), &mut self.state);
        narrow(row.action.as_slice(), &mut self.action);
        if let Some(draft) = &mut self.draft {
            draft.push(dataset::Row {
                state: &self.state,
                action: &self.action,
                observed_at: row.observed_at,
                flags: dataset::RowFlags {
                    bits: row.flags.0,
                    stale: row.stale,
                },
                pictures,
            })?;
        }
        Ok(())
    }

    fn save(
        &mut self,
        account: serde_json::Value,
        reels: &[Reel<FeatureStats>],
    ) -> Result<Durable, StoreError> {
        let footage = reels
            .iter()
            .enumerate()
            .map(|(camera, reel)| {
                Ok(Footage {
                    key: self.film(camera)?.to_owned(),
                    samples: reel.samples,
                    stats: reel.stats.clone(),
                    squeezed: Some(Squeezed {
                        rows: reel.squeezed.clone(),
                        bad: reel.bad,
                    }),
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        let saved = self.draft()?.save(account, &footage)?;
        Ok(Durable {
            index: saved.episode_index,
            rows: saved.rows,
        })
    }

    fn begin_again(&mut self, from: u64, account: serde_json::Value) -> Result<Again, StoreError> {
        self.draft = None;
        let put_away = self.dataset.begin_again(&account)?;
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let episodes = self.dataset.episodes();
        let new = episodes.get(from..).unwrap_or_default().iter();
        Ok(Again {
            episodes: new
                .map(|episode| Durable {
                    index: episode.episode_index,
                    rows: episode.length,
                })
                .collect(),
            put_away,
        })
    }

    fn set_aside(&mut self) -> Result<Aside, StoreError> {
        Ok(self.draft()?.set_aside()?)
    }

    fn restore(&mut self, aside: &mut Aside) -> Result<(), StoreError> {
        self.draft = Some(self.dataset.restore(aside)?);
        Ok(())
    }

    fn leave(&mut self, aside: Aside) {
        aside.leave();
    }
}

fn no_episode() -> StoreError {
    StoreError {
        code: ErrorCode::Internal,
        message: "no episode is open".into(),
        remedy: String::new(),
    }
}

/// Values as LeRobot's columns have them.
fn narrow(values: &[f64], into: &mut Vec<f32>) {
    into.clear();
    into.extend(values.iter().map(|value| *value as f32));
}

impl From<DatasetError> for StoreError {
    fn from(error: DatasetError) -> Self {
        let code = match &error {
            DatasetError::Io { .. } => ErrorCode::Disk,
            DatasetError::NotWhile { .. } | DatasetError::InUse { .. } => ErrorCode::NotWhile,
            _ => ErrorCode::Data,
        };
        Self {
            code,
            message: error.to_string(),
            remedy: error.remedy().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::RowFlags;

    #[test]
    fn the_bits_of_a_row_are_those_of_the_dataset() {
        for (ours, theirs) in [
            (RowFlags::REPEATED, dataset::RowFlags::REPEATED),
            (RowFlags::STALE, dataset::RowFlags::STALE),
            (RowFlags::RESUMED, dataset::RowFlags::RESUMED),
        ] {
            assert_eq!(ours.0, theirs);
        }
    }
}
