//! What saying a screen's texts costs: budget a hundredth of the 50 ms between two turns of the desk, with half of its
//! texts new in every turn.

use criterion::{Criterion, criterion_group, criterion_main};
use phrases::{Language, Phrases};

/// Texts of a busy screen; `turn` changes the figures of the last ones.
fn texts(turn: u32) -> Vec<String> {
    let steady = [
        "Take the load off the joint, then resume.",
        "Second follower: the adapter was unplugged.\nPort: /dev/ttyUSB0",
        "Choose MJPG, give it more light, or move it to another USB port.",
        "ordinary (real-time refused: no system D-Bus (No such file or directory (os error 2)); RLIMIT_RTPRIO is 0; install rtkit)",
    ];
    let moving = [
        "Second follower: wrist flex (motor 4) is at {} °C.",
        "Left follower: gripper (motor 6) pushes with {} % of its force.",
        "Camera front: {} damaged pictures so far: the JPEG picture is cut off: it ends at byte 7, inside its header",
        "{} MB free, up to 900 MB needed",
    ];
    let figure = turn.to_string();
    let steady = steady.iter().map(|text| (*text).to_owned());
    let moving = moving.iter().map(|text| text.replace("{}", &figure));
    steady.chain(moving).collect()
}

fn turns(c: &mut Criterion) {
    for language in [Language::English, Language::German, Language::Chinese] {
        let phrases = Phrases::new(language);
        let name = format!("a turn's texts in {}", language.tag());
        c.bench_function(&format!("{name}, seen before"), |b| {
            let texts = texts(0);
            b.iter(|| {
                texts
                    .iter()
                    .map(|text| phrases.say(text).len())
                    .sum::<usize>()
            });
        });
        let mut turn = 0;
        c.bench_function(&format!("{name}, half of them new"), |b| {
            b.iter(|| {
                turn += 1;
                texts(turn)
                    .iter()
                    .map(|text| phrases.say(text).len())
                    .sum::<usize>()
            });
        });
    }
}

criterion_group!(benches, turns);
criterion_main!(benches);
