//! The stream of one open camera: buffers that the driver fills, fetched only when one is there.

use std::io;
use std::time::Duration;

use v4l::Device as V4l;
use v4l::buffer::{Flags, Type};
use v4l::io::mmap::Stream as Mapped;
use v4l::io::traits::{CaptureStream, Stream as _};

use super::held;
use crate::config::ControlSetting;
use crate::device::{Device, Opened};
use crate::error::CameraError;
use crate::usb::controls::Control;

/// Buffers in the driver's hands: one is being copied while the others are filled.
const BUFFERS: u32 = 4;
/// `POLLIN` of `poll(2)`.
const POLLIN: i16 = 1;
/// A gap in the driver's count beyond this is a count that began anew.
const GAP: u32 = 10_000;

pub(super) struct Stream {
    info: Opened,
    /// Taken out only to be dropped.
    mapped: Option<Mapped<'static>>,
    /// The same open device, for its controls.
    device: V4l,
    /// `v4l` shows a buffer only when it hands the one before back, so the very first cannot be seen.
    first_gone: bool,
    next_count: Option<u32>,
    missed: u64,
}

impl Stream {
    pub(super) fn start(device: V4l, info: Opened) -> io::Result<Self> {
        let mapped = Mapped::with_buffers(&device, Type::VideoCapture, BUFFERS)?;
        let mut stream = Self {
            info,
            mapped: Some(mapped),
            device,
            first_gone: false,
            next_count: None,
            missed: 0,
        };
        if let Some(mapped) = &mut stream.mapped {
            // The driver may have given more or fewer buffers than it was asked for; it refuses the one after the last.
            CaptureStream::queue(mapped, 0)?;
            for index in 1..32 {
                if CaptureStream::queue(mapped, index).is_err() {
                    break;
                }
            }
            mapped.start()?;
        }
        Ok(stream)
    }

    fn fetch(&mut self, wait: Duration, into: &mut Vec<u8>) -> io::Result<Option<()>> {
        let Some(mapped) = &mut self.mapped else {
            return Ok(None);
        };
        let millis = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
        match mapped.handle().poll(POLLIN, millis) {
            Ok(0) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(None),
            ready => {
                ready?;
            }
        };
        if !self.first_gone {
            CaptureStream::dequeue(mapped)?;
            self.first_gone = true;
            return Ok(None);
        }
        let (bytes, about) = CaptureStream::next(mapped)?;
        // What the driver knows to be damaged stays empty, which nobody takes for a picture.
        if !about.flags.contains(Flags::ERROR) {
            let used = (about.bytesused as usize).min(bytes.len());
            into.extend_from_slice(&bytes[..used]);
        }
        let gap = self
            .next_count
            .map_or(0, |expected| about.sequence.wrapping_sub(expected));
        if gap < GAP {
            self.missed += u64::from(gap);
        }
        self.next_count = Some(about.sequence.wrapping_add(1));
        Ok(Some(()))
    }
}

impl Device for Stream {
    fn info(&self) -> &Opened {
        &self.info
    }

    fn next(&mut self, wait: Duration, into: &mut Vec<u8>) -> Result<Option<()>, CameraError> {
        self.fetch(wait, into).map_err(|source| CameraError::Lost {
            name: self.info.name.clone(),
            source,
        })
    }

    fn controls(&self) -> Vec<Control> {
        super::controls(&self.device).unwrap_or_default()
    }

    fn set(&mut self, setting: &ControlSetting) -> Result<(), CameraError> {
        super::set(&self.device, &self.info.name, setting)
    }

    fn missed(&self) -> u64 {
        self.missed
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(mapped) = self.mapped.take() {
            held::CAMERAS.close(&self.info.identity, mapped);
        }
    }
}
