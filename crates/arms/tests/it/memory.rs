//! What a cycle calls does not allocate: checked with an allocator that counts, on a line that does not allocate
//! either.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io;
use std::time::Duration;

use arms::{Arm, ArmConfig, ArmKind, Calibration};
use motors::{Bus, Port};
use stdx::FakeClock;
use units::MonoTime;

struct Counting;

thread_local! {
    static ALLOCATED: Cell<u64> = const { Cell::new(0) };
}

#[expect(unsafe_code, reason = "an allocator can be counted in no other way")]
// SAFETY: everything is handed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Six motors in the middle of everything, that answer any read with their memory and any write with yes.
struct Canned {
    memory: [[u8; 128]; 7],
    answer: [u8; 256],
    length: usize,
}

impl Canned {
    fn new() -> Self {
        let mut memory = [[0; 128]; 7];
        for motor in &mut memory {
            for (address, value) in [(3, 777_u16), (16, 1000), (48, 1000), (56, 2047)] {
                motor[address..address + 2].copy_from_slice(&value.to_le_bytes());
            }
        }
        Self {
            memory,
            answer: [0; 256],
            length: 0,
        }
    }

    fn reply(&mut self, id: u8, address: usize, len: usize) {
        let start = self.length;
        let packet = &mut self.answer[start..start + 6 + len];
        packet[..5].copy_from_slice(&[0xff, 0xff, id, len as u8 + 2, 0]);
        packet[5..5 + len].copy_from_slice(&self.memory[usize::from(id)][address..address + len]);
        let sum = packet[2..5 + len]
            .iter()
            .fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        packet[5 + len] = !sum;
        self.length += 6 + len;
    }
}

impl Port for Canned {
    fn name(&self) -> &str {
        "canned"
    }

    fn discard_input(&mut self) -> io::Result<()> {
        self.length = 0;
        Ok(())
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (id, params) = (bytes[2], &bytes[5..bytes.len() - 1]);
        match bytes[4] {
            0x02 => self.reply(id, usize::from(params[0]), usize::from(params[1])),
            0x03 => {
                let address = usize::from(params[0]);
                self.memory[usize::from(id)][address..address + params.len() - 1]
                    .copy_from_slice(&params[1..]);
                self.reply(id, 0, 0);
            }
            0x82 => {
                for id in &params[2..] {
                    self.reply(*id, usize::from(params[0]), usize::from(params[1]));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8], _: MonoTime) -> io::Result<usize> {
        let count = self.length.min(buffer.len());
        buffer[..count].copy_from_slice(&self.answer[..count]);
        self.answer.copy_within(count..self.length, 0);
        self.length -= count;
        Ok(count)
    }

    fn set_baud(&mut self, _: u32) -> io::Result<()> {
        Ok(())
    }

    fn baud(&self) -> u32 {
        1_000_000
    }
}

#[test]
fn a_cycle_does_not_allocate() {
    let clock = FakeClock::default().shared();
    let mut arm = Arm::connect(
        Bus::new(Box::new(Canned::new()) as Box<dyn Port>, clock.clone()),
        ArmConfig::new(ArmKind::Follower, "canned"),
        Calibration::full_turn(),
        clock.clone(),
    )
    .expect("connected");
    arm.configure().expect("configured");
    arm.hold().expect("holding");
    let mut cycle = |wanted: f64| {
        arm.begin_observe().expect("asked");
        let seen = arm.finish_observe(arm.observe_deadline(Duration::from_millis(8)));
        assert_eq!(seen.expect("observed").stale, 0);
        arm.send_goal(&[wanted; 6]).expect("sent");
        let deadline = clock.now() + Duration::from_millis(4);
        assert!(arm.poll_health(deadline).expect("polled").is_some());
        arm.stop_here().expect("stopped");
    };
    cycle(1.0);
    let before = ALLOCATED.with(Cell::get);
    for step in 0..1000 {
        cycle(f64::from(step) / 10.0);
    }
    let mut release = arm.begin_release();
    for _ in 0..10 {
        release.step(&mut arm, clock.now()).expect("stepped");
        clock.sleep(Duration::from_millis(20));
    }
    assert_eq!(ALLOCATED.with(Cell::get), before);
}
