//! `tendon log`: what the program wrote down, also of earlier runs and of a window that is open now.
//!
//! Not here: reading the files (`station::log`).

use std::time::Duration;

use clap::Args;
use protocol::Failure;
use protocol::window::{LogEntry, LogLevel, LogQuery};
use serde_json::json;
use station::log::{LogReader, LogTail, folder, level_from_name, level_name, line_of, utc};
use stdx::{Clock as _, SystemClock};

use crate::exit;
use crate::output::Out;
use crate::watch::Watch;

/// Time between two looks for new entries.
const LOOK: Duration = Duration::from_millis(200);

/// `tendon log`
#[derive(Debug, Args)]
pub struct Log {
    /// The least grave that is shown: error, warn, info, debug or trace.
    #[arg(long, default_value = "trace", value_name = "LEVEL", value_parser = level)]
    pub level: LogLevel,
    /// Only entries of this request, as an error names it.
    #[arg(long, default_value = "", value_name = "ID", hide_default_value = true)]
    pub request: String,
    /// Only entries that hold this text, whatever its case.
    #[arg(
        long,
        default_value = "",
        value_name = "TEXT",
        hide_default_value = true
    )]
    pub text: String,
    /// The newest so many; oldest first.
    #[arg(long, default_value_t = 200, value_name = "N")]
    pub lines: usize,
    /// Goes on with what is written from now on, until Ctrl-C.
    #[arg(long)]
    pub follow: bool,
}

fn level(name: &str) -> Result<LogLevel, String> {
    level_from_name(name).ok_or_else(|| "use error, warn, info, debug or trace".to_owned())
}

/// Shows the log.
pub fn run(args: &Log, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let query = LogQuery {
        level: args.level,
        request: args.request.clone(),
        text: args.text.clone(),
        before: None,
    };
    // Begun before the log is read: what comes meanwhile is rather shown twice than never.
    let mut tail = args.follow.then(|| LogTail::new(folder(), &query));
    for entry in LogReader::new(folder()).newest(&query, args.lines)? {
        show(&entry, out);
    }
    let asked = watch.asked();
    while let Some(tail) = &mut tail {
        if asked.presses() > 0 {
            break;
        }
        for entry in tail.more() {
            show(&entry, out);
        }
        SystemClock.sleep(LOOK);
    }
    Ok(exit::DONE)
}

fn show(entry: &LogEntry, out: &mut Out) {
    out.object(
        "entry",
        json!({
            "at": utc(Duration::from_millis(entry.at_ms)),
            "level": level_name(entry.level),
            "request": entry.request,
            "target": entry.target,
            "thread": entry.thread,
            "message": entry.message,
        }),
    );
    out.say(line_of(entry));
}
