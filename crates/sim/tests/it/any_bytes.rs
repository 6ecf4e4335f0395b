//! Nothing that a host sends brings the chain down or keeps it from answering afterwards.

use std::time::Duration;

use motors::Port;
use proptest::collection::vec;
use proptest::prelude::*;
use sim::SimArm;

use crate::host::{Host, packet};

/// A request with a right checksum and anything inside.
fn any_request() -> impl Strategy<Value = Vec<u8>> {
    let id = prop_oneof![4 => 0u8..8, 2 => Just(0xfe), 1 => any::<u8>()];
    let code = prop_oneof![8 => 1u8..12, 4 => 0x82u8..=0x83, 1 => any::<u8>()];
    (id, code, vec(any::<u8>(), 0..40)).prop_map(|(id, code, params)| packet(id, code, &params))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_survived_and_a_ping_is_heard_once_the_line_was_silent(pieces in vec(prop_oneof![vec(any::<u8>(), 0..80), any_request()], 0..20)) {
        let mut host = Host::of_arm(&SimArm::follower());
        for piece in &pieces {
            host.port.send(piece).unwrap();
            host.clock.advance(Duration::from_millis(3));
        }
        host.clock.advance(Duration::from_millis(200));
        for id in host.chain.ids() {
            host.chain.set_register(id, sim::table::BAUD_RATE, 0).unwrap();
        }
        // Motors may have been given any id, several the same one; those talk over each other.
        let ids = host.chain.ids();
        let alone = |id: &u8| ids.iter().filter(|other| *other == id).count() == 1;
        if let Some(id) = ids.iter().copied().filter(alone).find(|id| *id < 0xfd) {
            let heard = host.exchange(&packet(id, 1, &[]));
            prop_assert!(heard.starts_with(&[0xff, 0xff, id, 2]), "{heard:02x?}");
        }
        for id in host.chain.ids() {
            let truth = host.chain.truth(id).unwrap();
            prop_assert!(truth.angle.is_finite() && truth.celsius.is_finite(), "{truth:?}");
        }
    }
}
