//! Takes personal data out of a text and counts what it took.
//!
//! A text is looked at as it would be read: percent signs and `\u` escapes decoded, whatever the case, either kind of slash.
//! What is found is replaced where it stands. Not here: what is known of this person and machine (`known`), what looks like
//! a secret by its shape (`shapes`).

use std::collections::BTreeMap;

use super::known::Known;
use super::shapes;

/// What something that is taken out says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// A name of a person, or one that a person gave.
    User,
    /// A home folder.
    Home,
    /// The computer's name.
    Host,
    /// A number that only one device has.
    Serial,
    /// A password or a key.
    Token,
    /// An address in a network.
    Network,
}

impl Kind {
    pub(super) const ALL: [Self; 6] = [
        Self::User,
        Self::Home,
        Self::Host,
        Self::Serial,
        Self::Token,
        Self::Network,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Home => "home",
            Self::Host => "host",
            Self::Serial => "serial",
            Self::Token => "token",
            Self::Network => "network",
        }
    }
}

/// A character as it would be read, and the bytes that it stands as.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    /// In lower case.
    pub(super) low: char,
    pub(super) read: char,
    from: usize,
    to: usize,
}

impl Unit {
    /// Whether it stands as itself.
    pub(super) fn plain(&self) -> bool {
        self.to - self.from == self.read.len_utf8()
    }

    pub(super) fn in_word(&self) -> bool {
        self.read.is_alphanumeric()
    }

    /// A slash of either kind.
    pub(super) fn slash(&self) -> bool {
        matches!(self.read, '/' | '\\')
    }
}

/// What is to be replaced: units `from..to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) kind: Kind,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Something that is known, ready to be looked for.
#[derive(Debug)]
struct Pattern {
    kind: Kind,
    letters: Vec<char>,
    /// Found only where no letter or digit stands before or behind it.
    whole: bool,
    /// A dataset's name, which begins with the slash before it.
    below: bool,
}

/// The one way by which a text gets into a bundle.
#[derive(Debug)]
pub(super) struct Scrubber {
    /// By first letter, the longest first.
    patterns: BTreeMap<char, Vec<Pattern>>,
    counts: BTreeMap<Kind, u32>,
}

fn low(c: char) -> char {
    match c {
        '\\' => '/',
        '+' | '\u{a0}' => ' ',
        c => c.to_lowercase().next().unwrap_or(c),
    }
}

impl Scrubber {
    pub(super) fn new(known: &[Known]) -> Self {
        let mut patterns: BTreeMap<char, Vec<Pattern>> = BTreeMap::new();
        for known in known {
            let mut letters: Vec<char> = known.text.chars().map(low).collect();
            letters.dedup_by(|a, b| (*a, *b) == ('/', '/'));
            if let Some(first) = letters.first() {
                patterns.entry(*first).or_default().push(Pattern {
                    kind: known.kind,
                    whole: known.whole,
                    below: known.below,
                    letters,
                });
            }
        }
        for patterns in patterns.values_mut() {
            patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.letters.len()));
        }
        Self {
            patterns,
            counts: BTreeMap::new(),
        }
    }

    /// What was taken out so far, by kind; nothing of what was not met.
    pub(super) fn counts(&self) -> Vec<(String, u32)> {
        let count = |kind: Kind| Some((kind.name().to_owned(), *self.counts.get(&kind)?));
        Kind::ALL.into_iter().filter_map(count).collect()
    }

    /// The text without what is personal in it.
    pub(super) fn scrub(&mut self, text: &str) -> String {
        // What is known goes before a shape can take a part of it, and is also looked for as the text stands: a folder whose
        // name begins with a u may look like an escape.
        let text = self.pass(text, units(text, true), |this, units, at| {
            shapes::first(units, at).or_else(|| this.known(units, at))
        });
        let text = self.pass(&text, units(&text, false), Self::known);
        self.pass(&text, units(&text, true), |_, units, at| {
            shapes::second(units, at)
        })
    }

    /// A text that is scrubbed already, without what stands in typographic quotes: our sentences quote what a person named.
    pub(super) fn scrub_quoted(&mut self, text: &str) -> String {
        self.pass(text, units(text, false), |_, units, at| {
            shapes::quoted(units, at)
        })
    }

    /// The text without what `finds` finds in it.
    fn pass(
        &mut self,
        text: &str,
        units: Vec<Unit>,
        finds: impl Fn(&Self, &[Unit], usize) -> Option<Hit>,
    ) -> String {
        let mut clean = String::with_capacity(text.len());
        let mut at = 0;
        let mut copied = 0;
        while at < units.len() {
            let Some(hit) = finds(self, &units, at) else {
                at += 1;
                continue;
            };
            let (from, to) = (units[hit.from].from, units[hit.to - 1].to);
            clean.push_str(&text[copied..from]);
            clean.push('<');
            clean.push_str(hit.kind.name());
            clean.push('>');
            *self.counts.entry(hit.kind).or_default() += 1;
            copied = to;
            at = hit.to;
        }
        clean.push_str(&text[copied..]);
        clean
    }

    fn known(&self, units: &[Unit], at: usize) -> Option<Hit> {
        self.patterns
            .get(&units[at].low)?
            .iter()
            .find_map(|pattern| {
                let to = matches(units, at, &pattern.letters)?;
                let behind = units.get(to).is_some_and(Unit::in_word);
                let before = word_before(units, at);
                let within = match pattern.kind {
                    // Another person's home may begin alike; what stands before it does not matter.
                    Kind::Home => behind,
                    _ => pattern.whole && (before && !pattern.below || behind),
                };
                if within {
                    return None;
                }
                // The slash before a dataset's name stays.
                let from = if pattern.below { at + 1 } else { at };
                Some(Hit {
                    kind: pattern.kind,
                    from,
                    to,
                })
            })
    }
}

