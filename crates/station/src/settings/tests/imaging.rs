//! Settings of work on pictures: what holds, and what is refused.

use std::path::Path;
use std::time::Duration;

use studio::models::ADDRESS;
use studio::routing::RouteRules;

use super::*;

#[test]
fn where_nobody_sets_anything_pictures_stay_here_by_the_usual_rules() {
    let imaging = Settings::default().imaging();
    assert_eq!(imaging.server, None);
    assert_eq!(imaging.rules, RouteRules::default());
    assert!(imaging.models.ends_with("tendon/models"));
    assert_eq!(imaging.models_address, ADDRESS);
    assert_eq!(imaging.batch_memory, batch::MEMORY);
}

#[test]
fn every_part_comes_from_the_file_and_variables_win() {
    let home = Home::with(
        "[imaging]\nserver = \"http://192.168.1.20:7000\"\nserver_for_batches = true\nlongest_side = 1024\n\
         megapixels = 1.5\nslow_ms = 900\nmodels = \"/data/models\"\nmodels_address = \"https://house.example/models\"\n\
         batch_memory_bytes = 134217728\n",
    )
    .variable("TENDON_IMAGING_SLOW_MS", "700")
    .variable("TENDON_MODELS_ADDRESS", "http://copy.example");
    let settings = home.load();
    assert_eq!(told(&home, &settings), Vec::<String>::new());
    let imaging = settings.imaging();
    assert_eq!(imaging.server.as_deref(), Some("http://192.168.1.20:7000"));
    assert_eq!(
        imaging.rules,
        RouteRules {
            longest: 1024,
            pixels: 1_500_000,
            latency: Duration::from_millis(700),
            batches: true,
        }
    );
    assert_eq!(imaging.models, Path::new("/data/models"));
    assert_eq!(imaging.models_address, "http://copy.example");
    assert_eq!(imaging.batch_memory, 128 << 20);
}

#[test]
fn what_is_no_address_is_refused_and_nobody_is_asked_meanwhile() {
    for wrong in [
        "192.168.1.20:7000",
        "ftp://house.example",
        "http://",
        "http://me:word@house.example",
        "http://house.example/?q=1",
    ] {
        let home = Home::with(&format!("[imaging]\nserver = \"{wrong}\"\n"));
        let settings = home.load();
        let problems = told(&home, &settings);
        assert_eq!(problems.len(), 1, "{wrong}: {problems:?}");
        assert!(
            problems[0].contains("imaging.server") && problems[0].contains("begins with http://"),
            "{problems:?}"
        );
        assert_eq!(settings.imaging().server, None, "{wrong}");
    }
    let home = Home::new();
    let text = |text: &str| Some(SettingValue::Text(text.to_owned()));
    let refused = home
        .set(&[("imaging.models_address", text("models"))])
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::BadRequest);
    let set = home
        .set(&[("imaging.server", text("http://house.example:7000"))])
        .unwrap();
    assert_eq!(
        set.imaging().server.as_deref(),
        Some("http://house.example:7000")
    );
    let none = home.set(&[("imaging.server", text(""))]).unwrap();
    assert_eq!(none.imaging().server, None);
}
