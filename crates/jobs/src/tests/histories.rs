//! Thousands of random histories, each checked at every step by the world it happens in.

use std::time::Duration;

use proptest::prelude::*;

use super::world::World;
use crate::schedule::Outcome;
use crate::{Config, Pressure, Priority, Product};

#[derive(Debug, Clone)]
enum Happens {
    Submit {
        kind: usize,
        control: Option<u8>,
        key: Option<u64>,
        priority: Option<Priority>,
        bytes: Option<u64>,
        within: bool,
    },
    Step(usize),
    ComesBack(usize, u8),
    InlineComesBack(usize, u8),
    Cancel(usize),
    CancelControl(u8),
    Hang(usize),
    ThreadComesBack,
    Pass(u64),
    Press(u8),
    Threads(bool),
    Switch(usize, bool, bool),
    End,
}

fn happens() -> impl Strategy<Value = Happens> {
    let priority = prop_oneof![
        4 => Just(None),
        1 => proptest::sample::select(Priority::ALL.to_vec()).prop_map(Some)
    ];
    let submit = (
        0_usize..6,
        proptest::option::of(0_u8..3),
        proptest::option::weighted(0.3, 0_u64..4),
        priority,
        proptest::option::weighted(0.1, 0_u64..20_000),
        proptest::bool::weighted(0.05),
    )
        .prop_map(
            |(kind, control, key, priority, bytes, within)| Happens::Submit {
                kind,
                control,
                key,
                priority,
                bytes,
                within,
            },
        );
    prop_oneof![
        24 => submit,
        24 => (0_usize..8).prop_map(Happens::Step),
        16 => (0_usize..8, 0_u8..8).prop_map(|(at, how)| Happens::ComesBack(at, how)),
        6 => (0_usize..8, 0_u8..8).prop_map(|(at, how)| Happens::InlineComesBack(at, how)),
        6 => (0_usize..400).prop_map(Happens::Cancel),
        2 => (0_u8..3).prop_map(Happens::CancelControl),
        2 => (0_usize..400).prop_map(Happens::Hang),
        1 => Just(Happens::ThreadComesBack),
        8 => (1_u64..4000).prop_map(Happens::Pass),
        2 => (0_u8..3).prop_map(Happens::Press),
        1 => any::<bool>().prop_map(Happens::Threads),
        1 => (0_usize..5, any::<bool>(), any::<bool>()).prop_map(|(at, on, inline)| Happens::Switch(at, on, inline)),
    ]
}

fn outcome(how: u8) -> Outcome {
    match how {
        0 => Outcome::Failed("no".to_owned()),
        1 => Outcome::Panicked("oh".to_owned()),
        2 => Outcome::Stopped,
        _ => Outcome::Done,
    }
}

fn run(world: &mut World, what: Happens) {
    match what {
        Happens::Submit {
            kind,
            control,
            key,
            priority,
            bytes,
            within,
        } => {
            let mut wanted = World::wanted(kind);
            wanted.control = control.map(|control| format!("control-{control}").into());
            (wanted.key, wanted.priority, wanted.bytes, wanted.within) =
                (key, priority, bytes, within);
            world.submit(wanted);
        }
        Happens::Step(at) => {
            if let Some(worker) = world.awake(at) {
                world.step(worker, None);
            }
        }
        Happens::ComesBack(at, how) => {
            if let Some(worker) = world.awake(at) {
                world.step(worker, Some(outcome(how)));
            }
        }
        Happens::InlineComesBack(at, how) => world.finish_inline(at, outcome(how)),
        Happens::Cancel(at) => {
            let id = world.jobs.keys().nth(at % world.jobs.len().max(1)).copied();
            if let Some(id) = id {
                let open = world.jobs[&id].answer.is_none();
                assert_eq!(world.schedule.cancel(world.now, id), open);
                world.settle_effects();
                assert!(world.jobs[&id].answer.is_some());
            }
        }
        Happens::CancelControl(control) => {
            world
                .schedule
                .cancel_control(world.now, &format!("control-{control}"));
            world.settle_effects();
        }
        Happens::Hang(at) => {
            let known = world.jobs.values_mut().nth(at);
            if let Some(known) = known {
                known.lively = false;
            }
        }
        Happens::ThreadComesBack => world.come_back(),
        Happens::Pass(millis) => world.pass(Duration::from_millis(millis)),
        Happens::Press(level) => {
            let levels = [Pressure::None, Pressure::Buffers, Pressure::System];
            world.schedule.press(world.now, levels[usize::from(level)]);
            world.settle_effects();
        }
        Happens::Threads(there) => world.no_threads = !there,
        Happens::Switch(at, on, inline) => world.product(Product::ALL[at], |product| {
            (product.on, product.inline) = (on, inline);
        }),
        Happens::End => {
            world.schedule.end();
            world.settle_effects();
        }
    }
}

