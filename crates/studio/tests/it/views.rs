//! Live previews under a hand that does not rest.

use std::sync::{Arc, Mutex, mpsc};

use imaging::effects::{Brightness, Crop, GaussianBlur};
use imaging::{Format, Layout, Picture, Pipeline, Run, StageCache, open_bytes};
use jobs::{Config, JobError, Kinds, Pool, Product, ProductConfig, Setup};
use stdx::FakeClock;
use studio::{PREVIEW, Stage, Told, View};

use crate::drawn::{PATIENCE, occupied, pool, scene, setup};

/// A view whose results can be waited for.
fn view(pool: &Arc<Pool>, source: Picture) -> (View, mpsc::Receiver<Told>) {
    let (tell, told) = mpsc::sync_channel(10_000);
    let cache = Arc::new(StageCache::new(64 << 20));
    let view = View::new(pool, source, cache, move |result| {
        tell.send(result).ok();
    });
    (view, told)
}

fn brighter(step: u32) -> Pipeline {
    Pipeline::new()
        .then(GaussianBlur { sigma: 1.0 })
        .then(Brightness {
            amount: step as f32 / 2000.0,
        })
}

/// Everything that is told up to the last word on wish `number`.
fn until(told: &mpsc::Receiver<Told>, number: u64) -> Vec<Told> {
    let mut all = Vec::new();
    loop {
        let next = told
            .recv_timeout(PATIENCE)
            .expect("the newest wish is told");
        let last = next.number == number && next.last();
        all.push(next);
        if last {
            return all;
        }
    }
}

fn places(all: &[Told]) -> Vec<(u64, Stage)> {
    all.iter().map(|told| (told.number, told.stage)).collect()
}

#[test]
fn a_proxy_comes_first_and_full_size_after_it() {
    let pool = pool(1);
    let source = scene(400, 300, Layout::Rgb);
    let (view, told) = view(&pool, source.clone());
    let number = view.show("brightness", brighter(100), 100).unwrap();
    let all = until(&told, number);
    assert_eq!(places(&all), [(1, Stage::Proxy), (1, Stage::Full)]);
    let [proxy, full] = [0, 1].map(|at| all[at].result.as_ref().unwrap());
    assert_eq!(proxy.picture.size(), pixels::Size::new(100, 75).unwrap());
    let expected = brighter(100).apply(&source, &Run::default()).unwrap();
    assert_eq!(full.picture, expected);
    for shown in [proxy, full] {
        let seen = open_bytes(&shown.visible.bytes, &Run::default()).unwrap();
        assert_eq!(
            (seen.format, seen.picture.size()),
            (Format::Jpeg, proxy.picture.size())
        );
    }
    assert_eq!(&*all[1].control, "brightness");
}

#[test]
fn a_view_as_large_as_the_source_needs_one_result_only() {
    let pool = pool(1);
    let (view, told) = view(&pool, scene(90, 60, Layout::Rgba));
    let number = view.show("brightness", brighter(1), 90).unwrap();
    let all = until(&told, number);
    assert_eq!(places(&all), [(1, Stage::Full)]);
    let shown = all[0].result.as_ref().unwrap();
    assert!(shown.visible.transparent);
    assert_eq!(shown.visible.format, Format::Png);
}

#[test]
fn of_a_thousand_moves_while_the_worker_is_busy_only_the_newest_is_worked_on() {
    let clock = FakeClock::default();
    let pool = Arc::new(setup(1).clock(clock.shared()).build().unwrap());
    let (view, told) = view(&pool, scene(200, 150, Layout::Rgb));
    let busy = occupied(&pool, PREVIEW);
    for step in 1..=1000 {
        // A slider at 120 Hz.
        clock.advance(std::time::Duration::from_nanos(8_333_333));
        assert_eq!(
            view.show("brightness", brighter(step), 50).unwrap(),
            u64::from(step)
        );
    }
    drop(busy);
    let all = until(&told, 1000);
    assert_eq!(places(&all), [(1000, Stage::Proxy), (1000, Stage::Full)]);
    let expected = brighter(1000)
        .apply(&scene(200, 150, Layout::Rgb), &Run::default())
        .unwrap();
    assert_eq!(all[1].result.as_ref().unwrap().picture, expected);
    let figures = view.figures();
    assert_eq!(
        (figures.asked, figures.dropped, figures.open),
        (1000, 999, 0)
    );
    assert_eq!((figures.proxies, figures.fulls, figures.failed), (1, 1, 0));
    let kinds = pool.telemetry().kinds;
    let preview = kinds.iter().find(|kind| kind.kind == PREVIEW).unwrap();
    assert_eq!(preview.counts.replaced, 999);
    assert!(
        told.try_recv().is_err(),
        "nothing comes after the last result"
    );
}

