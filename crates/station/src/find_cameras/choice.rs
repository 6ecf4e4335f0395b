//! In which of its modes a camera is looked through when nobody said.

use cameras::Mode;
use pixels::PixelFormat;

/// Size and rate of the picture in LeRobot's own examples.
pub(super) const USUAL: (u32, u32, f64) = (640, 480, 30.0);

/// The mode nearest to the usual picture: its size first, then its rate, then MJPG, which takes least of a bus.
pub(super) fn mode(offered: &[Mode]) -> Option<Mode> {
    let (width, height, fps) = USUAL;
    let distance = |mode: &Mode| {
        let size = mode.size;
        let pixels = size.pixels().abs_diff((width * height) as usize);
        // Rates that differ by less than a tenth are the same to whoever looks.
        let rate = ((mode.fps.get() - fps).abs() * 10.0) as u64;
        let other_shape = (size.width(), size.height()) != (width, height);
        (other_shape, pixels, rate, mode.format != PixelFormat::Mjpg)
    };
    offered.iter().min_by_key(|mode| distance(mode)).copied()
}

#[cfg(test)]
mod tests {
    use pixels::Size;
    use units::Hz;

    use super::*;

    #[test]
    fn the_usual_picture_is_taken_where_a_camera_has_it() {
        use PixelFormat::{Gray, Mjpg, Yuyv};
        let mode = |(format, width, height, fps)| Mode {
            format,
            size: Size::new(width, height).unwrap(),
            fps: Hz::new(fps).unwrap(),
        };
        for (offered, wanted) in [
            (
                vec![
                    (Yuyv, 640, 480, 30.0),
                    (Mjpg, 640, 480, 30.0),
                    (Mjpg, 1920, 1080, 30.0),
                ],
                1,
            ),
            (vec![(Mjpg, 640, 480, 15.0), (Yuyv, 640, 480, 30.0)], 1),
            (vec![(Mjpg, 640, 480, 60.0), (Mjpg, 640, 480, 29.97)], 1),
            (
                vec![
                    (Mjpg, 1920, 1080, 30.0),
                    (Mjpg, 800, 600, 30.0),
                    (Yuyv, 160, 120, 30.0),
                ],
                1,
            ),
            (vec![(Gray, 640, 360, 30.0)], 0),
        ] {
            let offered: Vec<Mode> = offered.into_iter().map(mode).collect();
            assert_eq!(super::mode(&offered), Some(offered[wanted]), "{offered:?}");
        }
        assert_eq!(super::mode(&[]), None);
    }
}
