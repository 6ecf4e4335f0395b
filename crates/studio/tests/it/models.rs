//! Networks fetched from a server that behaves, and from many that do not.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use imaging::removal::{ModelSpec, Normalisation, Squash};
use studio::models::{Checksum, Custom, Known, ModelError, Progress, State, Store, known};
use studio::{Cancel, NetError, Patience};
use tempfile::TempDir;

use crate::drawn::PATIENCE;
use crate::onnx::colours;
use crate::web::{Answer, Request, Web};

/// The bytes that stand for a network: they differ at every place.
fn bytes() -> Vec<u8> {
    (0..200_000_u32).flat_map(|at| at.to_le_bytes()).collect()
}

/// MD5 of [`bytes`], by `python3 -c "import hashlib,struct;
/// print(hashlib.md5(b''.join(struct.pack('<I',i) for i in range(200000))).hexdigest())"`.
const MD5: &str = "fa9bb35ad7bfe1a144ad4fb7d5717705";

/// The same with SHA-256.
const SHA256: &str = "2fadeb03b6d797daf4d2a3fdfdbe5662d50eaa343fc153b249894a336bf0ebba";

fn entry() -> Known {
    Known {
        name: "tiny",
        file: "tiny.onnx",
        bytes: 800_000,
        checksum: Checksum::Md5(MD5),
        ..*known("u2netp").unwrap()
    }
}

fn store(folder: &Path, web: &Web) -> Store {
    Store::new(folder)
        .address(&web.address())
        .unwrap()
        .catalogue([entry()])
        .patience(patience(PATIENCE))
}

/// A store that does not wait for what will not come.
fn hasty(folder: &Path, web: &Web) -> Store {
    store(folder, web).patience(patience(Duration::from_millis(300)))
}

/// With an answer awaited for so long.
fn patience(answer: Duration) -> Patience {
    Patience {
        connect: PATIENCE,
        answer,
        silence: answer,
        whole: None,
    }
}

fn fetch(store: &Store) -> Result<Vec<Progress>, ModelError> {
    let mut told = Vec::new();
    let agreed = store.offer("tiny")?.agreed();
    store.fetch(&agreed, &Cancel::new(), &mut |progress| told.push(progress))?;
    Ok(told)
}

fn state(store: &Store) -> State {
    store.list().remove(0).state
}

/// A server of files as it should be.
fn whole(request: &Request) -> Answer {
    let all = bytes();
    let answer = |status, body: &[u8]| Answer::new(status, body).header("ETag", "\"one\"");
    let from = request.headers.get("range").and_then(|range| {
        let from = range.strip_prefix("bytes=")?.strip_suffix('-')?;
        from.parse::<usize>().ok()
    });
    let same = request
        .headers
        .get("if-range")
        .is_none_or(|edition| edition == "\"one\"");
    match from {
        Some(from) if same => {
            let span = format!("bytes {from}-{}/{}", all.len() - 1, all.len());
            answer(206, &all[from..]).header("Content-Range", span)
        }
        _ => answer(200, &all),
    }
}

/// The first answer is one thing, all others are those of a good server.
fn first(odd: impl Fn() -> Answer + Send + Sync + 'static) -> Web {
    let count = AtomicUsize::new(0);
    Web::new(move |request| match count.fetch_add(1, Ordering::SeqCst) {
        0 => odd(),
        _ => whole(request),
    })
}

fn is_whole(folder: &Path) -> bool {
    std::fs::read(folder.join("tiny.onnx")).unwrap() == bytes()
        && !folder.join("tiny.onnx.part").exists()
        && !folder.join("tiny.onnx.part.json").exists()
}

