//! Which files are taken, and what their outputs are called.

use std::fs;
use std::path::{Path, PathBuf};

use batch::{BatchError, Plan, WhyPassed};
use imaging::{Existing, Format, Quality};

use crate::drawn::{draw, task};

fn outputs(plan: &Plan) -> Vec<&str> {
    plan.items
        .iter()
        .map(|item| item.output.to_str().unwrap())
        .collect()
}

fn why(plan: &Plan, path: &Path) -> WhyPassed {
    let passed = plan.passed.iter().find(|passed| passed.path == path);
    passed
        .unwrap_or_else(|| panic!("{path:?} is not passed over: {plan:?}"))
        .why
        .clone()
}

#[test]
fn outputs_mirror_folders_and_never_collide() {
    let folder = tempfile::tempdir().unwrap();
    let (from, into) = (folder.path().join("in"), folder.path().join("out"));
    for name in ["x.jpg", "x.png", "a/x.tif", "a/b/y.bmp", "a/b/y.webp"] {
        draw(from.join(name), 4, 4);
    }
    let mut task = task(&[&from], &into);
    let plan = Plan::of(&task).unwrap();
    assert_eq!(
        outputs(&plan),
        [
            "x.png",
            "x-png.png",
            "a/x.png",
            "a/b/y.png",
            "a/b/y-webp.png"
        ]
    );
    assert!(plan.bytes() > 0 && !into.exists(), "a plan writes nothing");
    task.output.format = None;
    assert_eq!(
        outputs(&Plan::of(&task).unwrap()),
        ["x.jpg", "x.png", "a/x.tif", "a/b/y.bmp", "a/b/y.webp"]
    );
    task.recursive = false;
    assert_eq!(outputs(&Plan::of(&task).unwrap()), ["x.jpg", "x.png"]);
}

#[test]
fn several_folders_each_get_one_of_their_name_and_files_stand_above() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("deep/one"));
    draw(one.join("x.png"), 4, 4);
    draw(two.join("x.png"), 4, 4);
    let file = folder.path().join("x.jpg");
    draw(&file, 4, 4);
    let plan = Plan::of(&task(&[&one, &two, &file], &folder.path().join("out"))).unwrap();
    assert_eq!(outputs(&plan), ["x.png", "one/x.png", "one/x-png.png"]);
}

#[test]
fn what_is_no_picture_is_passed_over_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("in");
    draw(from.join("good.png"), 4, 4);
    draw(from.join(".hidden.png"), 4, 4);
    draw(from.join(".folder/x.png"), 4, 4);
    fs::write(from.join("notes.txt"), "words").unwrap();
    fs::write(from.join("broken.jpg"), "no picture").unwrap();
    fs::copy(from.join("good.png"), from.join("without-ending")).unwrap();
    let plan = Plan::of(&task(&[&from], &folder.path().join("out"))).unwrap();
    assert_eq!(
        outputs(&plan),
        ["broken.png", "good.png", "without-ending.png"],
        "a name that promises a picture is believed, and so are first bytes"
    );
    assert_eq!(plan.items[2].format, Format::Png);
    assert_eq!(why(&plan, &from.join(".hidden.png")), WhyPassed::Hidden);
    assert_eq!(why(&plan, &from.join(".folder")), WhyPassed::Hidden);
    assert_eq!(
        why(&plan, &from.join("notes.txt")),
        WhyPassed::UnknownFormat
    );
    // What the person names is taken although it is hidden.
    let named = from.join(".hidden.png");
    let plan = Plan::of(&task(&[&named], &folder.path().join("out"))).unwrap();
    assert_eq!(outputs(&plan), [".hidden.png"]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_once_and_loops_harm_nobody() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("in");
    draw(from.join("a/x.png"), 4, 4);
    symlink("..", from.join("a/up")).unwrap();
    symlink("a", from.join("b")).unwrap();
    symlink("x.png", from.join("a/y.png")).unwrap();
    symlink("nowhere", from.join("z.png")).unwrap();
    let plan = Plan::of(&task(&[&from], &folder.path().join("out"))).unwrap();
    assert_eq!(outputs(&plan), ["a/x.png"]);
    assert_eq!(why(&plan, &from.join("a/up")), WhyPassed::MetBefore);
    assert_eq!(why(&plan, &from.join("b")), WhyPassed::MetBefore);
    assert_eq!(why(&plan, &from.join("a/y.png")), WhyPassed::MetBefore);
    assert!(matches!(
        why(&plan, &from.join("z.png")),
        WhyPassed::Unreadable(_)
    ));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("in");
    draw(from.join("x.png"), 4, 4);
    let pipe = from.join("pipe.png");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    let plan = Plan::of(&task(&[&from], &folder.path().join("out"))).unwrap();
    assert_eq!(outputs(&plan), ["x.png"]);
    assert_eq!(why(&plan, &pipe), WhyPassed::NoFile);
}

