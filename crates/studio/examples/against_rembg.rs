//! Asks a real rembg server for cut-outs and compares them with those made here by the same network.
//!
//! Started by `crates/studio/tests/rembg_server.py`, with the server's address and the network's file.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use imaging::effects::{Colours, RemoveBackground};
use imaging::removal::{Matting, ModelSpec, Networks, Normalisation, Session, Squash};
use imaging::{Layout, Picture};
use jobs::{Config, Kinds, Pool, Setup};
use pixels::Size;
use stdx::{Clock, SystemClock};
use studio::routing::{Purpose, Removed, Remover, Route, RouteRules, Standing};
use studio::server::{Server, ServerError};
use studio::{Cancel, Tools};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What the network is called here, and the name under which rembg takes a file of one's own.
const MODEL: &str = "colours";
const THEIRS: &str = "u2net_custom";

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(model)) = (arguments.next(), arguments.next()) else {
        return Err("usage: against_rembg ADDRESS MODEL.onnx".into());
    };
    let server = server(&address, &model)?;
    let contract = server.contract(&Cancel::new())?;
    said(&format!("rembg {} at {address}", contract.version))?;
    held(
        "its schema names its models",
        contract.has(THEIRS) && !contract.models.is_empty(),
    )?;
    held(
        "its schema says that it unmixes colours",
        contract.takes("dc"),
    )?;
    held(
        "its extras stand in the query",
        contract.query.contains("extras"),
    )?;

    let config = Config {
        workers: Some(1),
        ..Config::default()
    };
    let setup = Setup::new(config, Kinds::new(studio::kinds()));
    let pool = Arc::new(setup.build().map_err(|errors| format!("{errors:?}"))?);
    // Both know the network; only the limit for large pictures differs.
    let here = remover(&pool, &model, u32::MAX)?;
    let there = remover(&pool, &model, 1)?;
    there.set_server(Some(server.clone()));
    match there.tick()? {
        Some(ticket) => ticket.wait()?,
        None => return Err("the server is not asked whether it is there".into()),
    }
    held("it is well", there.standing(MODEL) == Standing::Well)?;

    let straight = scene(Layout::Rgb)?;
    let glass = scene(Layout::Rgba)?;
    let multiplied = how(Colours::Multiplied);
    compared(
        "rembg's plain cut-out",
        &here,
        &there,
        &straight,
        &multiplied,
    )?;
    compared(
        "straight colours",
        &here,
        &there,
        &straight,
        &how(Colours::Kept),
    )?;
    compared(
        "a picture with alpha of its own",
        &here,
        &there,
        &glass,
        &how(Colours::Kept),
    )?;
    let clean = RemoveBackground {
        clean: true,
        ..how(Colours::Multiplied)
    };
    compared("a cleaned mask", &here, &there, &straight, &clean)?;
    compared(
        "unmixed colours",
        &here,
        &there,
        &straight,
        &how(Colours::Unmixed),
    )?;
    let matted = RemoveBackground {
        matting: Some(Matting::default()),
        ..how(Colours::Unmixed)
    };
    let cut = removed(&there, &straight, &matted)?;
    held(
        "matting",
        cut.decisions[0].route == Route::Server && cut.picture.transparent(),
    )?;

    wrong_model(&server)?;
    said("all checks held")
}

fn server(address: &str, model: &str) -> Outcome<Server> {
    let mut server = Server::new(address)?;
    server.names.insert(MODEL.to_owned(), THEIRS.to_owned());
    server.extras.insert("model_path".to_owned(), model.into());
    server.patience.connect = Duration::from_secs(20);
    server.patience.answer = Duration::from_secs(120);
    Ok(server)
}

fn remover(pool: &Arc<Pool>, model: &str, longest: u32) -> Outcome<Remover> {
    let clock: Arc<dyn Clock> = SystemClock::shared();
    let remover = Remover::new(pool, clock, |_| {});
    let spec = ModelSpec {
        name: MODEL.to_owned(),
        side: 320,
        normalisation: Normalisation::IMAGENET,
        squash: Squash::None,
    };
    let session = Arc::new(Session::new(spec, Path::new(model))?);
    remover.set_tools(Tools {
        networks: Networks::default().with(session),
        ..Tools::default()
    });
    remover.set_rules(RouteRules {
        longest,
        latency: Duration::MAX,
        ..RouteRules::default()
    });
    Ok(remover)
}

