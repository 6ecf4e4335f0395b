//! Heads and bodies as cameras send them, in any pieces.

use proptest::prelude::*;

use super::*;

fn head(text: &str) -> Head {
    Head::parse(text.as_bytes()).unwrap().unwrap().0
}

/// The body in `bytes`, which come in pieces.
fn body(form: &mut Form, bytes: &[u8], piece: usize) -> Result<Vec<u8>, NetworkError> {
    let mut body = Vec::new();
    for bytes in bytes.chunks(piece) {
        let mut rest = bytes;
        while !rest.is_empty() && !form.over() {
            let piece = form.piece(rest)?;
            rest = &rest[piece.skip..];
            body.extend_from_slice(&rest[..piece.body]);
            form.read(piece.body);
            rest = &rest[piece.body..];
        }
    }
    Ok(body)
}

#[test]
fn a_head_is_read_as_careless_cameras_write_it() {
    let text = "HTTP/1.0 200 OK\r\nserver: x\nContent-Type:multipart/x-mixed-replace; Boundary=\"--b;0\"; a=b\r\nno header\r\nCONTENT-LENGTH: 0\r\n\r\n--b";
    let (head, length) = Head::parse(text.as_bytes()).unwrap().unwrap();
    assert_eq!(
        (head.status, head.reason.as_str(), length),
        (200, "OK", text.len() - 3)
    );
    assert_eq!(
        (head.kind().as_str(), head.boundary()),
        ("multipart/x-mixed-replace", Some("--b;0"))
    );
    assert_eq!((head.form(), head.keeps), (Form::UntilClosed, false));
    assert_eq!(head.header("server"), Some("x"));
    for (text, status) in [
        ("HTTP/1.1 404\r\n\r\n", 404),
        ("ICY 200 OK\r\n\r\n", 200),
        ("http/1.1 503 Busy now\n\n", 503),
    ] {
        assert_eq!(self::head(text).status, status, "{text:?}");
    }
}

#[test]
fn the_form_of_a_body_follows_from_its_head() {
    for (headers, form, keeps) in [
        ("Content-Length: 12", Form::Length(12), true),
        (
            "Content-Length: 12\r\nConnection: Close",
            Form::Length(12),
            false,
        ),
        ("Content-Length: many", Form::UntilClosed, true),
        (
            "Transfer-Encoding: Chunked",
            Form::Chunked(Chunk::Size(Vec::new())),
            true,
        ),
        (
            "Content-Type: multipart/mixed\r\nContent-Length: 12",
            Form::UntilClosed,
            true,
        ),
    ] {
        let head = head(&format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n"));
        assert_eq!((head.form(), head.keeps), (form, keeps), "{headers}");
    }
}

#[test]
fn what_is_no_head_is_refused_at_its_first_bytes_or_at_the_limit() {
    for bytes in [
        &b"SSH-2.0-dropbear\r\n"[..],
        b"RTSP/1.0 200 OK\r\n\r\n",
        b"\xff\xd8\xff",
        b"HTTP/1.1 okay\r\n\r\n",
        b"HTTP/1.1 20\r\n\r\n",
    ] {
        assert!(
            matches!(Head::parse(bytes), Err(NetworkError::NotHttp)),
            "{bytes:?}"
        );
    }
    let mut long = b"HTTP/1.1 200 OK\r\n".to_vec();
    assert!(Head::parse(&long).unwrap().is_none());
    long.resize(HEAD + 1, b'x');
    assert!(Head::parse(&long).is_err());
}

#[test]
fn chunks_are_taken_out_of_a_body_in_whatever_pieces_they_come() {
    let bytes = b"5;name=x\r\nHello\r\n1\n,\n00B\r\n there you \r\n0\r\nTrailer: x\r\n\r\nnext";
    for piece in 1..bytes.len() {
        let mut form = Form::Chunked(Chunk::Size(Vec::new()));
        assert_eq!(
            body(&mut form, bytes, piece).unwrap(),
            b"Hello, there you ",
            "{piece}"
        );
        assert!(form.over());
    }
    for wrong in [
        &b"x\r\n"[..],
        b"\r\n",
        b"-1\r\n",
        b"11223344556677889\r\n",
        b"1\r\nabc",
        &[b'0'; 2000],
    ] {
        let mut form = Form::Chunked(Chunk::Size(Vec::new()));
        assert!(
            matches!(body(&mut form, wrong, 9), Err(NetworkError::Chunks)),
            "{wrong:?}"
        );
    }
}

proptest! {
    #[test]
    fn any_head_and_any_body_end_in_something_or_an_error(
        start in prop_oneof![Just(&b"HTTP/1.1 200"[..]), Just(&b"ICY "[..]), Just(&b""[..])],
        noise in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\r'), Just(b'\n'), Just(b':')], 0..300),
        piece in 1usize..50,
    ) {
        let bytes = [start, &noise].concat();
        if let Ok(Some((head, length))) = Head::parse(&bytes) {
            prop_assert!(length <= bytes.len());
            let mut form = head.form();
            head.boundary();
            drop(body(&mut form, &bytes[length..], piece));
        }
        let mut chunks = Form::Chunked(Chunk::Size(Vec::new()));
        if let Ok(body) = body(&mut chunks, &noise, piece) {
            prop_assert!(body.len() <= noise.len());
        }
    }

    #[test]
    fn a_body_comes_out_of_chunks_as_it_went_in(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..12), piece in 1usize..60) {
        let mut bytes = Vec::new();
        for part in &parts {
            bytes.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
            bytes.extend_from_slice(part);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"0\r\n\r\n");
        let mut form = Form::Chunked(Chunk::Size(Vec::new()));
        prop_assert_eq!(body(&mut form, &bytes, piece).unwrap(), parts.concat());
        prop_assert!(form.over());
    }
}
