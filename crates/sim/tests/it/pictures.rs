//! What is to be seen on a simulated picture: the arm where its joints put it, the block where it lies.

use pixels::Size;
use proptest::prelude::*;
use sim::draw::lens::Lens;
use sim::scene::frames::{self, GRIPPER, JAW, Vector};
use sim::scene::{Grip, TABLE};
use sim::{Block, Painter, Sight, View};

const SIZE: (u32, u32) = (320, 240);
/// Above the block with open fingers, pointing straight down.
const ABOVE: [f64; 6] = [-24.0, -7.0, 5.6, 86.2, -21.2, 36.0];

fn painter(view: View) -> Painter {
    Painter::new(view, Size::new(SIZE.0, SIZE.1).unwrap())
}

/// Colours row by row, and one over the distance of each pixel.
fn drawn(painter: &mut Painter, sight: &Sight) -> (Vec<u32>, Vec<f32>) {
    let canvas = painter.draw(sight);
    (canvas.colours.clone(), canvas.near.clone())
}

fn lens(view: View, sight: &Sight) -> Lens {
    let size = Size::new(SIZE.0, SIZE.1).unwrap();
    Lens::new(view, size, &frames::links(&sight.joints.degrees))
}

/// Place of a point's pixel, if that is in the picture.
fn place(lens: &Lens, point: Vector) -> Option<usize> {
    let [x, y] = lens.pixel(point)?;
    let inside = (0.0..f64::from(SIZE.0)).contains(&x) && (0.0..f64::from(SIZE.1)).contains(&y);
    inside.then_some(y as usize * SIZE.0 as usize + x as usize)
}

fn parts(colour: u32) -> [i32; 3] {
    [colour >> 16 & 255, colour >> 8 & 255, colour & 255].map(|part| part as i32)
}

fn red(colour: u32) -> bool {
    let [red, green, blue] = parts(colour);
    red > 60 && red > 3 * green && red > 3 * blue
}

fn yellow(colour: u32) -> bool {
    let [red, green, blue] = parts(colour);
    red > 70 && green * 10 > red * 6 && blue * 5 < red * 2
}

fn reds(colours: &[u32]) -> usize {
    colours.iter().filter(|colour| red(**colour)).count()
}

/// A point in the middle of each larger part: link and place in its frame, metres.
const MIDDLES: [(usize, Vector); 9] = [
    (0, [0.018, 0.0, 0.041]),
    (1, [-0.034, 0.0, 0.0]),
    (2, [-0.060, 0.0, 0.018]),
    (3, [-0.043, 0.0, 0.018]),
    (4, [0.0, -0.042, 0.025]),
    (GRIPPER, [0.006, 0.0, -0.022]),
    (GRIPPER, [-0.017, 0.0, -0.074]),
    (JAW, [-0.001, -0.009, 0.019]),
    (JAW, [-0.004, -0.041, 0.019]),
];

#[test]
fn the_table_is_behind_the_arm_and_the_block_lies_on_it() {
    let sight = Sight::posed([0.0, -104.0, 90.0, 76.0, 0.0, -5.0]);
    let (colours, _) = drawn(&mut painter(View::Front), &sight);
    let lens = lens(View::Front, &sight);
    let at = place(&lens, sight.block.frame.at).unwrap();
    assert!(red(colours[at]), "{:06x}", colours[at]);
    let count = reds(&colours);
    assert!((60..600).contains(&count), "{count} red pixels");
    // A mat with a ring where the block is to go, and no arm there.
    let [x, y] = sim::draw::desk::TARGET;
    let ring = place(&lens, [x + 0.032, y, TABLE]).unwrap();
    let [_, green, _] = parts(colours[ring]);
    assert!(green > 150, "{:06x}", colours[ring]);
    let inside = place(&lens, [x, y, TABLE]).unwrap();
    let [red, green, blue] = parts(colours[inside]);
    assert!(blue >= green && green > red, "{:06x}", colours[inside]);
}

#[test]
fn the_block_is_drawn_wherever_it_lies_and_the_fingers_hide_what_is_behind_them() {
    let mut painter = painter(View::Front);
    let mut sight = Sight::posed([0.0, -104.0, 90.0, 76.0, 0.0, -5.0]);
    for (x, y) in [(0.2, 0.1), (0.25, 0.0), (0.3, -0.1), (0.15, -0.15)] {
        sight.block = Block::resting(x, y, 30.0);
        let (colours, near) = drawn(&mut painter, &sight);
        let at = place(&lens(View::Front, &sight), sight.block.frame.at).unwrap();
        assert!(red(colours[at]), "at {x}, {y}: {:06x}", colours[at]);
        let depth = 1.0 / near[at];
        assert!((0.3..0.9).contains(&depth), "{depth} m");
    }
    // Behind the shoulder, as the front camera sees it.
    sight.block = Block::resting(-0.06, 0.035, 0.0);
    let (colours, _) = drawn(&mut painter, &sight);
    assert!(reds(&colours) < 60);
}

