//! Cameras on the network, against servers on 127.0.0.1 that behave well or do not.

mod server;
mod streams;
mod troubles;

use std::time::Duration;

use cameras::network::{NetworkCamera, Patience};
use cameras::{CameraError, Device, OpenDevice as _};
use pixels::Size;
use stdx::SystemClock;
use units::Hz;

/// Long enough for a busy machine, where an answer is expected.
const LONG: Duration = Duration::from_secs(20);

const SIZE: (u32, u32) = (64, 48);

/// A camera that is given all the time it may need.
fn camera(url: &str) -> NetworkCamera {
    let size = Size::new(SIZE.0, SIZE.1).unwrap();
    NetworkCamera::new(url, size, Hz::new(30.0).unwrap(), SystemClock::shared())
        .unwrap()
        .with_patience(Patience {
            connect: LONG,
            answer: LONG,
            silence: LONG,
        })
}

/// The same, for a server that will say nothing useful to a request.
fn impatient(url: &str) -> NetworkCamera {
    camera(url).with_patience(Patience {
        connect: LONG,
        answer: Duration::from_millis(800),
        silence: LONG,
    })
}

/// The same, for a server that will fall silent.
fn waiting(url: &str) -> NetworkCamera {
    camera(url).with_patience(Patience {
        connect: LONG,
        answer: LONG,
        silence: Duration::from_millis(300),
    })
}

/// The next picture, or the error.
fn next(device: &mut dyn Device) -> Result<Vec<u8>, CameraError> {
    let mut into = Vec::new();
    loop {
        if device
            .next(Duration::from_millis(100), &mut into)?
            .is_some()
        {
            return Ok(into);
        }
        assert!(into.is_empty());
    }
}

fn open(camera: &mut NetworkCamera) -> Box<dyn Device> {
    camera.open().unwrap()
}

/// What a person is told, without what differs from run to run.
fn told(error: &CameraError, port: u16) -> String {
    let text = format!("{error}\n{}", error.remedy()).replace(&port.to_string(), "PORT");
    let words: Vec<&str> = text.split(' ').collect();
    let seconds = |at: usize| {
        words[at].parse::<f64>().is_ok()
            && words.get(at + 1).is_some_and(|unit| unit.starts_with('s'))
    };
    let words: Vec<&str> = (0..words.len())
        .map(|at| if seconds(at) { "T" } else { words[at] })
        .collect();
    words.join(" ")
}
