//! Backgrounds removed here, by a server, and here again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use imaging::effects::{Crop, Invert, RemoveBackground};
use imaging::removal::{IDLE, ModelSpec, Networks, Normalisation, Session, Squash};
use imaging::{Layout, Picture, Pipeline};
use jobs::{JobError, Pool};
use pixels::Size;
use stdx::{Clock, FakeClock};
use studio::routing::{
    Decided, LASTS, PAUSE, Purpose, Reason, Removed, Remover, Route, RouteRules, Standing, WhyHere,
};
use studio::server::{Server, ServerPatience};
use studio::{PREVIEW, Tools, WARM_MODEL};
use tempfile::TempDir;
use units::MonoTime;

use crate::drawn::{PATIENCE, answer, occupied, pool, scene, setup};
use crate::onnx::colours;
use crate::rembg::{ALPHA, Mood, Rembg};

/// A pool of one worker, a small network on disk, and what was decided.
struct House {
    pool: Arc<Pool>,
    remover: Remover,
    told: Arc<Mutex<Vec<Decided>>>,
    clock: FakeClock,
    _folder: TempDir,
}

fn house() -> House {
    let clock = FakeClock::default();
    house_with(pool(1), clock.shared(), clock)
}

fn house_with(pool: Arc<Pool>, time: Arc<dyn Clock>, clock: FakeClock) -> House {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("tiny.onnx");
    std::fs::write(&file, colours(32).file()).unwrap();
    let spec = ModelSpec {
        name: "tiny".to_owned(),
        side: 32,
        normalisation: Normalisation::HALF,
        squash: Squash::None,
    };
    let told = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&told);
    let remover = Remover::new(&pool, time, move |decided| {
        list.lock().unwrap().push(decided.clone());
    });
    let session = Arc::new(Session::new(spec, &file).unwrap());
    remover.set_tools(Tools {
        networks: Networks::default().with(session),
        ..Tools::default()
    });
    // Small pictures, so that large ones are no work either.
    remover.set_rules(RouteRules {
        longest: 64,
        ..RouteRules::default()
    });
    House {
        pool,
        remover,
        told,
        clock,
        _folder: folder,
    }
}

impl House {
    fn with(&self, rembg: &Rembg) {
        let mut server = Server::new(&rembg.web.address()).unwrap();
        // Of a server that stalls only this is waited for; a good answer comes sooner on the slowest machine.
        server.patience = ServerPatience {
            connect: PATIENCE,
            first: Duration::from_secs(4),
            answer: Duration::from_secs(4),
        };
        self.remover.set_server(Some(server));
    }

    /// A second passes: whatever is due is done. Whether the server was asked.
    fn tick(&self) -> bool {
        match self.remover.tick().unwrap() {
            Some(ticket) => {
                answer(ticket).unwrap();
                true
            }
            None => false,
        }
    }

    fn removed(&self, picture: &Picture) -> Removed {
        self.try_removed("tiny", picture, Purpose::Person).unwrap()
    }

    fn try_removed(
        &self,
        model: &str,
        picture: &Picture,
        purpose: Purpose,
    ) -> Result<Removed, JobError> {
        answer(
            self.remover
                .remove(picture.clone(), how(model), purpose, None)
                .unwrap(),
        )
    }

    /// Done on this computer and by the server, as telemetry has it.
    fn routes(&self) -> (u64, u64) {
        let telemetry = self.pool.telemetry();
        (telemetry.local, telemetry.remote)
    }
}

fn how(model: &str) -> RemoveBackground {
    RemoveBackground {
        model: model.to_owned(),
        ..RemoveBackground::default()
    }
}

fn large() -> Picture {
    scene(100, 80, Layout::Rgb)
}

fn by_server(picture: &Picture) -> bool {
    picture.bytes().chunks(4).all(|pixel| pixel[3] == ALPHA)
}

fn why(removed: &Removed) -> Vec<Option<WhyHere>> {
    removed
        .decisions
        .iter()
        .map(|decision| decision.here.clone())
        .collect()
}

