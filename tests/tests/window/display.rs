//! A display of its own, a driver of its own and a home of its own for one window.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fantoccini::{Client, ClientBuilder};
use serde_json::json;
use stdx::{Clock as _, SystemClock};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::program;

/// Longest that a driver or a window may take to be there; a loaded machine takes seconds.
const THERE_WITHIN: Duration = Duration::from_secs(40);
const LOOK: Duration = Duration::from_millis(50);

/// A child process that ends with its owner: asked first, then made to.
pub struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).ok();
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

/// A window that is shown and can be driven.
pub struct Window {
    runtime: Runtime,
    client: Option<Client>,
    _driver: Ended,
    display: Ended,
    /// Home and settings of this window alone.
    pub home: TempDir,
    screen: String,
}

impl Window {
    /// Opens the window on an empty home, on a screen of 1400x950.
    pub fn open() -> Result<Self> {
        Self::open_in(tempfile::tempdir()?)
    }

    /// The same with a home that has been used before.
    pub fn open_in(home: TempDir) -> Result<Self> {
        let (display, screen) = screen()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut driver = Command::new("WebKitWebDriver");
        driver.arg(format!("--port={port}"));
        at_home(&mut driver, home.path(), &screen);
        driver
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let driver = Ended(
            driver
                .spawn()
                .context("WebKitWebDriver is not there: scripts/setup --tests installs it")?,
        );
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let client = runtime.block_on(connect(port))?;
        let this = Self {
            runtime,
            client: Some(client),
            _driver: driver,
            display,
            home,
            screen,
        };
        Ok(this)
    }

    /// Waits for what the driver is asked.
    pub fn wait<T>(
        &self,
        ask: impl AsyncFnOnce(&Client) -> Result<T, fantoccini::error::CmdError>,
    ) -> Result<T> {
        let client = self.client.as_ref().context("the window is closed")?;
        Ok(self.runtime.block_on(ask(client))?)
    }

    /// A picture of the whole screen, for a person to look at.
    pub fn shoot(&self, path: &Path) -> Result<()> {
        let done = Command::new("import")
            .args(["-window", "root"])
            .arg(path)
            .env("DISPLAY", &self.screen)
            .status()?;
        anyhow::ensure!(done.success(), "no picture could be taken");
        Ok(())
    }

    /// Ends the driver's session, and with it the window.
    pub fn close(mut self) -> Result<TempDir> {
        if let Some(client) = self.client.take() {
            self.runtime.block_on(client.close()).ok();
        }
        let Self { home, display, .. } = self;
        drop(display);
        Ok(home)
    }
}

/// A program that finds this home and this screen, and nothing of the person who runs it.
pub fn at_home(command: &mut Command, home: &Path, screen: &str) {
    let place = |name: &str| home.join(name);
    command
        .env("DISPLAY", screen)
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", place("config"))
        .env("XDG_DATA_HOME", place("data"))
        .env("XDG_STATE_HOME", place("state"))
        .env("XDG_CACHE_HOME", place("cache"))
        .env("HF_HOME", place("hf"))
        .env("HF_LEROBOT_HOME", place("lerobot"))
        .env("GDK_BACKEND", "x11")
        .env("NO_AT_BRIDGE", "1")
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        .env_remove("WAYLAND_DISPLAY");
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
    if number.trim().is_empty() {
        bail!("Xvfb ended at once");
    }
    Ok((child, format!(":{}", number.trim())))
}

async fn connect(port: u16) -> Result<Client> {
    let program = program::window()?;
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
