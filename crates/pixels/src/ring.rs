//! From a camera's thread to the one that records: the newest pictures, and the certainty that there were no others.
//!
//! A picture gets its time of arrival inside the same lock in which it is put there. Whoever drains the ring at an
//! instant therefore knows every picture that had arrived by then, and can pair rows up to that instant for good.
//! When it is full the oldest picture gives way and is counted: newer ones are worth more. What it holds is bounded in
//! pictures and in bytes, so that a stall of seconds costs small pictures nothing and large ones no more memory than that.
//! No control thread comes here.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stdx::Clock;
use units::MonoTime;

use crate::frame::CameraFrame;

/// What a ring holds before its oldest picture gives way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RingSize {
    /// So many pictures in any case, at least one.
    pub least: usize,
    /// And so many while they are small.
    pub most: usize,
    /// Small means: no more than so many bytes together.
    pub bytes: usize,
}

impl From<usize> for RingSize {
    /// So many pictures, whatever their bytes.
    fn from(pictures: usize) -> Self {
        Self {
            least: pictures,
            most: pictures,
            bytes: 0,
        }
    }
}

#[derive(Debug)]
struct Ring {
    pictures: VecDeque<CameraFrame>,
    bytes: usize,
    size: RingSize,
    overwritten: u64,
    closed: bool,
}

impl Ring {
    /// Whether there is room for another picture of so many bytes.
    fn takes(&self, bytes: usize) -> bool {
        let held = self.pictures.len();
        held < self.size.least.max(1)
            || (held < self.size.most && self.bytes + bytes <= self.size.bytes)
    }
}

#[derive(Debug)]
struct Shared {
    ring: Mutex<Ring>,
    clock: Arc<dyn Clock>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The camera's end. Dropping it closes the ring.
#[derive(Debug)]
pub struct PictureWriter(Arc<Shared>);

/// The recording end.
#[derive(Debug)]
pub struct PictureReader(Arc<Shared>);

/// A ring of this size, and its two ends.
pub fn picture_ring(
    size: impl Into<RingSize>,
    clock: Arc<dyn Clock>,
) -> (PictureWriter, PictureReader) {
    let shared = Arc::new(Shared {
        ring: Mutex::new(Ring {
            pictures: VecDeque::new(),
            bytes: 0,
            size: size.into(),
            overwritten: 0,
            closed: false,
        }),
        clock,
    });
    (PictureWriter(Arc::clone(&shared)), PictureReader(shared))
}

impl PictureWriter {
    /// Puts a picture in, arrived now, and returns when that was. The oldest gives way when there is no room.
    pub fn push(&self, mut picture: CameraFrame) -> MonoTime {
        let mut ring = self.0.lock();
        let now = self.0.clock.now();
        picture.arrived_at = now;
        let bytes = picture.bytes.len();
        while !ring.takes(bytes)
            && let Some(oldest) = ring.pictures.pop_front()
        {
            ring.bytes -= oldest.bytes.len();
            ring.overwritten += 1;
        }
        ring.bytes += bytes;
        ring.pictures.push_back(picture);
        now
    }

    /// Pictures that gave way to newer ones before anybody took them.
    pub fn overwritten(&self) -> u64 {
        self.0.lock().overwritten
    }
}

impl Drop for PictureWriter {
    fn drop(&mut self) {
        self.0.lock().closed = true;
    }
}

impl PictureReader {
    /// Moves every waiting picture to `into`, oldest first, and returns an instant up to which, itself excluded,
    /// no other picture has arrived or will have.
    pub fn drain(&self, into: &mut VecDeque<CameraFrame>) -> MonoTime {
        let mut ring = self.0.lock();
        ring.bytes = 0;
        into.extend(ring.pictures.drain(..));
        self.0.clock.now()
    }

    /// Pictures that gave way to newer ones before anybody took them.
    pub fn overwritten(&self) -> u64 {
        self.0.lock().overwritten
    }

    /// Whether the camera's end is gone; pictures may still wait.
    pub fn closed(&self) -> bool {
        self.0.lock().closed
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use stdx::FakeClock;

    use super::*;
    use crate::{PixelFormat, Rotation, Size};

    fn picture(sequence: u64) -> CameraFrame {
        CameraFrame {
            format: PixelFormat::Gray,
            size: Size::new(1, 1).unwrap(),
            rotation: Rotation::None,
            sequence,
            arrived_at: MonoTime(0),
            bytes: vec![0].into(),
        }
    }

    #[test]
    fn a_picture_arrives_when_it_is_put_in_and_the_reader_knows_up_to_when_it_has_all() {
        let clock = Arc::new(FakeClock::default());
        let (writer, reader) = picture_ring(4, clock.clone());
        writer.push(picture(0));
        clock.advance(Duration::from_millis(5));
        let at = writer.push(picture(1));
        let mut got = VecDeque::new();
        let known = reader.drain(&mut got);
        assert_eq!(got.len(), 2);
        assert_eq!(got[1].arrived_at, at);
        assert!(got[0].arrived_at < at);
        assert!(known >= at);
    }

    #[test]
    fn the_oldest_gives_way_and_is_counted() {
        let (writer, reader) = picture_ring(2, Arc::new(FakeClock::default()));
        for sequence in 0..5 {
            writer.push(picture(sequence));
        }
        let mut got = VecDeque::new();
        reader.drain(&mut got);
        let left: Vec<u64> = got.iter().map(|picture| picture.sequence).collect();
        assert_eq!((left, reader.overwritten()), (vec![3, 4], 3));
    }

    #[test]
    fn more_are_kept_while_they_are_small_and_the_least_whatever_their_size() {
        let size = RingSize {
            least: 2,
            most: 4,
            bytes: 30,
        };
        let (writer, reader) = picture_ring(size, Arc::new(FakeClock::default()));
        let held = |bytes: usize, count: u64| {
            for sequence in 0..count {
                let bytes = vec![0; bytes].into();
                writer.push(CameraFrame {
                    bytes,
                    ..picture(sequence)
                });
            }
            let mut got = VecDeque::new();
            reader.drain(&mut got);
            got.len()
        };
        assert_eq!(held(1, 9), 4, "no more than the most");
        assert_eq!(held(10, 9), 3, "no more bytes than that");
        assert_eq!(held(50, 9), 2, "but always the least");
        assert_eq!(held(1, 3), 3, "and what was drained counts no more");
        assert_eq!(reader.overwritten(), 5 + 6 + 7);
    }

    #[test]
    fn a_camera_that_is_gone_closes_its_ring() {
        let (writer, reader) = picture_ring(2, Arc::new(FakeClock::default()));
        assert!(!reader.closed());
        drop(writer);
        assert!(reader.closed());
    }
}