#[test]
fn a_network_is_offered_with_its_licence_and_fetched_with_progress() {
    let (folder, web) = (TempDir::new().unwrap(), Web::new(whole));
    let below = folder.path().join("models");
    let store = store(&below, &web);
    assert_eq!(state(&store), State::Absent);
    let offer = store.offer("tiny").unwrap();
    assert_eq!((offer.licence.name, offer.bytes), ("Apache-2.0", 800_000));
    assert_eq!(offer.address, format!("{}/tiny.onnx", web.address()));
    assert!(offer.free.is_none_or(|free| free > 0));
    let told = fetch(&store).unwrap();
    assert!(told.windows(2).all(|pair| pair[0].done < pair[1].done));
    assert_eq!(
        told.last(),
        Some(&Progress {
            done: 800_000,
            of: 800_000
        })
    );
    assert!(is_whole(&below));
    let present = State::Present {
        bytes: 800_000,
        checked: true,
    };
    assert_eq!(state(&store), present);
    store.verify("tiny").unwrap();
    fetch(&store).unwrap();
    assert_eq!(web.seen().len(), 1, "what is there is not fetched again");
    store.remove("tiny").unwrap();
    assert_eq!(state(&store), State::Absent);
}

#[test]
fn what_is_cut_off_goes_on_where_it_ended() {
    let web = first(|| {
        let answer = Answer::new(200, bytes()).header("ETag", "\"one\"");
        answer.cut(500_000).slowly(50_000)
    });
    let folder = TempDir::new().unwrap();
    let store = store(folder.path(), &web);
    let error = fetch(&store).unwrap_err();
    assert!(
        matches!(
            error,
            ModelError::Net(NetError::CutOff {
                expected: Some(800_000),
                ..
            })
        ),
        "{error}"
    );
    let State::Partial { bytes: there } = state(&store) else {
        panic!("{:?}", state(&store));
    };
    assert!(there > 0 && store.offer("tiny").unwrap().there == there);
    let told = fetch(&store).unwrap();
    assert_eq!(
        told[0].done, there,
        "what is there counts from the beginning"
    );
    assert!(is_whole(folder.path()));
    let second = &web.seen()[1];
    assert_eq!(second.headers["range"], format!("bytes={there}-"));
    assert_eq!(second.headers["if-range"], "\"one\"");
}

#[test]
fn a_server_without_parts_or_with_another_edition_is_taken_from_the_beginning() {
    for edition in ["\"one\"", "\"another\"", "W/\"one\""] {
        let count = AtomicUsize::new(0);
        let web = Web::new(move |request| match count.fetch_add(1, Ordering::SeqCst) {
            0 => Answer::new(200, bytes())
                .header("ETag", edition)
                .cut(400_000),
            // Ranges are not listened to; of another edition there is none.
            _ if edition == "\"one\"" => Answer::new(200, bytes()),
            _ => whole(request),
        });
        let folder = TempDir::new().unwrap();
        let store = store(folder.path(), &web);
        fetch(&store).unwrap_err();
        fetch(&store).unwrap();
        assert!(is_whole(folder.path()), "{edition}");
        let asked_for_a_part = web.seen()[1].headers.contains_key("range");
        assert_eq!(asked_for_a_part, !edition.starts_with('W'), "{edition}");
    }
}

#[test]
fn a_part_that_the_server_cannot_go_on_from_is_dropped() {
    let count = AtomicUsize::new(0);
    let web = Web::new(move |request| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::new(200, bytes())
            .header("ETag", "\"one\"")
            .cut(400_000),
        1 => Answer::new(416, ""),
        _ => whole(request),
    });
    let folder = TempDir::new().unwrap();
    let store = store(folder.path(), &web);
    fetch(&store).unwrap_err();
    fetch(&store).unwrap();
    assert!(is_whole(folder.path()));
    assert!(!web.seen()[2].headers.contains_key("range"));
}

#[test]
fn a_rest_that_does_not_fit_what_is_there_is_refused() {
    let count = AtomicUsize::new(0);
    let web = Web::new(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::new(200, bytes())
            .header("ETag", "\"one\"")
            .cut(400_000),
        _ => Answer::new(206, bytes()).header("Content-Range", "bytes 0-799999/800000"),
    });
    let folder = TempDir::new().unwrap();
    let store = store(folder.path(), &web);
    fetch(&store).unwrap_err();
    let error = fetch(&store).unwrap_err();
    assert!(matches!(error, ModelError::Answer { .. }), "{error}");
}

