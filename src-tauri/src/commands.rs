//! The commands that the page may call: parse, call the desk, convert. Everything runs on threads for blocking work, so
//! that neither the window's main thread nor one of its async workers ever parses, serialises or copies anything large.

use std::sync::{Arc, Mutex, PoisonError};

use desk::Desk;
use stdx::{Clock as _, SystemClock};
use tauri::ipc::{InvokeBody, Request, Response};
use tauri::{State, async_runtime::spawn_blocking};

use crate::closing::Closing;
use crate::telling::Telling;

/// What all commands share.
#[derive(Clone)]
pub struct Shared {
    /// The workbench.
    pub desk: Arc<Desk>,
    /// Events that are fetched.
    pub telling: Arc<Telling>,
    /// What happens when the window is to close.
    pub closing: Arc<Closing>,
    /// Number of the page's newest word about keys.
    pub heard: Arc<Mutex<u64>>,
}

/// A request as UTF-8 in the raw body, its reply in the same way.
#[tauri::command]
pub async fn request(request: Request<'_>, shared: State<'_, Shared>) -> Result<Response, String> {
    let InvokeBody::Raw(bytes) = request.body() else {
        return Err("a request comes as raw bytes".into());
    };
    let (bytes, shared) = (bytes.clone(), shared.inner().clone());
    off(move || {
        let text = String::from_utf8_lossy(&bytes);
        shared.desk.request(&text).into_bytes()
    })
    .await
}

/// A large event that was announced; empty when a newer one took its place.
#[tauri::command]
pub async fn topic(name: String, shared: State<'_, Shared>) -> Result<Response, String> {
    let telling = Arc::clone(&shared.telling);
    off(move || telling.fetch(&name).unwrap_or_default().into_bytes()).await
}

/// The whole set of keys that are held, and whether drive keys are on. Each word of a page has a `number` above the one
/// before: one that was overtaken on its way would press again what was let go, and is not heard.
#[tauri::command]
pub async fn keys(
    held: Vec<String>,
    on: bool,
    number: u64,
    shared: State<'_, Shared>,
) -> Result<(), String> {
    let held: Vec<&str> = held.iter().map(String::as_str).collect();
    let mut heard = shared.heard.lock().unwrap_or_else(PoisonError::into_inner);
    if number > *heard {
        *heard = number;
        shared.desk.keys(&held, on);
    }
    Ok(())
}

/// The emergency stop.
#[tauri::command]
pub async fn stop(shared: State<'_, Shared>) -> Result<(), String> {
    shared.desk.stop();
    Ok(())
}

/// The newest picture of a camera if it is newer than `after`; else nothing.
#[tauri::command]
pub async fn picture(
    camera: String,
    after: u64,
    shared: State<'_, Shared>,
) -> Result<Response, String> {
    let desk = Arc::clone(&shared.desk);
    off(move || desk.picture(&camera, after).unwrap_or_default()).await
}

/// A small picture of what an interrupted session left, at a share (0 to 1) of a camera's film; else nothing.
#[tauri::command]
pub async fn left_picture(
    key: String,
    camera: String,
    share: f64,
    shared: State<'_, Shared>,
) -> Result<Response, String> {
    let desk = Arc::clone(&shared.desk);
    off(move || desk.left_picture(&key, &camera, share).unwrap_or_default()).await
}

/// Rows of observation and action from `after` on.
#[tauri::command]
pub async fn curves(after: u64, shared: State<'_, Shared>) -> Result<Response, String> {
    let desk = Arc::clone(&shared.desk);
    off(move || desk.curves(after)).await
}

/// A sign of life of the page. Whether it was silent and nothing was told it meanwhile: then it says hello again.
#[tauri::command]
pub async fn page_lives(shared: State<'_, Shared>) -> Result<bool, String> {
    if shared.closing.page_lives_at(SystemClock.now()) {
        // The bench of the start waits for these words.
        tracing::info!("the page is there");
    }
    Ok(shared.telling.missed())
}

async fn off<F>(work: F) -> Result<Response, String>
where
    F: FnOnce() -> Vec<u8> + Send + 'static,
{
    let bytes = spawn_blocking(work).await;
    bytes.map(Response::new).map_err(|error| error.to_string())
}