#[test]
fn without_a_server_a_large_picture_is_done_here_with_a_warning() {
    let house = house();
    let removed = house.removed(&large());
    assert_eq!(why(&removed), [Some(WhyHere::NoServer)]);
    assert!(removed.decisions[0].warns());
    assert!(!by_server(&removed.picture));
    assert_eq!(house.routes(), (1, 0));
    let told = house.told.lock().unwrap();
    assert_eq!((told.len(), &*told[0].model), (1, "tiny"));
    drop(told);
    house.removed(&large());
    let telemetry = house.pool.telemetry();
    let masks = (telemetry.cache_misses, telemetry.cache_hits);
    assert_eq!(masks, (1, 1), "the mask of the same picture is found again");
    let lite = house
        .try_removed("lite", &large(), Purpose::Person)
        .unwrap();
    assert_eq!(why(&lite), [Some(WhyHere::Lite)]);
    assert!(!lite.decisions[0].warns());
}

#[test]
fn a_large_picture_goes_to_a_server_that_is_well_and_a_small_one_stays() {
    let house = house();
    let rembg = Rembg::new(Mood::Well);
    house.with(&rembg);
    let removed = house.removed(&large());
    assert_eq!(why(&removed), [Some(WhyHere::ServerUntried)]);
    assert!(house.tick() && !house.tick(), "it is asked once");
    assert_eq!(house.remover.standing("tiny"), Standing::Well);
    assert_eq!(house.remover.standing("other"), Standing::LacksModel);
    assert_eq!(house.remover.report().version.as_deref(), Some("2.0.86"));
    let removed = house.removed(&large());
    assert_eq!(removed.decisions[0].route, Route::Server);
    let reason = removed.decisions[0].reason;
    assert_eq!(
        reason,
        Some(Reason::Large {
            width: 100,
            height: 80
        })
    );
    assert!(by_server(&removed.picture));
    let small = house.removed(&scene(60, 40, Layout::Rgb));
    assert_eq!(why(&small), [Some(WhyHere::Usual)]);
    assert_eq!(rembg.pictures().len(), 1);
    assert_eq!(house.routes(), (2, 1));
}

#[test]
fn a_server_that_fails_is_replaced_at_once_left_alone_for_a_while_and_used_again() {
    let here = house().removed(&large()).picture;
    for mood in [
        Mood::StallsOnPictures,
        Mood::Errors,
        Mood::CutsOff,
        Mood::NoPicture,
    ] {
        let house = house();
        let rembg = Rembg::new(Mood::Well);
        house.with(&rembg);
        house.tick();
        rembg.becomes(mood);
        let removed = house.removed(&large());
        let failed = &why(&removed)[1];
        assert!(
            matches!(failed, Some(WhyHere::ServerFailed(_))),
            "{mood:?}: {failed:?}"
        );
        assert_eq!(
            removed.picture, here,
            "{mood:?}: the work is done all the same"
        );
        assert!(house.remover.report().complaint.is_some());
        let asked = rembg.web.seen().len();
        house.clock.advance(PAUSE - Duration::from_secs(1));
        assert!(!house.tick());
        let removed = house.removed(&large());
        let left = Duration::from_secs(1);
        assert_eq!(why(&removed), [Some(WhyHere::ServerRests(left))]);
        assert_eq!(
            rembg.web.seen().len(),
            asked,
            "{mood:?}: nobody asks it meanwhile"
        );
        // Not well yet: it rests again, unless only its pictures are bad.
        house.clock.advance(left);
        rembg.becomes(Mood::Errors);
        assert!(house.tick());
        assert_eq!(house.remover.standing("tiny"), Standing::Resting(PAUSE));
        rembg.becomes(Mood::Well);
        house.clock.advance(PAUSE);
        assert!(house.tick());
        let removed = house.removed(&large());
        assert_eq!(removed.decisions.len(), 1);
        assert!(by_server(&removed.picture), "{mood:?}");
        assert_eq!(house.routes(), (2, 1));
    }
}