#[test]
fn an_output_never_takes_the_place_of_an_input() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("in");
    draw(from.join("x.jpg"), 4, 4);
    draw(from.join("x.png"), 4, 4);
    for existing in [Existing::Keep, Existing::Replace] {
        let mut task = task(&[&from], &from);
        task.existing = existing;
        let error = Plan::of(&task).unwrap_err();
        assert!(matches!(error, BatchError::OutputIsInput { .. }), "{error}");
        assert!(error.to_string().contains("x.png") && !error.remedy().is_empty());
    }
    // Beside the inputs, under names that no input has, is fine.
    fs::remove_file(from.join("x.png")).unwrap();
    assert_eq!(
        outputs(&Plan::of(&task(&[&from], &from)).unwrap()),
        ["x.png"]
    );
}

#[cfg(unix)]
#[test]
fn a_link_in_the_output_folder_does_not_lead_to_an_input() {
    let folder = tempfile::tempdir().unwrap();
    let (from, into) = (folder.path().join("in"), folder.path().join("out"));
    draw(from.join("a/x.png"), 4, 4);
    fs::create_dir(&into).unwrap();
    std::os::unix::fs::symlink(from.join("a"), into.join("a")).unwrap();
    let mut task = task(&[&from], &into);
    task.existing = Existing::Replace;
    let error = Plan::of(&task).unwrap_err();
    assert!(matches!(error, BatchError::OutputIsInput { .. }), "{error}");
}

#[test]
fn the_output_folder_inside_the_inputs_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("in");
    let into = from.join("out");
    draw(from.join("x.jpg"), 4, 4);
    draw(into.join("x.png"), 4, 4);
    let mut task = task(&[&from], &into);
    let plan = Plan::of(&task).unwrap();
    assert_eq!(plan.items, []);
    assert_eq!(why(&plan, &into), WhyPassed::Outputs);
    let kept = fs::canonicalize(&into).unwrap().join("x.png");
    assert_eq!(why(&plan, &from.join("x.jpg")), WhyPassed::Exists(kept));
    task.existing = Existing::Replace;
    assert_eq!(outputs(&Plan::of(&task).unwrap()), ["x.png"]);
}

#[test]
fn what_cannot_be_done_is_told_before_anything_is() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("x.png");
    draw(&from, 4, 4);
    let into = folder.path().join("out");
    let missing = PathBuf::from("/nowhere/at-all");
    let error = Plan::of(&task(&[&missing], &into)).unwrap_err();
    assert!(matches!(error, BatchError::Input { .. }), "{error}");
    let error = Plan::of(&task(&[&from], &from)).unwrap_err();
    assert!(matches!(error, BatchError::NoFolder { .. }), "{error}");
    let mut lossless = task(&[&from], &into);
    lossless.output.format = Some(Format::Jpeg);
    lossless.output.quality = Quality::Lossless;
    let error = Plan::of(&lossless).unwrap_err();
    assert!(error.to_string().contains("JPEG"), "{error}");
    lossless.output.format = None;
    assert!(Plan::of(&lossless).is_ok(), "a folder may mix formats");
}
