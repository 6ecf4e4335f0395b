//! Settings of the worker pool: what holds, what is refused and where it is said.

use std::time::Duration;

use jobs::{Config, Product, ProductConfig, SaturationRule};

use super::*;

fn switch(on: bool) -> Option<SettingValue> {
    Some(SettingValue::Switch(on))
}

#[test]
fn where_nobody_sets_anything_the_pool_has_its_own_usual_set_up() {
    assert_eq!(Settings::default().workers(), Config::default());
}

#[test]
fn every_part_of_the_set_up_comes_from_the_file() {
    let home = Home::with(
        "[workers]\npool = 1\nwarm = 0\nidle_s = 5\nin_flight = 2\nqueue = 7\noffload_bytes = 0\nleaked = 1\n\
         memory_bytes = 16777216\n[workers.saturation]\nenter_depth = 9\nenter_wait_ms = 900\nleave_depth = 3\n\
         leave_wait_ms = 300\nwindow_ms = 500\n[workers.background-removal]\non = false\nworkers = 1\ninline = false\n\
         [workers.limits]\nexport-zip = 0.5\n",
    );
    let settings = home.load();
    assert_eq!(told(&home, &settings), Vec::<String>::new());
    assert_eq!(settings.unknown(), []);
    let mut expected = Config {
        workers: Some(1),
        warm: 0,
        idle: Duration::from_secs(5),
        in_flight: 2,
        queue: 7,
        offload_bytes: 0,
        leaked: 1,
        memory_bytes: 16 << 20,
        saturation: SaturationRule {
            enter_depth: 9,
            enter_wait: Duration::from_millis(900),
            leave_depth: 3,
            leave_wait: Duration::from_millis(300),
            window: Duration::from_millis(500),
        },
        ..Config::default()
    };
    *expected.products.of_mut(Product::BackgroundRemoval) = ProductConfig {
        on: false,
        workers: Some(1),
        inline: false,
    };
    let limit = ("export-zip".to_owned(), Duration::from_millis(500));
    expected.limits.extend([limit]);
    assert_eq!(settings.workers(), expected);
}

#[test]
fn variables_win_over_the_file_for_products_and_limits_too() {
    let home = Home::with("[workers.background-removal]\non = true\n")
        .variable("TENDON_WORKERS_BACKGROUND_REMOVAL_ON", "off")
        .variable("TENDON_WORKERS_LIMITS_EXPORT_ZIP", "90")
        .variable("TENDON_WORKERS_QUEUE", "0");
    let settings = home.load();
    let config = settings.workers();
    assert!(!config.products.of(Product::BackgroundRemoval).on);
    assert_eq!(config.limits["export-zip"], Duration::from_secs(90));
    assert_eq!(
        told(&home, &settings),
        [
            "TENDON_WORKERS_QUEUE is “0”; it must be a whole number from 1 to 100000; until then the variable is not used\n\
             Correct the variable, or unset it."
        ]
    );
}

