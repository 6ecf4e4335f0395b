//! Tells Tauri which commands there are, so that the page may call these and no others.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The page is taken into the program when it is compiled.
    let page = std::path::Path::new("../ui/dist/index.html");
    println!("cargo:rerun-if-changed={}", page.display());
    if std::env::var_os("CARGO_FEATURE_PAGE_INSIDE").is_some() && !page.exists() {
        return Err("the page is not built yet: run scripts/ui, or make test".into());
    }
    let commands = &[
        "request",
        "topic",
        "keys",
        "stop",
        "picture",
        "left_picture",
        "curves",
        "page_lives",
    ];
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .app_manifest(tauri_build::AppManifest::new().commands(commands)),
    )?;
    Ok(())
}
