//! `tendon recover`: what interrupted sessions left, and what is to become of it.

use std::time::{Duration, UNIX_EPOCH};

use clap::Args;
use dataset::left::Condition;
use protocol::{ErrorCode, Failure};
use serde_json::{Value, json};
use station::left::{self, Found};
use station::settings::Settings;

use crate::commands::dataset::with_bar;
use crate::output::{Out, bytes, seconds};
use crate::watch::Watch;

/// The key that stands for all of them.
const ALL: &str = "all";

/// `tendon recover`
#[derive(Debug, Args)]
pub struct Recover {
    /// Append this one to its dataset as an episode, by the key that the list names; "all" keeps all that can be kept.
    #[arg(long, value_name = "KEY")]
    pub keep: Option<String>,
    /// Throw this one away for good, by the key that the list names.
    #[arg(long, value_name = "KEY", conflicts_with = "keep")]
    pub discard: Option<String>,
}

/// `tendon recover`
pub fn run(args: &Recover, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let looked = with_bar(out, watch, |_| {
        left::look(&Settings::load().dataset_folders())
    })?;
    let by_key = |key: &str| {
        let found = looked.found.iter().find(|it| it.key == key);
        found.cloned().ok_or_else(|| Failure {
            code: ErrorCode::BadRequest,
            message: format!("nothing was left under the name {key}"),
            remedy: "See what there is: tendon recover".into(),
        })
    };
    match (&args.keep, &args.discard) {
        (Some(key), _) if key == ALL => {
            let all = looked.found.iter().filter(|it| it.can_be_kept());
            // Episodes of one dataset in the order in which they were recorded.
            let all: Vec<Found> = all.rev().cloned().collect();
            if all.is_empty() {
                out.say("There is nothing to keep.");
            }
            for found in all {
                keep(found, out, watch)?;
            }
        }
        (Some(key), _) => keep(by_key(key)?, out, watch)?,
        (None, Some(key)) => discard(&by_key(key)?, out)?,
        (None, None) => {
            for found in &looked.found {
                tell(found, out);
            }
            if looked.found.is_empty() {
                out.say("No interrupted session left anything.");
            }
        }
    }
    for failure in &looked.trouble {
        out.object("trouble", json!(failure));
        out.note(failure.to_string());
    }
    Ok(crate::exit::DONE)
}

/// One word for what can become of it, for machines.
fn condition(found: &Found) -> &'static str {
    match found.left.condition {
        _ if found.in_use => "in_use",
        Condition::Whole => "whole",
        Condition::Saving => "saving",
        Condition::Lacking(_) => "lacking",
        Condition::Damaged => "damaged",
        Condition::Newer => "newer",
        Condition::PutAway(_) => "put_away",
    }
}

fn length(found: &Found) -> f64 {
    found.left.rows as f64 / f64::from(found.left.fps.max(1))
}

fn since_1970(found: &Found) -> Duration {
    let since = found.left.started.duration_since(UNIX_EPOCH);
    since.unwrap_or_default()
}

fn described(found: &Found) -> Value {
    let left = &found.left;
    let folder = match &left.condition {
        Condition::PutAway(folder) => folder,
        _ => &found.root,
    };
    json!({
        "key": found.key, "dataset": found.dataset, "folder": folder, "condition": condition(found),
        "task": left.task, "rows": left.rows, "fps": left.fps, "seconds": length(found),
        "began_unix_s": since_1970(found).as_secs(), "bytes": left.bytes,
        "cameras": left.cameras, "episodes": found.episodes,
        "can_be_kept": found.can_be_kept(), "can_be_discarded": found.can_be_thrown_away(),
    })
}

fn tell(found: &Found, out: &mut Out) {
    out.object("left", described(found));
    let left = &found.left;
    out.say(format!(
        "{:<32}{:>8}  {:>6} rows  {}",
        found.key,
        seconds(length(found)),
        left.rows,
        left.task,
    ));
    out.say(format!(
        "    begun {}, {}{}",
        station::log::utc(since_1970(found)),
        bytes(left.bytes),
        if left.cameras.is_empty() {
            String::new()
        } else {
            format!(", pictures of {}", left.cameras.join(", "))
        },
    ));
    if let Some(word) = found.word() {
        out.say(format!("    {} {}", word.message, word.remedy));
    }
    if let Condition::PutAway(folder) = &left.condition {
        out.say(format!("    folder: {}", folder.display()));
    }
}

fn keep(found: Found, out: &mut Out, watch: &Watch) -> Result<(), Failure> {
    let (key, dataset) = (found.key.clone(), found.dataset.clone());
    let kept = with_bar(out, watch, move |progress| found.keep(progress))??;
    for away in &kept.put_away {
        super::record::put_away(away, out);
    }
    match kept.saved {
        Some(saved) => {
            out.object(
                "kept",
                json!({ "key": key, "dataset": dataset, "episode": saved.episode_index, "rows": saved.rows }),
            );
            out.say(format!(
                "kept: {key} is episode {} of {dataset}, {} rows",
                saved.episode_index, saved.rows
            ));
        }
        None => out.say(format!("nothing of {key} could be kept")),
    }
    Ok(())
}

fn discard(found: &Found, out: &mut Out) -> Result<(), Failure> {
    found.discard()?;
    out.object(
        "discarded",
        json!({ "key": found.key, "rows": found.left.rows }),
    );
    out.say(format!(
        "thrown away: {}, {} of “{}”",
        found.key,
        seconds(length(found)),
        found.left.task
    ));
    Ok(())
}
