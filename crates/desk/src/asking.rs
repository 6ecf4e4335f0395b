//! From the text of a request to what is asked, and from what came of it to the text of a reply.
//!
//! Text comes from a page and is not trusted: whatever it is, there is a reply that says what was wrong. Not here: acting.

use protocol::window::{Ask, Outcome, Reply};
use protocol::{ErrorCode, Failure, RequestId, VERSION};
use serde_json::Value;

/// Longest request that is read; the longest that makes sense is a few kilobytes.
const LONGEST: usize = 256 * 1024;

/// A request, or the failure that is its reply; with the request's id as far as it could be read.
pub(crate) fn read(text: &str) -> (RequestId, Result<Ask, Failure>) {
    let unknown = RequestId(String::new());
    if text.len() > LONGEST {
        let what = format!("the request is longer than {} KiB", LONGEST / 1024);
        return (unknown, Err(refused(what)));
    }
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            return (
                unknown,
                Err(refused(format!("the request cannot be read: {error}"))),
            );
        }
    };
    let id = value.get("id").and_then(Value::as_str).unwrap_or_default();
    let id = RequestId(id.to_owned());
    let ask = body(value, &id);
    (id, ask)
}

fn body(mut value: Value, id: &RequestId) -> Result<Ask, Failure> {
    match value.get("v").and_then(Value::as_u64) {
        Some(version) if version == u64::from(VERSION) => {}
        Some(version) => {
            return Err(refused(format!(
                "the request speaks version {version} of the protocol, this program speaks {VERSION}"
            )));
        }
        None => return Err(refused("the request has no version")),
    }
    if id.0.is_empty() {
        return Err(refused("the request has no id"));
    }
    let ask = value
        .get_mut("ask")
        .map(Value::take)
        .ok_or_else(|| refused("the request asks for nothing"))?;
    serde_json::from_value(ask)
        .map_err(|error| refused(format!("what is asked makes no sense: {error}")))
}

fn refused(message: impl Into<String>) -> Failure {
    Failure {
        code: ErrorCode::BadRequest,
        message: message.into(),
        remedy:
            "Reload the window. If it stays, this is a defect of Tendon: report it with the log."
                .into(),
    }
}

/// The text of a reply.
pub(crate) fn reply(id: RequestId, outcome: Outcome) -> String {
    let reply = Reply {
        v: VERSION,
        id,
        outcome,
    };
    serde_json::to_string(&reply).unwrap_or_else(|error| {
        tracing::error!(%error, "a reply cannot be written");
        String::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_comes_in_is_answered_with_what_was_wrong_and_whose_it_was() {
        for (text, id, wanted) in [
            ("", "", "cannot be read"),
            ("{", "", "cannot be read"),
            ("[]", "", "no version"),
            (
                r#"{"id": "a", "v": 2, "ask": {"do": "hello"}}"#,
                "a",
                "version 2",
            ),
            (
                r#"{"id": "a", "v": "1", "ask": {"do": "hello"}}"#,
                "a",
                "no version",
            ),
            (r#"{"v": 1, "ask": {"do": "hello"}}"#, "", "no id"),
            (r#"{"id": 7, "v": 1, "ask": {"do": "hello"}}"#, "", "no id"),
            (r#"{"id": "a", "v": 1}"#, "a", "asks for nothing"),
            (r#"{"id": "a", "v": 1, "ask": {"do": "fly"}}"#, "a", "fly"),
            (
                r#"{"id": "a", "v": 1, "ask": {"do": "move_joint", "with": {"index": 2}}}"#,
                "a",
                "value",
            ),
            (
                r#"{"id": "a", "v": 1, "ask": {"do": "set_speed", "with": "fast"}}"#,
                "a",
                "fast",
            ),
        ] {
            let (known, ask) = read(text);
            let failure = ask.unwrap_err();
            assert_eq!(known.0, id, "{text}");
            assert_eq!(failure.code, ErrorCode::BadRequest);
            assert!(failure.message.contains(wanted), "{text}: {failure}");
            assert!(!failure.remedy.is_empty());
        }
        let deep = "[".repeat(100_000);
        assert!(read(&deep).1.is_err());
        assert!(read(&" ".repeat(LONGEST + 1)).1.is_err());
        let (id, ask) = read(r#"{"id": "a", "v": 1, "ask": {"do": "hello"}}"#);
        assert_eq!((id.0.as_str(), ask), ("a", Ok(Ask::Hello)));
    }
}
