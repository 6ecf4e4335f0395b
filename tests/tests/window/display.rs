//! A display of its own, a driver of its own and a home of its own for one window.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use fantoccini::{Client, ClientBuilder};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::json;
use stdx::{Clock as _, SystemClock};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::program;
use super::screens::Screen;

/// Longest that a driver or a window may take to be there; a loaded machine takes seconds.
const THERE_WITHIN: Duration = Duration::from_secs(40);
const LOOK: Duration = Duration::from_millis(50);

/// A child process that ends with its owner: asked first, then made to.
pub struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        kill_process(Pid::from_child(&self.0), Signal::TERM).ok();
        for _ in 0..60 {
            if self.0.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            SystemClock.sleep(LOOK);
        }
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Windows measure time and take the machine's breath away: one after the other.
static ONE: Mutex<()> = Mutex::new(());

/// A window that is shown and can be driven.
pub struct Window {
    runtime: Runtime,
    client: Client,
    program: Pid,
    _driver: Ended,
    _display: Ended,
    home: Option<TempDir>,
    screen: String,
    _one: MutexGuard<'static, ()>,
}

/// A program that finds this home and this screen, and nothing of the person who runs it.
pub fn at_home(command: &mut Command, home: &Path, screen: &str) {
    command
        .envs(folders(home))
        .env("DISPLAY", screen)
        .env("GDK_BACKEND", "x11")
        .env("NO_AT_BRIDGE", "1")
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        .env_remove("WAYLAND_DISPLAY");
}

/// The variables that keep everything a program writes below a home.
fn folders(home: &Path) -> [(&'static str, PathBuf); 7] {
    let place = |name: &str| home.join(name);
    [
        ("HOME", home.to_owned()),
        ("XDG_CONFIG_HOME", place("config")),
        ("XDG_DATA_HOME", place("data")),
        ("XDG_STATE_HOME", place("state")),
        ("XDG_CACHE_HOME", place("cache")),
        ("HF_HOME", place("hf")),
        ("HF_LEROBOT_HOME", place("lerobot")),
    ]
}

impl Window {
    /// Opens the window on an empty home, on a screen of 1400x950.
    pub fn open() -> Result<Self> {
        Self::open_in(tempfile::tempdir()?, &[])
    }

    /// The same with a home that has been used before, and more in its environment.
    pub fn open_in(home: TempDir, environment: &[(&str, &str)]) -> Result<Self> {
        Self::driven_by(Command::new("WebKitWebDriver"), home, environment)
    }

    /// The same on a home that the window alone sees in another way: a line of shell changes what is mounted there, below
    /// `$HOME`.
    pub fn open_behind(home: TempDir, mounts: &str) -> Result<Self> {
        let mut driver = namespace("--mount")?;
        driver
            .args(["sh", "-c"])
            .arg(format!("{mounts} && exec WebKitWebDriver \"$@\""))
            .arg("sh");
        Self::driven_by(driver, home, &[])
    }

    fn driven_by(mut driver: Command, home: TempDir, environment: &[(&str, &str)]) -> Result<Self> {
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (display, screen) = screen()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        driver.arg(format!("--port={port}"));
        at_home(&mut driver, home.path(), &screen);
        driver
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let driver = Ended(
            driver
                .spawn()
                .context("WebKitWebDriver is not there: scripts/setup --tests installs it")?,
        );
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let client = runtime.block_on(connect(port))?;
        let program = child_of(driver.0.id(), "tendon-window")?;
        let program = program.context("the window's program has ended")?;
        let this = Self {
            runtime,
            client,
            program,
            _driver: driver,
            _display: display,
            home: Some(home),
            screen,
            _one: one,
        };
        this.until("the page is there", |window| {
            Ok(window.marked("session")?.is_some())
        })?;
        Ok(this)
    }

    /// The driver's client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Waits for what the driver is asked.
    pub fn wait<T>(
        &self,
        ask: impl AsyncFnOnce(&Client) -> Result<T, fantoccini::error::CmdError>,
    ) -> Result<T> {
        Ok(self.runtime.block_on(ask(&self.client))?)
    }

    /// Home and settings of this window alone.
    pub fn home(&self) -> &Path {
        self.home.as_ref().map_or(Path::new("/"), TempDir::path)
    }

    /// Process id of the page.
    pub fn page_process(&self) -> Result<Pid> {
        let page = child_of(
            self.program.as_raw_nonzero().get() as u32,
            "WebKitWebProcess",
        )?;
        page.context("the page's process has ended")
    }

    /// Takes the keyboard away from the window, or gives it back.
    pub fn focus(&self, focused: bool) -> Result<()> {
        Screen::open(&self.screen)?.focus(focused)
    }

    /// Wants the window closed, as the cross in its corner does.
    pub fn wish_to_close(&self) -> Result<()> {
        Screen::open(&self.screen)?.close_windows()
    }

    /// Starts the program a second time, and waits how that ends.
    pub fn start_again(&self) -> Result<ExitStatus> {
        let mut command = Command::new(window()?);
        at_home(&mut command, self.home(), &self.screen);
        let mut second = Ended(command.spawn()?);
        let until = SystemClock.now() + THERE_WITHIN;
        loop {
            if let Some(status) = second.0.try_wait()? {
                return Ok(status);
            }
            ensure!(SystemClock.now() < until, "there is a second window");
            SystemClock.sleep(LOOK);
        }
    }

    /// Presses a key at the screen's own keyboard, with or without a driver.
    pub fn strike_at_screen(&self, key: u8) -> Result<()> {
        Screen::open(&self.screen)?.strike(key)
    }

    /// Keeps a picture of the screen and the log where `TENDON_WINDOW_PICTURES` says, for a person to look at.
    pub fn keep_picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("TENDON_WINDOW_PICTURES") else {
            return;
        };
        let plain = |sign: char| if sign.is_alphanumeric() { sign } else { '-' };
        let name: String = name.chars().map(plain).collect();
        // What could not be kept is missed by nobody.
        let log = self.home().join("state/tendon/log/tendon.log");
        std::fs::copy(log, Path::new(&folder).join(format!("{name}.log"))).ok();
        Command::new("import")
            .args(["-window", "root"])
            .arg(Path::new(&folder).join(format!("{name}.png")))
            .env("DISPLAY", &self.screen)
            .status()
            .ok();
    }

    /// Asks the window's program to end, as the system does when a person logs out, and waits until it has.
    pub fn close(self) -> Result<TempDir> {
        self.signal(Signal::TERM)?;
        self.ended()
    }

    /// Sends the window's program a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill_process(self.program, signal)?)
    }

    /// Whether the window's program runs.
    pub fn runs(&self) -> bool {
        test_kill_process(self.program).is_ok()
    }

    /// Waits until the window's program has ended, and hands out its home.
    pub fn ended(mut self) -> Result<TempDir> {
        let until = SystemClock.now() + THERE_WITHIN;
        while self.runs() {
            ensure!(SystemClock.now() < until, "the window does not end");
            SystemClock.sleep(LOOK);
        }
        self.home.take().context("the home is gone")
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if self.runs() {
            kill_process(self.program, Signal::KILL).ok();
        }
    }
}

