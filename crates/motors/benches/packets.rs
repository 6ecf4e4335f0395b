//! What packets cost the processor in one control cycle: a group reply decoded, a sync write encoded.
//!
//! Budget: 10 microseconds each, a thousandth of a cycle at 120 Hz. The wire takes 620 for the same bytes.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use motors::packet::{Decoded, Decoder, Instruction, Status};
use motors::registers::{GOAL_POSITION, PRESENT_POSITION};
use motors::{ErrorBits, MotorId};

fn packets(criterion: &mut Criterion) {
    let mut reply = Vec::new();
    let mut packet = Vec::new();
    for id in 1..=6 {
        let status = Status {
            id: MotorId(id),
            error: ErrorBits(0),
            params: &[id, 0x08],
        };
        if status.encode(&mut packet).is_ok() {
            reply.extend_from_slice(&packet);
        }
    }
    let mut decoder = Decoder::new();
    criterion.bench_function("decode the reply of six motors", |bencher| {
        bencher.iter(|| {
            decoder.push(black_box(&reply));
            let mut sum = 0;
            while let Some(Decoded::Status(status)) = decoder.next() {
                sum += PRESENT_POSITION
                    .value_from_wire(status.params)
                    .unwrap_or_default();
            }
            sum
        });
    });
    let mut rows = Vec::with_capacity(18);
    criterion.bench_function("encode a sync write to six motors", |bencher| {
        bencher.iter(|| {
            rows.clear();
            for id in 1..=6 {
                let wire = GOAL_POSITION
                    .wire_from_value(black_box(2048))
                    .unwrap_or_default();
                rows.extend_from_slice(&[id, wire[0], wire[1]]);
            }
            let write = Instruction::SyncWrite {
                address: GOAL_POSITION.address,
                len: 2,
                rows: &rows,
            };
            black_box(write.encode(MotorId::BROADCAST, &mut packet)).is_ok()
        });
    });
}

criterion_group!(benches, packets);
criterion_main!(benches);
