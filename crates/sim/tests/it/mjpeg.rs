//! Simulated cameras over HTTP, by a client of a few lines.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use pixels::{Size, jpeg};
use sim::{MjpegServer, Scene, View, Webcam, WebcamConfig};
use stdx::{Clock as _, SystemClock};
use units::Hz;

fn served() -> (MjpegServer, Webcam) {
    let scene = Scene::new(None, SystemClock.now());
    let webcam = |view| {
        let config = WebcamConfig {
            size: Size::new(160, 120).unwrap(),
            rate: Hz::new(100.0).unwrap(),
            ..WebcamConfig::new(view)
        };
        Webcam::new(config, scene.clone(), SystemClock::shared())
    };
    let front = webcam(View::Front);
    let server = MjpegServer::start(vec![front.clone(), webcam(View::Wrist)], 0).unwrap();
    (server, front)
}

fn ask(server: &MjpegServer, request: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    write!(stream, "{request}\r\nHost: test\r\n\r\n").unwrap();
    BufReader::new(stream)
}

/// Lines up to an empty one.
fn head(answer: &mut BufReader<TcpStream>) -> Vec<String> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        answer.read_line(&mut line).unwrap();
        match line.trim_end() {
            "" => return lines,
            line => lines.push(line.to_owned()),
        }
    }
}

fn length(head: &[String]) -> usize {
    let line = head
        .iter()
        .find_map(|line| line.strip_prefix("Content-Length: "));
    line.unwrap().parse().unwrap()
}

#[test]
fn a_stream_brings_picture_after_picture_each_with_its_length() {
    let (server, _) = served();
    let mut answer = ask(&server, "GET /wrist HTTP/1.1");
    let first = head(&mut answer);
    assert_eq!(first[0], "HTTP/1.1 200 OK");
    assert!(
        first[1].contains("multipart/x-mixed-replace; boundary=picture"),
        "{first:?}"
    );
    for _ in 0..5 {
        let part = head(&mut answer);
        assert_eq!(&part[..2], ["--picture", "Content-Type: image/jpeg"]);
        let mut picture = vec![0; length(&part)];
        answer.read_exact(&mut picture).unwrap();
        assert_eq!(jpeg::check(&picture).unwrap().width(), 160);
        let mut end = [0; 2];
        answer.read_exact(&mut end).unwrap();
        assert_eq!(&end, b"\r\n");
    }
    server.stop().unwrap();
}

#[test]
fn the_page_links_every_camera_and_what_is_not_there_is_refused() {
    let (server, _) = served();
    for (request, status, body) in [
        ("GET / HTTP/1.1", "200 OK", "href=\"/front\""),
        ("GET / HTTP/1.1", "200 OK", "href=\"/wrist.jpg\""),
        ("GET /side HTTP/1.1", "404 Not Found", "no such camera"),
        ("POST /front HTTP/1.1", "400 Bad Request", "GET only"),
        ("nonsense", "400 Bad Request", "GET only"),
    ] {
        let mut answer = ask(&server, request);
        let lines = head(&mut answer);
        assert!(lines[0].contains(status), "{request}: {lines:?}");
        let mut text = String::new();
        answer.read_to_string(&mut text).unwrap();
        assert!(text.contains(body), "{request}: {text}");
    }
    let mut answer = ask(&server, "GET /front.jpg?now HTTP/1.1");
    let lines = head(&mut answer);
    let mut picture = Vec::new();
    answer.read_to_end(&mut picture).unwrap();
    assert_eq!(picture.len(), length(&lines));
    assert_eq!(jpeg::check(&picture).unwrap().height(), 120);
    assert_eq!(server.urls()[0], ("front".to_owned(), server.url("front")));
}

#[test]
fn a_camera_that_goes_hangs_up_and_is_unavailable_until_it_is_back() {
    let (server, front) = served();
    let mut answer = ask(&server, "GET /front HTTP/1.1");
    head(&mut answer);
    front.unplug();
    let mut rest = Vec::new();
    answer.read_to_end(&mut rest).unwrap();
    let mut refused = ask(&server, "GET /front HTTP/1.1");
    assert!(head(&mut refused)[0].contains("503"));
    let mut wrist = ask(&server, "GET /wrist.jpg HTTP/1.1");
    assert!(
        head(&mut wrist)[0].contains("200"),
        "the other camera is still there"
    );
    front.replug();
    let back = || head(&mut ask(&server, "GET /front.jpg HTTP/1.1"))[0].contains("200");
    while !back() {}
}
