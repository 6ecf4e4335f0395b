//! A session written down beforehand: timed keys and timed goals, for demonstrations, tests and soak runs.
//!
//! One line, one thing; `#` begins a comment. Times are seconds since driving began.
//!
//! ```text
//! at 0.5s press w
//! at 1.2s release w
//! at 2s   press arrowleft for 0.4s
//! at 3s   speed 2x
//! at 4s   arm right
//! at 5s   goal elbow_flex=20 gripper=50     # reached at 5 s, in a straight line from the goal before
//! at 9s   repeat                            # or: end
//! ```
//!
//! Not here: reading the file (the caller hands in its text) and what keys do (`keyboard`).

use std::time::Duration;

use arms::{JOINTS, Joint};
use units::MonoTime;

use crate::hands::{Hands, JointDrive};
use crate::keymap::{KeyMap, Motion};
use crate::teleoperator::{CycleContext, Goal, Teleoperator, of_arm};

/// Longest text read as a script.
const LONGEST: usize = 1 << 20;
/// Latest time a line may name: a day.
const LATEST: f64 = 86_400.0;

/// What is wrong with a script.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("line {line} of the script: {what}")]
pub struct ScriptError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

impl ScriptError {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        "A line reads like `at 0.5s press w`, `at 2s press w for 0.4s`, `at 3s goal gripper=50` or `at 9s end`."
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Action {
    Press(u32),
    Release(u32),
    Speed(f64),
    Arm(usize),
    /// Joints that are `None` are left alone.
    Goal([Option<f64>; JOINTS]),
    Repeat,
    End,
}

#[derive(Debug, Clone, PartialEq)]
struct Line {
    at: Duration,
    action: Action,
}

/// A parsed script.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    lines: Vec<Line>,
}

impl Script {
    /// Reads a script. Keys mean what the default map says.
    ///
    /// # Errors
    /// The first line that makes no sense.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let mut lines = Vec::new();
        if text.len() > LONGEST {
            return Err(ScriptError {
                line: 1,
                what: "the script is larger than 1 MiB".to_owned(),
            });
        }
        let map = KeyMap::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            parse_line(&map, line, &mut lines).map_err(|what| ScriptError {
                line: index + 1,
                what,
            })?;
        }
        // Stable: lines of one instant keep their order.
        lines.sort_by_key(|line| line.at);
        Ok(Self { lines })
    }

    /// When its last line takes place.
    pub fn length(&self) -> Duration {
        self.lines.last().map_or(Duration::ZERO, |line| line.at)
    }
}

fn parse_line(map: &KeyMap, line: &str, lines: &mut Vec<Line>) -> Result<(), String> {
    let mut words = line.split_whitespace();
    if words.next() != Some("at") {
        return Err(format!("`{line}` does not begin with `at`"));
    }
    let at = seconds(words.next())?;
    let verb = words.next().ok_or("nothing is to be done")?;
    let action = match verb {
        "press" => {
            let bit = motion(map, words.next())?.bit();
            match words.next() {
                None => {}
                Some("for") => lines.push(Line {
                    at: at + seconds(words.next())?,
                    action: Action::Release(bit),
                }),
                Some(word) => return Err(format!("`{word}` is not `for`")),
            }
            Action::Press(bit)
        }
        "release" => Action::Release(motion(map, words.next())?.bit()),
        "speed" => {
            let word = words.next().ok_or("a speed is missing")?;
            let factor = number(word.trim_end_matches('x'))?;
            if !(0.25..=4.0).contains(&factor) {
                return Err(format!("speed {factor} is not between 0.25x and 4x"));
            }
            Action::Speed(factor)
        }
        "arm" => match words.next() {
            Some("left") => Action::Arm(0),
            Some("right") => Action::Arm(1),
            _ => return Err("the arm is `left` or `right`".to_owned()),
        },
        "goal" => {
            let mut goal = [None; JOINTS];
            for word in words.by_ref() {
                let (name, value) = word
                    .split_once('=')
                    .ok_or_else(|| format!("`{word}` is not `joint=value`"))?;
                let joint =
                    Joint::from_name(name).ok_or_else(|| format!("there is no joint `{name}`"))?;
                goal[joint.index()] = Some(number(value)?);
            }
            if goal.iter().all(Option::is_none) {
                return Err("a goal names at least one joint".to_owned());
            }
            Action::Goal(goal)
        }
        "repeat" => {
            if at.is_zero() {
                return Err("a script cannot repeat at once".to_owned());
            }
            Action::Repeat
        }
        "end" => Action::End,
        other => return Err(format!("`{other}` is not known")),
    };
    if let Some(word) = words.next() {
        return Err(format!("`{word}` is one word too many"));
    }
    lines.push(Line { at, action });
    Ok(())
}

fn seconds(word: Option<&str>) -> Result<Duration, String> {
    let word = word.ok_or("a time is missing")?;
    let seconds = number(word.strip_suffix('s').unwrap_or(word))?;
    if !(0.0..=LATEST).contains(&seconds) {
        return Err(format!("{word} is not between 0 s and a day"));
    }
    Ok(Duration::from_secs_f64(seconds))
}

fn number(word: &str) -> Result<f64, String> {
    match word.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(format!("`{word}` is not a number")),
    }
}

