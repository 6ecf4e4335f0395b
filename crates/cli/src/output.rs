//! What a person or a machine sees: lines and a live table on one side, one JSON object per line on the other.
//!
//! People read standard error while something runs and standard output for results; machines read standard
//! output only.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use dataset::progress::Reached;
use protocol::{Failure, RequestId};
use serde::Serialize;
use serde_json::{Value, json};

/// Where output goes and in which form.
#[derive(Debug)]
pub struct Out {
    json: bool,
    live: bool,
    drawn: usize,
    request: Option<RequestId>,
    one_answer: bool,
}

impl Out {
    /// Output for people, or for machines with `json`.
    pub fn new(json: bool) -> Self {
        Self {
            json,
            live: !json && io::stderr().is_terminal(),
            drawn: 0,
            request: None,
            one_answer: false,
        }
    }

    /// The command has one answer: with `--json` its whole output is one object, which names the request itself.
    pub fn one_answer(&mut self) {
        self.one_answer = true;
    }

    /// From now on it is about this request.
    pub fn about(&mut self, request: &RequestId) {
        self.request = Some(request.clone());
        if !self.one_answer {
            self.object("request", json!({ "request": request }));
        }
    }

    /// Whether a process was followed.
    pub fn has_request(&self) -> bool {
        self.request.is_some()
    }

    /// Says what failed, and under which request the log tells more.
    pub fn fail(&mut self, failure: &Failure, log: Option<&Path>) {
        self.settle();
        let mut object = json!(failure);
        object["request"] = json!(self.request);
        object["log"] = json!(log);
        self.object("error", object);
        hint(&failure.to_string());
        if let (Some(request), Some(log)) = (&self.request, log) {
            hint(&format!("Request {request} in the log: {}", log.display()));
        }
    }

    /// Whether a machine reads.
    pub fn json(&self) -> bool {
        self.json
    }

    /// Whether a table can be redrawn in place.
    pub fn live(&self) -> bool {
        self.live
    }

    /// One line for people; nothing for machines.
    pub fn say(&mut self, line: impl AsRef<str>) {
        if !self.json {
            self.wipe();
            write_lines(&mut io::stdout(), line.as_ref());
        }
    }

    /// One line about work in progress; kept off standard output.
    pub fn note(&mut self, line: impl AsRef<str>) {
        if !self.json {
            self.wipe();
            write_lines(&mut io::stderr(), line.as_ref());
        }
    }

    /// One object for machines: `kind` and the fields of `value`.
    pub fn object(&mut self, kind: &str, value: impl Serialize) {
        if self.json {
            let mut object = json!({ "kind": kind });
            match serde_json::to_value(value) {
                Ok(Value::Object(fields)) => {
                    if let Value::Object(target) = &mut object {
                        target.extend(fields);
                    }
                }
                Ok(other) => object["value"] = other,
                Err(error) => object["value"] = Value::String(error.to_string()),
            }
            if self.one_answer {
                object["request"] = json!(self.request);
            }
            write_lines(&mut io::stdout(), &object.to_string());
        }
    }

    /// Draws `lines` in place of what was drawn before. Only for a terminal; elsewhere it does nothing.
    pub fn draw(&mut self, lines: &[String]) {
        if !self.live {
            return;
        }
        let mut text = String::new();
        if self.drawn > 0 {
            text.push_str(&format!("\x1b[{}A", self.drawn));
        }
        for line in lines {
            text.push_str("\r\x1b[2K");
            text.push_str(line);
            text.push_str("\r\n");
        }
        for _ in lines.len()..self.drawn {
            text.push_str("\r\x1b[2K\r\n");
        }
        self.drawn = self.drawn.max(lines.len());
        let mut error = io::stderr().lock();
        drop(
            error
                .write_all(text.as_bytes())
                .and_then(|()| error.flush())
                .err(),
        );
    }

    /// A bar for long work: `label [#####     ] 42 %`. One line, redrawn; nothing where it cannot be.
    pub fn bar(&mut self, label: &str, done: u64, total: u64) {
        const WIDTH: usize = 30;
        if !self.live {
            return;
        }
        let share = if total == 0 {
            1.0
        } else {
            (done as f64 / total as f64).min(1.0)
        };
        let filled = (share * WIDTH as f64) as usize;
        let line = format!(
            "{label} [{}{}] {:3.0} %",
            "#".repeat(filled),
            " ".repeat(WIDTH - filled),
            share * 100.0
        );
        self.draw(&[line]);
    }

    /// How far long work on a dataset is: a bar for people, an object for machines.
    pub fn progress(&mut self, reached: &Reached) {
        let stage = reached.stage.to_string();
        self.bar(&format!("{stage:<8}"), reached.done, reached.total);
        self.object(
            "progress",
            json!({ "stage": stage, "done": reached.done, "total": reached.total }),
        );
    }

    /// Leaves what was drawn where it is and goes on below it.
    pub fn settle(&mut self) {
        self.drawn = 0;
    }

    /// Takes away what was drawn, so that a line does not land in the middle of it.
    pub fn wipe(&mut self) {
        if self.drawn > 0 {
            let mut error = io::stderr().lock();
            drop(
                write!(error, "\x1b[{}A\r\x1b[J", self.drawn)
                    .and_then(|()| error.flush())
                    .err(),
            );
            self.drawn = 0;
        }
    }
}

/// A closed pipe is the reader's choice and no failure of the work; raw mode needs the carriage return.
fn write_lines(to: &mut impl io::Write, lines: &str) {
    let raw = crossterm::terminal::is_raw_mode_enabled().unwrap_or(false);
    let end = if raw { "\r\n" } else { "\n" };
    for line in lines.split('\n') {
        if write!(to, "{line}{end}").is_err() {
            return;
        }
    }
    drop(to.flush().err());
}

/// One remark on standard error, whoever reads standard output.
pub fn hint(text: &str) {
    write_lines(&mut io::stderr(), text);
}

/// `12.4 s` below a minute, `4:12` above.
pub fn seconds(seconds: f64) -> String {
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        let whole = seconds.round() as u64;
        format!("{}:{:02}", whole / 60, whole % 60)
    }
}

/// Three digits and a unit.
pub fn bytes(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = 0;
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = if unit == 0 || value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_the_design_wants_them() {
        assert_eq!(seconds(12.44), "12.4 s");
        assert_eq!(seconds(252.0), "4:12");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(212_300_000_000), "212 GB");
        assert_eq!(bytes(1_234), "1.23 kB");
    }
}
