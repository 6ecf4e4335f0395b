//! The thread of a camera: started again after a panic, replaced after a hang, ended with its owner.

use super::*;

/// A camera whose pictures a test makes one by one; at `None` it can be stuck, and afterwards gives a 99.
#[derive(Debug, Clone, Default)]
struct Tap(Arc<Mutex<VecDeque<Option<u8>>>>);

struct Tapped {
    info: Opened,
    tap: Tap,
}

impl OpenDevice for Tap {
    fn open(&mut self) -> Result<Box<dyn Device>, CameraError> {
        Ok(Box::new(Tapped {
            info: Opened {
                format: PixelFormat::Gray,
                size: size(),
                fps: Hz::new(30.0).unwrap(),
                name: "C270".to_owned(),
                identity: "usb-1".to_owned(),
            },
            tap: self.clone(),
        }))
    }

    fn describe(&self) -> String {
        "usb-1".to_owned()
    }

    fn another(&self) -> Option<Box<dyn OpenDevice>> {
        Some(Box::new(self.clone()))
    }
}

impl Device for Tapped {
    fn info(&self) -> &Opened {
        &self.info
    }

    fn next(&mut self, _: Duration, into: &mut Vec<u8>) -> Result<Option<()>, CameraError> {
        SystemClock.sleep(Duration::from_millis(1));
        let Some(level) = self.tap.0.lock().unwrap().pop_front() else {
            return Ok(None);
        };
        let Some(level) = level else {
            failpoint::here("scripted camera");
            into.resize(size().pixels(), 99);
            return Ok(Some(()));
        };
        into.resize(size().pixels(), level);
        Ok(Some(()))
    }
}

impl Tap {
    fn pour(&self, levels: impl IntoIterator<Item = Option<u8>>) {
        self.0.lock().unwrap().extend(levels);
    }
}

const POLICY: Policy = Policy {
    thread: "replaced",
    intent: Intent::Capture,
    slow_after: Duration::from_secs(2),
    hangs_after: Duration::from_secs(10),
    restarts: 1,
    after_hang: AfterHang::Abandon,
};

fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..20_000 {
        if done() {
            return;
        }
        SystemClock.sleep(Duration::from_millis(1));
    }
    panic!("never: {what}");
}

fn running(tap: &Tap, clock: &FakeClock) -> (Camera, PictureReader) {
    let mut camera = crate::start(config(), Box::new(tap.clone()), clock.shared(), POLICY).unwrap();
    let pictures = camera.pictures().unwrap();
    assert!(camera.pictures().is_none(), "there is one recording end");
    tap.pour([Some(1), Some(2)]);
    eventually("two pictures", || camera.status().pictures == 2);
    assert_eq!(camera.look(), Seen::Well);
    (camera, pictures)
}

fn levels(pictures: &PictureReader) -> Vec<u8> {
    let mut drained = VecDeque::new();
    pictures.drain(&mut drained);
    drained.iter().map(|picture| picture.bytes[0]).collect()
}

#[test]
fn a_thread_that_panics_is_started_again_and_opens_its_camera_anew() {
    let armed = failpoint::arm([Fault::panic("camera.turn").when_triggered()]);
    let (tap, clock) = (Tap::default(), FakeClock::default());
    let (mut camera, pictures) = running(&tap, &clock);
    armed.trigger("camera.turn");
    let mut seen = Seen::Well;
    eventually("the panic is seen", || {
        seen = camera.look();
        matches!(seen, Seen::Failed(_))
    });
    let Seen::Failed(failed) = seen else {
        panic!("{seen:?}");
    };
    assert_eq!(
        failed.to_string(),
        "thread cam:front ended in a panic: failpoint camera.turn; started again (1 of 1)"
    );
    tap.pour([Some(3)]);
    eventually("a picture", || camera.status().pictures == 3);
    assert_eq!(
        (camera.status().reconnects, camera.status().state),
        (1, CameraState::Streaming)
    );
    assert_eq!(levels(&pictures), [1, 2, 3]);
}

#[test]
fn a_thread_that_hangs_is_replaced_and_what_it_finds_later_is_nobodys() {
    let armed = failpoint::arm([Fault::hang("scripted camera")]);
    let (tap, clock) = (Tap::default(), FakeClock::default());
    let (mut camera, pictures) = running(&tap, &clock);
    tap.pour([None]);
    eventually("it hangs", || armed.hanging("scripted camera") == 1);
    camera.look();
    clock.advance(POLICY.hangs_after / 2);
    assert!(matches!(camera.look(), Seen::Slow(_)));
    clock.advance(POLICY.hangs_after / 2);
    let Seen::Failed(failed) = camera.look() else {
        panic!("nobody noticed");
    };
    assert_eq!(
        failed.to_string(),
        "thread cam:front has given no sign of life for 10 s; started again (1 of 1)"
    );
    tap.pour([Some(3)]);
    eventually("a picture of the new one", || camera.status().pictures == 3);
    // The old thread comes back, sees that another has the camera, and leaves everything alone.
    armed.release("scripted camera");
    eventually("the old one is gone", || Arc::strong_count(&tap.0) <= 4);
    tap.pour([Some(4)]);
    eventually("another picture", || camera.status().pictures == 4);
    assert_eq!(levels(&pictures), [1, 2, 3, 4]);
}

#[test]
fn dropping_a_camera_closes_its_device_and_its_ring() {
    let (tap, clock) = (Tap::default(), FakeClock::default());
    let (camera, pictures) = running(&tap, &clock);
    drop(camera);
    assert_eq!(Arc::strong_count(&tap.0), 1, "nobody has the device");
    assert!(pictures.closed());
    assert_eq!(levels(&pictures), [1, 2], "what had arrived is still there");
}
