//! The window itself: starts the desk, shows the page, sees to it that a page that crashed comes back, and ends in good
//! order whoever asks for it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use desk::{Desk, DeskConfig};
use protocol::{ErrorCode, Failure};
use station::log::Log;
use station::settings::Settings;
use station::{folders, settings};
use stdx::thread::{Intent, spawn};
use stdx::{Clock as _, SystemClock};
use tauri::{
    AppHandle, Emitter as _, Manager as _, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    WindowEvent, webview::PageLoadEvent,
};

use crate::closing::{Closing, Wish};
use crate::commands::{self, Shared};
use crate::telling::{EVENT, NOTICE, Telling};
use crate::{graphics, single};

/// The only window.
const MAIN: &str = "main";
/// Starts with the simulated arm open.
const SIMULATED: &str = "--simulated";
/// The event that asks the page to ask the person.
const CLOSING: &str = "tendon-closing";
/// Size at the first start, and the least: the design is checked from there on.
const SIZE: (f64, f64) = (1280.0, 800.0);
const LEAST: (f64, f64) = (1280.0, 720.0);

/// Runs the window until it is closed.
///
/// # Errors
/// When the desk or the window cannot be had.
#[expect(
    clippy::disallowed_methods,
    reason = "Tauri's macro unpacks the page on a thread of its own making, and joins it"
)]
pub fn run() -> Result<(), Failure> {
    // Settings that make no sense are named on their page, and the usual ones hold.
    let settings = Settings::load();
    graphics::choose(settings.window.graphics);
    // A log that cannot be written is no reason not to work; the person is told.
    let log = Log::start(&settings.log);
    let known = no_log(&log, &settings);
    for problem in settings.problems() {
        tracing::warn!("{}", problem.message);
    }
    let Some(single) = single::lock() else {
        return Ok(());
    };
    let over = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&over);
    let app = tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![
            commands::request,
            commands::topic,
            commands::keys,
            commands::stop,
            commands::picture,
            commands::left_picture,
            commands::curves,
            commands::page_lives,
        ])
        .setup(move |app| {
            let shared = shared(app.handle(), &settings, known)?;
            app.manage(shared);
            let window = window(app.handle())?;
            bring_back(&window)?;
            let called = app.handle().clone();
            spawn("window-call", Intent::Background, move || {
                single.listen(|| over.load(Ordering::Acquire), || come(&called));
            })?
            .detach();
            obey_signals(app.handle())?;
            Ok(())
        })
        .on_window_event(happened)
        .build(tauri::generate_context!())
        .map_err(|error| Failure {
            code: ErrorCode::Internal,
            message: format!("the window cannot be shown: {error}"),
            remedy: "Is there a display? Without one, use the command line: tendon --help".into(),
        })?;
    app.run(move |_, event| {
        if let tauri::RunEvent::Exit = event {
            ended.store(true, Ordering::Release);
        }
    });
    Ok(())
}

/// Why there is no log, unless the window says the cause of that anyway: one word for one cause.
fn no_log(log: &std::io::Result<Log>, settings: &Settings) -> Vec<Failure> {
    let Err(error) = log else {
        return Vec::new();
    };
    let folder = &settings.log.folder;
    let told = || !folders::unwritable(&settings.datasets()).is_empty();
    if folder.starts_with(settings::state_folder()) && told() {
        return Vec::new();
    }
    vec![Failure {
        code: ErrorCode::Disk,
        message: format!("No log is written: {error}\nFolder: {}", folder.display()),
        remedy: "Everything else works. Check the folder's owner and permissions, then start Tendon again.".into(),
    }]
}