/// Runs what follows in a namespace of its own, which takes the system's leave or, where a user may map himself, none.
pub fn namespace(kind: &str) -> Result<Command> {
    for flags in [&[kind][..], &[kind, "--map-root-user"]] {
        let mut tried = Command::new("unshare");
        tried.args(flags).arg("true").stderr(Stdio::null());
        if tried.status().is_ok_and(|status| status.success()) {
            let mut command = Command::new("unshare");
            command.args(flags);
            return Ok(command);
        }
    }
    bail!(
        "this machine allows no namespace of its own ({kind}): run as root, or allow user namespaces"
    )
}

/// `tendon` with everything it reads and writes below a home.
pub fn tendon_at(home: &Path) -> Result<Command> {
    let mut command = Command::new(program::tendon()?);
    command.envs(folders(home));
    Ok(command)
}

/// The window's program: the one named by `TENDON_WINDOW_BIN`, or this workspace's own, brought up to date first.
pub fn window() -> Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    if let Some(named) = std::env::var_os("TENDON_WINDOW_BIN") {
        return Ok(named.into());
    }
    let name = "tendon-window";
    BUILT
        .get_or_init(|| {
            program::build(name, &["--bin", name], name).map_err(|error| format!("{error:#}"))
        })
        .clone()
        .map_err(anyhow::Error::msg)
}

/// A process with this name that another one started.
fn child_of(parent: u32, name: &str) -> Result<Option<Pid>> {
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let id = entry.file_name().to_str().and_then(|id| id.parse().ok());
        let Some(id) = id.and_then(Pid::from_raw) else {
            continue;
        };
        // A process that ends meanwhile is none that is looked for.
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        // `ID (NAME) STATE PARENT …`; the system keeps the first 15 letters of a name.
        let (Some(from), Some(to)) = (stat.find('('), stat.rfind(')')) else {
            continue;
        };
        let mut rest = stat[to + 1..].split_whitespace();
        let state = rest.next();
        let its_parent = rest.next().and_then(|id| id.parse().ok());
        if its_parent == Some(parent) && state != Some("Z") && name.starts_with(&stat[from + 1..to])
        {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// A screen that no other test has, and its name.
pub fn screen() -> Result<(Ended, String)> {
    let mut child = Command::new("Xvfb")
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1400x950x24",
            "-nolisten",
            "tcp",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("Xvfb is not there: scripts/setup --tests installs it")?;
    let mut number = String::new();
    let said = child.stdout.take().context("Xvfb says nothing")?;
    BufReader::new(said).read_line(&mut number)?;
    let child = Ended(child);
    ensure!(!number.trim().is_empty(), "Xvfb ended at once");
    Ok((child, format!(":{}", number.trim())))
}

async fn connect(port: u16) -> Result<Client> {
    let program = window()?;
    let wanted = json!({
        "webkitgtk:browserOptions": { "binary": program, "args": [] },
    });
    let serde_json::Value::Object(wanted) = wanted else {
        bail!("capabilities are an object");
    };
    let until = SystemClock.now() + THERE_WITHIN;
    loop {
        let mut builder =
            ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
        let connected = builder
            .capabilities(wanted.clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await;
        match connected {
            Ok(client) => return Ok(client),
            Err(error) if SystemClock.now() > until => {
                return Err(error).context("the window could not be opened");
            }
            Err(_) => SystemClock.sleep(LOOK),
        }
    }
}
