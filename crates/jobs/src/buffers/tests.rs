use super::*;
use proptest::prelude::*;
use stdx::clock::FakeClock;

const MIB: usize = 1 << 20;

fn pool(ceiling: usize) -> Buffers {
    Buffers::new(ceiling as u64, FakeClock::default().shared())
}

#[test]
fn a_buffer_comes_back_when_the_last_holder_lets_go_and_is_used_again() {
    let pool = pool(8 * MIB);
    let mut buffer = pool.take(MIB, "rgb").unwrap();
    buffer.fill(7);
    let address = buffer.as_ptr();
    let shared = buffer.share();
    let other = shared.clone();
    assert_eq!((other.tag(), other.holders()), (&"rgb", 2));
    drop(shared);
    assert_eq!(pool.report().live_bytes, MIB as u64);
    drop(other);
    assert_eq!(pool.report().idle_bytes, MIB as u64);
    let again = pool.take(MIB - 100, "mask").unwrap();
    assert_eq!(again.as_ptr(), address);
    assert_eq!(again.len(), MIB - 100);
    let report = pool.report();
    assert_eq!((report.allocated, report.recycled), (1, 1));
    assert_eq!((report.copies, report.idle_bytes), (0, 0));
}

#[test]
fn a_way_through_three_threads_copies_nothing() {
    let pool = pool(8 * MIB);
    let mut buffer = pool.take(MIB, 0).unwrap();
    for stage in 1..=3_u8 {
        buffer = std::thread::scope(|scope| {
            scope
                .spawn(move || {
                    buffer.fill(stage);
                    buffer.share().into_own().unwrap()
                })
                .join()
                .unwrap()
        });
    }
    assert!(buffer.iter().all(|byte| *byte == 3));
    let report = pool.report();
    assert_eq!((report.allocated, report.copies), (1, 0));
}

#[test]
fn bytes_that_others_hold_are_copied_to_be_changed_and_that_is_counted() {
    let pool = pool(8 * MIB);
    let shared = pool.zeroed(5000, ()).unwrap().share();
    let mut own = shared.clone().into_own().unwrap();
    own[0] = 1;
    assert_eq!((shared[0], own[0]), (0, 1));
    let report = pool.report();
    assert_eq!((report.copies, report.copied_bytes), (1, 5000));
}

#[test]
fn beyond_the_ceiling_memory_is_taken_plainly_and_not_kept() {
    let pool = pool(2 * MIB);
    let first = pool.take(MIB, ()).unwrap();
    let second = pool.take(MIB, ()).unwrap();
    assert!(!pool.over_ceiling());
    let third = pool.take(MIB, ()).unwrap();
    assert!(pool.over_ceiling());
    assert_eq!(pool.report().beyond, 1);
    drop(third);
    assert_eq!(pool.report().idle_bytes, 0);
    drop((first, second));
    let report = pool.report();
    assert_eq!((report.live_bytes, report.idle_bytes), (0, 2 * MIB as u64));
    assert_eq!(report.peak_bytes, 3 * MIB as u64);
}

#[test]
fn a_size_from_outside_is_refused_with_its_figures() {
    let pool = pool(16 * MIB);
    let _held = pool.take(10 * MIB, ()).unwrap();
    let error = pool.take_within(10 * MIB, ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "10485760 bytes more would exceed the ceiling of 16777216 bytes (setting `workers.memory_bytes`), of which 10485760 are in use"
    );
    assert_eq!(
        pool.take(usize::MAX, ()).unwrap_err(),
        BufferError::OutOfMemory {
            wanted: usize::MAX as u64
        }
    );
    assert_eq!(pool.report().live_bytes, 10 * MIB as u64);
}

#[test]
fn free_buffers_make_room_for_other_sizes_and_go_when_nobody_uses_them() {
    let clock = FakeClock::default();
    let pool = Buffers::new(4 * MIB as u64, clock.shared());
    drop(pool.take(3 * MIB, ()).unwrap());
    let small = pool.take(2 * MIB, ()).unwrap();
    assert_eq!(
        pool.report().idle_bytes,
        0,
        "three and two are more than four"
    );
    drop(small);
    clock.advance(Duration::from_secs(29));
    pool.trim(clock.now(), Duration::from_secs(30));
    assert_eq!(pool.idle_bytes(), 2 * MIB as u64);
    clock.advance(Duration::from_secs(1));
    pool.trim(clock.now(), Duration::from_secs(30));
    assert_eq!(pool.idle_bytes(), 0);
}

#[test]
fn an_address_suits_wider_numbers() {
    let pool = pool(MIB);
    for len in [4, 1000, 4096, 70_000] {
        let mut buffer = pool.take(len, ()).unwrap();
        let wide: &mut [f32] = bytemuck::cast_slice_mut(&mut buffer);
        assert_eq!(wide.len(), len / 4);
    }
}

proptest! {
    #[test]
    fn a_class_holds_what_it_is_for_and_wastes_at_most_a_fifth(bytes in 4096..(1_usize << 36)) {
        let size = class(bytes) * BLOCK;
        prop_assert!(size >= bytes);
        prop_assert!(size - bytes <= size / 5 + BLOCK);
        prop_assert_eq!(class(size), class(bytes), "a class is its own");
    }

    #[test]
    fn the_account_is_that_of_what_is_held(
        steps in proptest::collection::vec((0_usize..200_000, 0_usize..8), 1..200)
    ) {
        let pool = pool(MIB);
        let mut held: Vec<Option<Buffer<()>>> = (0..8).map(|_| None).collect();
        for (len, place) in steps {
            held[place] = (len > 100_000).then(|| pool.take(len, ()).unwrap());
            let live: u64 = held.iter().flatten().map(|one| bytes_of(class(one.len))).sum();
            let report = pool.report();
            prop_assert_eq!(report.live_bytes, live);
            prop_assert!(report.idle_bytes == 0 || report.idle_bytes + live <= MIB as u64);
            prop_assert!(report.peak_bytes >= live);
        }
    }
}
