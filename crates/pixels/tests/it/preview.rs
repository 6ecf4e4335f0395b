//! Pictures that a window pulls.

use pixels::{CameraFrame, PixelFormat, Preview, Rotation, Size, View, Yuv420, jpeg};
use stdx::{LatestWriter, latest};

use crate::reference::{assert_near, planes_of_rgb};
use crate::scenes::{SAMPLINGS, frame, jpeg as jpeg_of, size, smooth, without_tables};

fn preview() -> (LatestWriter<CameraFrame>, Preview) {
    let (writer, reader) = latest();
    (writer, Preview::new(reader))
}

fn numbered(mut frame: CameraFrame, sequence: u64) -> CameraFrame {
    frame.sequence = sequence;
    frame
}

fn mjpg(size: Size) -> CameraFrame {
    let bytes = jpeg_of(size, &smooth(size), 90, SAMPLINGS[1].0, 0);
    frame(PixelFormat::Mjpg, size, bytes)
}

fn yuyv(size: Size) -> CameraFrame {
    let bytes = vec![128; PixelFormat::Yuyv.bytes(size).unwrap()];
    frame(PixelFormat::Yuyv, size, bytes)
}

#[test]
fn a_cameras_own_jpeg_is_passed_on_without_a_copy() {
    let (camera, mut preview) = preview();
    let mut picture = mjpg(size(64, 48));
    picture.rotation = Rotation::Quarter;
    let address = picture.bytes.as_ptr();
    let sent = picture.bytes.to_vec();
    camera.put(picture);
    for room in [size(64, 48), size(20, 15), size(2000, 1000)] {
        let shown = preview.pull(&mut View::new(room)).unwrap().unwrap();
        assert_eq!(shown.jpeg.as_ptr(), address, "the same memory");
        assert_eq!(&*shown.jpeg, &sent[..]);
        assert_eq!((shown.size, shown.turn), (size(64, 48), Rotation::Quarter));
    }
}

#[test]
fn rubbish_is_left_out_and_missing_tables_are_put_in() {
    let (camera, mut preview) = preview();
    let whole = mjpg(size(64, 48)).bytes.to_vec();
    let trailing = [&whole, &[0; 99][..]].concat();
    camera.put(frame(PixelFormat::Mjpg, size(64, 48), trailing));
    let mut view = View::new(size(64, 48));
    let shown = preview.pull(&mut view).unwrap().unwrap();
    assert_eq!(&*shown.jpeg, &whole[..]);
    view.drawn();
    let bare = without_tables(&whole);
    camera.put(numbered(
        frame(PixelFormat::Mjpg, size(64, 48), bare.clone()),
        1,
    ));
    let shown = preview.pull(&mut view).unwrap().unwrap();
    assert!(shown.jpeg.len() > bare.len());
    assert_eq!(*shown.jpeg, *jpeg::passed_on(&bare));
}

#[test]
fn the_newest_wins_and_only_one_is_outstanding() {
    let (camera, mut preview) = preview();
    let mut view = View::new(size(32, 32));
    assert!(preview.pull(&mut view).unwrap().is_none(), "nothing yet");
    for sequence in 0..3 {
        camera.put(numbered(mjpg(size(16, 16)), sequence));
    }
    let pulled = |preview: &mut Preview, view: &mut View| {
        let shown = preview.pull(view).unwrap();
        shown.map(|shown| shown.sequence)
    };
    assert_eq!(pulled(&mut preview, &mut view), Some(2));
    camera.put(numbered(mjpg(size(16, 16)), 3));
    assert_eq!(pulled(&mut preview, &mut view), None, "not drawn yet");
    let mut other = View::new(size(32, 32));
    assert_eq!(
        pulled(&mut preview, &mut other),
        Some(3),
        "views do not wait for each other"
    );
    camera.put(numbered(mjpg(size(16, 16)), 4));
    view.drawn();
    assert_eq!(pulled(&mut preview, &mut view), Some(4));
    view.drawn();
    assert_eq!(pulled(&mut preview, &mut view), None, "seen already");
}

