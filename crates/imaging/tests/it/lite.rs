//! `lite` against pictures whose alpha is known, because they were drawn from it.

use imaging::effects::{Colours, RemoveBackground};
use imaging::removal::{Doubt, Lite, LiteCut, Matting, remove_background};
use imaging::{Checkpoint, ImagingError, Layout, Picture, Run, Stop};

use crate::drawn::size;

/// Colour of a ground or an object at a place, from 0 to 1 on both axes.
type Colour = fn(f64, f64) -> [f64; 3];

/// How far a pixel lies inside the object, in pixels; negative outside.
type Inside = fn(f64, f64, f64) -> f64;

struct Scene {
    ground: Colour,
    object: Colour,
    inside: Inside,
    /// Over how many pixels alpha rises from 0 to 1.
    softness: f64,
    /// Standard deviation of noise, in levels.
    noise: f64,
}

const PAPER: Colour = |_, _| [238.0, 240.0, 236.0];
const GREY: Colour = |_, _| [120.0, 122.0, 125.0];
const SIDE_LIGHT: Colour = |u, v| {
    [
        250.0 - 90.0 * u,
        245.0 - 80.0 * u - 20.0 * v,
        235.0 - 60.0 * v,
    ]
};
const VIGNETTE: Colour = |u, v| {
    let fall = 130.0 * ((u - 0.5).powi(2) + (v - 0.5).powi(2));
    [210.0 - fall, 225.0 - fall, 230.0 - 1.1 * fall]
};
const SKY: Colour = |_, v| [40.0 + 120.0 * v, 90.0 + 110.0 * v, 200.0 + 40.0 * v];

const BRICK: Colour = |_, _| [170.0, 40.0, 35.0];
const STRIPES: Colour = |u, v| match ((u + v) * 30.0) as i32 % 2 {
    0 => [30.0, 60.0, 150.0],
    _ => [60.0, 20.0, 60.0],
};
const SHADED: Colour = |u, v| [60.0 + 90.0 * u, 90.0 - 60.0 * v, 30.0 + 80.0 * v];

const DISC: Inside = |u, v, side| (0.3 - (u - 0.5).hypot(v - 0.5)) * side;
const FLOWER: Inside = |u, v, side| {
    let angle = (v - 0.5).atan2(u - 0.5);
    (0.28 + 0.06 * (7.0 * angle).sin() - (u - 0.5).hypot(v - 0.5)) * side
};
/// A bar with three wires of four pixels.
const WIRES: Inside = |u, v, side| {
    let bar = (0.08 - (v - 0.5).abs()).min(0.35 - (u - 0.5).abs()) * side;
    let wire = |at: f64| (2.0 - (u - at).abs() * side).min((0.4 - (v - 0.5).abs()) * side);
    bar.max(wire(0.3)).max(wire(0.52)).max(wire(0.71))
};
/// A cup that stands on the lower border, with a handle.
const CUP: Inside = |u, v, side| {
    let cup = (0.18 - (u - 0.45).abs()).min(v - 0.35) * side;
    let handle = (0.03 - ((u - 0.66).hypot(v - 0.6) - 0.1).abs()) * side;
    cup.max(handle)
};

/// Stripes of eleven pixels, which are no plain background.
const CURTAIN: Colour = |u, _| match (u * 29.0) as i32 % 2 {
    0 => [235.0, 230.0, 220.0],
    _ => [60.0, 90.0, 130.0],
};
/// From above and from below, over three fifths of both borders.
const JAWS: Inside = |u, v, side| (0.3 - (u - 0.5).abs()).min((v - 0.5).abs() - 0.3) * side;
const RING: Inside = |u, v, side| (0.1 - ((u - 0.5).hypot(v - 0.5) - 0.25).abs()) * side;

impl Scene {
    /// A brick-red disc on paper, sharp, hardly any noise.
    fn plain() -> Self {
        Self {
            ground: PAPER,
            object: BRICK,
            inside: DISC,
            softness: 1.0,
            noise: 1.0,
        }
    }

    fn draw(&self, side: u32, layout: Layout) -> (Picture, Vec<f64>) {
        let mut noise = gaussian(side + self.noise as u32);
        let (mut bytes, mut alphas) = (Vec::new(), Vec::new());
        for y in 0..side {
            for x in 0..side {
                let at = |i: u32| (f64::from(i) + 0.5) / f64::from(side);
                let (u, v) = (at(x), at(y));
                let inside = (self.inside)(u, v, f64::from(side));
                let alpha = (inside / self.softness + 0.5).clamp(0.0, 1.0);
                let (object, ground) = ((self.object)(u, v), (self.ground)(u, v));
                for c in 0..3 {
                    let mixed = alpha * object[c] + (1.0 - alpha) * ground[c];
                    bytes.push((mixed + self.noise * noise()).round().clamp(0.0, 255.0) as u8);
                }
                if layout == Layout::Rgba {
                    bytes.push(255);
                }
                alphas.push(alpha);
            }
        }
        (
            Picture::new(size(side, side), layout, bytes).unwrap(),
            alphas,
        )
    }
}

