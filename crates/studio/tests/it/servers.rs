//! A rembg server asked directly.

use std::time::Duration;

use imaging::effects::{Colours, RemoveBackground};
use imaging::{Layout, Picture, Run, open_bytes};
use studio::server::{Contract, Question, Server, ServerError, ServerPatience};
use studio::{Cancel, NetError};

use crate::drawn::{PATIENCE, scene};
use crate::rembg::{ALPHA, Mood, Rembg, part};

fn server(rembg: &Rembg) -> Server {
    let mut server = Server::new(&rembg.web.address()).unwrap();
    // Far longer than anything takes but a server that never answers.
    server.patience = ServerPatience {
        connect: PATIENCE,
        first: PATIENCE,
        answer: PATIENCE,
    };
    server
}

fn how() -> RemoveBackground {
    RemoveBackground {
        model: "u2netp".to_owned(),
        ..RemoveBackground::default()
    }
}

fn asked(rembg: &Rembg, picture: &Picture, how: &RemoveBackground) -> Result<Picture, ServerError> {
    asked_of(&server(rembg), picture, how)
}

fn asked_of(
    server: &Server,
    picture: &Picture,
    how: &RemoveBackground,
) -> Result<Picture, ServerError> {
    let (cancel, run) = (Cancel::new(), Run::default());
    let contract = server.contract(&cancel)?;
    let question = server.question(&contract, picture, how, &run)?;
    let reply = server.ask(&question, &cancel)?;
    server.accept(&question, &reply, picture, &run)
}

#[test]
fn a_picture_goes_there_as_the_contract_says_and_comes_back_cut_out() {
    let rembg = Rembg::new(Mood::Well);
    let picture = scene(90, 70, Layout::Rgb);
    let clean = RemoveBackground {
        clean: true,
        colours: Colours::Kept,
        ..how()
    };
    let cut = asked(&rembg, &picture, &clean).unwrap();
    assert_eq!((cut.size(), cut.layout()), (picture.size(), Layout::Rgba));
    assert!(cut.bytes().chunks(4).all(|pixel| pixel[3] == ALPHA));
    let request = &rembg.pictures()[0];
    assert_eq!(
        request.target,
        "/api/remove?extras=%7B%22putalpha%22%3Atrue%7D"
    );
    assert_eq!(part(request, "model").unwrap(), b"u2netp");
    assert_eq!(part(request, "ppm").unwrap(), b"true");
    assert_eq!(part(request, "extras"), None);
    assert_eq!(part(request, "dc"), None);
    let sent = open_bytes(&part(request, "file").unwrap(), &Run::default()).unwrap();
    assert_eq!(
        sent.picture, picture,
        "what is sent is the picture, to the last bit"
    );
}

#[test]
fn what_was_transparent_before_stays_so() {
    let rembg = Rembg::new(Mood::Well);
    let picture = scene(40, 20, Layout::Rgba);
    let cut = asked(&rembg, &picture, &how()).unwrap();
    let alphas: Vec<u8> = cut.bytes().chunks(4).map(|pixel| pixel[3]).collect();
    assert_eq!(alphas[..40], [vec![ALPHA; 20], vec![0; 20]].concat());
}

#[test]
fn answers_that_are_none_are_refused_with_the_reason() {
    let picture = scene(90, 70, Layout::Rgb);
    for (mood, problem) in [
        (Mood::Errors, "answered 500: Internal Server Error"),
        (Mood::Stalls, "took too long"),
        (Mood::StallsOnPictures, "took too long"),
        (Mood::AnotherProgram, "no rembg server"),
        (Mood::NoPicture, "no PNG"),
        (Mood::Shrinks, "7x5 instead of 90x70"),
        (Mood::Opaque, "without transparency"),
        (Mood::Endless, "has more than the"),
        (Mood::CutsOff, "cut off after"),
    ] {
        let rembg = Rembg::new(mood);
        let mut server = server(&rembg);
        match mood {
            Mood::Stalls => server.patience.connect = Duration::from_millis(300),
            Mood::StallsOnPictures => server.patience.first = Duration::from_millis(300),
            _ => {}
        }
        let error = asked_of(&server, &picture, &how()).unwrap_err();
        assert!(error.to_string().contains(problem), "{mood:?}: {error}");
        assert!(!error.remedy().is_empty() && !error.cancelled());
    }
}

#[test]
fn a_picture_larger_than_the_one_that_was_sent_is_not_even_decoded() {
    let rembg = Rembg::new(Mood::Well);
    let (server, run) = (server(&rembg), Run::default());
    let question = |picture: &Picture| -> Question {
        let contract = Contract::default();
        server.question(&contract, picture, &how(), &run).unwrap()
    };
    let large = scene(400, 300, Layout::Rgb);
    let small = scene(40, 30, Layout::Rgb);
    let reply = server.ask(&question(&large), &Cancel::new()).unwrap();
    let error = server
        .accept(&question(&small), &reply, &small, &run)
        .unwrap_err();
    assert!(error.to_string().contains("400x300"), "{error}");
}

#[test]
fn calling_off_does_not_wait_for_a_server_that_says_nothing() {
    let rembg = Rembg::new(Mood::StallsOnPictures);
    let mut server = server(&rembg);
    // Its own time-out would be the end of this test.
    server.patience.first = Duration::from_secs(3600);
    let (cancel, run) = (Cancel::new(), Run::default());
    let contract = server.contract(&cancel).unwrap();
    let picture = scene(20, 10, Layout::Rgb);
    let question = server.question(&contract, &picture, &how(), &run).unwrap();
    let hand = cancel.clone();
    let body = move || {
        stdx::Clock::sleep(&stdx::SystemClock, Duration::from_millis(50));
        hand.cancel();
    };
    let _hand = stdx::thread::spawn("hand", stdx::thread::Intent::Background, body).unwrap();
    let error = server.ask(&question, &cancel).unwrap_err();
    assert!(error.cancelled(), "{error}");
    let again = server.ask(&question, &cancel).unwrap_err();
    assert!(matches!(again, ServerError::Net(NetError::Cancelled)));
}

#[test]
fn a_server_that_is_not_there_is_said() {
    let server = server(&Rembg::new(Mood::Well));
    let error = server.contract(&Cancel::new()).unwrap_err();
    assert!(
        matches!(error, ServerError::Net(NetError::Unreachable { .. })),
        "{error}"
    );
}