#[test]
fn the_wrist_camera_sees_a_finger_to_the_left_the_jaw_to_the_right_and_the_block_between_them() {
    let mut painter = painter(View::Wrist);
    let mut sight = Sight::posed(ABOVE);
    let (colours, _) = drawn(&mut painter, &sight);
    let width = SIZE.0 as usize;
    let yellows = |range: std::ops::Range<usize>| {
        let rows = colours.chunks(width).skip(120);
        rows.flat_map(|row| &row[range.clone()])
            .filter(|colour| yellow(**colour))
            .count()
    };
    assert!(yellows(0..width / 2) > 1500, "{}", yellows(0..width / 2));
    assert!(yellows(width / 2..width) > 1500);
    let columns: Vec<usize> = (0..colours.len())
        .filter(|at| red(colours[*at]))
        .map(|at| at % width)
        .collect();
    let mean = columns.iter().sum::<usize>() / columns.len().max(1);
    assert!(columns.len() > 150 && (120..220).contains(&mean), "{mean}");
    // In the fingers it is larger and stays at its place whatever the arm does.
    let links = frames::links(&sight.joints.degrees);
    let held = Grip::Fingers(frames::Frame::at([0.0051, 0.0, -0.092]));
    sight.block.grip = held;
    sight.block.go_with(&links);
    let (one, _) = drawn(&mut painter, &sight);
    let mut other = Sight::posed([30.0, -60.0, 40.0, 50.0, 10.0, 36.0]);
    other.block.grip = held;
    other.block.go_with(&frames::links(&other.joints.degrees));
    let (two, _) = drawn(&mut painter, &other);
    assert!(reds(&one) > columns.len());
    let both = one.iter().zip(&two).filter(|(a, b)| red(**a) && red(**b));
    assert!(both.count() * 100 > reds(&one) * 85);
}

#[test]
fn an_arm_that_moves_changes_the_picture_and_one_that_rests_does_not() {
    let mut painter = painter(View::Front);
    let (still, _) = drawn(&mut painter, &Sight::posed(ABOVE));
    let (again, _) = drawn(&mut painter, &Sight::posed(ABOVE));
    assert_eq!(still, again);
    let mut moved = ABOVE;
    moved[0] += 2.0;
    let (moved, _) = drawn(&mut painter, &Sight::posed(moved));
    let changed = still.iter().zip(&moved).filter(|(a, b)| a != b).count();
    assert!((500..20_000).contains(&changed), "{changed} pixels");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_part_of_the_arm_covers_the_pixel_where_its_middle_falls(
        pose in (-100.0..100.0, -100.0..60.0, -90.0..60.0, -90.0..90.0, -150.0..150.0, -10.0..100.0),
        wrist: bool,
    ) {
        let (pan, lift, elbow, bend, roll, gripper) = pose;
        let view = if wrist { View::Wrist } else { View::Front };
        let sight = Sight::posed([pan, lift, elbow, bend, roll, gripper]);
        let (_, near) = drawn(&mut painter(view), &sight);
        let lens = lens(view, &sight);
        let links = frames::links(&sight.joints.degrees);
        for (link, middle) in MIDDLES {
            let point = links[link].point(middle);
            let Some(at) = place(&lens, point) else { continue };
            let depth = lens.seen(point.map(|part| part as f32))[2];
            prop_assert!(
                near[at] * depth > 0.999,
                "link {link} at {point:?}: {} m drawn, {depth} m away", 1.0 / near[at]
            );
        }
    }

    #[test]
    fn no_pose_and_no_size_makes_the_painter_panic(
        pose in prop::array::uniform6(-400.0..400.0),
        size in (1..200_u32, 1..200_u32),
        block in (-0.6..0.9, -0.7..0.7, -180.0..180.0),
    ) {
        let mut sight = Sight::posed(pose);
        sight.block = Block::resting(block.0, block.1, block.2);
        let size = Size::new(size.0, size.1).unwrap();
        for view in [View::Front, View::Wrist] {
            let canvas = Painter::new(view, size).draw(&sight).clone();
            prop_assert_eq!(canvas.colours.len(), size.pixels());
            prop_assert!(canvas.near.iter().all(|near| near.is_finite()));
        }
    }
}