fn how(colours: Colours) -> RemoveBackground {
    RemoveBackground {
        model: MODEL.to_owned(),
        colours,
        ..RemoveBackground::default()
    }
}

/// A warm disk on a green ground, with stripes so that nothing is flat.
fn scene(layout: Layout) -> Outcome<Picture> {
    let size = Size::new(500, 400).ok_or("no size")?;
    let mut bytes = Vec::with_capacity(layout.bytes(size));
    for y in 0..400_i32 {
        for x in 0..500_i32 {
            let inside = (x - 230).pow(2) + (y - 210).pow(2) < 140 * 140;
            let stripe = ((x + 2 * y) % 32) as u8;
            bytes.extend(match inside {
                true => [200 + stripe, 60, 150 - stripe],
                false => [20, 170 + stripe, 30],
            });
            if layout == Layout::Rgba {
                bytes.push(if y < 200 { 255 } else { 100 });
            }
        }
    }
    Ok(Picture::new(size, layout, bytes)?)
}

fn removed(by: &Remover, picture: &Picture, how: &RemoveBackground) -> Outcome<Removed> {
    let ticket = by.remove(picture.clone(), how.clone(), Purpose::Person, None)?;
    Ok(ticket.wait()?)
}

/// The same picture by both: the server really did it, and what it made is what is made here.
fn compared(
    name: &str,
    here: &Remover,
    there: &Remover,
    picture: &Picture,
    how: &RemoveBackground,
) -> Outcome<()> {
    let ours = removed(here, picture, how)?;
    let theirs = removed(there, picture, how)?;
    if let [.., last] = &theirs.decisions[..]
        && last.route != Route::Server
    {
        return Err(format!("{name}: {last}").into());
    }
    held(
        &format!("{name}: nothing is left out"),
        theirs.losses.is_empty(),
    )?;
    let (ours, theirs) = (ours.picture, theirs.picture);
    let mut off = 0.0;
    let mut worst = 0;
    let mut seen = 0.0;
    let pixels = ours.bytes().as_chunks::<4>().0;
    for (a, b) in pixels.iter().zip(theirs.bytes().as_chunks::<4>().0) {
        worst = worst.max(a[3].abs_diff(b[3]));
        // Colours of what nobody sees may be anything.
        if a[3] > 0 && b[3] > 0 {
            off += a
                .iter()
                .zip(b)
                .map(|(a, b)| f64::from(a.abs_diff(*b)))
                .sum::<f64>()
                / 4.0;
            seen += 1.0;
        }
    }
    let mean = off / f64::max(seen, 1.0);
    said(&format!(
        "     alpha at most {worst} of 255 apart, all channels {mean:.3} in the mean"
    ))?;
    held(
        name,
        ours.size() == theirs.size() && worst <= 2 && mean < 1.0 && seen > 0.0,
    )
}

fn wrong_model(server: &Server) -> Outcome<()> {
    let cancel = Cancel::new();
    let contract = server.contract(&cancel)?;
    let how = RemoveBackground {
        model: "no-such-model".to_owned(),
        ..RemoveBackground::default()
    };
    let picture = scene(Layout::Rgb)?;
    let asked = server.question(&contract, &picture, &how, &imaging::Run::default());
    let known = matches!(asked, Err(ServerError::NoModel { .. }));
    held("a model that it does not have is not asked for", known)?;
    let mut lost = server.clone();
    lost.extras
        .insert("model_path".to_owned(), "/nowhere.onnx".into());
    let question = lost.question(
        &contract,
        &picture,
        &self::how(Colours::Kept),
        &imaging::Run::default(),
    )?;
    let answer = lost.ask(&question, &cancel);
    let refused = matches!(&answer, Err(ServerError::Net(_)));
    held("what it cannot do is told as an error", refused)
}

fn held(what: &str, held: bool) -> Outcome<()> {
    match held {
        true => said(&format!("ok   {what}")),
        false => Err(format!("does not hold: {what}").into()),
    }
}

fn said(line: &str) -> Outcome<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
