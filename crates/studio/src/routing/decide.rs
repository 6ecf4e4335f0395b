//! The decision itself: what is known goes in, a route and its reason come out. No clock, no thread, no server.
//!
//! This computer does the work, unless something speaks for the server: a large picture, a pool with more work than it can
//! do, measured slowness, or a model that is only there. Then the server does it if there is one, it is well, and the work
//! may leave the house. A picture is never refused: where nothing better can be had, this computer does it and says so.

use std::fmt;
use std::time::Duration;

use pixels::Size;
use serde::Serialize;

/// When a picture goes to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteRules {
    /// Longer side, in pixels, above which a picture is large.
    pub longest: u32,
    /// Pixels above which a picture is large.
    pub pixels: usize,
    /// Time for one picture above which this computer is slow.
    pub latency: Duration,
    /// Whether pictures of batches may go to the server at all.
    pub batches: bool,
}

impl Default for RouteRules {
    /// 2048 pixels, 8 megapixels, 400 ms; batches stay here unless a person allows otherwise.
    fn default() -> Self {
        Self {
            longest: 2048,
            pixels: 8_000_000,
            latency: Duration::from_millis(400),
            batches: false,
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// A person waits for this picture.
    Person,
    /// It is one of many.
    Batch,
}

/// How it stands with the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// None is set up.
    NotSetUp,
    /// It has not answered yet whether it is there.
    Untried,
    /// It is well.
    Well,
    /// It is well, but does not have this model.
    LacksModel,
    /// It failed and is left alone for so long.
    Resting(Duration),
}

/// All that a decision looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Situation {
    /// Size of the picture.
    pub size: Size,
    /// Who asks.
    pub purpose: Purpose,
    /// Whether the removal needs no model.
    pub lite: bool,
    /// Whether the model is on this computer.
    pub here: bool,
    /// Whether the pool has more work than it can do.
    pub saturated: bool,
    /// How long a picture takes here with this model, where that was measured lately.
    pub latency: Option<Duration>,
    /// How it stands with the server.
    pub server: Standing,
}

/// Who does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// This computer.
    Here,
    /// The server.
    Server,
}

/// What speaks for the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The model is not on this computer.
    NoModelHere,
    /// The picture is large.
    Large {
        /// Its size in pixels of a row.
        width: u32,
        /// Its rows.
        height: u32,
    },
    /// The pool has more work than it can do.
    Saturated,
    /// Pictures take so long here.
    Slow(Duration),
}

/// Why this computer does it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyHere {
    /// It needs no model.
    Lite,
    /// Nothing speaks against it.
    Usual,
    /// Pictures of batches stay here.
    BatchesStay,
    /// No server is set up.
    NoServer,
    /// The server has not answered yet.
    ServerUntried,
    /// The server does not have the model.
    ServerLacksModel,
    /// The server failed and is left alone for so long.
    ServerRests(Duration),
    /// The server was asked for this very picture, and failed.
    ServerFailed(String),
}

/// A decision and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Who does it.
    pub route: Route,
    /// What speaks for the server, if anything does.
    pub reason: Option<Reason>,
    /// Why it is done here; nothing where the server does it.
    pub here: Option<WhyHere>,
}

impl Decision {
    /// Whether the person should know that this takes long and much memory.
    pub fn warns(&self) -> bool {
        self.route == Route::Here && matches!(self.reason, Some(Reason::Large { .. }))
    }

    /// The same picture after the server failed with it.
    #[must_use]
    pub fn after_failure(&self, why: String) -> Self {
        Self {
            route: Route::Here,
            reason: self.reason,
            here: Some(WhyHere::ServerFailed(why)),
        }
    }
}

/// Decides.
pub fn decide(rules: &RouteRules, situation: &Situation) -> Decision {
    let here = |reason, why| Decision {
        route: Route::Here,
        reason,
        here: Some(why),
    };
    if situation.lite {
        return here(None, WhyHere::Lite);
    }
    let Some(reason) = reason(rules, situation) else {
        return here(None, WhyHere::Usual);
    };
    let here = |why| here(Some(reason), why);
    if situation.purpose == Purpose::Batch && !rules.batches {
        return here(WhyHere::BatchesStay);
    }
    match situation.server {
        Standing::Well => Decision {
            route: Route::Server,
            reason: Some(reason),
            here: None,
        },
        Standing::NotSetUp => here(WhyHere::NoServer),
        Standing::Untried => here(WhyHere::ServerUntried),
        Standing::LacksModel => here(WhyHere::ServerLacksModel),
        Standing::Resting(left) => here(WhyHere::ServerRests(left)),
    }
}

fn reason(rules: &RouteRules, situation: &Situation) -> Option<Reason> {
    let size = situation.size;
    let large = size.width().max(size.height()) > rules.longest || size.pixels() > rules.pixels;
    match situation.latency {
        _ if !situation.here => Some(Reason::NoModelHere),
        _ if large => Some(Reason::Large {
            width: size.width(),
            height: size.height(),
        }),
        _ if situation.saturated => Some(Reason::Saturated),
        Some(latency) if latency > rules.latency => Some(Reason::Slow(latency)),
        _ => None,
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoModelHere => f.write_str("the model is not on this computer"),
            Self::Large { width, height } => write!(f, "the picture is large ({width}x{height})"),
            Self::Saturated => f.write_str("more work waits here than can be done"),
            Self::Slow(latency) => {
                write!(f, "pictures take {} ms here", latency.as_millis())
            }
        }
    }
}

