//! `tendon image models`: networks that remove backgrounds.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use imaging::removal::{ModelSpec, Normalisation, Squash};
use protocol::Failure;
use serde_json::{Value, json};
use station::pictures::fetch::{FetchConfig, fetch};
use station::pictures::{imaging_failure, model_failure};
use studio::models::{Known, Listed, Offer, State};

use super::shared::pictures;
use crate::output::{Out, bytes};
use crate::setup::bad_request;
use crate::watch::{Watch, follow};

/// `tendon image models …`
#[derive(Debug, Subcommand)]
pub enum Models {
    /// All networks, whether they are there, and what may be done with them.
    List,
    /// Fetch one. Its licence is shown first.
    Fetch(Fetch),
    /// Take one from a file that is there already; the file stays.
    Import(Import),
    /// Read the file of one again and compare it with what it should be.
    Verify(Named),
    /// Remove the file of one.
    Remove(Named),
}

/// Which network.
#[derive(Debug, Args)]
pub struct Named {
    /// Its name.
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// `tendon image models fetch`
#[derive(Debug, Args)]
pub struct Fetch {
    #[command(flatten)]
    pub named: Named,
    /// Agree to the licence without being asked.
    #[arg(long)]
    pub yes: bool,
}

/// `tendon image models import`
#[derive(Debug, Args)]
pub struct Import {
    /// Its name: a known one, or another for a network of one's own.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The ONNX file.
    #[arg(value_name = "FILE.onnx")]
    pub file: PathBuf,
    /// Of a network of one's own: side of the square that it reads, in pixels.
    #[arg(long, value_name = "PIXELS")]
    pub side: Option<u32>,
    /// Of a network of one's own: what colours are shifted and divided by.
    #[arg(long, value_enum, default_value_t = NormalisationArg::Imagenet)]
    pub normalisation: NormalisationArg,
    /// Of a network of one's own: what becomes of its numbers.
    #[arg(long, value_enum, default_value_t = SquashArg::None)]
    pub squash: SquashArg,
}

/// What colours are shifted and divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NormalisationArg {
    /// Mean and deviation of ImageNet.
    Imagenet,
    /// Half, and one.
    Half,
}

/// What becomes of a network's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SquashArg {
    /// They are stretched from least to most.
    None,
    /// They are cut to 0 to 1 first.
    Clip,
    /// They go through a sigmoid first.
    Sigmoid,
}

/// Does what was asked.
pub fn run(args: &Models, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    match args {
        Models::List => list(out)?,
        Models::Fetch(args) => return fetch_one(args, out, watch),
        Models::Import(args) => import(args, out)?,
        Models::Verify(args) => {
            let store = pictures()?;
            store
                .store()
                .verify(&args.name)
                .map_err(|error| model_failure(&error))?;
            out.object("verified", json!({ "name": args.name }));
            out.say(format!("{}: as it should be", args.name));
        }
        Models::Remove(args) => {
            let store = pictures()?;
            store
                .store()
                .remove(&args.name)
                .map_err(|error| model_failure(&error))?;
            out.object("removed", json!({ "name": args.name }));
            out.say(format!("{}: removed", args.name));
        }
    }
    Ok(crate::exit::DONE)
}

fn list(out: &mut Out) -> Result<(), Failure> {
    out.one_answer();
    let pictures = pictures()?;
    let all = pictures.store().list();
    out.object(
        "models",
        json!({
            "folder": pictures.store().folder(),
            "models": all.iter().map(object).collect::<Vec<_>>(),
        }),
    );
    out.say(format!("folder: {}", pictures.store().folder().display()));
    out.say("lite                    always there, needs no model; for plain backgrounds");
    for listed in &all {
        out.say(line(listed));
    }
    Ok(())
}

fn object(listed: &Listed) -> Value {
    let licence = listed.known.map(|known| {
        json!({
            "name": known.licence.name, "source": known.licence.source,
            "commercial": known.licence.commercial, "note": known.licence.note,
        })
    });
    let mut object = json!({
        "name": listed.name, "path": listed.path, "side": listed.spec.side, "licence": licence,
        "size_bytes": listed.known.map(|known| known.bytes),
        "elsewhere": listed.known.and_then(|known| known.elsewhere),
        "offered": listed.known.is_some_and(|known| known.offered),
    });
    if let (Value::Object(object), Ok(Value::Object(state))) =
        (&mut object, serde_json::to_value(&listed.state))
    {
        object.extend(state);
    }
    object
}

