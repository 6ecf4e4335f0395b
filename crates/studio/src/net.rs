//! Asking others over HTTP: time-outs, calling off, limits, and errors that say what to do.

use std::fmt;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ureq::http::Uri;
use ureq::{Agent, Timeout};

/// What becomes of a question to another machine that brings no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// Not an address that can be asked.
    #[error("{address:?} is no address of a server: {what}")]
    Address {
        /// What was given.
        address: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Nobody answers there.
    #[error("{address} cannot be reached: {what}")]
    Unreachable {
        /// Who was asked.
        address: String,
        /// What the system says.
        what: String,
    },
    /// It takes too long.
    #[error("{address} took too long: {what}")]
    TimedOut {
        /// Who was asked.
        address: String,
        /// What took too long, and how long it may take.
        what: String,
    },
    /// It answers, but not with what was asked for.
    #[error("{address} answered {status}{}", quoted(said))]
    Status {
        /// Who was asked.
        address: String,
        /// Status of HTTP.
        status: u16,
        /// The beginning of what it said.
        said: String,
    },
    /// The connection ended in the middle of the answer.
    #[error("the answer of {address} is cut off after {got} bytes{}", of(*expected))]
    CutOff {
        /// Who was asked.
        address: String,
        /// Bytes that came.
        got: u64,
        /// Bytes that were promised, where that is known.
        expected: Option<u64>,
    },
    /// More bytes than there may be.
    #[error("the answer of {address} has more than the {limit} bytes that are taken")]
    TooLong {
        /// Who was asked.
        address: String,
        /// Most bytes that are taken.
        limit: u64,
    },
    /// It was called off here.
    #[error("it was called off")]
    Cancelled,
}

fn quoted(said: &str) -> String {
    match said {
        "" => String::new(),
        said => format!(": {said}"),
    }
}

fn of(expected: Option<u64>) -> String {
    expected.map_or_else(String::new, |expected| format!(" of {expected}"))
}

impl NetError {
    /// What the person can do. Shown under the message.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Address { .. } => "Write it like http://192.168.1.20:7000.",
            Self::Unreachable { .. } => {
                "Check the network and the address, and whether the server runs."
            }
            Self::TimedOut { .. } => "Try again later, or allow a longer time in the settings.",
            Self::Status {
                status: 401 | 403, ..
            } => "Check whether this server may be used from here.",
            Self::Status { status: 404, .. } => "Check the address.",
            Self::Status {
                status: 400..=499, ..
            } => "Check what was asked for; the server refuses it.",
            Self::Status { .. } => "Try again later, or look into the server's own log.",
            Self::CutOff { .. } => {
                "Try again; what is there already is kept where that is possible."
            }
            Self::TooLong { .. } => "Check the address: this is not what was asked for.",
            Self::Cancelled => "Start it again if it is still wanted.",
        }
    }

    /// Whether this is no failure but the wish of whoever asked.
    pub fn cancelled(&self) -> bool {
        *self == Self::Cancelled
    }
}

/// The wish that something that goes on elsewhere end. Cloning shares it.
#[derive(Clone, Default)]
pub struct Cancel(Arc<Wish>);

#[derive(Default)]
struct Wish {
    asked: AtomicBool,
    agent: Mutex<Option<Agent>>,
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cancel").field(&self.asked()).finish()
    }
}

impl Cancel {
    /// Nothing is called off yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls it off: whoever waits for bytes of a connection stops waiting at once.
    pub fn cancel(&self) {
        self.0.asked.store(true, Ordering::Release);
        self.hang_up();
    }

    /// Whether it was called off.
    pub fn asked(&self) -> bool {
        self.0.asked.load(Ordering::Acquire)
    }

    /// From now on a wish ends the connections of this agent.
    fn covers(&self, agent: &Agent) {
        let mut place = self.0.agent.lock().unwrap_or_else(PoisonError::into_inner);
        *place = Some(agent.clone());
        drop(place);
        // Asked for between the start and here: nobody else will hang up.
        if self.asked() {
            self.hang_up();
        }
    }

    fn hang_up(&self) {
        let mut place = self.0.agent.lock().unwrap_or_else(PoisonError::into_inner);
        let agent = place.take();
        drop(place);
        if let Some(agent) = agent {
            agent.shutdown();
        }
    }
}

/// How long others may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until a connection is there, name included.
    pub connect: Duration,
    /// Until an answer begins, after all was sent.
    pub answer: Duration,
    /// From some bytes to the next.
    pub silence: Duration,
    /// From an answer's beginning to its end; for ever where nothing is said.
    pub whole: Option<Duration>,
}

/// A server by its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address(String);

