//! Cameras on the network that do not do what they should, and what the person is told.

use std::net::TcpListener;
use std::time::Duration;

use cameras::OpenDevice as _;
use cameras::network::Patience;
use insta::assert_snapshot;
use proptest::prelude::*;

use super::server::{Do, Server, answer, head, part, picture};
use super::{SIZE, camera, impatient, next, open, told, waiting};

/// What is told when opening a camera that does this.
fn refused(script: Vec<Do>) -> String {
    let silent = script
        .iter()
        .any(|step| matches!(step, Do::Stall | Do::Flood(_)));
    let server = Server::start(vec![script]);
    let url = server.url("/video");
    let mut camera = if silent {
        impatient(&url)
    } else {
        camera(&url)
    };
    told(&camera.open().err().unwrap(), server.port())
}

#[test]
fn what_is_no_stream_of_pictures_is_told_with_what_to_do() {
    let page = b"<!DOCTYPE html><title>IP camera</title>";
    assert_snapshot!(refused(vec![Do::Listen, answer("200 OK", "Content-Type: text/html; charset=utf-8\r\n", page)]), @"
    camera http://127.0.0.1:PORT/video: there is a web page at this address, not a stream of pictures
    Use the address of the stream itself. IP Webcam on Android: http://PHONE:8080/video. ESP32-CAM: http://ESP32:81/stream. mjpg-streamer: http://HOST:8080/?action=stream. For another one, look into its manual for MJPEG.
    ");
    assert_snapshot!(refused(vec![Do::Listen, answer("404 Not Found", "", b"nothing")]), @"
    camera http://127.0.0.1:PORT/video: it has nothing at /video (404)
    Use the address of the stream itself. IP Webcam on Android: http://PHONE:8080/video. ESP32-CAM: http://ESP32:81/stream. mjpg-streamer: http://HOST:8080/?action=stream. For another one, look into its manual for MJPEG.
    ");
    assert_snapshot!(refused(vec![Do::Listen, answer("401 Unauthorized", "WWW-Authenticate: Basic realm=\"cam\"\r\n", b"")]), @"
    camera http://127.0.0.1:PORT/video: it wants a user and a password
    Put them into the address: http://USER:PASSWORD@HOST:PORT/PATH.
    ");
    assert_snapshot!(refused(vec![Do::Listen, answer("401 Unauthorized", "WWW-Authenticate: Digest realm=\"cam\", nonce=\"1\"\r\n", b"")]), @"
    camera http://127.0.0.1:PORT/video: it wants the password in a way that Tendon does not know (Digest)
    Choose the basic way in the camera's settings, or no password in a network that you trust.
    ");
    assert_snapshot!(refused(vec![Do::Listen, answer("503 Service Unavailable", "", b"busy")]), @"
    camera http://127.0.0.1:PORT/video: it cannot send pictures now (503 Service Unavailable)
    Close other viewers, such as a browser: small cameras serve one at a time. Then switch it off and on.
    ");
    assert_snapshot!(refused(vec![Do::Listen, answer("206 Partial Content", "", b"x")]), @"
    camera http://127.0.0.1:PORT/video: it answers with 206 Partial Content instead of pictures
    Use the address of the stream itself. IP Webcam on Android: http://PHONE:8080/video. ESP32-CAM: http://ESP32:81/stream. mjpg-streamer: http://HOST:8080/?action=stream. For another one, look into its manual for MJPEG.
    ");
    assert_snapshot!(refused(vec![Do::Listen, answer("200 OK", "Content-Type: video/h264\r\n", b"x")]), @"
    camera http://127.0.0.1:PORT/video: it sends video/h264, not JPEG pictures
    Let the camera send MJPEG, not H.264. IP Webcam on Android: http://PHONE:8080/video. ESP32-CAM: http://ESP32:81/stream. mjpg-streamer: http://HOST:8080/?action=stream. For another one, look into its manual for MJPEG.
    ");
    assert_snapshot!(refused(vec![Do::Listen, answer("302 Found", "Location: /again\r\n", b"")]), @"
    camera http://127.0.0.1:PORT/video: it sends from one address to the next without end, last to http://127.0.0.1:PORT/again
    Open the address in a browser, and use the one where the picture is.
    ");
    assert_snapshot!(refused(vec![Do::Listen, answer("302 Found", "Location: https://cam/\r\n", b"")]), @"
    camera http://127.0.0.1:PORT/video: https://cam/: cameras are spoken to by http, not by https
    Choose http in the camera's settings, and use it only in a network that you trust.
    ");
    assert_snapshot!(refused(vec![Do::Listen, Do::Send(b"RTSP/1.0 400 Bad Request\r\n\r\n".to_vec())]), @"
    camera http://127.0.0.1:PORT/video: what answers there does not speak HTTP
    Check the port: cameras often have another one for another way of speaking.
    ");
    assert_snapshot!(refused(vec![Do::Listen]), @"
    camera http://127.0.0.1:PORT/video: it closed the connection without an answer
    Close other viewers, such as a browser: small cameras serve one at a time. Then switch it off and on.
    ");
}

#[test]
fn a_login_that_is_wrong_is_told_without_the_password() {
    let server = Server::start(vec![vec![
        Do::Listen,
        answer(
            "401 Unauthorized",
            "WWW-Authenticate: Basic realm=\"cam\"\r\n",
            b"",
        ),
    ]]);
    let url = server.url("/video").replace("http://", "http://me:secret@");
    assert_snapshot!(told(&camera(&url).open().err().unwrap(), server.port()), @"
    camera http://127.0.0.1:PORT/video: it does not accept this user and password
    Check them; write @ as %40, : as %3A, / as %2F and % as %25 inside a password.
    ");
}

#[test]
fn pictures_of_another_size_are_refused_and_the_size_that_comes_is_named() {
    assert_snapshot!(refused(vec![Do::Listen, head(), part(&picture(80, 60, 1))]), @"
    camera http://127.0.0.1:PORT/video: it sends pictures of 80x60, and 64x48 was asked for
    Set width: 80, height: 60 here, or choose the other size in the camera's settings. A phone also turns its picture when it is turned.
    ");
}

#[test]
fn a_camera_that_says_nothing_or_nothing_of_use_is_given_up() {
    assert_snapshot!(refused(vec![Do::Stall]), @"
    camera http://127.0.0.1:PORT/video: it took the request, but did not answer within T s
    Close other viewers, such as a browser: small cameras serve one at a time. Then switch it off and on.
    ");
    assert_snapshot!(refused(vec![Do::Listen, head(), Do::Stall]), @"
    camera http://127.0.0.1:PORT/video: it has sent no picture for T s
    Keep the camera's screen on and its Wi-Fi near; a smaller size or lower quality needs less of it. It goes on by itself when the camera is back.
    ");
    let png =
        b"--frame\r\nContent-Type: image/png\r\nContent-Length: 8\r\n\r\n\x89PNG\r\n\x1a\n\r\n";
    assert_snapshot!(refused(vec![Do::Listen, head(), Do::Send(png.to_vec()), Do::Stall]), @"
    camera http://127.0.0.1:PORT/video: it sends image/png, not JPEG pictures
    Let the camera send MJPEG, not H.264. IP Webcam on Android: http://PHONE:8080/video. ESP32-CAM: http://ESP32:81/stream. mjpg-streamer: http://HOST:8080/?action=stream. For another one, look into its manual for MJPEG.
    ");
    // Part after part without a picture, without end: the wait still ends.
    let junk = b"--frame\r\nContent-Type: image/jpeg\r\n\r\nout of memory\r\n".repeat(100);
    let told = refused(vec![Do::Listen, head(), Do::Flood(junk)]);
    assert!(told.contains("no whole picture among them"), "{told}");
    // More bytes than can be read, and no picture: the wait still ends.
    let told = refused(vec![Do::Listen, head(), Do::Flood(vec![b'x'; 10_000])]);
    assert!(told.contains("no whole picture among them"), "{told}");
    let told = refused(vec![
        Do::Listen,
        Do::Flood(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()),
    ]);
    assert!(told.contains("did not answer"), "{told}");
}

#[test]
fn nobody_at_the_port_or_no_such_machine_is_told_apart() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut nobody = camera(&format!("http://127.0.0.1:{port}/"));
    let told = told(&nobody.open().err().unwrap(), port);
    assert_snapshot!(told, @"
    camera http://127.0.0.1:PORT/: 127.0.0.1:PORT is there, but no camera listens at that port
    Start the camera's app or server, and check the port: 8080 for most phones, 81 for the stream of an ESP32-CAM.
    ");
    // Names under this ending never exist (RFC 6761); how the system says so differs.
    let error = camera("http://camera.invalid/")
        .with_patience(Patience {
            connect: Duration::from_millis(300),
            ..Patience::default()
        })
        .open()
        .err()
        .unwrap();
    assert!(
        error
            .to_string()
            .contains("there is no machine called camera.invalid"),
        "{error}"
    );
    assert!(error.may_pass());
}

#[test]
fn a_stream_that_stalls_breaks_or_grows_without_end_is_told_while_it_runs() {
    let good = picture(SIZE.0, SIZE.1, 1);
    let running = |rest: Vec<Do>| {
        let script = [vec![Do::Listen, head(), part(&good)], rest].concat();
        let silent = script.iter().any(|step| matches!(step, Do::Stall));
        let server = Server::start(vec![script]);
        let url = server.url("/video");
        let mut camera = if silent { waiting(&url) } else { camera(&url) };
        let mut device = open(&mut camera);
        assert_eq!(next(&mut *device).unwrap(), good);
        told(&next(&mut *device).unwrap_err(), server.port())
    };
    assert_snapshot!(running(vec![Do::Stall]), @"
    camera http://127.0.0.1:PORT/video: it has sent no picture for T s
    Keep the camera's screen on and its Wi-Fi near; a smaller size or lower quality needs less of it. It goes on by itself when the camera is back.
    ");
    assert_snapshot!(running(vec![Do::Send(good[..good.len() / 2].to_vec())]), @"
    camera http://127.0.0.1:PORT/video: it ended the stream in the middle of a picture
    Keep the camera's screen on and its Wi-Fi near; a smaller size or lower quality needs less of it. It goes on by itself when the camera is back.
    ");
    assert_snapshot!(running(vec![]), @"
    camera http://127.0.0.1:PORT/video: it ended the stream
    Keep the camera's screen on and its Wi-Fi near; a smaller size or lower quality needs less of it. It goes on by itself when the camera is back.
    ");
    assert_snapshot!(running(vec![part(&picture(48, 64, 1))]), @"
    camera http://127.0.0.1:PORT/video: it sends pictures of 48x64, and 64x48 was asked for
    Set width: 48, height: 64 here, or choose the other size in the camera's settings. A phone also turns its picture when it is turned.
    ");
    let endless = [&good[..good.len() - 2], &[7; 200_000]].concat();
    assert_snapshot!(running(vec![Do::Send(b"--frame\r\n\r\n".to_vec()), Do::Send(endless)]), @"
    camera http://127.0.0.1:PORT/video: it sends a picture of more than 77 kB, too much for 64x48
    Choose the size, or a lower quality, in the camera's settings.
    ");
}

#[test]
fn a_damaged_stream_of_chunks_is_told() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\nlots\r\n";
    assert_snapshot!(refused(vec![Do::Listen, Do::Send(head.to_vec())]), @"
    camera http://127.0.0.1:PORT/video: its stream is damaged: the size of a chunk cannot be read
    Let the camera send MJPEG, not H.264. IP Webcam on Android: http://PHONE:8080/video. ESP32-CAM: http://ESP32:81/stream. mjpg-streamer: http://HOST:8080/?action=stream. For another one, look into its manual for MJPEG.
    ");
}

#[test]
fn a_cut_picture_is_handed_on_as_it_came_and_the_next_one_is_whole() {
    let (a, b) = (picture(SIZE.0, SIZE.1, 1), picture(SIZE.0, SIZE.1, 2));
    let server = Server::start(vec![vec![
        Do::Listen,
        head(),
        part(&a),
        // Its length is told right, its end is missing.
        part(&a[..a.len() - 30]),
        part(&b),
        Do::Stall,
    ]]);
    let mut camera = camera(&server.url("/"));
    let mut device = open(&mut camera);
    assert_eq!(next(&mut *device).unwrap(), a);
    assert_eq!(next(&mut *device).unwrap(), a[..a.len() - 30]);
    assert_eq!(next(&mut *device).unwrap(), b);
}

#[test]
fn a_part_that_holds_no_picture_is_handed_on_to_be_counted_and_the_next_one_is_whole() {
    let (a, b) = (picture(SIZE.0, SIZE.1, 1), picture(SIZE.0, SIZE.1, 2));
    let server = Server::start(vec![vec![
        Do::Listen,
        head(),
        part(&a),
        part(b"out of memory"),
        part(&b),
        Do::Stall,
    ]]);
    let mut camera = camera(&server.url("/"));
    let mut device = open(&mut camera);
    assert_eq!(next(&mut *device).unwrap(), a);
    let bad = next(&mut *device).unwrap();
    assert_eq!(bad, b"out of memory");
    assert_eq!(next(&mut *device).unwrap(), b);
}

proptest! {
    // Each case is a connection.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_a_server_sends_ends_in_pictures_or_an_error(
        head in prop::sample::select(vec![
            "",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n",
        ]),
        pieces in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            Just(picture(SIZE.0, SIZE.1, 1)),
            Just(b"--frame\r\n\r\n".to_vec()),
            Just(b"80\r\n".to_vec()),
        ], 0..8),
    ) {
        let server = Server::start(vec![vec![Do::Listen, Do::Send(head.into()), Do::Send(pieces.concat())]]);
        // A server that closes is at its end at once; one with the same picture again and again is not.
        let patience = Patience {
            connect: Duration::from_secs(5),
            answer: Duration::from_millis(100),
            silence: Duration::from_millis(50),
        };
        if let Ok(mut device) = camera(&server.url("/")).with_patience(patience).open() {
            while next(&mut *device).is_ok() {}
        }
    }
}