/// Whether a letter or digit stands before a unit that belongs to the same word. The n of a `\n` in a quoted text does not.
pub(super) fn word_before(units: &[Unit], at: usize) -> bool {
    let back = |by: usize| at.checked_sub(by).and_then(|at| units.get(at));
    let broken = |unit: &Unit| matches!(unit.read, 'n' | 'r' | 't');
    back(1).is_some_and(|unit| {
        unit.in_word() && !(broken(unit) && back(2).is_some_and(|unit| unit.read == '\\'))
    })
}

/// Where `letters` end that begin at a unit.
fn matches(units: &[Unit], mut at: usize, letters: &[char]) -> Option<usize> {
    for letter in letters {
        if units.get(at)?.low != *letter {
            return None;
        }
        at += 1;
        // Slashes are doubled where a path was quoted.
        while *letter == '/' && units.get(at).is_some_and(Unit::slash) {
            at += 1;
        }
    }
    Some(at)
}

/// The text as it stands, or `decoded` as it would be read.
fn units(text: &str, decoded: bool) -> Vec<Unit> {
    let bytes = text.as_bytes();
    let mut units = Vec::with_capacity(text.len());
    let mut from = 0;
    while let Some(plain) = text[from..].chars().next() {
        let coded = match plain {
            '%' if decoded => percent(bytes, from),
            '\\' if decoded => escape(text, from),
            _ => None,
        };
        let (read, to) = coded.unwrap_or((plain, from + plain.len_utf8()));
        units.push(Unit {
            low: low(read),
            read,
            from,
            to,
        });
        from = to;
    }
    units
}

/// The character that percent signs stand for, and where it ends; also when it was encoded more than once.
fn percent(bytes: &[u8], from: usize) -> Option<(char, usize)> {
    let (first, mut at) = percent_byte(bytes, from)?;
    let length = match first {
        0..0x80 => 1,
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => return None,
    };
    let mut coded = vec![first];
    while coded.len() < length {
        let (byte, to) = percent_byte(bytes, at)?;
        coded.push(byte);
        at = to;
    }
    let read = std::str::from_utf8(&coded).ok()?.chars().next()?;
    Some((read, at))
}

fn percent_byte(bytes: &[u8], from: usize) -> Option<(u8, usize)> {
    let hex = |at: usize| -> Option<u8> {
        let digits = std::str::from_utf8(bytes.get(at..at + 2)?).ok()?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        plain.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
    };
    if bytes.get(from) != Some(&b'%') {
        return None;
    }
    let mut at = from + 1;
    while bytes.get(at..at + 2) == Some(b"25") && hex(at + 2).is_some() {
        at += 2;
    }
    Some((hex(at)?, at + 2))
}