fn motion(map: &KeyMap, word: Option<&str>) -> Result<Motion, String> {
    let word = word.ok_or("a key is missing")?;
    map.motion(word)
        .ok_or_else(|| format!("key `{word}` moves nothing"))
}

/// Plays a script.
#[derive(Debug)]
pub struct ScriptTeleoperator {
    script: Script,
    keys: JointDrive,
    began: Option<MonoTime>,
    next: usize,
    held: u32,
    factor: f64,
    arm: usize,
    /// Goal lines: where the line towards the next one starts.
    from: Option<(Duration, [f64; JOINTS])>,
    ended: bool,
}

impl ScriptTeleoperator {
    /// Plays `script` from its beginning each time driving begins.
    pub fn new(script: Script) -> Self {
        Self {
            script,
            keys: JointDrive::default(),
            began: None,
            next: 0,
            held: 0,
            factor: 1.0,
            arm: 0,
            from: None,
            ended: false,
        }
    }

    fn rewind(&mut self, now: MonoTime) {
        self.began = Some(now);
        self.next = 0;
        self.held = 0;
        self.factor = 1.0;
        self.arm = 0;
        self.from = None;
    }

    /// Carries out every line that is due at `now`.
    fn catch_up(&mut self, now: MonoTime) {
        let began = self.began.unwrap_or(now);
        let elapsed = now.since(began);
        while let Some(line) = self.script.lines.get(self.next) {
            if line.at > elapsed {
                return;
            }
            self.next += 1;
            match line.action {
                Action::Press(bit) => self.held |= bit,
                Action::Release(bit) => self.held &= !bit,
                Action::Speed(factor) => self.factor = factor,
                Action::Arm(arm) => self.arm = arm,
                Action::Goal(_) => self.from = None,
                Action::Repeat => {
                    let again = began + line.at;
                    return self.rewind(again);
                }
                Action::End => {
                    self.held = 0;
                    self.ended = true;
                    return;
                }
            }
        }
        self.ended = true;
    }

    /// The goal line the arm is on its way to.
    fn coming(&self) -> Option<(Duration, [Option<f64>; JOINTS])> {
        let line = self.script.lines[self.next..]
            .iter()
            .find(|line| matches!(line.action, Action::Goal(_)))?;
        match line.action {
            Action::Goal(goal) => Some((line.at, goal)),
            _ => None,
        }
    }
}

impl Teleoperator for ScriptTeleoperator {
    fn name(&self) -> &'static str {
        "script"
    }

    fn engage(&mut self, cx: &CycleContext<'_>) {
        self.keys.engage(cx);
        self.ended = false;
        self.rewind(cx.now);
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        if self.ended {
            return Goal::Finished;
        }
        self.catch_up(cx.now);
        let hands = Hands {
            arm: self.arm,
            factor: self.factor,
            along: Motion::directions(self.held),
        };
        let mut goal = self.keys.advance(cx, &hands);
        if let Some((at, wanted)) = self.coming() {
            let elapsed = cx.now.since(self.began.unwrap_or(cx.now));
            let values = of_arm(&mut goal, self.arm);
            let (since, from) = *self.from.get_or_insert_with(|| {
                let mut start = [0.0; JOINTS];
                start.copy_from_slice(values);
                (elapsed, start)
            });
            // One period ahead: the goal of this cycle is reached at its end.
            let span = at.saturating_sub(since).as_secs_f64().max(1e-6);
            let share = ((elapsed.saturating_sub(since) + cx.period).as_secs_f64() / span).min(1.0);
            for ((value, from), wanted) in values.iter_mut().zip(from).zip(wanted) {
                if let Some(wanted) = wanted {
                    *value = from + (wanted - from) * share;
                }
            }
            self.keys.set(goal);
        }
        Goal::To(goal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_script_that_makes_no_sense_names_the_line_and_the_word() {
        for (text, what) in [
            ("press w", "does not begin with `at`"),
            ("at w press w", "`w` is not a number"),
            ("at -1s press w", "not between"),
            ("at 1s", "nothing is to be done"),
            ("at 1s press n", "moves nothing"),
            ("at 1s press w till 2s", "`till` is not `for`"),
            ("at 1s goal elbow=2", "no joint `elbow`"),
            ("at 1s goal", "at least one joint"),
            ("at 1s speed 9x", "0.25x"),
            ("at 0s repeat", "at once"),
            ("at 1s end now", "too many"),
            ("at 1s jump", "`jump` is not known"),
        ] {
            let error = Script::parse(&format!("# a comment\n\n{text}\n")).unwrap_err();
            assert_eq!(error.line, 3, "{text}");
            assert!(error.what.contains(what), "{text}: {error}");
        }
    }

    #[test]
    fn lines_are_played_in_the_order_of_their_times() {
        let script = Script::parse("at 2s end\nat 0.5s press W for 1s # held\n").unwrap();
        assert_eq!(script.length(), Duration::from_secs(2));
        let times: Vec<_> = script
            .lines
            .iter()
            .map(|line| line.at.as_millis())
            .collect();
        assert_eq!(times, [500, 1500, 2000]);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "(at |[0-9.e+-]{1,4}s? |press |goal |for |[a-z_=]{1,6} |\n|#){0,30}") {
            drop(Script::parse(&text));
        }
    }
}