#[test]
fn a_storm_over_several_workers_and_controls_ends_with_the_newest() {
    for workers in [1, 3] {
        let pool = pool(workers);
        let source = scene(240, 180, Layout::Rgb);
        let (view, told) = view(&pool, source.clone());
        let mut wishes = 0;
        for step in 1..=1000 {
            let control = ["brightness", "contrast", "hue"][step as usize % 3];
            wishes = view.show(control, brighter(step), 60).unwrap();
            if step % 50 == 0 {
                std::thread::yield_now();
            }
        }
        let all = until(&told, wishes);
        let places = places(&all);
        assert!(
            places.windows(2).all(|pair| pair[0] < pair[1]),
            "{places:?}"
        );
        let last = all.last().unwrap();
        let expected = brighter(1000).apply(&source, &Run::default()).unwrap();
        assert_eq!(last.result.as_ref().unwrap().picture, expected);
        let finals = all
            .iter()
            .filter(|told| told.number == wishes && told.stage == Stage::Full);
        assert_eq!(finals.count(), 1);
        let mut answered: Vec<u64> = places.iter().map(|(number, _)| *number).collect();
        answered.dedup();
        let figures = view.figures();
        assert_eq!(figures.asked, 1000);
        assert_eq!(figures.dropped + answered.len() as u64, 1000, "{figures:?}");
        assert_eq!((figures.failed, figures.open), (0, 0));
    }
}

#[test]
fn wishes_from_several_threads_at_once_end_with_the_newest_of_all() {
    let pool = pool(2);
    let (view, told) = view(&pool, scene(120, 90, Layout::Rgb));
    let view = Arc::new(view);
    for round in 1..=20_u64 {
        let threads: Vec<_> = (0..3)
            .map(|thread| {
                let view = Arc::clone(&view);
                let body = move || {
                    let control = ["brightness", "contrast", "hue"][thread];
                    (0..10)
                        .map(|step| view.show(control, brighter(step), 40).unwrap())
                        .max()
                };
                stdx::thread::spawn("hand", stdx::thread::Intent::Background, body).unwrap()
            })
            .collect();
        let newest = threads.into_iter().map(|thread| thread.join().unwrap());
        let newest = newest.max().unwrap().unwrap();
        assert_eq!(newest, 30 * round);
        until(&told, newest);
    }
    assert_eq!(view.figures().open, 0);
}

#[test]
fn a_wish_that_cannot_be_is_answered_with_the_reason_and_the_next_one_is_shown() {
    let pool = pool(1);
    let (view, told) = view(&pool, scene(100, 80, Layout::Rgb));
    let beyond = Pipeline::new().then(Crop {
        left: 90,
        top: 0,
        width: 20,
        height: 20,
    });
    let number = view.show("crop", beyond, 50).unwrap();
    let all = until(&told, number);
    let error = all[0].result.as_ref().unwrap_err().to_string();
    assert!(error.contains("crop"), "{error}");
    let number = view.show("crop", Pipeline::new(), 50).unwrap();
    assert!(until(&told, number).last().unwrap().result.is_ok());
    assert_eq!(view.figures().failed, 1);
}

#[test]
fn without_a_pool_to_go_to_the_same_results_come_on_the_asking_thread() {
    let mut config = Config {
        workers: Some(1),
        ..Config::default()
    };
    *config.products.of_mut(Product::Preview) = ProductConfig {
        on: false,
        ..ProductConfig::default()
    };
    let setup = Setup::new(config, Kinds::new(studio::kinds())).cores(2);
    let pool = Arc::new(setup.build().unwrap());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&heard);
    let cache = Arc::new(StageCache::new(1 << 20));
    let view = View::new(&pool, scene(80, 60, Layout::Rgb), cache, move |told| {
        list.lock()
            .unwrap()
            .push((told.number, told.stage, std::thread::current().id()));
    });
    view.show("hue", brighter(1), 40).unwrap();
    view.show("hue", brighter(2), 40).unwrap();
    let here = std::thread::current().id();
    assert_eq!(
        *heard.lock().unwrap(),
        [
            (1, Stage::Proxy, here),
            (1, Stage::Full, here),
            (2, Stage::Proxy, here),
            (2, Stage::Full, here)
        ]
    );
}

#[test]
fn a_listener_may_wish_for_more() {
    let pool = pool(1);
    let (tell, told) = mpsc::sync_channel(100);
    let view = Arc::new_cyclic(|own: &std::sync::Weak<View>| {
        let own = own.clone();
        let cache = Arc::new(StageCache::new(1 << 20));
        View::new(&pool, scene(80, 60, Layout::Rgb), cache, move |told| {
            if told.number < 5
                && let Some(view) = own.upgrade()
            {
                view.show("hue", brighter(told.number as u32), 40).unwrap();
            }
            tell.send(told).ok();
        })
    });
    view.show("hue", brighter(0), 40).unwrap();
    let all = until(&told, 5);
    assert!(places(&all).windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn a_view_that_is_gone_is_silent_and_keeps_no_worker() {
    let pool = pool(1);
    let (view, told) = view(&pool, scene(400, 300, Layout::Rgb));
    let busy = occupied(&pool, PREVIEW);
    view.show("hue", brighter(1), 40).unwrap();
    drop(view);
    drop(busy);
    pool.run(pool.order(PREVIEW).unwrap(), |_| Ok(())).unwrap();
    assert!(told.try_recv().is_err());
}

#[test]
fn a_wish_after_the_end_of_the_pool_is_refused() {
    let pool = pool(1);
    let (view, _told) = view(&pool, scene(40, 30, Layout::Rgb));
    drop(pool);
    let refused = view.show("hue", brighter(1), 40).unwrap_err();
    assert!(matches!(refused, JobError::Refused(_)), "{refused}");
}
