//! Whether a picture is whole: cheap, without decoding it, so that every one can be looked at on arrival.

use pixels::{PictureError, PixelFormat, Size, jpeg};

/// What is wrong with it. No bytes at all are what a device sends that knows a picture to be damaged.
pub(crate) fn check(format: PixelFormat, size: Size, bytes: &[u8]) -> Result<(), PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Damaged {
            format,
            what: "its device says so",
            at: 0,
        });
    }
    let Some(expected) = format.bytes(size) else {
        let got = jpeg::check(bytes)?;
        return if got == size {
            Ok(())
        } else {
            Err(PictureError::OtherSize {
                expected: size,
                got,
            })
        };
    };
    if bytes.len() == expected {
        return Ok(());
    }
    Err(PictureError::Length {
        format,
        size,
        expected,
        got: bytes.len(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn size() -> Size {
        Size::new(32, 16).unwrap()
    }

    fn picture() -> Vec<u8> {
        jpeg::encode_rgb(size(), &[90; 32 * 16 * 3], 80).unwrap()
    }

    #[test]
    fn whole_pictures_pass_and_others_say_why_not() {
        use PixelFormat::{Gray, Mjpg, Nv12, Rgb, Yuyv};
        let whole = picture();
        let other = jpeg::encode_rgb(Size::new(16, 16).unwrap(), &[90; 16 * 16 * 3], 80).unwrap();
        for (format, bytes, says) in [
            (Gray, vec![0; 512], None),
            (Nv12, vec![0; 768], None),
            (Yuyv, vec![0; 1024], None),
            (Rgb, vec![0; 1536], None),
            (Mjpg, whole.clone(), None),
            (Mjpg, [whole.clone(), vec![0; 100]].concat(), None),
            (
                Yuyv,
                vec![0; 1023],
                Some("a YUYV picture of 32x16 has 1024 bytes, but 1023 came"),
            ),
            (
                Yuyv,
                vec![0; 1025],
                Some("a YUYV picture of 32x16 has 1024 bytes, but 1025 came"),
            ),
            (
                Mjpg,
                vec![],
                Some("the MJPG picture is damaged at byte 0: its device says so"),
            ),
            (Mjpg, other, Some("the picture is 16x16 instead of 32x16")),
        ] {
            let got = check(format, size(), &bytes);
            let got = got.err().map(|error| error.to_string());
            assert_eq!(got.as_deref(), says, "{format} of {}", bytes.len());
        }
    }

    #[test]
    fn a_jpeg_that_is_cut_off_anywhere_does_not_pass() {
        let whole = picture();
        for end in 0..whole.len() {
            assert!(
                check(PixelFormat::Mjpg, size(), &whole[..end]).is_err(),
                "cut at {end}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let whole = check(PixelFormat::Mjpg, size(), &bytes).is_ok();
            prop_assert!(!whole || bytes.starts_with(&[0xff, 0xd8]));
        }
    }
}