#[test]
fn a_picture_that_is_no_jpeg_is_made_one_upright_and_no_larger_than_its_view_needs() {
    let (camera, mut preview) = preview();
    let whole = size(64, 48);
    let rgb = smooth(whole);
    camera.put(frame(PixelFormat::Rgb, whole, rgb.clone()));
    let shown = preview.pull(&mut View::new(whole)).unwrap().unwrap();
    let mut decoded = Yuv420::black(whole);
    let picture = frame(PixelFormat::Mjpg, whole, shown.jpeg.to_vec());
    pixels::Converter::new()
        .to_yuv420(&picture, &mut decoded)
        .unwrap();
    assert_near("preview", &decoded, &planes_of_rgb(whole, &rgb), 16.0, 0.5);

    let mut picture = numbered(yuyv(size(640, 480)), 1);
    picture.rotation = Rotation::ThreeQuarters;
    camera.put(picture);
    for (room, expected) in [
        (size(1000, 1000), size(480, 640)),
        (size(240, 320), size(240, 320)),
        (size(100, 100), size(120, 160)),
    ] {
        let shown = preview.pull(&mut View::new(room)).unwrap().unwrap();
        assert_eq!((shown.size, shown.turn), (expected, Rotation::None));
        assert_eq!(jpeg::check(&shown.jpeg).unwrap(), expected);
    }
}

#[test]
fn a_jpeg_is_made_smaller_only_for_a_view_much_smaller_than_it() {
    let (camera, mut preview) = preview();
    camera.put(mjpg(size(640, 480)));
    for (room, expected) in [
        (size(161, 120), size(640, 480)),
        (size(160, 120), size(160, 120)),
        (size(60, 60), size(80, 60)),
    ] {
        let shown = preview.pull(&mut View::new(room)).unwrap().unwrap();
        assert_eq!(shown.size, expected);
        assert_eq!(jpeg::check(&shown.jpeg).unwrap(), expected);
    }
}

#[test]
fn views_of_one_size_share_what_was_made() {
    let (camera, mut preview) = preview();
    camera.put(yuyv(size(64, 48)));
    let one = preview.pull(&mut View::new(size(64, 48))).unwrap().unwrap();
    let other = preview.pull(&mut View::new(size(64, 48))).unwrap().unwrap();
    assert_eq!(one.jpeg.as_ptr(), other.jpeg.as_ptr());
}

#[test]
fn a_damaged_picture_is_told_once_and_the_next_one_shown() {
    let (camera, mut preview) = preview();
    let mut view = View::new(size(64, 48));
    let mut bytes = mjpg(size(64, 48)).bytes.to_vec();
    bytes.truncate(500);
    camera.put(frame(PixelFormat::Mjpg, size(64, 48), bytes));
    assert!(preview.pull(&mut view).is_err());
    assert!(preview.pull(&mut view).unwrap().is_none());
    camera.put(numbered(mjpg(size(64, 48)), 1));
    assert_eq!(preview.pull(&mut view).unwrap().unwrap().sequence, 1);
}

#[test]
fn who_cannot_turn_a_picture_gets_it_upright() {
    let (camera, preview) = preview();
    let mut preview = preview.upright();
    camera.put(mjpg(size(64, 48)));
    let mut view = View::new(size(640, 480));
    let lying = preview.pull(&mut view).unwrap().unwrap();
    assert_eq!((lying.size, lying.turn), (size(64, 48), Rotation::None));
    view.drawn();
    let mut picture = numbered(mjpg(size(64, 48)), 1);
    picture.rotation = Rotation::Quarter;
    camera.put(picture);
    let turned = preview.pull(&mut view).unwrap().unwrap();
    assert_eq!((turned.size, turned.turn), (size(48, 64), Rotation::None));
    assert_eq!(jpeg::check(&turned.jpeg).unwrap(), size(48, 64));
}
