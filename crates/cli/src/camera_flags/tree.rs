//! Text in YAML, inline or over several lines, as a tree of words; JSON is a part of it.
//!
//! Numbers stay words: only who wants one knows whether `0` is one or a name. Anchors and tags are refused, so that a
//! short text cannot mean a huge one.

use saphyr_parser::{Event, Parser, ScalarStyle};

/// Longest text that is read.
const LONGEST: usize = 64 * 1024;
/// Deepest nesting that is read.
const DEEPEST: usize = 8;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A word, a number, or a text in quotes.
    Word {
        /// What it says.
        text: String,
        /// Whether it stood in quotes.
        quoted: bool,
    },
    /// Names and values, in their order. No name stands there twice.
    Map(Vec<(String, Node)>),
    /// Values.
    List(Vec<Node>),
}

impl Node {
    /// Whether it stands for nothing: `null`, `~`, or nothing at all.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Word { text, quoted: false } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// What it is, for a person.
    pub fn words(&self) -> String {
        match self {
            Self::Word { text, .. } => text.clone(),
            Self::Map(_) => "a map".to_owned(),
            Self::List(_) => "a list".to_owned(),
        }
    }
}

/// Reads a text. An empty one is an empty map.
///
/// # Errors
/// What is wrong and where, in words.
pub fn parse(text: &str) -> Result<Node, String> {
    if text.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    let mut open: Vec<Open> = Vec::new();
    let mut whole = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| place(&error.marker().index(), error.info()))?;
        let at = span.start.index();
        let refuse = |what: &str| Err(place(&at, what));
        let done = match event {
            Event::Alias(_) => return refuse("an alias"),
            Event::Scalar(_, _, anchor, ref tag)
            | Event::SequenceStart(anchor, ref tag)
            | Event::MappingStart(anchor, ref tag)
                if anchor != 0 || tag.is_some() =>
            {
                return refuse("an anchor or a tag has no meaning here");
            }
            Event::DocumentStart(_) if whole.is_some() => return refuse("a second document"),
            Event::Scalar(text, style, ..) => Some(Node::Word {
                text: text.into_owned(),
                quoted: style != ScalarStyle::Plain,
            }),
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() >= DEEPEST => {
                return refuse("brackets within brackets, too deep");
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                None
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(Vec::new(), None));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(Open::close),
            _ => None,
        };
        let Some(done) = done else { continue };
        match open.last_mut() {
            Some(open) => open.push(done).map_err(|what| place(&at, &what))?,
            None => whole = Some(done),
        }
    }
    Ok(match whole {
        Some(node) if !node.is_null() => node,
        _ => Node::Map(Vec::new()),
    })
}

fn place(at: &usize, what: &str) -> String {
    format!("{what}, at character {}", at + 1)
}

/// A map or a list whose end has not come yet.
enum Open {
    Map(Vec<(String, Node)>, Option<String>),
    List(Vec<Node>),
}

impl Open {
    fn push(&mut self, node: Node) -> Result<(), String> {
        match self {
            Self::List(nodes) => nodes.push(node),
            Self::Map(pairs, name @ None) => {
                let Node::Word { text, .. } = node else {
                    return Err("a name must be a word".to_owned());
                };
                if pairs.iter().any(|(known, _)| *known == text) {
                    return Err(format!("{text} stands there twice"));
                }
                *name = Some(text);
            }
            Self::Map(pairs, name) => {
                let name = name.take().unwrap_or_default();
                pairs.push((name, node));
            }
        }
        Ok(())
    }

    fn close(self) -> Node {
        match self {
            Self::Map(pairs, _) => Node::Map(pairs),
            Self::List(nodes) => Node::List(nodes),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word(text: &str) -> Node {
        Node::Word {
            text: text.to_owned(),
            quoted: false,
        }
    }

    fn quoted(text: &str) -> Node {
        Node::Word {
            text: text.to_owned(),
            quoted: true,
        }
    }

    fn map(pairs: &[(&str, Node)]) -> Node {
        Node::Map(
            pairs
                .iter()
                .map(|(name, node)| ((*name).to_owned(), node.clone()))
                .collect(),
        )
    }

    #[test]
    fn inline_yaml_json_and_lines_say_the_same() {
        let wanted = map(&[(
            "front",
            map(&[("type", word("opencv")), ("width", word("640"))]),
        )]);
        for text in [
            "{ front: {type: opencv, width: 640} }",
            "{front: {type: opencv, width: 640}}",
            "front: {type: opencv, width: 640}",
            "front:\n  type: opencv\n  width: 640\n",
            "{\n  front: {\n    type: opencv, # a remark\n    width: 640,\n  },\n}",
        ] {
            assert_eq!(parse(text).as_ref(), Ok(&wanted), "{text}");
        }
        let json = parse(r#"{"front":{"type":"opencv","width":640}}"#);
        assert_eq!(
            json,
            Ok(map(&[(
                "front",
                map(&[("type", quoted("opencv")), ("width", word("640"))])
            )]))
        );
    }

    #[test]
    fn paths_addresses_and_quotes_come_through() {
        for (text, value) in [
            ("{a: /dev/video0}", word("/dev/video0")),
            (
                "{a: http://u:p@10.0.0.7:8080/video?x=1&y=2}",
                word("http://u:p@10.0.0.7:8080/video?x=1&y=2"),
            ),
            ("{a: usb-0000:00:14.0-2}", word("usb-0000:00:14.0-2")),
            ("{a: 'it''s'}", quoted("it's")),
            (r#"{a: "tab\there"}"#, quoted("tab\there")),
            ("{a: -90}", word("-90")),
            ("{a: [1, x]}", Node::List(vec![word("1"), word("x")])),
        ] {
            assert_eq!(parse(text), Ok(map(&[("a", value)])), "{text}");
        }
        for text in ["", "{}", "null", "~"] {
            assert_eq!(parse(text), Ok(map(&[])), "{text:?}");
        }
        assert!(
            matches!(parse("{a: , b: ~}"), Ok(Node::Map(pairs)) if pairs.iter().all(|(_, node)| node.is_null()))
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        for (text, place) in [
            ("{ front: {type: opencv", Some("character")),
            ("{a: 1, a: 2}", Some("a stands there twice, at character 8")),
            (
                "{a: &x 1, b: *x}",
                Some("an anchor or a tag has no meaning here, at character"),
            ),
            (
                "{a: !!int 1}",
                Some("an anchor or a tag has no meaning here, at character"),
            ),
            ("{[1]: 2}", Some("a name must be a word, at character")),
            ("---\n{}\n---\n{}\n", None),
        ] {
            let error = parse(text).unwrap_err();
            assert!(
                place.is_none_or(|place| error.contains(place)),
                "{text}: {error}"
            );
        }
        for deep in [
            "[".repeat(30_000),
            "- ".repeat(30_000),
            "{a: ".repeat(10_000),
        ] {
            assert!(parse(&deep).is_err());
        }
        assert!(parse(&"a".repeat(LONGEST + 1)).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[-{}\\[\\],:#&*!|>'\"%@` \n\ta-c0-9\\\\é]{0,60}") {
            drop(parse(&text));
        }
    }
}
