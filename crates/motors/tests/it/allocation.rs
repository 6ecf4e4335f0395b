//! What runs inside a control cycle takes no memory from the system once each motor has been met.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io;
use std::time::Duration;

use motors::registers::{GOAL_POSITION, PRESENT_CURRENT, PRESENT_LOAD, PRESENT_POSITION};
use motors::{Bus, MotorId, Outcome, Port};
use stdx::{Clock, FakeClock};
use units::MonoTime;

/// The system's allocator, counting what each thread asks of it.
struct Counting;

thread_local! {
    static ASKED: Cell<u64> = const { Cell::new(0) };
}

#[expect(
    unsafe_code,
    reason = "an allocator cannot be written without; it only counts and hands on"
)]
// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.try_with(|asked| asked.set(asked.get() + 1)).ok();
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Answers like motors 1 to 5 of an arm whose sixth is mute, from memory that it already has.
struct FiveOfSix {
    clock: FakeClock,
    answer: [u8; 256],
    len: usize,
}

impl Port for FiveOfSix {
    fn name(&self) -> &str {
        "five of six"
    }

    fn discard_input(&mut self) -> io::Result<()> {
        self.len = 0;
        Ok(())
    }

    fn send(&mut self, request: &[u8]) -> io::Result<()> {
        let ids = match request[4] {
            0x02 => 1..=1,
            0x82 => 1..=5,
            _ => return Ok(()),
        };
        let bytes = request[6];
        for id in ids {
            let mut put = |byte| {
                self.answer[self.len] = byte;
                self.len += 1;
            };
            [0xFF, 0xFF, id, bytes + 2, 0]
                .into_iter()
                .for_each(&mut put);
            (0..bytes).for_each(|_| put(0));
            put(!(id + bytes + 2));
        }
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], deadline: MonoTime) -> io::Result<usize> {
        let got = self.len;
        buffer[..got].copy_from_slice(&self.answer[..got]);
        self.len = 0;
        if got == 0 {
            self.clock.sleep_until(deadline);
        }
        Ok(got)
    }

    fn set_baud(&mut self, _baud: u32) -> io::Result<()> {
        Ok(())
    }

    fn baud(&self) -> u32 {
        1_000_000
    }
}

#[test]
fn a_cycle_takes_no_memory_from_the_system() {
    let clock = FakeClock::default();
    let port = FiveOfSix {
        clock: clock.clone(),
        answer: [0; 256],
        len: 0,
    };
    let mut bus = Bus::new(port, clock.shared());
    let ids = [1, 2, 3, 4, 5, 6].map(MotorId);
    let goals = ids.map(|id| (id, 2048));
    let mut outcomes = [Outcome::Silent; 6];
    let mut cycle = || {
        let begun = clock.now();
        bus.begin_group_read(PRESENT_POSITION, &ids).unwrap();
        bus.finish_group_read(begun + Duration::from_millis(4), &mut outcomes)
            .unwrap();
        assert_eq!(
            outcomes.map(|outcome| outcome.value().is_some()),
            [true, true, true, true, true, false]
        );
        let span = bus.read_span_within(
            ids[0],
            PRESENT_LOAD,
            PRESENT_CURRENT,
            Some(begun + Duration::from_millis(6)),
        );
        assert!(span.is_ok());
        bus.group_write(GOAL_POSITION, &goals).unwrap();
        clock.sleep_until(begun + Duration::from_millis(8));
    };
    cycle();
    let before = ASKED.with(Cell::get);
    (0..1000).for_each(|_| cycle());
    assert_eq!(
        ASKED.with(Cell::get) - before,
        0,
        "allocations in 1000 cycles"
    );
}