#[test]
fn what_is_not_the_file_is_refused_with_the_reason_and_the_next_try_is_whole() {
    type Odd = (&'static str, fn() -> Answer, &'static str);
    let odd: [Odd; 7] = [
        (
            "wrong length",
            || Answer::new(200, bytes()).declare(799_999),
            "799999 bytes instead of 800000",
        ),
        (
            "too long",
            || Answer::new(200, [bytes(), vec![1]].concat()),
            "800001 bytes instead",
        ),
        (
            "not found",
            || Answer::new(404, "Not Found"),
            "answered 404: Not Found",
        ),
        (
            "broken",
            || Answer::new(500, "Internal Server Error"),
            "answered 500: Internal Server Error",
        ),
        (
            "other bytes",
            || {
                let mut other = bytes();
                other[700_000] ^= 1;
                Answer::new(200, other)
            },
            "something else: its checksum is",
        ),
        (
            "silent",
            || Answer::new(200, bytes()).stall(0),
            "took too long",
        ),
        (
            "silent in the middle",
            || Answer::new(200, bytes()).stall(300_000),
            "took too long",
        ),
    ];
    for (name, answer, problem) in odd {
        let web = first(answer);
        let folder = TempDir::new().unwrap();
        let store = store(folder.path(), &web);
        let first = match problem {
            "took too long" => hasty(folder.path(), &web),
            _ => self::store(folder.path(), &web),
        };
        let error = fetch(&first).unwrap_err();
        assert!(error.to_string().contains(problem), "{name}: {error}");
        assert!(!error.remedy().is_empty());
        assert!(!folder.path().join("tiny.onnx").exists(), "{name}");
        fetch(&store).unwrap();
        assert!(is_whole(folder.path()), "{name}");
    }
}

#[test]
fn nobody_there_is_said() {
    let folder = TempDir::new().unwrap();
    let store = {
        let web = Web::new(whole);
        store(folder.path(), &web)
    };
    let error = fetch(&store).unwrap_err();
    assert!(
        matches!(error, ModelError::Net(NetError::Unreachable { .. })),
        "{error}"
    );
}

#[test]
fn a_call_to_end_ends_also_a_connection_that_says_nothing() {
    let web = first(|| {
        Answer::new(200, bytes())
            .header("ETag", "\"one\"")
            .stall(300_000)
    });
    let folder = TempDir::new().unwrap();
    // Silence alone would not end it for minutes.
    let store = store(folder.path(), &web).patience(patience(Duration::from_secs(600)));
    let cancel = Cancel::new();
    let agreed = store.offer("tiny").unwrap().agreed();
    let wish = cancel.clone();
    let mut hand = None;
    let error = store
        .fetch(&agreed, &cancel, &mut |progress| {
            if progress.done == 300_000 {
                let wish = wish.clone();
                let body = move || {
                    stdx::Clock::sleep(&stdx::SystemClock, Duration::from_millis(50));
                    wish.cancel();
                };
                hand = Some(stdx::thread::spawn(
                    "hand",
                    stdx::thread::Intent::Background,
                    body,
                ));
            }
        })
        .unwrap_err();
    assert!(error.cancelled(), "{error}");
    assert_eq!(state(&store), State::Partial { bytes: 300_000 });
    let before = Cancel::new();
    before.cancel();
    let error = store.fetch(&agreed, &before, &mut |_| {}).unwrap_err();
    assert!(error.cancelled(), "{error}");
    assert_eq!(
        web.seen().len(),
        1,
        "what was called off before asks nobody"
    );
    fetch(&store).unwrap();
    assert!(is_whole(folder.path()));
}

