//! Any text as a preset: it is read or refused with a remedy. What was read can be written and read again, and runs on a
//! small picture, or says why not.
#![no_main]

use imaging::{Layout, Limits, Picture, Preset, Preview, Run, StageCache};
use libfuzzer_sys::fuzz_target;
use pixels::Size;

fuzz_target!(|text: &str| {
    let preset = match Preset::from_json(text) {
        Ok(preset) => preset,
        Err(error) => {
            assert!(!error.remedy().is_empty());
            return;
        }
    };
    let written = preset.to_json().expect("what was read can be written");
    assert_eq!(Preset::from_json(&written).expect("and read again"), preset);

    let size = Size::new(13, 9).expect("a size");
    let bytes = (0..Layout::Rgba.bytes(size)).map(|at| (at * 37) as u8).collect();
    let picture = Picture::new(size, Layout::Rgba, bytes).expect("as many as it takes");
    let run = Run {
        limits: Limits {
            pixels: 1 << 16,
            ..Limits::default()
        },
        ..Run::default()
    };
    let preview = Preview::new(picture, StageCache::new(1 << 20).into());
    let full = preview.full(&preset.pipeline, &run);
    let proxy = preview.proxy(&preset.pipeline, 5, &run);
    if let Err(error) = &full {
        assert!(!error.to_string().is_empty() && !error.remedy().is_empty());
    }
    assert_eq!(full.is_ok(), proxy.is_ok(), "both or neither");
});
