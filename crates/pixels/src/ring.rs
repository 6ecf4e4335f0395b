//! From a camera's thread to the one that records: the newest pictures, and the certainty that there were no others.
//!
//! A picture gets its time of arrival inside the same lock in which it is put there. Whoever drains the ring at an
//! instant therefore knows every picture that had arrived by then, and can pair rows up to that instant for good.
//! When it is full the oldest picture gives way and is counted: newer ones are worth more. No control thread comes here.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stdx::Clock;
use units::MonoTime;

use crate::frame::CameraFrame;

#[derive(Debug)]
struct Ring {
    pictures: VecDeque<CameraFrame>,
    capacity: usize,
    overwritten: u64,
    closed: bool,
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

/// A ring for at most `capacity` pictures, at least one, and its two ends.
pub fn picture_ring(capacity: usize, clock: Arc<dyn Clock>) -> (PictureWriter, PictureReader) {
    let shared = Arc::new(Shared {
        ring: Mutex::new(Ring {
            pictures: VecDeque::new(),
            capacity: capacity.max(1),
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
        if ring.pictures.len() >= ring.capacity {
            ring.pictures.pop_front();
            ring.overwritten += 1;
        }
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
    fn a_camera_that_is_gone_closes_its_ring() {
        let (writer, reader) = picture_ring(2, Arc::new(FakeClock::default()));
        assert!(!reader.closed());
        drop(writer);
        assert!(reader.closed());
    }
}
