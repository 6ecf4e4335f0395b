//! Streams as firmware sends them, whole, cut and in any pieces.

use proptest::prelude::*;

use super::*;
use crate::network::samples::jpeg;

const LIMIT: usize = 10_000;

/// All that is found in a stream that comes in pieces of `piece` bytes.
fn found(boundary: Option<&str>, stream: &[u8], piece: usize) -> Vec<(Found, Vec<u8>)> {
    let mut pictures = Pictures::new(boundary, LIMIT);
    let mut all = Vec::new();
    for piece in stream.chunks(piece) {
        let mut rest = piece;
        while !rest.is_empty() {
            let (taken, found) = pictures.take(rest);
            rest = &rest[taken..];
            if let Some(found) = found {
                let mut bytes = Vec::new();
                pictures.swap(&mut bytes);
                all.push((found, bytes));
            }
        }
    }
    all
}

fn whole(pictures: &[Vec<u8>]) -> Vec<(Found, Vec<u8>)> {
    pictures
        .iter()
        .map(|picture| (Found::Whole(Size::new(64, 48)), picture.clone()))
        .collect()
}

#[test]
fn pictures_are_found_however_the_firmware_wraps_them() {
    let pictures: Vec<Vec<u8>> = (0..3).map(|seed| jpeg(64, 48, seed)).collect();
    // What stands before the first picture, before each, and behind each; `#` stands for the right length.
    for (what, boundary, first, before, behind) in [
        (
            "as the standard says",
            Some("b0"),
            "",
            "--b0\r\nContent-Type: image/jpeg\r\nContent-Length: #\r\n\r\n",
            "\r\n",
        ),
        (
            "dashes in the header",
            Some("--b0"),
            "",
            "--b0\r\nContent-Type: image/jpeg\r\n\r\n",
            "\r\n",
        ),
        (
            "no dashes in the body",
            Some("b0"),
            "",
            "b0\r\nContent-type: image/jpeg\r\n\r\n",
            "\r\n",
        ),
        (
            "no length",
            Some("b0"),
            "",
            "--b0\r\nContent-Type: image/jpeg\r\n\r\n",
            "\r\n",
        ),
        (
            "no last line break",
            Some("b0"),
            "",
            "--b0\r\nContent-Length: #\r\n\r\n",
            "",
        ),
        (
            "the boundary behind the picture",
            Some("b0"),
            "Content-Type: image/jpeg\r\n\r\n",
            "",
            "\r\n--b0\r\nContent-Type: image/jpeg\r\n\r\n",
        ),
        (
            "bare line feeds",
            Some("b0"),
            "\n\n",
            "--b0\nContent-Type: image/jpeg\n\n",
            "\n",
        ),
        (
            "more headers",
            Some("b0"),
            "hello\r\n",
            "--b0\r\nX-Timestamp: 1.5\r\nSet-Cookie: a=b; c\r\nServer\r\n\r\n",
            "\r\n\r\n",
        ),
        (
            "a wrong length",
            Some("b0"),
            "",
            "--b0\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "\r\n",
        ),
        (
            "a length of nothing",
            Some("b0"),
            "",
            "--b0\r\nContent-Length: 0\r\n\r\n",
            "\r\n",
        ),
        (
            "another boundary than announced",
            Some("b0"),
            "",
            "--other\r\nContent-Type: image/jpeg\r\n\r\n",
            "\r\n",
        ),
        (
            "no boundary announced",
            None,
            "",
            "--b0\r\nContent-Type: image/jpeg\r\n\r\n",
            "\r\n",
        ),
        ("bare pictures", None, "", "", ""),
        (
            "words and dashes in it",
            Some("--video boundary--"),
            "",
            "--video boundary--\r\nContent-length: #\r\n\r\n",
            "\r\n",
        ),
        (
            "padding behind",
            Some("b0"),
            "",
            "--b0\r\nContent-Type: image/jpg\r\n\r\n",
            "\0\0\0\0\0\r\n",
        ),
        (
            "a part that is none",
            Some("b0"),
            "--b0\r\nContent-Type: text/plain\r\n\r\nstarting\r\n",
            "--b0\r\n\r\n",
            "\r\n",
        ),
    ] {
        let mut stream = first.as_bytes().to_vec();
        for picture in &pictures {
            stream.extend_from_slice(before.replace('#', &picture.len().to_string()).as_bytes());
            stream.extend_from_slice(picture);
            stream.extend_from_slice(behind.as_bytes());
        }
        for piece in [1, 2, 7, 100, stream.len()] {
            assert_eq!(
                found(boundary, &stream, piece),
                whole(&pictures),
                "{what}, in pieces of {piece}"
            );
        }
    }
}

