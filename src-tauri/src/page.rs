//! The window itself: starts the desk, shows the page, and sees to it that a page that crashed comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use desk::{Desk, DeskConfig};
use protocol::{ErrorCode, Failure};
use stdx::thread::{Intent, spawn};
use stdx::{Clock as _, SystemClock};
use tauri::{AppHandle, Emitter as _, Manager as _, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};

use crate::closing::{Closing, Wish};
use crate::commands::{self, Shared};
use crate::telling::{EVENT, Telling};
use crate::{graphics, single};

/// The only window.
const MAIN: &str = "main";
/// The event that asks the page to ask the person.
const CLOSING: &str = "tendon-closing";

/// Runs the window until it is closed.
///
/// # Errors
/// When the state folder, the desk or the window cannot be had.
pub fn run() -> Result<(), Failure> {
    graphics::choose();
    let _log = station::log::start_from_settings()?;
    let Some(single) = single::lock()? else {
        return Ok(());
    };
    let ended = Arc::new(AtomicBool::new(false));
    let (over, at_exit) = (Arc::clone(&ended), Arc::clone(&ended));
    let app = tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![
            commands::request,
            commands::topic,
            commands::keys,
            commands::stop,
            commands::picture,
            commands::curves,
            commands::page_lives,
        ])
        .setup(move |app| {
            let shared = shared(app.handle())?;
            app.manage(shared);
            let window = window(app.handle())?;
            bring_back(&window)?;
            let called = app.handle().clone();
            spawn("window-call", Intent::Background, move || {
                single.listen(|| over.load(Ordering::Acquire), || come(&called));
            })?
            .detach();
            Ok(())
        })
        .on_window_event(|window, event| happened(window, event))
        .build(tauri::generate_context!())
        .map_err(|error| Failure {
            code: ErrorCode::Internal,
            message: format!("the window cannot be shown: {error}"),
            remedy: "Is there a display? Without one, use the command line: tendon --help".into(),
        })?;
    app.run(move |app, event| {
        if let tauri::RunEvent::Exit = event {
            at_exit.store(true, Ordering::Release);
            if let Some(shared) = app.try_state::<Shared>() {
                shared.desk.close();
            }
        }
    });
    Ok(())
}

/// The desk, and what it tells goes to the page.
fn shared(app: &AppHandle) -> Result<Shared, Failure> {
    let config = DeskConfig::from_environment()?;
    let telling = Arc::new(Telling::new(config.whole_bytes));
    let (page, events) = (app.clone(), Arc::clone(&telling));
    let quits = app.clone();
    let desk = Desk::open(
        config,
        Box::new(move |told| {
            let text = events.for_page(told.topic, told.seq, told.text);
            if let Err(error) = page.emit_str(EVENT, text) {
                tracing::warn!("an event did not reach the page: {error}");
            }
        }),
        Box::new(move || quits.exit(0)),
    )?;
    Ok(Shared {
        desk: Arc::new(desk),
        telling,
        closing: Arc::new(Closing::default()),
    })
}

fn window(app: &AppHandle) -> tauri::Result<WebviewWindow> {
    WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Tendon")
        .inner_size(1280.0, 800.0)
        .min_inner_size(1280.0, 720.0)
        .build()
}

fn come(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        window.unminimize().ok();
        window.set_focus().ok();
    }
}

fn happened(window: &tauri::Window, event: &WindowEvent) {
    let Some(shared) = window.try_state::<Shared>() else {
        return;
    };
    match event {
        // The page says so too; a page that hangs does not.
        WindowEvent::Focused(false) => shared.desk.keys(&[], false),
        WindowEvent::CloseRequested { api, .. } => {
            let stake = shared.desk.may_close();
            if shared.closing.wish(stake.is_some(), SystemClock.now()) == Wish::Ask {
                api.prevent_close();
                window.emit(CLOSING, stake.unwrap_or_default()).ok();
            }
        }
        _ => {}
    }
}

/// A page whose process died is loaded again; it says hello and finds what is going on.
#[cfg(target_os = "linux")]
fn bring_back(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::WebViewExt as _;

    window.with_webview(|webview| {
        webview.inner().connect_web_process_terminated(|view, why| {
            tracing::error!("the page's process ended ({why:?}), and is started again");
            view.reload();
        });
    })
}

/// macOS and Windows load it again by themselves.
#[cfg(not(target_os = "linux"))]
fn bring_back(_: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}
