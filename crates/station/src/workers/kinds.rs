//! The table of all kinds of jobs. A kind's name is that of its limit of time in the settings.
//!
//! Work on pictures brings its own kinds (`studio`, `batch`), with what each may take; here they stand together with the
//! station's. A kind's `silence` is longer than the longest stretch that it may go without a checkpoint, whatever the
//! machine: a thread that is left alone too early costs a result, one that is left alone late costs a worker for a while.
//! Not here: how urgent is meant and what a limit counts (`jobs`).

use std::sync::LazyLock;
use std::time::Duration;

use batch::PICTURE;
use batch::frames::FRAME;
use jobs::{Kind, Kinds, Limit, Product};

/// One picture through a pipeline that asks no network, from opening to saving.
pub const APPLY_PIPELINE: &str = "apply-pipeline";
/// A dataset looked through.
pub const DATASET_VERIFY: &str = "dataset-verify";
/// A dataset packed into a ZIP.
pub const EXPORT_ZIP: &str = "export-zip";

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Every kind of job that Tendon has done by workers.
pub fn kinds() -> &'static Kinds {
    static KINDS: LazyLock<Kinds> = LazyLock::new(|| {
        // One run of a network has no place to look up while a large layer is computed, and a batch may meet one.
        let pictures = [PICTURE, FRAME].map(|kind| kind.silence(seconds(60)));
        let own = [
            // Progress is a picture or a block of rows; a disk that wakes up, or a share on the network, takes its time.
            Kind::new(DATASET_VERIFY, Product::Dataset)
                .limit(Limit::Progress(seconds(600)))
                .silence(seconds(300)),
            // A chain of slow filters on 100 MP; somebody waits for the file, nobody holds a control.
            Kind::new(APPLY_PIPELINE, Product::Export).spreads(),
            // At the end it waits until a slow stick has taken gigabytes, and counts nothing meanwhile.
            Kind::new(EXPORT_ZIP, Product::Export)
                .limit(Limit::Progress(seconds(1800)))
                .silence(seconds(300)),
        ];
        Kinds::new(studio::kinds().into_iter().chain(pictures).chain(own))
    });
    &KINDS
}