/// Numbers with mean 0 and deviation 1, the same for the same seed.
fn gaussian(seed: u32) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        let mut sum = -6.0;
        for _ in 0..12 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            sum += f64::from(state >> 8) / f64::from(1u32 << 24);
        }
        sum
    }
}

fn cut(picture: &Picture) -> LiteCut {
    Lite { holes: true }.cut(picture, &Run::default()).unwrap()
}

fn error(cut: &LiteCut, alphas: &[f64]) -> f64 {
    let off = cut.mask.bytes().iter().zip(alphas);
    off.map(|(a, b)| (f64::from(*a) / 255.0 - b).abs())
        .sum::<f64>()
        / alphas.len() as f64
}

#[test]
fn alpha_is_right_on_plain_and_shaded_grounds_with_noise() {
    let grounds = [PAPER, GREY, SIDE_LIGHT, VIGNETTE, SKY];
    let objects = [BRICK, STRIPES, SHADED];
    let shapes = [DISC, FLOWER, WIRES, CUP];
    let mut wrong = Vec::new();
    for (g, ground) in grounds.into_iter().enumerate() {
        for (s, inside) in shapes.into_iter().enumerate() {
            for noise in [0.0, 2.0, 5.0, 8.0] {
                // Every shape meets every ground, objects take turns.
                let object = objects[(g + s) % objects.len()];
                for softness in [1.0, 4.0, 10.0] {
                    // A wire softer than it is thick is opaque nowhere, so nobody can know its colour.
                    if s == 2 && softness > 4.0 {
                        continue;
                    }
                    let scene = Scene {
                        ground,
                        object,
                        inside,
                        softness,
                        noise,
                    };
                    let (picture, alphas) = scene.draw(320, Layout::Rgb);
                    let cut = cut(&picture);
                    let error = error(&cut, &alphas);
                    if error >= 0.01 || !cut.doubts.iter().all(expected_at(s == 3)) {
                        wrong.push(format!(
                            "{g} {s} {noise} {softness}: {error:.4} {:?}",
                            cut.doubts
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
}

/// The inside of the cup's handle is worth a word; nothing else is in these pictures.
fn expected_at(cup: bool) -> impl Fn(&Doubt) -> bool {
    move |doubt| cup && matches!(doubt, Doubt::Enclosed { .. })
}

fn doubts(scene: &Scene) -> Vec<Doubt> {
    let (picture, _) = scene.draw(320, Layout::Rgb);
    let cut = cut(&picture);
    assert!(cut.doubts.iter().all(|doubt| !doubt.to_string().is_empty()));
    cut.doubts
}

#[test]
fn it_says_when_it_is_unsure() {
    assert_eq!(doubts(&Scene::plain()), []);
    let alike = Scene {
        object: |_, _| [234.0, 236.0, 232.0],
        noise: 0.0,
        ..Scene::plain()
    };
    let found = doubts(&alike);
    let faint = |doubt: &Doubt| matches!(doubt, Doubt::Faint { .. } | Doubt::NothingFound);
    assert!(found.iter().any(faint), "{found:?}");
    let same = Scene {
        object: PAPER,
        ..Scene::plain()
    };
    assert_eq!(doubts(&same), [Doubt::NothingFound]);
    let curtain = Scene {
        ground: CURTAIN,
        ..Scene::plain()
    };
    let found = doubts(&curtain);
    let uneven = |doubt: &Doubt| matches!(doubt, Doubt::UnevenBackground { share } if *share < 0.6);
    assert!(found.iter().any(uneven), "{found:?}");
    let jaws = Scene {
        inside: JAWS,
        ..Scene::plain()
    };
    let found = doubts(&jaws);
    let at_border = |doubt: &Doubt| matches!(doubt, Doubt::AtBorder { share } if *share > 0.25);
    assert!(found.iter().any(at_border), "{found:?}");
}

#[test]
fn what_is_enclosed_stays_or_goes_as_asked_and_is_named_either_way() {
    let ring = Scene {
        inside: RING,
        ..Scene::plain()
    };
    let (picture, alphas) = ring.draw(320, Layout::Rgb);
    let hole = std::f32::consts::PI * 0.15 * 0.15;
    for holes in [false, true] {
        let cut = Lite { holes }.cut(&picture, &Run::default()).unwrap();
        let [Doubt::Enclosed { share }] = cut.doubts[..] else {
            panic!("{:?}", cut.doubts);
        };
        assert!((share - hole).abs() < 0.01, "{share}");
        let off = error(&cut, &alphas) as f32;
        let expected = if holes { 0.0 } else { hole };
        assert!((off - expected).abs() < 0.01, "{holes}: {off}");
    }
}

#[test]
fn scattered_specks_are_noise_and_are_told() {
    let (picture, alphas) = Scene::plain().draw(320, Layout::Rgb);
    let mut bytes = picture.bytes().to_vec();
    for y in (4..320).step_by(16) {
        for x in (4..320).step_by(16) {
            bytes[(y * 320 + x) * 3..][..3].copy_from_slice(&[10, 10, 10]);
        }
    }
    let dusty = Picture::new(picture.size(), Layout::Rgb, bytes).unwrap();
    let cut = cut(&dusty);
    assert!(
        matches!(cut.doubts[..], [Doubt::Speckled { .. }]),
        "{:?}",
        cut.doubts
    );
    assert!(error(&cut, &alphas) < 0.01);
}

/// Mean difference in levels of what is cut out and laid over green from the object drawn over green.
fn over_green(picture: &Picture, scene: &Scene, alphas: &[f64], side: u32) -> f64 {
    let green = [20.0, 200.0, 60.0];
    let mut sum = 0.0;
    for (at, (pixel, alpha)) in picture
        .bytes()
        .as_chunks::<4>()
        .0
        .iter()
        .zip(alphas)
        .enumerate()
    {
        let place = |i: u32| (f64::from(i) + 0.5) / f64::from(side);
        let object = (scene.object)(place(at as u32 % side), place(at as u32 / side));
        let own = f64::from(pixel[3]) / 255.0;
        for c in 0..3 {
            let seen = own * f64::from(pixel[c]) + (1.0 - own) * green[c];
            let right = alpha * object[c] + (1.0 - alpha) * green[c];
            sum += (seen - right).abs();
        }
    }
    sum / (3 * alphas.len()) as f64
}

#[test]
fn no_rim_of_the_old_background_shows_on_a_new_one() {
    let soft = Scene {
        softness: 10.0,
        ..Scene::plain()
    };
    let (picture, alphas) = soft.draw(240, Layout::Rgb);
    let removed = |colours: Colours, matting: Option<Matting>| {
        let how = RemoveBackground {
            colours,
            matting,
            ..RemoveBackground::default()
        };
        let cut = remove_background(&picture, &how, &Run::default()).unwrap();
        assert_eq!(cut.doubts, []);
        over_green(&cut.picture, &soft, &alphas, 240)
    };
    let kept = removed(Colours::Kept, None);
    let unmixed = removed(Colours::Unmixed, None);
    assert!(unmixed < 0.4 * kept && unmixed < 1.0, "{unmixed} {kept}");
    let matted = removed(Colours::Unmixed, Some(Matting::default()));
    assert!(matted < 0.6 * kept, "{matted} {kept}");
}

#[test]
fn alpha_and_layout_of_the_picture_do_not_change_what_is_found() {
    let (opaque, _) = Scene::plain().draw(120, Layout::Rgb);
    let (with_alpha, _) = Scene::plain().draw(120, Layout::Rgba);
    assert_eq!(cut(&opaque).mask, cut(&with_alpha).mask);
    assert_eq!(cut(&opaque).colours, cut(&with_alpha).colours);
}

/// Lets the work go on until so much of it is done.
struct Until(f32);

impl Checkpoint for Until {
    fn pass(&self, done: f32) -> Result<(), Stop> {
        if done >= self.0 { Err(Stop) } else { Ok(()) }
    }
}

#[test]
fn it_stops_wherever_it_is() {
    let (picture, _) = Scene::plain().draw(200, Layout::Rgb);
    let how = RemoveBackground {
        clean: true,
        refine: 6,
        matting: Some(Matting::default()),
        ..RemoveBackground::default()
    };
    for tenths in 0..10 {
        let until = Until(tenths as f32 / 10.0);
        let run = Run {
            checkpoint: &until,
            ..Run::default()
        };
        let made = remove_background(&picture, &how, &run);
        assert!(matches!(made, Err(ImagingError::Stopped)), "{tenths}");
    }
}

#[test]
fn a_large_picture_is_no_reason_to_refuse() {
    let (small, _) = Scene::plain().draw(250, Layout::Rgb);
    let to = size(6000, 4000);
    let stretch = imaging::effects::Resize {
        width: to.width(),
        height: to.height(),
        fit: imaging::effects::Fit::Stretch,
        filter: imaging::effects::Filter::Bilinear,
    };
    let large = imaging::Operation::from(stretch)
        .apply(&small, &Run::default())
        .unwrap();
    let found = cut(&large);
    assert_eq!((found.mask.size(), &found.doubts[..]), (to, &[][..]));
    let disc = std::f64::consts::PI * 0.3 * 0.3;
    assert!(
        (found.mask.share() - disc).abs() < 0.01,
        "{}",
        found.mask.share()
    );
}
