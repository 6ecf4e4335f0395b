//! PNGs of `image` datasets.

use pixels::png::{self, Compression};

use crate::scenes::{noise, size, smooth};

#[test]
fn every_pixel_comes_back_from_a_png() {
    for (width, height) in [(1, 1), (3, 5), (64, 48), (33, 17)] {
        let size = size(width, height);
        for rgb in [smooth(size), noise(size.pixels() * 3, 7)] {
            for compression in [Compression::Fast, Compression::LikeLeRobot] {
                let bytes = png::encode(size, &rgb, compression).unwrap();
                assert_eq!(png::decode(&bytes).unwrap(), (size, rgb.clone()));
            }
        }
    }
}

#[test]
fn fast_is_larger() {
    let size = size(160, 120);
    let length = |compression| png::encode(size, &smooth(size), compression).unwrap().len();
    assert!(length(Compression::Fast) > length(Compression::LikeLeRobot));
}

#[test]
fn what_is_no_whole_png_is_refused_with_what_to_do() {
    let whole = png::encode(size(8, 8), &smooth(size(8, 8)), Compression::Fast).unwrap();
    for end in 0..whole.len() {
        let error = png::decode(&whole[..end]).unwrap_err();
        assert!(
            error.to_string().starts_with("the PNG cannot be used"),
            "{error}"
        );
        assert!(error.remedy().contains("tendon dataset verify"));
    }
    assert!(png::encode(size(8, 8), &[0; 5], Compression::Fast).is_err());
}
