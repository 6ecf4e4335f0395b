//! What shows through a picture with alpha.

use imaging::effects::{BackgroundColour, BackgroundPicture, Colour, Fit};
use imaging::{Backdrops, Layout, Operation, Picture, Run};

use crate::drawn::size;

fn made(operation: impl Into<Operation>, picture: &Picture) -> Picture {
    operation.into().apply(picture, &Run::default()).unwrap()
}

#[test]
fn a_background_shows_as_far_as_the_picture_lets_it() {
    let glass = [[200, 100, 0, 255], [200, 100, 0, 0], [200, 100, 0, 51]].concat();
    let picture = Picture::new(size(3, 1), Layout::Rgba, glass).unwrap();
    let blue = BackgroundColour {
        colour: Colour::from_hex("#0000Ff").unwrap(),
    };
    let result = made(blue, &picture);
    // A fifth of the one and four fifths of the other.
    assert_eq!(result.bytes(), [200, 100, 0, 0, 0, 255, 40, 20, 204]);
    assert_eq!(result.layout(), Layout::Rgb);
    assert_eq!(
        made(blue, &result),
        result,
        "nothing shows through an opaque picture"
    );

    let under = BackgroundPicture {
        picture: "beach".to_owned(),
        fit: Fit::Cover,
    };
    let beach = Picture::new(size(6, 2), Layout::Rgb, [10, 20, 30].repeat(12)).unwrap();
    let run = Run {
        backdrops: Backdrops::default().with("beach", beach),
        ..Run::default()
    };
    let result = Operation::from(under.clone())
        .apply(&picture, &run)
        .unwrap();
    assert_eq!(result.bytes(), [200, 100, 0, 10, 20, 30, 48, 36, 24]);
    let error = Operation::from(under)
        .apply(&picture, &Run::default())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no background named \"beach\"; known are: none"
    );
}
