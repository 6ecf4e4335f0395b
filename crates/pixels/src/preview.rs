//! What a window sees of a camera: JPEGs that it pulls, always of the newest picture, one at a time for each view.
//!
//! A camera's own JPEG is passed on as it is, which costs nothing; one is made for cameras that send none, and for views
//! much smaller than the picture. Nothing queues: a view that is slow skips. No thread is needed, and nothing of this is
//! ever recorded. Not here: drawing, and who asks when.

use std::borrow::Cow;
use std::ops::Deref;

use stdx::{Latest, LatestReader};
use units::MonoTime;

use crate::convert::Converter;
use crate::error::PictureError;
use crate::format::{PixelFormat, Rotation, Size};
use crate::frame::CameraFrame;
use crate::jpeg;
use crate::pool::Bytes;
use crate::scale::{shrink, times_smaller};
use crate::yuv::Yuv420;

/// Quality of the JPEGs that are made here: at the size of a preview nobody sees the difference to a better one.
const QUALITY: u8 = 80;

/// A JPEG that a camera made is passed on until the view is this many times smaller than it; making a smaller one means
/// decoding and encoding, which costs more than some more bytes do.
const MUCH_SMALLER: u32 = 4;

/// The newest picture of one camera, for any number of views.
#[derive(Debug)]
pub struct Preview {
    newest: Latest<CameraFrame>,
    converter: Converter,
    planes: Yuv420,
    smaller: Yuv420,
    /// What was made last, of which picture and how many times smaller: views of one size share it.
    made: Option<(u64, u32, Shown)>,
    /// Pictures are handed out as they are to be seen.
    upright: bool,
}

/// One place in a window in which a camera is seen.
#[derive(Debug)]
pub struct View {
    room: Size,
    /// The picture that was handed out last.
    last: Option<u64>,
    outstanding: bool,
}

/// A picture for a view.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Number of the camera's picture.
    pub sequence: u64,
    /// When it had arrived.
    pub arrived_at: MonoTime,
    /// Size of the JPEG, before `turn`.
    pub size: Size,
    /// What whoever draws it has still to turn: a camera's own JPEG lies as the camera does.
    pub turn: Rotation,
    /// The JPEG.
    pub jpeg: Jpeg,
}

/// Bytes of a JPEG, shared with whoever else shows or records the picture.
#[derive(Debug, Clone)]
pub struct Jpeg {
    bytes: Bytes,
    length: usize,
}

impl Deref for Jpeg {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl View {
    /// A view with room for so many pixels.
    pub fn new(room: Size) -> Self {
        Self {
            room,
            last: None,
            outstanding: false,
        }
    }

    /// The view has another size from now on.
    pub fn resize(&mut self, room: Size) {
        self.room = room;
    }

    /// The picture that was handed out has been drawn, so the next one may come.
    pub fn drawn(&mut self) {
        self.outstanding = false;
    }
}

impl Preview {
    /// A preview of the pictures that come in here.
    pub fn new(newest: LatestReader<CameraFrame>) -> Self {
        let planes = Yuv420::black(Size::ONE);
        Self {
            newest: newest.remembering(),
            converter: Converter::new(),
            smaller: planes.clone(),
            planes,
            made: None,
            upright: false,
        }
    }

    /// The same for whoever cannot turn a picture: those of a camera that lies on its side are turned here, which costs
    /// decoding and encoding.
    #[must_use]
    pub fn upright(mut self) -> Self {
        self.upright = true;
        self
    }

    /// The newest picture for `view`; `None` while there is none that it has not seen, or while the one before it is not
    /// drawn yet.
    ///
    /// # Errors
    /// When the newest picture is not whole. The view keeps what it shows, and may ask again at once.
    pub fn pull(&mut self, view: &mut View) -> Result<Option<Shown>, PictureError> {
        if view.outstanding {
            return Ok(None);
        }
        let Some(frame) = self.newest.get() else {
            return Ok(None);
        };
        if view.last == Some(frame.sequence) {
            return Ok(None);
        }
        view.last = Some(frame.sequence);
        let times = times_smaller(frame.upright_size(), view.room);
        let turned = self.upright && frame.rotation != Rotation::None;
        let own = frame.format == PixelFormat::Mjpg && times < MUCH_SMALLER && !turned;
        let times = if own { 1 } else { times };
        let known = self
            .made
            .as_ref()
            .filter(|(sequence, known, _)| (*sequence, *known) == (frame.sequence, times));
        let shown = if let Some((_, _, shown)) = known {
            shown.clone()
        } else {
            let frame = frame.clone();
            let shown = if own {
                passed_on(&frame)?
            } else {
                self.make(&frame, times)?
            };
            self.made = Some((frame.sequence, times, shown.clone()));
            shown
        };
        view.outstanding = true;
        Ok(Some(shown))
    }

    /// Encodes a picture, `times` smaller than it is.
    fn make(&mut self, frame: &CameraFrame, times: u32) -> Result<Shown, PictureError> {
        self.converter.to_yuv420(frame, &mut self.planes)?;
        let planes = if times > 1 {
            shrink(&self.planes, times, &mut self.smaller)?;
            &self.smaller
        } else {
            &self.planes
        };
        let bytes = jpeg::encode(planes, QUALITY)?;
        Ok(Shown {
            sequence: frame.sequence,
            arrived_at: frame.arrived_at,
            size: planes.size,
            turn: Rotation::None,
            jpeg: Jpeg {
                length: bytes.len(),
                bytes: bytes.into(),
            },
        })
    }
}

/// A camera's own JPEG; its bytes are shared unless its tables are missing.
fn passed_on(frame: &CameraFrame) -> Result<Shown, PictureError> {
    let markers = jpeg::Markers::of(&frame.bytes)?;
    let jpeg = match markers.passed_on(&frame.bytes) {
        Cow::Borrowed(whole) => Jpeg {
            length: whole.len(),
            bytes: frame.bytes.clone(),
        },
        Cow::Owned(whole) => Jpeg {
            length: whole.len(),
            bytes: whole.into(),
        },
    };
    Ok(Shown {
        sequence: frame.sequence,
        arrived_at: frame.arrived_at,
        size: markers.size,
        turn: frame.rotation,
        jpeg,
    })
}
