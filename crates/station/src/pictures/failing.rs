//! What goes wrong with pictures, in the one shape that leaves the core.

use std::error::Error;

use batch::BatchError;
use batch::frames::FramesError;
use imaging::ImagingError;
use jobs::JobError;
use protocol::{ErrorCode, Failure};
use studio::models::ModelError;

use crate::failure::failure;
use crate::workers;

/// A picture that cannot be opened, made or saved.
pub fn imaging_failure(error: &ImagingError) -> Failure {
    failure(imaging_code(error), error, error.remedy())
}

fn imaging_code(error: &ImagingError) -> ErrorCode {
    match error {
        ImagingError::Stage { source, .. } => imaging_code(source),
        ImagingError::Stopped => ErrorCode::Stopped,
        ImagingError::Parameter { .. }
        | ImagingError::NoBackdrop { .. }
        | ImagingError::NoNetwork { .. }
        | ImagingError::UnknownOperation { .. }
        | ImagingError::Exists { .. } => ErrorCode::BadRequest,
        ImagingError::File { .. } => ErrorCode::Disk,
        _ => ErrorCode::Data,
    }
}

/// A network that cannot be had or used.
pub fn model_failure(error: &ModelError) -> Failure {
    let code = match error {
        ModelError::Unknown { .. }
        | ModelError::NotThere { .. }
        | ModelError::Elsewhere { .. }
        | ModelError::Name { .. } => ErrorCode::BadRequest,
        ModelError::Busy { .. } => ErrorCode::NotWhile,
        ModelError::NoRoom { .. } | ModelError::File { .. } => ErrorCode::Disk,
        ModelError::Imaging(error) => imaging_code(error),
        ModelError::Net(error) if error.cancelled() => ErrorCode::Stopped,
        _ => ErrorCode::Data,
    };
    failure(code, error, error.remedy())
}

/// A batch that cannot be begun or gone on with.
pub fn batch_failure(error: &BatchError) -> Failure {
    let code = match error {
        BatchError::Imaging(error) => imaging_code(error),
        BatchError::InUse { .. } | BatchError::Pool { .. } => ErrorCode::NotWhile,
        BatchError::File { .. } | BatchError::Queue { .. } => ErrorCode::Disk,
        BatchError::Broken { .. } | BatchError::Newer { .. } => ErrorCode::Data,
        BatchError::Thread { .. } => ErrorCode::Internal,
        _ => ErrorCode::BadRequest,
    };
    failure(code, error, error.remedy())
}

/// Frames that cannot be made.
pub fn frames_failure(error: &FramesError) -> Failure {
    let code = match error {
        FramesError::Cancelled => ErrorCode::Stopped,
        FramesError::Pipeline { source, .. } => imaging_code(source),
        FramesError::NoCamera { .. } | FramesError::Nested { .. } | FramesError::Other { .. } => {
            ErrorCode::BadRequest
        }
        FramesError::Pool { .. } => ErrorCode::NotWhile,
        _ => ErrorCode::Data,
    };
    failure(code, error, error.remedy())
}

/// How a job on a picture ended without one.
pub(super) fn job_failure(error: &JobError) -> Failure {
    if let JobError::Failed(inner) = error {
        let inner: &(dyn Error + Send + Sync + 'static) = &**inner;
        if let Some(error) = inner.downcast_ref::<ImagingError>() {
            return imaging_failure(error);
        }
    }
    workers::refused(error)
}
