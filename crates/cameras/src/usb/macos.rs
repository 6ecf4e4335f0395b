//! What cameras need on macOS beside `portable`. Not run there yet.
//!
//! A program may look at cameras only after the person said yes, once, in a window of the system's; without that
//! AVFoundation shows none. It knows a camera by an id of its own that stays the same in the same port.

use std::sync::mpsc::sync_channel;
use std::time::Duration;

use crate::error::CameraError;

/// How long a person is given to say yes.
const ANSWER: Duration = Duration::from_secs(60);

/// Waits until the person has let the program look at cameras.
pub(crate) fn permitted() -> Result<(), CameraError> {
    if nokhwa::nokhwa_check() {
        return Ok(());
    }
    let (tell, told) = sync_channel(1);
    // Asked again it may answer again; the first answer counts.
    nokhwa::nokhwa_initialize(move |yes| {
        tell.try_send(yes).ok();
    });
    match told.recv_timeout(ANSWER) {
        Ok(true) => Ok(()),
        _ => Err(CameraError::NoPermission {
            name: "of this machine".to_owned(),
            path: "System Settings, Privacy & Security, Camera".to_owned(),
        }),
    }
}
