//! Cameras that send what they should, each in its own way.

use std::time::Duration;

use cameras::{CameraConfig, CameraEvent, CameraState, OpenDevice as _};
use pixels::{PixelFormat, Size};
use stdx::thread::Intent;
use stdx::watchdog::{AfterHang, Policy};
use stdx::{Clock as _, SystemClock};
use units::Hz;

use super::server::{Do, Server, answer, head, part, picture};
use super::{LONG, SIZE, camera, next, open};

fn pictures(count: u8) -> Vec<Vec<u8>> {
    (0..count)
        .map(|number| picture(SIZE.0, SIZE.1, number))
        .collect()
}

#[test]
fn a_stream_gives_every_picture_in_order_whatever_form_its_body_has() {
    let all = pictures(5);
    let parts: Vec<u8> = all
        .iter()
        .flat_map(|picture| {
            let Do::Send(bytes) = part(picture) else {
                unreachable!()
            };
            bytes
        })
        .collect();
    let chunked: Vec<u8> = parts
        .chunks(97)
        .flat_map(|chunk| [format!("{:X}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat())
        .collect();
    let kind = "Content-Type: multipart/x-mixed-replace; boundary=frame";
    for (what, head, body) in [
        (
            "HTTP/1.1",
            format!("HTTP/1.1 200 OK\r\n{kind}\r\n\r\n"),
            parts.clone(),
        ),
        (
            "HTTP/1.0",
            format!("HTTP/1.0 200 OK\r\nConnection: close\r\n{kind}\r\n\r\n"),
            parts.clone(),
        ),
        (
            "in chunks",
            format!("HTTP/1.1 200 OK\r\n{kind}\r\nTransfer-Encoding: chunked\r\n\r\n"),
            chunked,
        ),
        (
            "a length of nothing",
            format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{kind}\r\n\r\n"),
            parts.clone(),
        ),
        (
            "after a 100",
            format!("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n{kind}\r\n\r\n"),
            parts,
        ),
        (
            "bare pictures",
            "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n".to_owned(),
            all.concat(),
        ),
        (
            "bare pictures of no type",
            "HTTP/1.1 200 OK\r\n\r\n".to_owned(),
            all.concat(),
        ),
    ] {
        let server = Server::start(vec![vec![
            Do::Listen,
            Do::Send(head.into_bytes()),
            Do::Send(body),
            Do::Stall,
        ]]);
        let mut camera = camera(&server.url("/video"));
        let mut device = open(&mut camera);
        assert_eq!(device.info().format, PixelFormat::Mjpg);
        assert_eq!(device.info().size, Size::new(SIZE.0, SIZE.1).unwrap());
        assert_eq!(device.info().identity, server.url("/video"));
        for (at, picture) in all.iter().enumerate() {
            assert_eq!(
                &next(&mut *device).unwrap(),
                picture,
                "{what}, picture {at}"
            );
        }
        let mut into = Vec::new();
        let came = device.next(Duration::from_millis(1), &mut into).unwrap();
        assert_eq!((came, into.len()), (None, 0), "{what}");
    }
}

#[test]
fn a_picture_is_there_with_its_last_byte_and_not_with_the_next_picture() {
    // No length, no line break and no boundary behind it: only the picture itself tells that it is over.
    let first = picture(SIZE.0, SIZE.1, 9);
    let server = Server::start(vec![vec![
        Do::Listen,
        head(),
        Do::Send([&b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"[..], &first].concat()),
        Do::Stall,
    ]]);
    let mut camera = camera(&server.url("/"));
    assert_eq!(next(&mut *open(&mut camera)).unwrap(), first);
}

#[test]
fn redirects_are_followed_and_the_login_goes_only_where_it_belongs() {
    let other = Server::start(vec![vec![
        Do::Listen,
        head(),
        part(&picture(SIZE.0, SIZE.1, 1)),
        Do::Stall,
    ]]);
    let server = Server::start(vec![
        vec![Do::Listen, answer("302 Found", "Location: /live/\r\n", b"")],
        vec![
            Do::Listen,
            answer(
                "301 Moved",
                &format!("Location: {}\r\n", other.url("/stream?x=1")),
                b"moved",
            ),
        ],
    ]);
    let url = server.url("/").replace("http://", "http://me:secret@");
    let mut camera = camera(&url);
    next(&mut *open(&mut camera)).unwrap();
    let [first, second] = <[String; 2]>::try_from(server.requests()).unwrap();
    assert!(
        first.starts_with("GET / HTTP/1.1\r\n")
            && first.contains("Authorization: Basic bWU6c2VjcmV0")
    );
    assert!(
        second.starts_with("GET /live/ HTTP/1.1\r\n") && second.contains("Authorization: Basic ")
    );
    let [third] = <[String; 1]>::try_from(other.requests()).unwrap();
    assert!(
        third.starts_with("GET /stream?x=1 HTTP/1.1\r\n") && !third.contains("Authorization"),
        "{third}"
    );
    assert!(!camera.describe().contains("secret"));
}

#[test]
fn single_pictures_are_asked_for_one_by_one_on_one_connection_and_an_old_one_is_not_new() {
    let all = pictures(3);
    let snapshot = |at: usize| answer("200 OK", "Content-Type: image/jpeg\r\n", &all[at]);
    let server = Server::start(vec![vec![
        Do::Listen,
        snapshot(0),
        Do::Listen,
        snapshot(0),
        Do::Listen,
        snapshot(1),
        Do::Listen,
        snapshot(2),
        Do::Stall,
    ]]);
    let mut camera = camera(&server.url("/shot.jpg"));
    let mut device = open(&mut camera);
    for picture in &all {
        assert_eq!(&next(&mut *device).unwrap(), picture);
    }
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn single_pictures_may_each_need_a_connection_of_their_own() {
    let all = pictures(3);
    let closing = |at: usize| {
        let head = b"HTTP/1.0 200 OK\r\nContent-Type: image/jpeg\r\n\r\n";
        vec![Do::Listen, Do::Send([&head[..], &all[at]].concat())]
    };
    // The last one says that it keeps the connection, and then does not.
    let kept = vec![
        Do::Listen,
        answer("200 OK", "Content-Type: image/jpeg\r\n", &all[2]),
    ];
    let server = Server::start(vec![closing(0), closing(1), kept, closing(0)]);
    let mut camera = camera(&server.url("/shot.jpg"));
    let mut device = open(&mut camera);
    for picture in [&all[0], &all[1], &all[2], &all[0]] {
        assert_eq!(&next(&mut *device).unwrap(), picture);
    }
}

#[test]
fn single_pictures_are_not_asked_for_faster_than_the_rate() {
    let all = pictures(3);
    let script = all.iter().flat_map(|picture| {
        [
            Do::Listen,
            answer("200 OK", "Content-Type: image/jpeg\r\n", picture),
        ]
    });
    let server = Server::start(vec![script.chain([Do::Stall]).collect()]);
    let size = Size::new(SIZE.0, SIZE.1).unwrap();
    let fps = Hz::new(10.0).unwrap();
    let began = SystemClock.now();
    let mut camera =
        cameras::NetworkCamera::new(&server.url("/"), size, fps, SystemClock::shared()).unwrap();
    let mut device = open(&mut camera);
    for _ in 0..3 {
        next(&mut *device).unwrap();
    }
    // Less cannot be, however fast the machine is.
    assert!(SystemClock.now().since(began) >= fps.period() * 2);
}

#[test]
fn a_camera_that_ends_its_stream_is_asked_again_and_goes_on() {
    let all = pictures(4);
    let script = |from: usize| {
        let rest = &all[3][..all[3].len() / 2];
        vec![
            Do::Listen,
            head(),
            part(&all[from]),
            part(&all[from + 1]),
            Do::Send(rest.to_vec()),
        ]
    };
    let last = vec![Do::Listen, head(), part(&all[3]), Do::Stall];
    let server = Server::start(vec![script(0), script(1), last]);
    let size = Size::new(SIZE.0, SIZE.1).unwrap();
    let config = CameraConfig::new("phone", size, Hz::new(30.0).unwrap());
    let policy = Policy {
        thread: "replaced",
        intent: Intent::Capture,
        slow_after: LONG,
        hangs_after: LONG,
        restarts: 0,
        after_hang: AfterHang::Abandon,
    };
    let mut running = cameras::start(
        config,
        Box::new(camera(&server.url("/video"))),
        SystemClock::shared(),
        policy,
    )
    .unwrap();
    let reader = running.pictures().unwrap();
    let mut came = std::collections::VecDeque::new();
    while came.len() < 5 {
        assert!(
            !matches!(running.status().state, CameraState::Refused(_)),
            "{:?}",
            running.status()
        );
        reader.drain(&mut came);
        SystemClock.sleep(Duration::from_millis(2));
    }
    let came: Vec<Vec<u8>> = came.iter().map(|frame| frame.bytes.to_vec()).collect();
    assert_eq!(
        came,
        [&all[0], &all[1], &all[1], &all[2], &all[3]].map(Clone::clone)
    );
    assert_eq!(running.status().reconnects, 2);
    let lost: Vec<String> = running
        .events()
        .into_iter()
        .filter_map(|event| match event {
            CameraEvent::Lost(trouble) => Some(trouble.why),
            _ => None,
        })
        .collect();
    assert_eq!(lost.len(), 2);
    assert!(
        lost[0].ends_with("it ended the stream in the middle of a picture"),
        "{lost:?}"
    );
}