#[test]
fn a_server_that_dies_and_comes_back_is_noticed() {
    let house = house();
    let rembg = Rembg::new(Mood::Well);
    let address = rembg.web.address().replace("http://", "");
    house.with(&rembg);
    house.tick();
    assert!(by_server(&house.removed(&large()).picture));
    drop(rembg);
    let removed = house.removed(&large());
    assert!(
        matches!(&why(&removed)[1], Some(WhyHere::ServerFailed(what)) if what.contains("reached"))
    );
    house.clock.advance(PAUSE);
    assert!(house.tick());
    assert!(matches!(
        house.remover.standing("tiny"),
        Standing::Resting(_)
    ));
    let _rembg = Rembg::at(&address, Mood::Well);
    house.clock.advance(PAUSE);
    assert!(house.tick());
    assert!(by_server(&house.removed(&large()).picture));
}

#[test]
fn batches_go_to_the_server_only_where_a_person_allows_it() {
    let house = house();
    let rembg = Rembg::new(Mood::Well);
    house.with(&rembg);
    house.tick();
    let batch = || house.try_removed("tiny", &large(), Purpose::Batch).unwrap();
    assert_eq!(why(&batch()), [Some(WhyHere::BatchesStay)]);
    house.remover.set_rules(RouteRules {
        longest: 64,
        batches: true,
        ..RouteRules::default()
    });
    assert!(by_server(&batch().picture));
}

#[test]
fn a_pool_with_more_work_than_it_can_do_hands_pictures_on() {
    let clock = FakeClock::default();
    let setup = setup(1).clock(clock.shared()).watched_by_hand();
    let house = house_with(
        Arc::new(setup.build().unwrap()),
        clock.shared(),
        clock.clone(),
    );
    let rembg = Rembg::new(Mood::Well);
    house.with(&rembg);
    house.tick();
    let busy = occupied(&house.pool, PREVIEW);
    let small = scene(50, 40, Layout::Rgb);
    let ticket = house
        .remover
        .remove(small, how("tiny"), Purpose::Person, Some("cut out"))
        .unwrap();
    let waiting: Vec<_> = (0..8)
        .map(|_| {
            let order = house.pool.order(WARM_MODEL).unwrap();
            house.pool.submit(order, |_| Ok(())).unwrap()
        })
        .collect();
    for _ in 0..4 {
        house.pool.look();
        clock.advance(Duration::from_millis(600));
    }
    assert!(house.pool.saturated());
    drop(busy);
    let removed = answer(ticket).unwrap();
    assert_eq!(removed.decisions[0].reason, Some(Reason::Saturated));
    assert!(by_server(&removed.picture));
    for ticket in waiting {
        answer(ticket).unwrap();
    }
}

/// A clock on which every look takes half a second.
#[derive(Debug)]
struct SlowMachine(FakeClock);

impl Clock for SlowMachine {
    fn now(&self) -> MonoTime {
        self.0.advance(Duration::from_millis(500));
        self.0.now()
    }

    fn sleep_until(&self, instant: MonoTime) {
        self.0.sleep_until(instant);
    }
}

#[test]
fn a_slow_computer_hands_pictures_on_and_is_tried_again_later() {
    let clock = FakeClock::default();
    let house = house_with(pool(1), Arc::new(SlowMachine(clock.clone())), clock.clone());
    let rembg = Rembg::new(Mood::Well);
    house.with(&rembg);
    house.tick();
    let small = |side| house.removed(&scene(side, 40, Layout::Rgb));
    assert_eq!(why(&small(50)), [Some(WhyHere::Usual)]);
    let removed = small(51);
    let slow = Duration::from_millis(500);
    assert_eq!(removed.decisions[0].reason, Some(Reason::Slow(slow)));
    assert!(by_server(&removed.picture));
    clock.advance(LASTS);
    assert_eq!(why(&small(52)), [Some(WhyHere::Usual)]);
}