impl fmt::Display for WhyHere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lite => f.write_str("it needs no model"),
            Self::Usual => f.write_str("nothing speaks for a server"),
            Self::BatchesStay => f.write_str("batches may not go to the server"),
            Self::NoServer => f.write_str("no server is set up"),
            Self::ServerUntried => f.write_str("the server has not answered yet"),
            Self::ServerLacksModel => f.write_str("the server does not have the model"),
            Self::ServerRests(left) => write!(
                f,
                "the server failed and is left alone for {} s more",
                left.as_secs_f64().ceil()
            ),
            Self::ServerFailed(why) => write!(f, "the server failed: {why}"),
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.reason, &self.here) {
            (Some(reason), None) => write!(f, "by the server: {reason}"),
            (Some(reason), Some(why)) => write!(f, "on this computer, although {reason}: {why}"),
            (None, Some(why)) => write!(f, "on this computer: {why}"),
            (None, None) => f.write_str("by the server"),
        }?;
        if self.warns() {
            f.write_str("; it takes long and much memory")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> Situation {
        Situation {
            size: Size::new(1000, 1000).unwrap(),
            purpose: Purpose::Person,
            lite: false,
            here: true,
            saturated: false,
            latency: None,
            server: Standing::Well,
        }
    }

    fn told(change: impl FnOnce(&mut Situation)) -> String {
        let mut situation = usual();
        change(&mut situation);
        decide(&RouteRules::default(), &situation).to_string()
    }

    fn sized(width: u32, height: u32) -> impl FnOnce(&mut Situation) {
        move |situation| situation.size = Size::new(width, height).unwrap()
    }

    #[test]
    fn every_situation_has_its_route_and_its_words() {
        type Row = (Box<dyn FnOnce(&mut Situation)>, &'static str);
        let ms = Duration::from_millis;
        let row = |change: Box<dyn FnOnce(&mut Situation)>, words| -> Row { (change, words) };
        let rows = [
            row(
                Box::new(|_| {}),
                "on this computer: nothing speaks for a server",
            ),
            row(
                Box::new(sized(2048, 2048)),
                "on this computer: nothing speaks for a server",
            ),
            row(
                Box::new(sized(2049, 10)),
                "by the server: the picture is large (2049x10)",
            ),
            row(
                Box::new(sized(10, 2049)),
                "by the server: the picture is large (10x2049)",
            ),
            row(
                Box::new(|s| s.saturated = true),
                "by the server: more work waits here than can be done",
            ),
            row(
                Box::new(move |s| s.latency = Some(ms(400))),
                "on this computer: nothing speaks for a server",
            ),
            row(
                Box::new(move |s| s.latency = Some(ms(401))),
                "by the server: pictures take 401 ms here",
            ),
            row(
                Box::new(|s| s.here = false),
                "by the server: the model is not on this computer",
            ),
            row(
                Box::new(|s| {
                    sized(9000, 9000)(s);
                    (s.lite, s.here, s.saturated) = (true, false, true);
                }),
                "on this computer: it needs no model",
            ),
            row(
                Box::new(|s| (s.saturated, s.purpose) = (true, Purpose::Batch)),
                "on this computer, although more work waits here than can be done: batches may not go to the server",
            ),
            row(
                Box::new(|s| (s.saturated, s.server) = (true, Standing::NotSetUp)),
                "on this computer, although more work waits here than can be done: no server is set up",
            ),
            row(
                Box::new(|s| (s.saturated, s.server) = (true, Standing::Untried)),
                "on this computer, although more work waits here than can be done: the server has not answered yet",
            ),
            row(
                Box::new(|s| (s.saturated, s.server) = (true, Standing::LacksModel)),
                "on this computer, although more work waits here than can be done: the server does not have the model",
            ),
            row(
                Box::new(move |s| (s.saturated, s.server) = (true, Standing::Resting(ms(12_400)))),
                "on this computer, although more work waits here than can be done: the server failed and is left alone for 13 s more",
            ),
            row(
                Box::new(|s| {
                    sized(6000, 4000)(s);
                    s.server = Standing::NotSetUp;
                }),
                "on this computer, although the picture is large (6000x4000): no server is set up; it takes long and much memory",
            ),
        ];
        for (change, words) in rows {
            assert_eq!(told(change), words);
        }
    }

    #[test]
    fn many_pixels_are_large_also_where_no_side_is_long() {
        let rules = RouteRules {
            longest: 4096,
            ..RouteRules::default()
        };
        let of = |width, height| {
            let size = Size::new(width, height).unwrap();
            decide(&rules, &Situation { size, ..usual() }).route
        };
        assert_eq!(of(4000, 2000), Route::Here);
        assert_eq!(of(4000, 2001), Route::Server);
    }

    #[test]
    fn batches_go_where_a_person_allows_it() {
        let rules = RouteRules {
            batches: true,
            ..RouteRules::default()
        };
        let situation = Situation {
            purpose: Purpose::Batch,
            saturated: true,
            ..usual()
        };
        assert_eq!(decide(&rules, &situation).route, Route::Server);
    }

    #[test]
    fn only_a_large_picture_that_stays_here_warns() {
        let large = Situation {
            size: Size::new(5000, 10).unwrap(),
            ..usual()
        };
        let rules = RouteRules::default();
        let there = decide(&rules, &large);
        assert!(!there.warns());
        let back = there.after_failure("it hangs".to_owned());
        assert!(back.warns() && back.route == Route::Here);
        assert!(back.to_string().contains("it hangs"), "{back}");
        assert!(!decide(&rules, &usual()).warns());
    }
}
