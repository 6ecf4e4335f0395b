//! BT.601 in floating point, as the standard has it, said apart from the code under test.

use pixels::{Size, Yuv420};

/// Luma, blue and red difference of a pixel, full range, not rounded.
pub fn full(rgb: [f64; 3]) -> [f64; 3] {
    let [r, g, b] = rgb;
    let y = 0.299 * r + 0.587 * g + 0.114 * b;
    [y, 128.0 + (b - y) / 1.772, 128.0 + (r - y) / 1.402]
}

/// The same in limited range.
pub fn limited(full: [f64; 3]) -> [f64; 3] {
    [
        16.0 + full[0] * 219.0 / 255.0,
        128.0 + (full[1] - 128.0) * 224.0 / 255.0,
        128.0 + (full[2] - 128.0) * 224.0 / 255.0,
    ]
}

/// Red, green and blue of a pixel in limited range.
pub fn rgb(limited: [f64; 3]) -> [f64; 3] {
    let y = (limited[0] - 16.0) * 255.0 / 219.0;
    let cb = (limited[1] - 128.0) * 255.0 / 224.0;
    let cr = (limited[2] - 128.0) * 255.0 / 224.0;
    let r = y + 1.402 * cr;
    let b = y + 1.772 * cb;
    [r, (y - 0.299 * r - 0.114 * b) / 0.587, b].map(|value| value.clamp(0.0, 255.0))
}

/// What a 4:2:0 picture is to hold, not rounded.
pub struct Planes {
    pub y: Vec<f64>,
    pub u: Vec<f64>,
    pub v: Vec<f64>,
}

/// Planes from a function of the pixel: a colour is the mean of the up to four pixels it stands for.
pub fn planes(size: Size, pixel: impl Fn(usize, usize) -> [f64; 3]) -> Planes {
    let (width, height) = (size.width() as usize, size.height() as usize);
    let mut planes = Planes {
        y: Vec::new(),
        u: Vec::new(),
        v: Vec::new(),
    };
    for y in 0..height {
        planes.y.extend((0..width).map(|x| pixel(x, y)[0]));
    }
    for y in (0..height).step_by(2) {
        for x in (0..width).step_by(2) {
            let near = [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)];
            let inside = near.iter().filter(|&&(x, y)| x < width && y < height);
            let found: Vec<_> = inside.map(|&(x, y)| pixel(x, y)).collect();
            let mean = |of: usize| found.iter().map(|p| p[of]).sum::<f64>() / found.len() as f64;
            planes.u.push(mean(1));
            planes.v.push(mean(2));
        }
    }
    planes
}

/// What a picture of red, green and blue bytes is to become.
pub fn planes_of_rgb(size: Size, rgb: &[u8]) -> Planes {
    planes(size, |x, y| {
        let at = 3 * (y * size.width() as usize + x);
        limited(full([0, 1, 2].map(|c| f64::from(rgb[at + c]))))
    })
}

/// How far a plane is from what it is to be.
pub struct Distance {
    /// The largest.
    pub worst: f64,
    /// Signed: a wrong range shows here even when noise hides it elsewhere.
    pub mean: f64,
}

pub fn distance(got: &[u8], expected: &[f64]) -> Distance {
    assert_eq!(got.len(), expected.len());
    let errors = got.iter().zip(expected).map(|(&g, e)| f64::from(g) - e);
    let errors: Vec<f64> = errors.collect();
    Distance {
        worst: errors
            .iter()
            .fold(0.0, |worst, error| error.abs().max(worst)),
        mean: errors.iter().sum::<f64>() / errors.len() as f64,
    }
}

/// Fails when a plane is further from what it is to be than `worst` anywhere, or than `mean` all over, which says
/// nothing about a handful of values.
pub fn assert_near(what: &str, got: &Yuv420, expected: &Planes, worst: f64, mean: f64) {
    got.whole().unwrap();
    for (name, got, expected) in [
        ("luma", &got.y, &expected.y),
        ("blue difference", &got.u, &expected.u),
        ("red difference", &got.v, &expected.v),
    ] {
        let found = distance(got, expected);
        assert!(
            found.worst <= worst && (found.mean.abs() <= mean || got.len() < 64),
            "{what}: {name} is off by up to {:.2} and by {:+.3} in the mean",
            found.worst,
            found.mean
        );
    }
}
