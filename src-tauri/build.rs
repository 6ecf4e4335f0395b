//! Tells Tauri which commands there are, so that the page may call these and no others.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let commands = &[
        "request",
        "topic",
        "keys",
        "stop",
        "picture",
        "curves",
        "page_lives",
    ];
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .app_manifest(tauri_build::AppManifest::new().commands(commands)),
    )?;
    Ok(())
}