/// The character that `\u00e9` or `\u{e9}` stands for, and where it ends.
fn escape(text: &str, from: usize) -> Option<(char, usize)> {
    let rest = text.get(from..)?.strip_prefix("\\u")?;
    let (digits, length) = match rest.strip_prefix('{') {
        Some(rest) => {
            let (digits, _) = rest.get(..8.min(rest.len()))?.split_once('}')?;
            (digits, digits.len() + 2)
        }
        None => (rest.get(..4)?, 4),
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = plain
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()?;
    Some((char::from_u32(code)?, from + 2 + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let mut scrubber = Scrubber::new(&[
            Known::new(Kind::Home, "/home/ada"),
            Known::new(Kind::Home, r"C:\Users\Ada Lovelace"),
            Known::new(Kind::User, "ada"),
            Known::new(Kind::User, "Zoë Lovelace"),
            Known::new(Kind::Host, "analytical"),
            Known::new(Kind::Serial, "5A46"),
            Known::new(Kind::Token, "pass word"),
            Known::dataset("cups"),
            Known::named("lab:cups-2"),
        ]);
        scrubber.scrub(text)
    }

    #[test]
    fn what_is_known_is_taken_out_wherever_and_however_it_is_written() {
        for (text, clean) in [
            ("/home/ada/x and /HOME/Ada", "<home>/x and <home>"),
            ("/mnt/old/home/ada/x", "/mnt/old<home>/x"),
            ("file:///home/ada", "file:<home>"),
            (r"C:\Users\Ada Lovelace\x", r"<home>\x"),
            (r#""C:\\Users\\Ada Lovelace\\x""#, r#""<home>\\x""#),
            ("c:/users/ada%20lovelace", "<home>"),
            ("%2Fhome%2fada%2Fx", "<home>%2Fx"),
            ("%252Fhome%252Fada", "<home>"),
            ("ADA, ada_1, -ada-", "<user>, <user>_1, -<user>-"),
            ("adapter, Canada, ada2", "adapter, Canada, ada2"),
            ("zo%C3%AB+lovelace", "<user>"),
            (r"ZO\u00cb lovelace zo\u{eb} LOVELACE", "<user> <user>"),
            ("ssh Analytical.local", "ssh <host>.local"),
            ("number 5a46, 5A460", "number <serial>, 5A460"),
            ("100 % of 5%2", "100 % of 5%2"),
            ("pass%20word passXword", "<token> passXword"),
            (r"said:\nada\tada\r5A46", r"said:\n<user>\t<user>\r<serial>"),
            (
                "arm remembered name=lab:cups-2",
                "arm remembered name=<user>",
            ),
            (
                "/data/lerobot/cups/meta, cups",
                "/data/lerobot/<user>/meta, cups",
            ),
            ("é% %zz %ff \\u12 \\u{} ü", "é% %zz %ff \\u12 \\u{} ü"),
        ] {
            assert_eq!(told(text), clean, "{text}");
        }
    }

    #[test]
    fn what_a_log_quotes_is_taken_out_of_it() {
        let mut scrubber = Scrubber::new(&[Known::new(Kind::User, "ada")]);
        for (text, clean) in [
            (
                "left 2.0 s of “hand Grace her cup” here",
                "left 2.0 s of “<user>” here",
            ),
            ("“ada” and “” and “open", "“<user>” and “” and “open"),
            ("“one\ntwo”", "“one\ntwo”"),
        ] {
            let scrubbed = scrubber.scrub(text);
            assert_eq!(scrubber.scrub_quoted(&scrubbed), clean, "{text}");
        }
        assert_eq!(scrubber.counts(), [("user".to_owned(), 2)]);
    }

    #[test]
    fn what_was_taken_out_is_counted_by_kind() {
        let mut scrubber = Scrubber::new(&[
            Known::new(Kind::User, "ada"),
            Known::new(Kind::Host, "engine"),
        ]);
        scrubber.scrub("ada at engine");
        scrubber.scrub("ada");
        assert_eq!(
            scrubber.counts(),
            [("user".to_owned(), 2), ("host".to_owned(), 1)]
        );
    }
}