#[test]
fn one_at_a_time_fetches_a_network() {
    let web = first(|| {
        Answer::new(200, bytes())
            .header("ETag", "\"one\"")
            .stall(300_000)
    });
    let folder = TempDir::new().unwrap();
    let store = Arc::new(store(folder.path(), &web).patience(patience(Duration::from_secs(600))));
    let cancel = Cancel::new();
    let agreed = store.offer("tiny").unwrap().agreed();
    let mut second = None;
    let error = store.fetch(&agreed, &cancel, &mut |progress| {
        if progress.done == 300_000 {
            second = Some(fetch(&store).unwrap_err());
            cancel.cancel();
        }
    });
    assert!(error.unwrap_err().cancelled());
    assert!(
        matches!(second, Some(ModelError::Busy { .. })),
        "{second:?}"
    );
}

#[test]
fn a_disk_without_room_is_said_before_anything_is_asked_for() {
    let web = Web::new(whole);
    let folder = TempDir::new().unwrap();
    let store = store(folder.path(), &web).room(|_| Some(1_000_000));
    let error = fetch(&store).unwrap_err();
    assert!(
        matches!(
            error,
            ModelError::NoRoom {
                free: 1_000_000,
                ..
            }
        ),
        "{error}"
    );
    assert!(web.seen().is_empty());
}

#[test]
fn a_file_that_changed_on_disk_or_at_its_origin_is_noticed() {
    let web = Web::new(whole);
    let folder = TempDir::new().unwrap();
    let store = store(folder.path(), &web);
    fetch(&store).unwrap();
    let path = folder.path().join("tiny.onnx");
    let mut other = bytes();
    other[5] ^= 1;
    std::fs::write(&path, &other).unwrap();
    let error = store.verify("tiny").unwrap_err();
    assert!(matches!(error, ModelError::Checksum { .. }), "{error}");
    std::fs::write(&path, &other[..1000]).unwrap();
    assert_eq!(state(&store), State::Broken { bytes: 1000 });
    assert!(matches!(
        store.session("tiny"),
        Err(ModelError::Length { .. })
    ));
    // The same MD5 with another SHA-256 would be a forgery: here the pin is another one.
    let pins = folder.path().join("checksums.json");
    let text = std::fs::read_to_string(&pins).unwrap();
    assert!(text.contains(SHA256), "{text}");
    std::fs::write(&pins, text.replace(SHA256, &"0".repeat(64))).unwrap();
    let error = fetch(&store).unwrap_err();
    assert!(matches!(error, ModelError::Changed { .. }), "{error}");
}

#[test]
fn a_file_that_somebody_has_is_imported_if_it_is_the_right_one() {
    let web = Web::new(whole);
    let (folder, own) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let store = store(folder.path(), &web);
    let from = own.path().join("download (1).bin");
    std::fs::write(&from, &bytes()[1..]).unwrap();
    assert!(matches!(
        store.import("tiny", &from),
        Err(ModelError::Length { .. })
    ));
    let mut other = bytes();
    other[0] ^= 1;
    std::fs::write(&from, &other).unwrap();
    assert!(matches!(
        store.import("tiny", &from),
        Err(ModelError::Checksum { .. })
    ));
    std::fs::write(&from, bytes()).unwrap();
    store.import("tiny", &from).unwrap();
    assert!(is_whole(folder.path()) && from.exists());
    assert!(matches!(
        store.import("other", &from),
        Err(ModelError::Unknown { .. })
    ));
    assert!(web.seen().is_empty());
}

#[test]
fn a_right_file_that_was_put_there_by_hand_is_taken_as_it_is() {
    let web = Web::new(whole);
    let folder = TempDir::new().unwrap();
    let store = store(folder.path(), &web);
    std::fs::write(folder.path().join("tiny.onnx"), bytes()).unwrap();
    let unchecked = State::Present {
        bytes: 800_000,
        checked: false,
    };
    assert_eq!(state(&store), unchecked);
    fetch(&store).unwrap();
    assert!(web.seen().is_empty());
    assert!(matches!(
        state(&store),
        State::Present { checked: true, .. }
    ));
}

fn leaves() -> ModelSpec {
    ModelSpec {
        name: "leaves".to_owned(),
        side: 32,
        normalisation: Normalisation::HALF,
        squash: Squash::None,
    }
}