impl Address {
    /// An address beginning with `http://` or `https://`, with nothing after the path.
    pub(crate) fn new(text: &str) -> Result<Self, NetError> {
        let wrong = |what| NetError::Address {
            address: text.chars().take(200).collect(),
            what,
        };
        let uri: Uri = text
            .trim()
            .parse()
            .map_err(|_invalid| wrong("it cannot be read"))?;
        match uri.scheme_str() {
            Some("http" | "https") => {}
            _ => return Err(wrong("it does not begin with http:// or https://")),
        }
        if uri.host().is_none_or(str::is_empty) {
            return Err(wrong("it names no machine"));
        }
        if uri
            .authority()
            .is_some_and(|name| name.as_str().contains('@'))
        {
            // It would be shown in messages and written to the log.
            return Err(wrong("it holds a name or a password"));
        }
        if uri.query().is_some() {
            return Err(wrong("it holds a question mark"));
        }
        Ok(Self(text.trim().trim_end_matches('/').to_owned()))
    }

    /// Something under the address; `below` begins with a slash.
    pub(crate) fn below(&self, below: &str) -> String {
        format!("{}{below}", self.0)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this very machine, which no proxy stands before.
    fn here(&self) -> bool {
        let uri: Option<Uri> = self.0.parse().ok();
        uri.as_ref().and_then(Uri::host).is_some_and(|host| {
            let host = host.trim_matches(['[', ']']);
            host == "localhost"
                || host
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|ip| ip.is_loopback())
        })
    }

    /// An agent for one question, which `cancel` ends.
    pub(crate) fn agent(&self, patience: Patience, cancel: &Cancel) -> Agent {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .user_agent(concat!("tendon/", env!("CARGO_PKG_VERSION")))
            .max_redirects(5)
            .timeout_resolve(Some(patience.connect))
            .timeout_connect(Some(patience.connect))
            .timeout_recv_response(Some(patience.answer))
            .timeout_recv_body(patience.whole)
            .timeout_per_write(Some(patience.silence))
            // Waiting for the answer to begin is a read too.
            .timeout_per_read(Some(patience.answer.max(patience.silence)));
        if self.here() {
            config = config.proxy(None);
        }
        let agent = config.build().new_agent();
        cancel.covers(&agent);
        agent
    }

    /// What a failed question means. `cancel` is asked first: whoever hangs up sees all kinds of errors.
    pub(crate) fn failed(&self, error: &ureq::Error, cancel: &Cancel) -> NetError {
        let address = self.0.clone();
        if cancel.asked() {
            return NetError::Cancelled;
        }
        match error {
            ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => NetError::Unreachable {
                address,
                what: "nobody answers".to_owned(),
            },
            ureq::Error::Timeout(_) => NetError::TimedOut {
                address,
                what: error.to_string(),
            },
            ureq::Error::Io(io) if io.kind() == io::ErrorKind::TimedOut => NetError::TimedOut {
                address,
                what: io.to_string(),
            },
            other => NetError::Unreachable {
                address,
                what: other.to_string(),
            },
        }
    }

    /// What an answer says that is none: the first letters of its words.
    pub(crate) fn refused(&self, status: u16, body: impl Read) -> NetError {
        let mut bytes = Vec::new();
        // What cannot be read is not quoted.
        body.take(2000).read_to_end(&mut bytes).ok();
        let text = String::from_utf8_lossy(&bytes);
        let said: String = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .filter(|letter| !letter.is_control())
            .take(300)
            .collect();
        NetError::Status {
            address: self.0.clone(),
            status,
            said,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_looked_at_before_they_are_used() {
        for (text, problem) in [
            ("", "cannot be read"),
            ("ftp://a/", "does not begin"),
            ("a.b:7000/x", "cannot be read"),
            ("a.b", "does not begin"),
            ("http://", "cannot be read"),
            ("http://me:word@host/", "password"),
            ("http://host/?a=b", "question mark"),
        ] {
            let error = Address::new(text).unwrap_err();
            assert!(error.to_string().contains(problem), "{text}: {error}");
        }
        let address = Address::new(" http://host:7000/sub/ ").unwrap();
        assert_eq!(address.below("/api"), "http://host:7000/sub/api");
    }

    #[test]
    fn this_machine_is_known_by_all_its_names() {
        for (text, here) in [
            ("http://127.0.0.1:7000", true),
            ("http://localhost", true),
            ("http://[::1]:80/x", true),
            ("https://example.org", false),
            ("http://192.168.1.2:7000", false),
        ] {
            assert_eq!(Address::new(text).unwrap().here(), here, "{text}");
        }
    }

    #[test]
    fn what_a_server_says_is_quoted_in_one_short_line() {
        let address = Address::new("http://host").unwrap();
        let long = format!("Internal\n  Server \u{7} Error {}", "x".repeat(4000));
        let NetError::Status { said, .. } = address.refused(500, long.as_bytes()) else {
            panic!("a status stays one");
        };
        assert!(said.starts_with("Internal Server "), "{said}");
        assert!(said.chars().count() <= 300 && !said.contains(char::is_control));
    }
}