#[test]
fn what_cannot_be_is_told_once_with_its_line_and_everything_else_holds() {
    let home = Home::with(
        "version = 1\n[workers]\nqueue = 0\nwarm = 1\nspeed = 3\n[workers.previews]\non = false\n\
         [workers.preview]\non = \"often\"\ncolour = 1\n[workers.limits]\nunzip = 3\nexport-zip = 0\n\
         [workers.saturation]\nleave_depth = 4\n",
    );
    let settings = home.load();
    insta::assert_snapshot!(told(&home, &settings).join("\n"), @r"
    the settings file, line 3: workers.queue is 0; it must be a whole number from 1 to 100000; until then workers.queue has its usual value
    File: HOME/settings.toml
    Correct the line, or run: tendon settings unset workers.queue
    the settings file, line 6: there is no product `previews`; there are preview, background-removal, batch, dataset, export; what stands there is not used
    File: HOME/settings.toml
    Correct the name, or remove what stands under it.
    the settings file, line 9: workers.preview.on is “often”; it must be on or off (true or false); until then workers.preview.on has its usual value
    File: HOME/settings.toml
    Correct the line, or run: tendon settings unset workers.preview.on
    the settings file, line 12: there is no action `unzip`; there are preview, preview-full, preview-network, remove-background, warm-model, ask-server, batch-picture, batch-frame, dataset-verify, apply-pipeline, export-zip; what stands there is not used
    File: HOME/settings.toml
    Correct the name, or remove what stands under it.
    the settings file, line 13: workers.limits.export-zip is 0; it must be a number from 0.01 to 86400 s; until then workers.limits.export-zip has its usual value
    File: HOME/settings.toml
    Correct the line, or run: tendon settings unset workers.limits.export-zip
    the settings file, line 15: workers.saturation.leave_depth is 4; it must be less than enter_depth, which is 4; until then workers.saturation.leave_depth has its usual value
    File: HOME/settings.toml
    Correct the line, or run: tendon settings unset workers.saturation.leave_depth
    ");
    let unknown: Vec<&str> = settings
        .unknown()
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    assert_eq!(unknown, ["workers.speed", "workers.preview.colour"]);
    let warm = Config {
        warm: 1,
        ..Config::default()
    };
    assert_eq!(settings.workers(), warm);
}

#[test]
fn a_section_that_is_none_is_named() {
    let home = Home::with("[workers]\npreview = true\nlimits = 3\n");
    let settings = home.load();
    insta::assert_snapshot!(told(&home, &settings).join("\n"), @r"
    the settings file, line 2: workers.preview is no section; it must begin with [workers.preview]; until then its usual values hold
    File: HOME/settings.toml
    Correct the line.
    the settings file, line 3: workers.limits is no section; it must begin with [workers.limits]; until then its usual values hold
    File: HOME/settings.toml
    Correct the line.
    ");
    assert_eq!(settings.workers(), Config::default());
    let refused = home
        .set(&[("workers.preview.on", switch(false))])
        .unwrap_err();
    assert!(
        refused.message.contains("workers.preview is no section"),
        "{refused}"
    );
}

#[test]
fn a_product_gets_no_more_workers_than_there_are() {
    let home = Home::with("[workers]\npool = 3\n[workers.batch]\nworkers = 3\n");
    let settings = home.load();
    assert_eq!(settings.problems(), []);
    assert_eq!(
        settings.workers().products.of(Product::Batch).workers,
        Some(3)
    );
    // One of the two is changed: what was there before stays, and the change is refused.
    for change in [("workers.pool", 2.0), ("workers.batch.workers", 4.0)] {
        let refused = home.set(&[(change.0, number(change.1))]).unwrap_err();
        assert_eq!(refused.code, ErrorCode::BadRequest);
        assert!(
            refused.message.starts_with("workers.batch.workers is"),
            "{refused}"
        );
    }
    let both = [
        ("workers.pool", number(2.0)),
        ("workers.batch.workers", number(2.0)),
    ];
    assert_eq!(home.set(&both).unwrap().workers().workers, Some(2));
    // In a file that somebody wrote, the product's number gives way and is named with its line.
    let home = Home::with("[workers]\npool = 2\n[workers.batch]\nworkers = 3\n");
    let settings = home.load();
    assert_eq!(settings.workers().products.of(Product::Batch).workers, None);
    assert_eq!(
        told(&home, &settings),
        [
            "the settings file, line 4: workers.batch.workers is 3; it must be 1 to 2; until then workers.batch.workers has its usual value\n\
             File: HOME/settings.toml\n\
             Correct the line, or run: tendon settings unset workers.batch.workers"
        ]
    );
}

#[test]
fn a_value_of_a_product_is_written_into_a_section_of_its_own() {
    let home = Home::with("version = 1\n\n[workers] # mine\nwarm = 1\n");
    home.set(&[
        ("workers.preview.on", switch(false)),
        ("workers.queue", number(9.0)),
        ("workers.limits.warm-model", number(2.5)),
    ])
    .unwrap();
    insta::assert_snapshot!(home.text(), @r#"
    version = 1

    [workers] # mine
    warm = 1
    queue = 9

    [workers.preview]
    on = false

    [workers.limits]
    warm-model = 2.5
    "#);
    home.set(&[("workers.preview.on", None)]).unwrap();
    assert!(!home.text().contains("on = false"));
    let home = Home::new();
    home.set(&[("workers.preview.on", switch(false))]).unwrap();
    assert!(
        home.text().ends_with("\n[workers.preview]\non = false\n"),
        "{}",
        home.text()
    );
    assert!(!home.text().contains("[workers]"));
}

#[test]
fn asking_for_an_unknown_product_or_action_names_those_that_there_are() {
    let products = find("workers.previews.on").unwrap_err();
    assert_eq!(
        products.message,
        "there is no product `previews`; there are preview, background-removal, batch, dataset, export"
    );
    let actions = find("workers.limits.unzip").unwrap_err();
    assert!(
        actions
            .message
            .starts_with("there is no action `unzip`; there are preview, preview-full,")
    );
    let key = find("workers.preview.speed").unwrap_err();
    assert_eq!(key.message, "there is no setting “workers.preview.speed”");
}
