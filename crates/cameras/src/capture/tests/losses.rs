//! Cameras that go away, come back, are others or never were there.

use super::*;

#[test]
fn a_camera_that_is_lost_is_opened_again_until_the_same_one_is_back() {
    let mut first = steady(10);
    first.push(Step::Gone);
    let mut opens = vec![Open::Does("usb-1", first)];
    opens.extend(vec![Open::Absent; 6]);
    opens.push(Open::Busy);
    opens.push(Open::Does("usb-2", steady(10)));
    opens.push(Open::Does("usb-1", steady(10)));
    let mut bench = Bench::new(config(), opens);
    assert!(bench.until(|status| status.pictures == 10));
    assert!(bench.until(|status| matches!(status.state, CameraState::Lost(_))));
    let lost_at = bench.clock.now();
    assert_eq!(bench.status().pace, None, "no rate without pictures");
    assert!(bench.until(|status| status.reconnects == 1));
    let events = bench.events();
    assert_eq!(
        lost_codes(&events),
        ["camera_lost", "camera_busy", "camera_other"],
        "that it is not there yet is no news"
    );
    let Some(CameraEvent::Back { after }) = events.last() else {
        panic!("{events:?}");
    };
    assert_eq!(*after, bench.clock.now().since(lost_at));
    assert!(bench.until(|status| status.pictures == 20));
    let numbers: Vec<u64> = bench
        .drained()
        .iter()
        .map(|picture| picture.sequence)
        .collect();
    assert_eq!(
        numbers,
        (0..20).collect::<Vec<u64>>(),
        "counted on, and none of the other camera"
    );

    let opened_at = bench.opened_at.lock().unwrap();
    let waits: Vec<u128> = opened_at
        .iter()
        .zip(&opened_at[1..])
        .skip(1)
        .map(|(before, after)| after.since(*before).as_millis())
        .collect();
    assert_eq!(
        waits,
        [200, 400, 800, 1600, 2000, 2000, 2000, 2000],
        "each wait twice the one before"
    );
}

#[test]
fn a_stream_that_stops_is_opened_anew() {
    for (what, silent, before, lost) in [
        ("a stall", STALL + WAIT, 5, true),
        ("a hiccup", STALL - WAIT, 5, false),
        ("a slow start", FIRST - WAIT, 0, false),
        ("no start", FIRST + WAIT, 0, true),
    ] {
        let mut steps = steady(before);
        steps.push(Step::Silence(silent));
        steps.extend(steady(5));
        let mut bench = Bench::new(
            config(),
            vec![Open::Does("usb-1", steps), Open::Does("usb-1", steady(5))],
        );
        assert!(
            bench.until(|status| status.pictures as usize == before + 5),
            "{what}"
        );
        let expected: &[&str] = if lost { &["camera_silent"] } else { &[] };
        assert_eq!(lost_codes(&bench.events()), expected, "{what}");
        assert_eq!(bench.status().reconnects, u32::from(lost), "{what}");
    }
}

#[test]
fn every_loss_begins_afresh() {
    let does = |before: Vec<Step>| {
        let mut steps = before;
        steps.extend(steady(5));
        steps.push(Step::Gone);
        Open::Does("usb-1", steps)
    };
    let mut bench = Bench::new(
        config(),
        vec![
            does(vec![]),
            Open::Absent,
            // Back for a moment, without a picture.
            Open::Does("usb-1", vec![Step::Gone]),
            // As slow as when it was opened first.
            does(vec![Step::Silence(FIRST - WAIT)]),
            Open::Absent,
            does(vec![]),
        ],
    );
    assert!(bench.until(|status| matches!(status.state, CameraState::Lost(_))));
    let lost_at = bench.clock.now();
    assert!(bench.until(|status| status.pictures == 6));
    let events = bench.events();
    let after = bench.clock.now().since(lost_at);
    assert_eq!(
        events.last(),
        Some(&CameraEvent::Back { after }),
        "{events:?}"
    );
    assert_eq!(
        bench.status().reconnects,
        1,
        "given time for its first picture"
    );
    assert!(bench.until(|status| matches!(status.state, CameraState::Lost(_))));
    let lost_at = bench.clock.now();
    assert!(bench.until(|status| status.pictures == 11));
    let tries: Vec<u128> = bench.opened_at.lock().unwrap()[4..]
        .iter()
        .map(|at| at.since(lost_at).as_millis())
        .collect();
    assert_eq!(
        tries,
        [100, 300],
        "soon, though it took longer the last time"
    );
}

#[test]
fn nothing_but_bad_pictures_is_as_good_as_none() {
    let mut steps = steady(3);
    steps.extend(vec![Step::Bytes(PERIOD, 3); 100]);
    let mut bench = Bench::new(
        config(),
        vec![Open::Does("usb-1", steps), Open::Does("usb-1", steady(3))],
    );
    assert!(bench.until(|status| status.pictures == 6));
    let status = bench.status();
    assert_eq!(status.reconnects, 1);
    assert!(
        (60..70).contains(&status.bad),
        "two seconds of them, not {}",
        status.bad
    );
}

#[test]
fn what_cannot_be_had_at_the_start_is_refused_with_a_remedy() {
    for (opens, code, tries) in [
        (vec![Open::NotOffered], "camera_mode_not_offered", 1..=1),
        (vec![Open::Absent], "camera_not_found", 1..=1),
        (vec![Open::OtherSize], "camera_disobeys", 1..=1),
        (vec![Open::Busy; 20], "camera_busy", 5..=8),
    ] {
        let mut bench = Bench::new(config(), opens);
        assert!(!bench.until(|status| status.pictures > 0), "{code}");
        let CameraState::Refused(trouble) = bench.status().state else {
            panic!("{code}: {:?}", bench.status().state);
        };
        assert_eq!(trouble.code, code);
        assert!(!trouble.remedy.is_empty());
        assert_eq!(bench.events(), [CameraEvent::Refused(trouble)]);
        let opened = bench.opened_at.lock().unwrap().len();
        assert!(tries.contains(&opened), "{code}: {opened} tries");
    }
}

#[test]
fn a_camera_that_somebody_lets_go_of_in_time_is_taken() {
    let opens = vec![Open::Busy, Open::Busy, Open::Does("usb-1", steady(3))];
    let mut bench = Bench::new(config(), opens);
    assert!(bench.until(|status| status.pictures == 3));
    assert_eq!(bench.status().reconnects, 0);
    assert_eq!(lost_codes(&bench.events()), [""; 0]);
}