fn config(workers: usize, share: usize, in_flight: usize, queue: usize) -> Config {
    let mut config = Config {
        workers: Some(workers),
        in_flight,
        queue,
        ..Config::default()
    };
    for product in Product::ALL {
        config.products.of_mut(product).workers = Some(share.clamp(1, workers));
    }
    config
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn every_accepted_job_is_answered_exactly_once(
        setup in (1_usize..5, 1_usize..5, 1_usize..4, 1_usize..20),
        history in proptest::collection::vec(happens(), 1..160)
    ) {
        let mut world = World::new(config(setup.0, setup.1, setup.2, setup.3), 8);
        for what in history {
            run(&mut world, what);
        }
        world.no_threads = false;
        world.settle();
        world.check_all_answered();
    }

    #[test]
    fn an_end_at_any_moment_answers_everything_at_once(
        setup in (1_usize..5, 1_usize..5, 1_usize..4, 1_usize..20),
        history in proptest::collection::vec(happens(), 1..80),
        afterwards in proptest::collection::vec(happens(), 0..40)
    ) {
        let mut world = World::new(config(setup.0, setup.1, setup.2, setup.3), 8);
        for what in history {
            run(&mut world, what);
        }
        run(&mut world, Happens::End);
        prop_assert!(world.jobs.values().all(|known| known.answer.is_some()));
        let known = world.jobs.len();
        for what in afterwards {
            run(&mut world, what);
        }
        prop_assert_eq!(world.jobs.len(), known, "nothing is taken any more");
        world.settle();
        world.check_all_answered();
        prop_assert_eq!(world.schedule.workers(), 0);
    }

}

proptest! {
    // Each is a storm of half a minute.
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn nothing_waits_for_longer_than_its_patience_and_the_work_before_it(
        workers in 1_usize..4,
        storm in proptest::collection::vec((0_usize..6, 1_u64..30), 300..400)
    ) {
        // Every 50 to 80 ms an interactive job comes in, more than the workers can do; in between all others.
        let mut world = World::new(config(workers, workers, 3, 100_000), 8);
        for (turn, (kind, takes)) in storm.into_iter().enumerate() {
            let mut wanted = World::wanted(0);
            wanted.control = Some(format!("control-{turn}").into());
            world.submit(wanted);
            if turn % 20 == 0 {
                world.submit(World::wanted(kind));
            }
            world.pass(Duration::from_millis(50 + takes));
            for at in 0..workers {
                if let Some(worker) = world.awake(at) {
                    world.step(worker, (turn % 3 != 0).then_some(Outcome::Done));
                }
            }
        }
        // Those that began later, and were queued after this one was due, are none.
        for (place, id) in world.order.iter().enumerate() {
            let known = &world.jobs[id];
            let due = known.queued_at + known.priority.patience();
            for before in &world.order[..place] {
                let earlier = &world.jobs[before];
                let nested = earlier.priority > known.priority;
                prop_assert!(nested || earlier.queued_at <= due);
            }
        }
        world.settle();
        world.check_all_answered();
    }
}
