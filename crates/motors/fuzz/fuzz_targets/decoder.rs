//! Any bytes, cut anywhere, with silences anywhere: the decoder survives, accounts for every byte, and
//! afterwards understands a good answer.
//!
//! Without cargo-fuzz, from `crates/motors/fuzz`:
//! `RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
//! -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
//! -Cllvm-args=-sanitizer-coverage-trace-compares" cargo +nightly run --release
//! --target x86_64-unknown-linux-gnu --bin decoder -- -max_total_time=60`
#![no_main]

use libfuzzer_sys::fuzz_target;
use motors::packet::{Decoded, Decoder, EMPTY_REPLY, Status};
use motors::{ErrorBits, MotorId};

fn drain(decoder: &mut Decoder) -> u64 {
    let mut bytes = 0;
    while let Some(decoded) = decoder.next() {
        if let Decoded::Status(status) = decoded {
            assert!(status.id.single());
            bytes += (status.params.len() + EMPTY_REPLY) as u64;
        }
    }
    bytes
}

fuzz_target!(|data: &[u8]| {
    let Some((limit, mut rest)) = data.split_first() else {
        return;
    };
    let mut decoder = Decoder::new();
    decoder.limit_params((*limit < 8).then_some(usize::from(*limit)));
    let (mut pushed, mut answered) = (0u64, 0u64);
    // Each piece is led by its length; an odd one is followed by silence.
    while let Some((length, more)) = rest.split_first() {
        let (piece, later) = more.split_at(usize::from(*length).min(more.len()));
        rest = later;
        decoder.push(piece);
        pushed += piece.len() as u64;
        if length % 2 == 1 {
            decoder.line_silent();
        }
        answered += drain(&mut decoder);
    }
    decoder.line_silent();
    answered += drain(&mut decoder);
    assert_eq!(answered + decoder.noise(), pushed);

    let good = Status {
        id: MotorId(6),
        error: ErrorBits(0),
        params: &[],
    };
    let mut wire = Vec::new();
    good.encode(&mut wire).expect("six bytes fit");
    decoder.push(&wire);
    assert_eq!(decoder.next(), Some(Decoded::Status(good)));
    assert_eq!(decoder.next(), None);
});