fn line(listed: &Listed) -> String {
    let state = match listed.state {
        State::Absent => match listed.known {
            Some(Known {
                elsewhere: Some(why),
                ..
            }) => format!("by a server only: {why}"),
            known => format!("not here, {}", bytes(known.map_or(0, |known| known.bytes))),
        },
        State::Partial { bytes: some } => format!("begun, {} are here", bytes(some)),
        State::Present {
            bytes: all,
            checked,
        } => match checked {
            true => format!("here, {}", bytes(all)),
            false => format!("here, {}, not checked yet", bytes(all)),
        },
        State::Broken { bytes: found } => {
            format!("broken: its file has {}", bytes(found))
        }
    };
    let licence = listed.known.map_or("your own", |known| known.licence.name);
    format!("{:<24}{state} ({licence})", listed.name)
}

fn fetch_one(args: &Fetch, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let pictures = pictures()?;
    let offer = pictures
        .store()
        .offer(&args.named.name)
        .map_err(|error| model_failure(&error))?;
    show(&offer, out);
    if !args.yes && !agrees(out)? {
        return Err(bad_request(
            format!(
                "{} is not fetched: nobody agreed to its licence",
                offer.name
            ),
            "Read the licence, then add --yes.",
        ));
    }
    let name = offer.name;
    let config = FetchConfig {
        pictures,
        agreed: offer.agreed(),
    };
    let path = follow(fetch(config), out, watch, |reached, out| {
        out.bar(name, reached.done, reached.of);
        out.object(
            "progress",
            json!({ "stage": "fetching", "done": reached.done, "total": reached.of }),
        );
    })?;
    out.wipe();
    out.object("fetched", json!({ "name": name, "path": path }));
    out.say(format!("{name}: {}", path.display()));
    Ok(crate::exit::DONE)
}

fn show(offer: &Offer, out: &mut Out) {
    let licence = &offer.licence;
    out.object(
        "offer",
        json!({
            "name": offer.name, "address": offer.address, "bytes": offer.bytes, "there": offer.there,
            "free": offer.free,
            "licence": {
                "name": licence.name, "source": licence.source, "commercial": licence.commercial,
                "note": licence.note,
            },
        }),
    );
    out.note(format!(
        "{}, {}, from {}",
        offer.name,
        bytes(offer.bytes),
        offer.address
    ));
    let money = match licence.commercial {
        true => "commercial use allowed",
        false => "no commercial use",
    };
    out.note(format!(
        "Licence: {} ({money}), {}",
        licence.name, licence.source
    ));
    if !licence.note.is_empty() {
        out.note(format!("  {}", licence.note));
    }
}

/// Asks, where there is somebody.
fn agrees(out: &mut Out) -> Result<bool, Failure> {
    if out.json() || !io::stdin().is_terminal() {
        return Ok(false);
    }
    out.note("Fetch it under this licence? Type yes:");
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| bad_request(format!("nothing could be read: {error}"), "Add --yes."))?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}

fn import(args: &Import, out: &mut Out) -> Result<(), Failure> {
    let pictures = pictures()?;
    let store = pictures.store();
    let known = store
        .list()
        .iter()
        .any(|listed| listed.name == args.name && listed.known.is_some());
    let path = match (known, args.side) {
        (true, _) => store.import(&args.name, &args.file),
        (false, None) => {
            return Err(bad_request(
                format!(
                    "{} is no known model, so it is not known how it is fed",
                    args.name
                ),
                "Say how with --side, --normalisation and --squash, or choose a name of `tendon image models list`.",
            ));
        }
        (false, Some(side)) => {
            let spec = ModelSpec {
                name: args.name.clone(),
                side,
                normalisation: match args.normalisation {
                    NormalisationArg::Imagenet => Normalisation::IMAGENET,
                    NormalisationArg::Half => Normalisation::HALF,
                },
                squash: match args.squash {
                    SquashArg::None => Squash::None,
                    SquashArg::Clip => Squash::Clip,
                    SquashArg::Sigmoid => Squash::Sigmoid,
                },
            };
            spec.check().map_err(|error| imaging_failure(&error))?;
            store.import_custom(&spec, &args.file)
        }
    };
    let path = path.map_err(|error| model_failure(&error))?;
    out.object("imported", json!({ "name": args.name, "path": path }));
    out.say(format!("{}: {}", args.name, path.display()));
    Ok(())
}
