//! A cycle allocates nothing: it runs beside whatever else the program does to its memory.

#![allow(
    unsafe_code,
    reason = "a global allocator that counts is unsafe by its trait"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io;

use arms::SafetyConfig;
use motors::Port;
use units::MonoTime;

use crate::bench::{Bench, MIDDLE, hz, ms};
use arms::Values;
use teleop::{
    FilterConfig, Filtered, JogConfig, LeaderConfig, LeaderTeleoperator, PoseTeleoperator,
    ReplayTeleoperator, Resting, Teleoperator, keyboard_ee, leader,
};

struct Counting;

thread_local! {
    static COUNTED: Cell<Option<u64>> = const { Cell::new(None) };
}

fn count() {
    // A thread that is ending has no counter any more, and nothing to count.
    COUNTED
        .try_with(|counted| {
            if let Some(count) = counted.get() {
                counted.set(Some(count + 1));
            }
        })
        .ok();
}

// SAFETY: every call is handed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A port whose own allocations do not count: the simulator behind it runs on the same thread.
#[derive(Debug)]
pub struct Uncounted<P>(pub P);

fn uncounted<T>(body: impl FnOnce() -> T) -> T {
    let before = COUNTED.take();
    let value = body();
    COUNTED.set(before);
    value
}

impl<P: Port> Port for Uncounted<P> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn discard_input(&mut self) -> io::Result<()> {
        uncounted(|| self.0.discard_input())
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        uncounted(|| self.0.send(bytes))
    }

    fn receive(&mut self, buffer: &mut [u8], deadline: MonoTime) -> io::Result<usize> {
        uncounted(|| self.0.receive(buffer, deadline))
    }

    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.0.set_baud(baud)
    }

    fn baud(&self) -> u32 {
        self.0.baud()
    }

    fn try_clone(&self) -> io::Result<Box<dyn Port>> {
        self.0.try_clone()
    }
}

/// Whatever drives two arms, from plain to as many layers as there are.
fn drivers() -> Vec<Box<dyn Teleoperator>> {
    let led = || {
        leader(LeaderConfig {
            smoothing: ms(40),
            scale: [0.7; 6],
            ..LeaderConfig::default()
        })
        .1
    };
    let row = |pan: f64| {
        let mut pose = MIDDLE;
        pose[0] = pan;
        Values::from_arms(&[pose, MIDDLE])
    };
    let rows = || (0..600).map(|at| row(f64::from(at) * 0.2)).collect();
    let (_control, resting) = Resting::new(
        Filtered::new(
            ReplayTeleoperator::new(rows(), hz(60.0)),
            FilterConfig::LIGHT,
        ),
        row(0.0),
    );
    vec![
        Box::new(LeaderTeleoperator::default()),
        Box::new(Filtered::new(led(), FilterConfig::STRONG)),
        Box::new(resting),
        Box::new(PoseTeleoperator::new(vec![row(60.0), row(-60.0)], 1.0)),
    ]
}

#[test]
fn a_cycle_allocates_nothing() {
    let mut last = None;
    for teleoperator in drivers() {
        let name = teleoperator.name();
        let mut bench = Bench::driving(120.0, 2, Some(MIDDLE), |_| teleoperator);
        bench.turn_for(ms(2_000));
        COUNTED.set(Some(0));
        for _ in 0..200 {
            bench.turn();
        }
        let counted = COUNTED.take().expect("counted");
        assert_eq!(counted, 0, "{name}: in 200 cycles");
        assert!(!bench.status().finished, "{name} has ended");
        last = Some(bench);
    }
    let mut bench = last.expect("a bench");
    // The counter itself works.
    COUNTED.set(Some(0));
    drop(Box::new(bench.status()));
    assert!(COUNTED.take().expect("counted") > 0);
}

#[test]
fn a_cycle_that_drives_the_tip_allocates_nothing() {
    let mut keys = None;
    let mut bench = Bench::driving(120.0, 1, None, |clock| {
        let jog = JogConfig::new(arms::ArmModel::So101);
        let (board, teleoperator) = keyboard_ee(&SafetyConfig::default(), clock.shared(), jog);
        keys = Some(board);
        Box::new(teleoperator)
    });
    let mut board = keys.expect("a keyboard");
    bench.turn_for(ms(500));
    board.press("s");
    board.press("e");
    COUNTED.set(Some(0));
    for _ in 0..200 {
        board.heartbeat();
        bench.turn();
    }
    let counted = COUNTED.take().expect("counted");
    assert_eq!(counted, 0, "in 200 cycles");
    let jog = bench.status().input.jog.expect("told");
    assert!(jog.commanded.roll > 20.0, "it was driven: {jog:?}");
}
