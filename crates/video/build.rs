//! Says when the H.264 encoder is compiled without its assembly: openh264's own build then goes on in silence, and the
//! program encodes 2.8 times as slowly.

use std::env;
use std::process::{Command, Stdio};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=OPENH264_NO_ASM");
    println!("cargo:rerun-if-env-changed=PATH");
    println!("cargo:rustc-check-cfg=cfg(openh264_assembly)");
    let arch = env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    let needs_nasm = matches!(arch.as_str(), "x86" | "x86_64");
    let refused = env::var_os("OPENH264_NO_ASM").is_some();
    let nasm = || {
        Command::new("nasm")
            .arg("-v")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if refused || needs_nasm && !nasm() {
        println!(
            "cargo:warning=the H.264 encoder is built without assembly and takes 2.8 times as long: install nasm (scripts/setup does), \
             unset OPENH264_NO_ASM, then run `cargo clean -p openh264-sys2 -p video` and build again"
        );
    } else {
        println!("cargo:rustc-cfg=openh264_assembly");
    }
}