#[test]
fn a_network_of_ones_own_is_known_by_the_description_beside_it() {
    let folder = TempDir::new().unwrap();
    let model = folder.path().join("mine.onnx");
    std::fs::write(&model, colours(32).file()).unwrap();
    let description = Custom::description(&model);
    let missing = Custom::read(&model).unwrap_err();
    assert!(missing.to_string().contains("mine.json"), "{missing}");
    let wrong = [
        ("{", "line 1"),
        (r#"{"name":"leaves","side":32}"#, "normalisation"),
        (
            r#"{"name":"leaves","side":4,"normalisation":{"mean":[0,0,0],"deviation":[1,1,1]}}"#,
            "side is 4",
        ),
        (
            r#"{"name":"leaves","side":32,"normalisation":{"mean":[0,0,0],"deviation":[0,1,1]}}"#,
            "deviation",
        ),
        (
            r#"{"name":"u2net","side":32,"normalisation":{"mean":[0,0,0],"deviation":[1,1,1]}}"#,
            "another model",
        ),
        (
            r#"{"name":"leaves","sides":32,"normalisation":{"mean":[0,0,0],"deviation":[1,1,1]}}"#,
            "sides",
        ),
    ];
    for (text, problem) in wrong {
        std::fs::write(&description, text).unwrap();
        let error = Custom::read(&model).unwrap_err();
        assert!(matches!(error, ModelError::Description { .. }), "{error}");
        assert!(error.to_string().contains(problem), "{text}: {error}");
    }
    std::fs::write(&description, vec![b' '; 70_000]).unwrap();
    let error = Custom::read(&model).unwrap_err().to_string();
    assert!(error.contains("more than"), "{error}");
    std::fs::write(
        &description,
        r#"{"name":"leaves","side":32,"normalisation":{"mean":[0.5,0.5,0.5],"deviation":[1,1,1]}}"#,
    )
    .unwrap();
    let custom = Custom::read(&model).unwrap();
    assert_eq!(custom.spec, leaves());
    custom.session().unwrap().warm().unwrap();
}

#[test]
fn a_network_of_ones_own_is_imported_listed_used_and_removed() {
    let (folder, own) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let store = Store::new(folder.path());
    let from = own.path().join("x.bin");
    std::fs::write(&from, colours(32).file()).unwrap();
    for name in ["", "../x", ".x", "lite", "u2netp", "a/b"] {
        let spec = ModelSpec {
            name: name.to_owned(),
            ..leaves()
        };
        let error = store.import_custom(&spec, &from).unwrap_err();
        assert!(matches!(error, ModelError::Name { .. }), "{name}: {error}");
    }
    let misfit = ModelSpec {
        side: 48,
        ..leaves()
    };
    let error = store.import_custom(&misfit, &from).unwrap_err();
    assert!(matches!(error, ModelError::Imaging(_)), "{error}");
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
    store.import_custom(&leaves(), &from).unwrap();
    let listed = store.list().pop().unwrap();
    assert_eq!((listed.name.as_str(), listed.known), ("leaves", None));
    assert!(matches!(listed.state, State::Present { checked: true, .. }));
    store.session("leaves").unwrap().warm().unwrap();
    store.remove("leaves").unwrap();
    assert!(matches!(
        store.session("leaves"),
        Err(ModelError::Unknown { .. })
    ));
}

#[test]
fn what_does_not_run_here_or_is_not_there_is_said() {
    let folder = TempDir::new().unwrap();
    let store = Store::new(folder.path());
    let error = store.session("u2netp").unwrap_err();
    assert!(matches!(error, ModelError::NotThere { .. }), "{error}");
    let error = store.offer("birefnet-general").unwrap_err();
    assert!(matches!(error, ModelError::Elsewhere { .. }), "{error}");
    let error = store.offer("u3net").unwrap_err().to_string();
    assert!(error.contains("u2netp, silueta"), "{error}");
    let error = store.address("rembg.example").unwrap_err();
    assert!(matches!(error, NetError::Address { .. }), "{error}");
}
