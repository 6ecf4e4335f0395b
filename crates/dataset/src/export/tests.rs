//! Archives of small folders: what is in them, and what stops them.

use std::fs;
use std::io::Read;

use tempfile::TempDir;

use super::*;

/// A folder that looks enough like a dataset to be exported.
fn dataset() -> TempDir {
    let outer = TempDir::new().unwrap();
    for (name, bytes) in [
        ("meta/info.json", vec![b'{'; 5000]),
        ("meta/tasks.parquet", vec![1; 300]),
        ("meta/tendon/episodes/episode-000000.json", b"{}".to_vec()),
        ("data/chunk-000/file-000.parquet", vec![2; 3 << 20]),
        (
            "videos/observation.images.front/chunk-000/file-000.mp4",
            (0..=255).collect(),
        ),
        ("README.md", Vec::new()),
        // What must stay out.
        (
            "images/observation.images.front/episode-000000/frame-000000.png",
            vec![3],
        ),
        ("tmpq1w2e3/x.mp4", vec![4]),
        ("data/chunk-000/file-001.parquet.tmp", vec![5]),
    ] {
        let path = outer.path().join("pick").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    outer
}

fn run(outer: &TempDir, options: &ExportOptions) -> Result<ExportReport, ExportError> {
    export_zip(
        &outer.path().join("pick"),
        &outer.path().join("pick.zip"),
        options,
        &Progress::new(),
    )
}

fn names_beside(outer: &TempDir) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(outer.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn an_archive_holds_the_dataset_and_nothing_transient() {
    let outer = dataset();
    let progress = Progress::new();
    let root = outer.path().join("pick");
    let target = outer.path().join("pick.zip");
    let report = export_zip(&root, &target, &ExportOptions::default(), &progress).unwrap();
    assert_eq!(report.files, 6);
    assert_eq!(progress.reached().stage, Stage::Done);
    assert_eq!(report.zip_bytes, fs::metadata(&target).unwrap().len());
    let left_out: Vec<_> = report.left_out.iter().map(|(_, kind)| *kind).collect();
    assert_eq!(
        left_out,
        [
            Leftover::Unfinished,
            Leftover::Staging,
            Leftover::EncoderFolder
        ]
    );

    let mut archive = zip::ZipArchive::new(File::open(&target).unwrap()).unwrap();
    for position in 0..archive.len() {
        let mut entry = archive.by_index(position).unwrap();
        let name = entry.name().unwrap().into_owned();
        let method = if name.ends_with(".json") || name.ends_with(".md") {
            CompressionMethod::Deflated
        } else {
            CompressionMethod::Stored
        };
        assert_eq!(entry.compression(), method, "{name}");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, fs::read(outer.path().join(&name)).unwrap(), "{name}");
    }
    assert_eq!(names_beside(&outer), ["pick", "pick.zip"]);
}

#[test]
fn without_a_top_folder_names_start_at_the_root() {
    let outer = dataset();
    let options = ExportOptions {
        top_folder: false,
        ..ExportOptions::default()
    };
    run(&outer, &options).unwrap();
    let archive = zip::ZipArchive::new(File::open(outer.path().join("pick.zip")).unwrap()).unwrap();
    assert!(archive.index_for_name("meta/info.json").is_some());
}

#[test]
fn an_existing_file_is_replaced_only_when_allowed() {
    let outer = dataset();
    fs::write(outer.path().join("pick.zip"), "precious").unwrap();
    let error = run(&outer, &ExportOptions::default()).unwrap_err();
    assert!(matches!(error, ExportError::TargetExists { .. }), "{error}");
    assert_eq!(
        fs::read(outer.path().join("pick.zip")).unwrap(),
        b"precious"
    );
    let options = ExportOptions {
        replace: true,
        ..ExportOptions::default()
    };
    run(&outer, &options).unwrap();
    assert!(fs::metadata(outer.path().join("pick.zip")).unwrap().len() > 1000);
}

#[test]
fn a_cancelled_export_leaves_nothing_behind() {
    let outer = dataset();
    let progress = Progress::new();
    progress.cancel();
    let error = export_zip(
        &outer.path().join("pick"),
        &outer.path().join("pick.zip"),
        &ExportOptions::default(),
        &progress,
    )
    .unwrap_err();
    assert!(matches!(error, ExportError::Cancelled(_)), "{error}");
    assert_eq!(names_beside(&outer), ["pick"]);
}

#[test]
fn places_that_cannot_work_are_refused_with_a_reason() {
    let outer = dataset();
    let root = outer.path().join("pick");
    let into = |target: &Path| {
        export_zip(&root, target, &ExportOptions::default(), &Progress::new()).unwrap_err()
    };
    let inside = into(&root.join("data/pick.zip"));
    assert!(
        matches!(inside, ExportError::TargetInside { .. }),
        "{inside}"
    );
    let nowhere = into(&outer.path().join("no/such/folder/pick.zip"));
    assert!(matches!(nowhere, ExportError::Write { .. }), "{nowhere}");
    fs::remove_file(root.join("meta/info.json")).unwrap();
    let empty = into(&outer.path().join("pick.zip"));
    assert!(matches!(empty, ExportError::NotADataset { .. }), "{empty}");
    for error in [inside, nowhere, empty] {
        assert!(!error.remedy().is_empty());
    }
}

#[test]
fn a_source_that_changes_stops_the_export() {
    let outer = dataset();
    let root = outer.path().join("pick").canonicalize().unwrap();
    let listing = sources::list(&root).unwrap();
    listing.check_unchanged(&root).unwrap();

    let data = root.join("data/chunk-000/file-000.parquet");
    fs::write(&data, [9; 17]).unwrap();
    let changed = |error: ExportError| match error {
        ExportError::Changed { path } => path,
        other => panic!("{other}"),
    };
    assert_eq!(changed(listing.check_unchanged(&root).unwrap_err()), data);
    let source = listing
        .sources
        .iter()
        .find(|source| source.path == data)
        .unwrap();
    let stop = copy(source, &mut Vec::new(), &mut [0; 64], |_| Ok(())).unwrap_err();
    assert!(matches!(stop, Stop::Changed));

    let listing = sources::list(&root).unwrap();
    let added = root.join("zzz.json");
    fs::write(&added, "{}").unwrap();
    assert_eq!(changed(listing.check_unchanged(&root).unwrap_err()), added);
}

#[test]
fn an_archive_that_rots_is_not_accepted() {
    let outer = dataset();
    run(&outer, &ExportOptions::default()).unwrap();
    let root = outer.path().join("pick").canonicalize().unwrap();
    let target = outer.path().join("pick.zip");
    let listing = sources::list(&root).unwrap();
    let check = |bytes: &[u8]| {
        fs::write(&target, bytes).unwrap();
        readback::check(
            &target,
            &listing.sources,
            |source| format!("pick/{}", source.name),
            &Progress::new(),
        )
    };
    let whole = fs::read(&target).unwrap();
    check(&whole).unwrap();
    // One flipped bit in a stored body, then a cut at every thousandth of the file: errors, never a panic.
    let mut rotten = whole.clone();
    rotten[1 << 20] ^= 4;
    assert!(matches!(
        check(&rotten),
        Err(ExportError::NotFaithful { .. })
    ));
    for part in 0..1000 {
        assert!(check(&whole[..whole.len() * part / 1000]).is_err());
    }
}

#[test]
fn two_exports_do_not_write_the_same_file() {
    let outer = dataset();
    let root = outer.path().join("pick");
    let target = outer.path().join("pick.zip");
    let first = Aside::open(&root, &target, false).unwrap();
    let second = Aside::open(&root, &target, false).unwrap_err();
    assert!(matches!(second, ExportError::Busy { .. }), "{second}");
    drop(first);
    // A file left by a killed export is taken over.
    fs::write(outer.path().join("pick.zip.tmp"), "old").unwrap();
    run(&outer, &ExportOptions::default()).unwrap();
}

#[test]
fn a_full_disk_is_named_as_such() {
    let outer = dataset();
    let aside = Aside::open(
        &outer.path().join("pick"),
        &outer.path().join("pick.zip"),
        false,
    )
    .unwrap();
    let early = aside.check_room(u64::MAX).unwrap_err();
    assert!(
        matches!(
            early,
            ExportError::DiskFull {
                needed: u64::MAX,
                ..
            }
        ),
        "{early}"
    );
    let late = aside.write_error(io::ErrorKind::StorageFull.into());
    assert!(matches!(late, ExportError::DiskFull { .. }), "{late}");
}

#[test]
#[ignore = "writes 4.4 GB; run it with --release --ignored"]
fn a_file_beyond_four_gigabytes_goes_in_and_comes_back() {
    let outer = TempDir::new_in(std::env::var_os("TENDON_BENCH_DIR").unwrap()).unwrap();
    let root = outer.path().join("pick");
    fs::create_dir_all(root.join("meta")).unwrap();
    fs::write(root.join("meta/info.json"), "{}").unwrap();
    let size = (1 << 32) + (100 << 20);
    File::create(root.join("a-long.mp4"))
        .and_then(|file| file.set_len(size))
        .unwrap();
    fs::write(root.join("behind.json"), "{}").unwrap();
    let report = run(&outer, &ExportOptions::default()).unwrap();
    assert!(report.zip_bytes > size);
    let file = File::open(outer.path().join("pick.zip")).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    assert_eq!(archive.by_name("pick/a-long.mp4").unwrap().size(), size);
    assert_eq!(archive.by_name("pick/behind.json").unwrap().size(), 2);
}
