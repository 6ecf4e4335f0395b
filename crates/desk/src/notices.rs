//! Sentences for a person, as notices: what and where, what to do, and a command line to be copied where there is one.
//!
//! A notice that stands in a topic keeps its number for as long as its words are the same, so that the topic does not seem
//! to change; one that is told once has a number of its own.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use protocol::Failure;
use protocol::window::{Level, Notice};

/// So many numbers are remembered: far more than there are sentences on all screens.
const REMEMBERED: usize = 256;

struct Numbers {
    last: u64,
    known: VecDeque<(String, u64)>,
}

static NUMBERS: Mutex<Numbers> = Mutex::new(Numbers {
    last: 0,
    known: VecDeque::new(),
});

fn number(key: Option<&str>) -> u64 {
    let mut numbers = NUMBERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(key) = key
        && let Some((_, number)) = numbers.known.iter().find(|(known, _)| known == key)
    {
        return *number;
    }
    numbers.last += 1;
    let last = numbers.last;
    if let Some(key) = key {
        if numbers.known.len() >= REMEMBERED {
            numbers.known.pop_front();
        }
        numbers.known.push_back((key.to_owned(), last));
    }
    last
}

/// A notice that stands in a topic.
pub(crate) fn standing(
    level: Level,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Notice {
    let (message, remedy) = (message.into(), remedy.into());
    let key = format!("{level:?}\n{message}\n{remedy}");
    keyed(&key, level, message, remedy)
}

/// The same, known again by `key` although figures in its words change.
pub(crate) fn keyed(
    key: &str,
    level: Level,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Notice {
    let remedy = remedy.into();
    Notice {
        number: number(Some(key)),
        level,
        message: message.into(),
        command: command(&remedy),
        remedy,
    }
}

/// A notice that is told once.
pub(crate) fn once(level: Level, message: impl Into<String>, remedy: impl Into<String>) -> Notice {
    let remedy = remedy.into();
    Notice {
        number: number(None),
        level,
        message: message.into(),
        command: command(&remedy),
        remedy,
    }
}

/// What failed, where it stands in a topic.
pub(crate) fn of_failure(failure: &Failure) -> Notice {
    standing(Level::Fault, &failure.message, &failure.remedy)
}

/// Words that come as message and remedy in lines.
pub(crate) fn of_words(level: Level, words: &str) -> Notice {
    let (message, remedy) = words.split_once('\n').unwrap_or((words, ""));
    once(level, message, remedy)
}

/// The command line that a remedy asks for: from its `sudo` or `tendon` behind a colon to the end of the line or sentence.
fn command(remedy: &str) -> String {
    let begins = |line: &str| {
        ["sudo ", "tendon "]
            .into_iter()
            .filter_map(|word| line.find(word))
            .filter(|at| *at == 0 || line[..*at].ends_with(": "))
            .min()
    };
    let found = remedy.lines().find_map(|line| Some(&line[begins(line)?..]));
    let line = found.unwrap_or_default();
    let end = line
        .find(", ")
        .or_else(|| line.find(". "))
        .unwrap_or(line.len());
    line[..end].trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_cut_out_of_its_remedy() {
        for (remedy, wanted) in [
            (
                "Join it, then log out and in again: sudo usermod -aG dialout $USER",
                "sudo usermod -aG dialout $USER",
            ),
            (
                "Put this line into a file:\nSUBSYSTEM==\"tty\"\nThen run: sudo udevadm control --reload, and plug the adapter in again.",
                "sudo udevadm control --reload",
            ),
            ("See what is wrong: tendon scan", "tendon scan"),
            ("Close the other tendon first.", ""),
            ("", ""),
        ] {
            assert_eq!(command(remedy), wanted, "{remedy}");
        }
    }

    #[test]
    fn the_same_words_keep_their_number_and_what_is_told_once_has_its_own() {
        let (a, b) = (
            standing(Level::Note, "it is warm", ""),
            standing(Level::Note, "it is warm", ""),
        );
        assert_eq!(a, b);
        assert_ne!(
            once(Level::Note, "it is warm", "").number,
            once(Level::Note, "it is warm", "").number
        );
    }
}
