//! Looking at a camera's JPEG without decoding it, and passing it on as it is.

use std::borrow::Cow;

use pixels::{PictureError, jpeg};

use crate::scenes::{SAMPLINGS, jpeg as jpeg_of, size, smooth, without_tables};

fn picture() -> Vec<u8> {
    let size = size(64, 48);
    jpeg_of(size, &smooth(size), 80, SAMPLINGS[1].0, 2)
}

#[test]
fn a_whole_picture_is_lent_as_it_is() {
    let bytes = picture();
    assert_eq!(jpeg::check(&bytes).unwrap(), size(64, 48));
    let passed = jpeg::passed_on(&bytes);
    assert!(matches!(passed, Cow::Borrowed(_)), "not copied");
    assert_eq!(passed.as_ptr(), bytes.as_ptr());
    assert_eq!(&*passed, &bytes[..]);
}

#[test]
fn what_follows_the_end_is_left_out() {
    let whole = picture();
    for rubbish in [&[0; 500][..], b"\xff\xd8 another \xff\xd9", &[0xff]] {
        let bytes = [&whole, rubbish].concat();
        assert_eq!(jpeg::check(&bytes).unwrap(), size(64, 48));
        assert_eq!(&*jpeg::passed_on(&bytes), &whole[..]);
    }
}

#[test]
fn tables_that_were_left_out_are_put_in() {
    let whole = picture();
    let bare = without_tables(&whole);
    assert_eq!(jpeg::check(&bare).unwrap(), size(64, 48));
    let passed = jpeg::passed_on(&bare);
    let pixels = |bytes: &[u8]| {
        use zune_jpeg::{JpegDecoder, zune_core::bytestream::ZCursor};
        JpegDecoder::new(ZCursor::new(bytes)).decode().unwrap()
    };
    assert_eq!(pixels(&passed), pixels(&whole));
    let trailing = [&bare, &b"rubbish"[..]].concat();
    assert_eq!(*jpeg::passed_on(&trailing), *passed);
}

#[test]
fn what_is_no_picture_stays_as_it_is() {
    for bytes in [&b""[..], b"no picture", b"\xff\xd8\xff\xd9"] {
        assert!(jpeg::check(bytes).is_err());
        assert_eq!(&*jpeg::passed_on(bytes), bytes);
    }
}

#[test]
fn a_picture_that_is_cut_off_anywhere_is_not_whole() {
    let whole = picture();
    for end in 0..whole.len() {
        let error = jpeg::check(&whole[..end]).unwrap_err();
        assert!(
            matches!(error, PictureError::CutOff { at, .. } if at == end),
            "{end}: {error:?}"
        );
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_what_to_do() {
    let whole = picture();
    let mut said = String::new();
    let mut say = |bytes: &[u8]| {
        let error = jpeg::check(bytes).unwrap_err();
        said += &format!("{error}\n  {}\n", error.remedy());
    };
    say(&whole[..100]);
    say(&[&b"HTTP"[..], &whole].concat());
    insta::assert_snapshot!(said, @r"
    the MJPG picture is cut off: it ends at byte 100, inside its header
      Single ones are harmless. If they come often, the USB bus is short of time: plug the camera into another port, without a hub, or choose a smaller size or rate.
    the MJPG picture is damaged at byte 0: it does not begin as a JPEG does
      Single ones are harmless. If they come often, check the camera's cable and plug, or choose a smaller size or rate.
    ");
}