/// The desk; what it tells goes to the page.
fn shared(app: &AppHandle, settings: &Settings, known: Vec<Failure>) -> Result<Shared, Failure> {
    let telling = Arc::new(Telling::new(settings.window.whole_event_bytes));
    let closing = Arc::new(Closing::default());
    let (page, quits, events) = (app.clone(), app.clone(), Arc::clone(&telling));
    let listener = Arc::clone(&closing);
    let desk = Desk::open(DeskConfig {
        clock: SystemClock::shared(),
        known,
        quit: Box::new(move || close(&quits)),
        tell: Box::new(move |told| {
            // What a page that hangs is told waits in its process without bound. When it lives again it says hello, which
            // brings every topic back, but no notice: those are few, and wait there.
            if told.topic != NOTICE && listener.page_is_silent(SystemClock.now()) {
                events.miss();
            } else if let Err(error) = page.emit_str(EVENT, events.for_page(told)) {
                tracing::warn!("an event did not reach the page: {error}");
            }
        }),
    })?;
    Ok(Shared {
        desk: Arc::new(desk),
        telling,
        closing,
        heard: Arc::default(),
    })
}

fn window(app: &AppHandle) -> tauri::Result<WebviewWindow> {
    // `make run` shows it at work: the page then opens the simulated arm by itself.
    let simulated = std::env::args_os().any(|argument| argument == SIMULATED);
    let page = if simulated {
        WebviewUrl::App("index.html?simulated".into())
    } else {
        WebviewUrl::default()
    };
    let (folder, forgetful) = page_folder(app);
    WebviewWindowBuilder::new(app, MAIN, page)
        .data_directory(folder)
        .incognito(forgetful)
        .title("Tendon")
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(LEAST.0, LEAST.1)
        .on_page_load(|window, load| {
            // A page that begins counts its words about keys anew.
            if let (PageLoadEvent::Started, Some(shared)) =
                (load.event(), window.try_state::<Shared>())
            {
                shared.desk.keys(&[], false);
                *shared.heard.lock().unwrap_or_else(PoisonError::into_inner) = 0;
            }
        })
        .build()
}

/// Where the page's own engine keeps its things, and whether it keeps none: the usual place, or one for this login where that
/// cannot be written to. Nothing of ours is in there.
fn page_folder(app: &AppHandle) -> (PathBuf, bool) {
    let usual = app.path().app_local_data_dir().ok();
    if let Some(usual) = usual.filter(|folder| folders::writable(folder)) {
        return (usual, false);
    }
    match folders::for_this_login() {
        Some(folder) => (folder.join("page"), false),
        None => (std::env::temp_dir(), true),
    }
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
            // It closes when everything is in order, and shows until then how far that is.
            api.prevent_close();
            let stake = shared.desk.may_close();
            match shared.closing.wish(stake.is_some(), SystemClock.now()) {
                Wish::Close => close(window.app_handle()),
                Wish::Ask => {
                    window.emit(CLOSING, stake.unwrap_or_default()).ok();
                }
            }
        }
        _ => {}
    }
}

/// Ends what is running in good order, then the program. The window stays until then; once is enough.
pub fn close(app: &AppHandle) {
    let first = |shared: tauri::State<'_, Shared>| shared.closing.begins_to_end();
    if !app.try_state::<Shared>().is_none_or(first) {
        return;
    }
    let app = app.clone();
    let ending = spawn("window-end", Intent::Encode, move || {
        if let Some(shared) = app.try_state::<Shared>() {
            shared.desk.close();
        }
        app.exit(0);
    });
    match ending {
        Ok(thread) => thread.detach(),
        Err(error) => tracing::error!("no thread to end on: {error}"),
    }
}

/// The first signal ends everything in good order, every further one stops the arm at once.
#[cfg(unix)]
fn obey_signals(app: &AppHandle) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let app = app.clone();
    spawn("signals", Intent::Capture, move || {
        let mut first = true;
        for _ in signals.forever() {
            if std::mem::take(&mut first) {
                close(&app);
            } else if let Some(shared) = app.try_state::<Shared>() {
                shared.desk.stop();
            }
        }
    })?
    .detach();
    Ok(())
}

/// Closing the console closes the window.
#[cfg(not(unix))]
fn obey_signals(_: &AppHandle) -> std::io::Result<()> {
    Ok(())
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