#[test]
fn a_cut_picture_costs_only_itself() {
    let (a, b) = (jpeg(64, 48, 1), jpeg(64, 48, 2));
    for (what, boundary, between) in [
        (
            "a boundary",
            Some("b0"),
            "\r\n--b0\r\nContent-Type: image/jpeg\r\n\r\n",
        ),
        ("a boundary without line break", Some("b0"), "--b0\r\n\r\n"),
        ("no boundary", None, ""),
        ("another boundary", Some("b0"), "\r\n--other\r\n\r\n"),
    ] {
        for cut in [4, 30, a.len() - 20, a.len() - 1] {
            // A boundary that was not announced is not known inside a header, where anything may stand.
            if cut < 60 && boundary.is_none_or(|boundary| !between.contains(boundary)) {
                continue;
            }
            let stream = [&a[..cut], between.as_bytes(), &b].concat();
            for piece in [1, 3, 50, stream.len()] {
                let found = found(boundary, &stream, piece);
                assert_eq!(found.len(), 2, "{what}, cut at {cut}, in pieces of {piece}");
                assert_eq!(found[0].0, Found::Cut, "{what}, cut at {cut}");
                assert!(
                    found[0].1.starts_with(&a[..cut]),
                    "{what}, cut at {cut}: what came of it is handed on"
                );
                assert_eq!(
                    found[1..],
                    whole(std::slice::from_ref(&b)),
                    "{what}, cut at {cut}"
                );
            }
        }
    }
}

#[test]
fn a_picture_beyond_the_limit_is_left_out_and_the_next_one_found() {
    let mut large = jpeg(64, 48, 1);
    let end = large.len() - 2;
    large.splice(end..end, vec![7; LIMIT]);
    let small = jpeg(64, 48, 2);
    let stream = [&b"--b0\r\n\r\n"[..], &large, b"\r\n--b0\r\n\r\n", &small].concat();
    for piece in [1, 500, LIMIT + 100] {
        let found = found(Some("b0"), &stream, piece);
        assert_eq!(found[0], (Found::TooLarge, Vec::new()));
        assert_eq!(found[1..], whole(std::slice::from_ref(&small)));
    }
}

#[test]
fn a_part_without_the_picture_it_should_be_is_found_as_a_bad_one() {
    let pictures: Vec<Vec<u8>> = (0..2).map(|seed| jpeg(64, 48, seed)).collect();
    let head = b"--b0\r\nContent-Type: image/jpeg\r\n\r\n";
    let text = b"--b0\r\nContent-Type: text/plain\r\n\r\nbattery low\r\n";
    let mut stream = b"welcome\r\n\r\nto this camera\r\n".to_vec();
    for part in [&pictures[0][..], b"\xff\xd0 no\npicture", b"", &pictures[1]] {
        stream.extend_from_slice(head);
        stream.extend_from_slice(part);
        stream.extend_from_slice(b"\r\n");
    }
    stream.extend_from_slice(text);
    stream.extend_from_slice(head);
    for piece in [1, 7, stream.len()] {
        let found = found(Some("b0"), &stream, piece);
        let mut expected = whole(&pictures);
        expected.insert(1, (Found::Cut, b"\xff\xd0 nopicture".to_vec()));
        assert_eq!(found, expected, "{piece} bytes at once");
    }
}

#[test]
fn a_part_that_is_no_picture_is_not_searched_for_one() {
    let stream = b"--b0\r\nContent-Type: image/png\r\n\r\n\xff\xd8\xff\xe0 no picture\r\n";
    let mut pictures = Pictures::new(Some("b0"), LIMIT);
    assert_eq!(pictures.take(stream), (stream.len(), None));
    assert_eq!(pictures.foreign(), Some("image/png"));
    assert!(!pictures.in_picture());
}

proptest! {
    #[test]
    fn any_bytes_are_taken_and_no_buffer_grows_beyond_the_limit(
        boundary in prop::option::of("-{0,3}[a-z]{0,3}"),
        stream in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..30),
            Just(b"\r\n--a\r\n".to_vec()),
            Just(b"a--\n".to_vec()),
            Just(vec![0xff, 0xd8, 0xff, 0xda, 0, 2]),
            Just(jpeg(64, 48, 3)),
        ], 0..60),
        piece in 1usize..200,
    ) {
        let stream = stream.concat();
        for (found, bytes) in found(boundary.as_deref(), &stream, piece) {
            prop_assert!(bytes.len() <= LIMIT + piece);
            if let Found::Whole(_) = found {
                prop_assert!(bytes.starts_with(&[0xff, 0xd8]) && bytes.ends_with(&[0xff, 0xd9]));
            }
        }
    }
}