#[test]
fn a_model_that_is_only_there_is_asked_for_there() {
    let house = house();
    let small = scene(30, 20, Layout::Rgb);
    let error = house
        .try_removed("u2netp", &small, Purpose::Person)
        .unwrap_err();
    assert!(error.to_string().contains("u2netp"), "{error}");
    let rembg = Rembg::new(Mood::Well);
    house.with(&rembg);
    house.tick();
    let removed = house
        .try_removed("u2netp", &small, Purpose::Person)
        .unwrap();
    assert_eq!(removed.decisions[0].reason, Some(Reason::NoModelHere));
    assert!(by_server(&removed.picture));
}

#[test]
fn while_a_server_thinks_its_worker_does_previews_and_hears_that_nobody_waits() {
    let house = house();
    let rembg = Rembg::new(Mood::Well);
    let mut server = Server::new(&rembg.web.address()).unwrap();
    server.patience.first = Duration::from_secs(3600);
    house.remover.set_server(Some(server));
    house.tick();
    rembg.becomes(Mood::StallsOnPictures);
    let ticket = house
        .remover
        .remove(large(), how("tiny"), Purpose::Person, Some("cut out"))
        .unwrap();
    while rembg.pictures().is_empty() {
        std::thread::yield_now();
    }
    // There is one worker only.
    let order = house.pool.order(PREVIEW).unwrap();
    house.pool.run(order, |_| Ok(())).unwrap();
    assert!(ticket.cancel());
    assert!(matches!(answer(ticket), Err(JobError::Cancelled)));
    let order = house.pool.order(WARM_MODEL).unwrap();
    house.pool.run(order, |_| Ok(())).unwrap();
    assert_eq!(
        house.remover.standing("tiny"),
        Standing::Well,
        "it did not fail"
    );
}

#[test]
fn a_network_is_warmed_shown_and_released_when_nobody_uses_it() {
    let house = house();
    let loaded = || {
        let report = house.remover.report();
        (report.networks[0].session.loaded, report.bytes)
    };
    assert_eq!(loaded(), (false, 0));
    answer(house.remover.warm("tiny").unwrap().unwrap()).unwrap();
    let (there, bytes) = loaded();
    assert!(there && bytes > 0);
    assert!(house.remover.warm("nobody").unwrap().is_none());
    house.tick();
    house.clock.advance(IDLE - Duration::from_secs(1));
    house.tick();
    assert!(loaded().0, "it is still young");
    house.clock.advance(Duration::from_secs(1));
    house.tick();
    assert_eq!(loaded(), (false, 0));
    assert_eq!(
        house.removed(&large()).picture.size(),
        Size::new(100, 80).unwrap()
    );
    assert!(loaded().0, "it is read again when it is needed");
    assert_eq!((house.remover.release(), loaded()), (1, (false, 0)));
}

#[test]
fn in_a_pipeline_only_the_removal_goes_to_the_server_and_stages_keep_their_numbers() {
    let house = house();
    let rembg = Rembg::new(Mood::Well);
    house.with(&rembg);
    house.tick();
    let pipeline = Pipeline::new()
        .then(Invert {})
        .then(how("tiny"))
        .then(Invert {});
    let apply = |pipeline: Pipeline| {
        let (remover, picture) = (house.remover.clone(), large());
        let order = house.pool.order(WARM_MODEL).unwrap();
        house.pool.run(order, move |ctx| {
            remover.apply(ctx, &picture, &pipeline, Purpose::Person)
        })
    };
    let applied = apply(pipeline.clone()).unwrap();
    assert!(by_server(&applied.picture) && applied.decisions.len() == 1);
    let source = large();
    let pairs = source
        .bytes()
        .chunks(3)
        .zip(applied.picture.bytes().chunks(4));
    assert!(
        pairs.into_iter().all(|(a, b)| a == &b[..3]),
        "inverted twice"
    );
    let beyond = pipeline.then(Crop {
        left: 90,
        top: 0,
        width: 20,
        height: 10,
    });
    let error = apply(beyond).unwrap_err().to_string();
    assert!(error.starts_with("stage 4 (crop)"), "{error}");
}
