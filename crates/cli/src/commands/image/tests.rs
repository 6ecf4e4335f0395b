//! Command lines for pictures on folders of a test.

use std::fs;
use std::path::Path;

use clap::Parser as _;
use imaging::{Format, Layout, Picture, Run, Saving, encode, open};
use pixels::Size;
use protocol::Failure;
use tempfile::TempDir;

use super::*;
use crate::args::{Cli, Command};
use crate::exit;

fn tendon(folder: &Path, line: &str) -> Result<u8, Failure> {
    let here = folder.display().to_string();
    let words = line.split_whitespace().map(|word| word.replace('@', &here));
    let all = ["tendon".to_owned(), "image".to_owned()].into_iter();
    let cli = Cli::try_parse_from(all.chain(words)).unwrap();
    let Command::Image(args) = &cli.command else {
        panic!("{line} is not about pictures");
    };
    super::run(args, &mut Out::new(cli.json), &Watch::start().unwrap())
}

fn drawn(path: &Path) {
    let inside = |x: u32, y: u32| (24..72).contains(&x) && (16..48).contains(&y);
    let bytes = (0..64)
        .flat_map(|y| (0..96).map(move |x| (x, y)))
        .flat_map(|(x, y)| {
            if inside(x, y) {
                [30, 60, 200]
            } else {
                [240, 240, 240]
            }
        })
        .collect();
    let picture = Picture::new(Size::new(96, 64).unwrap(), Layout::Rgb, bytes).unwrap();
    let bytes = encode(&picture, &Saving::usual(Format::Png), &Run::default()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_picture_is_changed_as_the_line_says() {
    let folder = TempDir::new().unwrap();
    drawn(&folder.path().join("in.png"));
    let line =
        "apply @/in.png -o @/out.jpg --quality 80 --do resize:width=48,height=32 --do grayscale";
    assert_eq!(tendon(folder.path(), line).unwrap(), exit::DONE);
    let opened = open(&folder.path().join("out.jpg"), &Run::default()).unwrap();
    assert_eq!(opened.format, Format::Jpeg);
    assert_eq!(
        (
            opened.picture.size().width(),
            opened.picture.size().height()
        ),
        (48, 32)
    );
    let again = tendon(folder.path(), line).unwrap_err();
    assert!(again.message.contains("exists already"), "{again}");
    let over = format!("{line} --overwrite");
    assert_eq!(tendon(folder.path(), &over).unwrap(), exit::DONE);
}

#[test]
fn backgrounds_of_several_pictures_go_into_a_folder_under_names_of_their_own() {
    let folder = TempDir::new().unwrap();
    for name in ["a", "b"] {
        fs::create_dir(folder.path().join(name)).unwrap();
        drawn(&folder.path().join(name).join("in.png"));
    }
    let line = "remove-background @/a/in.png @/b/in.png -o @/out --no-server";
    assert_eq!(tendon(folder.path(), line).unwrap(), exit::DONE);
    for name in ["in.png", "in-2.png"] {
        let opened = open(&folder.path().join("out").join(name), &Run::default()).unwrap();
        assert!(opened.picture.transparent(), "{name}");
    }
    fs::write(folder.path().join("a/in.png"), "no picture").unwrap();
    let line = "remove-background @/a/in.png @/b/in.png -o @/other --no-server";
    assert_eq!(tendon(folder.path(), line).unwrap(), exit::DATA);
    assert!(folder.path().join("other/in-2.png").exists());
}

#[test]
fn a_batch_says_what_failed_and_leaves_no_queue_behind_when_all_is_well() {
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("in");
    fs::create_dir(&input).unwrap();
    for number in 0..3 {
        drawn(&input.join(format!("{number}.png")));
    }
    fs::write(input.join("broken.png"), b"\x89PNG\r\n\x1a\nand no more").unwrap();
    let line = "batch @/in --into @/out --do invert --report @/report.json --no-server";
    assert_eq!(tendon(folder.path(), line).unwrap(), exit::DATA);
    let report = fs::read_to_string(folder.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["report"]["counts"]["done"], 3);
    assert_eq!(report["report"]["counts"]["failed"], 1);
    drawn(&input.join("broken.png"));
    let again = "batch --retry --into @/out --no-server";
    assert_eq!(tendon(folder.path(), again).unwrap(), exit::DONE);
    let left: Vec<String> = fs::read_dir(folder.path().join("out"))
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with(".png"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    let none = tendon(folder.path(), "batch --resume --into @/out").unwrap_err();
    assert!(none.message.starts_with("there is no batch"), "{none}");
}

#[test]
fn lines_that_make_no_sense_say_why() {
    let folder = TempDir::new().unwrap();
    drawn(&folder.path().join("in.png"));
    let refused = |line: &str| tendon(folder.path(), line).unwrap_err().message;
    let unknown = refused("apply @/in.png -o @/out.png --do sepia");
    assert!(
        unknown.contains("there is no operation `sepia`; there are"),
        "{unknown}"
    );
    let both = refused("apply @/in.png -o - --json");
    assert!(both.contains("standard output"), "{both}");
    let model = refused("remove-background @/in.png -o @/out.png --model nobodys --no-server");
    assert!(model.contains("nobodys"), "{model}");
    let fetched = refused("models fetch nobodys --yes");
    assert!(fetched.contains("u2netp"), "{fetched}");
    let agreed = refused("models fetch u2netp --json");
    assert!(agreed.contains("nobody agreed"), "{agreed}");
    let nothing = refused("batch @/in.png --into @/out");
    assert_eq!(nothing, "it is not said what is to be done");
}

#[test]
fn models_and_operations_are_listed() {
    let folder = TempDir::new().unwrap();
    for line in [
        "models list",
        "models list --json",
        "operations",
        "operations --json",
    ] {
        assert_eq!(tendon(folder.path(), line).unwrap(), exit::DONE, "{line}");
    }
}
