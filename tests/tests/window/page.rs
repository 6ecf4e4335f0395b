//! What a person does on the page and sees there: things go by role and name, keys and clicks are real ones.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::elements::{Element, ElementRef};
use serde_json::Value;
use stdx::{Clock as _, SystemClock};

use super::display::Window;

/// Longest that something may take to appear.
const WITHIN: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);
/// Finds by role and name.
const FIND: &str = include_str!("find.js");

/// Keys of WebDriver.
pub mod key {
    pub const TAB: char = '\u{e004}';
    pub const ENTER: char = '\u{e007}';
    pub const SHIFT: char = '\u{e008}';
    pub const ESCAPE: char = '\u{e00c}';
    pub const LEFT: char = '\u{e012}';
    pub const RIGHT: char = '\u{e014}';
    pub const CONTROL: char = '\u{e009}';
    pub const F1: char = '\u{e031}';
}

impl Window {
    /// Waits until `seen` says so; `what` stands in the failure.
    pub fn until(&self, what: &str, seen: impl FnMut(&Self) -> Result<bool>) -> Result<()> {
        self.within(WITHIN, what, seen)
    }

    /// The same with another patience.
    pub fn within(
        &self,
        patience: Duration,
        what: &str,
        mut seen: impl FnMut(&Self) -> Result<bool>,
    ) -> Result<()> {
        let until = SystemClock.now() + patience;
        loop {
            // While the page is drawn anew what was found is gone; it is looked for again.
            let last = seen(self);
            if matches!(last, Ok(true)) {
                return Ok(());
            }
            if SystemClock.now() > until {
                self.keep_picture(what);
                let waited = format!("not within {patience:?}: {what}");
                return match last {
                    Err(error) => Err(error).context(waited),
                    Ok(_) => bail!("{waited}\n{}", self.words()?),
                };
            }
            SystemClock.sleep(LOOK);
        }
    }

    /// What a script on the page returns.
    pub fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        self.wait(async |page| page.execute(script, arguments).await)
    }

    /// Everything that stands on the page.
    pub fn words(&self) -> Result<String> {
        let text = self.run("return document.body.innerText", Vec::new())?;
        // Where a long word may be broken is no part of it.
        Ok(text.as_str().unwrap_or_default().replace('\u{ad}', ""))
    }

    /// Whether these words stand on the page.
    pub fn says(&self, words: &str) -> Result<bool> {
        Ok(self.words()?.contains(words))
    }

    /// Waits until these words stand on the page.
    pub fn until_said(&self, words: &str) -> Result<()> {
        self.until(&format!("“{words}” on the page"), |window| {
            window.says(words)
        })
    }

    /// An element by role and accessible name that can be used now; a name that ends in … is a beginning.
    pub fn find(&self, role: &str, name: &str) -> Result<Option<Element>> {
        let script = format!("{FIND}; return found(arguments[0], arguments[1])");
        let found = self.run(&script, vec![role.into(), name.into()])?;
        let id = found.as_object().and_then(|found| found.values().next());
        let Some(id) = id.and_then(Value::as_str) else {
            return Ok(None);
        };
        let id = ElementRef::from(id.to_owned());
        Ok(Some(Element::from_element_id(self.client().clone(), id)))
    }

    /// Whether there is such an element that can be used now.
    pub fn has(&self, role: &str, name: &str) -> Result<bool> {
        Ok(self.find(role, name)?.is_some())
    }

    /// Clicks on an element, once it can be used.
    pub fn click(&self, role: &str, name: &str) -> Result<()> {
        self.until(
            &format!("a {role} “{name}” that can be used"),
            |window| match window.find(role, name)? {
                Some(element) => window.wait(async |_| element.click().await.map(|()| true)),
                None => Ok(false),
            },
        )
    }

    /// Presses a button.
    pub fn press(&self, name: &str) -> Result<()> {
        self.click("button", name)
    }

    /// Goes to a screen by its entry in the rail.
    pub fn go(&self, screen: &str) -> Result<()> {
        self.click("link", screen)?;
        self.until(&format!("the screen {screen}"), |window| {
            let script = "return document.querySelector('[aria-current=page]')?.innerText.trim()";
            Ok(window.run(script, Vec::new())?.as_str() == Some(screen))
        })
    }

    /// Types a text into a field instead of what is there.
    pub fn fill(&self, role: &str, name: &str, text: &str) -> Result<()> {
        self.click(role, name)?;
        self.chord(key::CONTROL, 'a')?;
        for sign in text.chars() {
            self.strike(sign)?;
        }
        self.strike(key::TAB)?;
        self.until(&format!("“{text}” in {name}"), |window| {
            Ok(window.value_of(role, name)? == text)
        })
    }

    /// What stands in a field.
    pub fn value_of(&self, role: &str, name: &str) -> Result<String> {
        let script = format!("{FIND}; return found(arguments[0], arguments[1])?.value");
        let value = self.run(&script, vec![role.into(), name.into()])?;
        let value = value.as_str().context("there is no such field")?;
        Ok(value.to_owned())
    }

    /// Whether an element has the focus.
    pub fn focused(&self, role: &str, name: &str) -> Result<bool> {
        let script = format!(
            "{FIND}; const it = found(arguments[0], arguments[1]); return it !== undefined && it === document.activeElement"
        );
        let focused = self.run(&script, vec![role.into(), name.into()])?;
        Ok(focused.as_bool() == Some(true))
    }

    /// The text of the element with this mark, if it is there.
    pub fn marked(&self, mark: &str) -> Result<Option<String>> {
        let script = "const e = document.querySelector(`[data-test=\"${arguments[0]}\"]`);\
                      return e && (e.dataset.value ?? e.innerText)";
        let found = self.run(script, vec![mark.into()])?;
        Ok(found.as_str().map(str::to_owned))
    }

    /// Waits until the element with this mark shows a value.
    pub fn until_marked(&self, mark: &str, value: &str) -> Result<()> {
        self.until(&format!("{mark} is {value}"), |window| {
            Ok(window.marked(mark)?.as_deref() == Some(value))
        })
    }

    /// Waits until the deck shows this word of the session.
    pub fn session(&self, word: &str) -> Result<()> {
        self.until_marked("session", word)
    }

    /// Waits until the deck shows this word of torque.
    pub fn torque(&self, word: &str) -> Result<()> {
        self.until_marked("torque", word)
    }

    /// Waits until pictures of a camera are drawn, and change.
    pub fn until_drawn(&self, camera: &str) -> Result<()> {
        let script = "const view = [...document.querySelectorAll('[data-test=camera]')]\
            .find((view) => view.innerText.includes(arguments[0]));\
            const canvas = view?.querySelector('canvas');\
            if (!canvas?.width) return null;\
            const small = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });\
            const context = small.getContext('2d');\
            context.drawImage(canvas, 0, 0, 64, 48);\
            return context.getImageData(0, 0, 64, 48).data.join();";
        let mut first: Option<String> = None;
        self.until(&format!("pictures of {camera}"), |window| {
            let drawn = window.run(script, vec![camera.into()])?;
            let Some(drawn) = drawn.as_str() else {
                return Ok(false);
            };
            let bright = drawn.split(',').any(|level| !["0", "255"].contains(&level));
            let first = first.get_or_insert_with(|| drawn.to_owned());
            Ok(bright && first != drawn)
        })
    }

    /// The angle that stands beside a joint.
    pub fn angle(&self, joint: &str) -> Result<f64> {
        let script = "return document.querySelector(`[data-test=joint][data-value=\"${arguments[0]}\"] [data-test=angle]`)?.innerText";
        let found = self.run(script, vec![joint.into()])?;
        let text = found.as_str().context("the joint is not shown")?;
        let plain: String = text
            .replace('\u{2212}', "-")
            .chars()
            .filter(|sign| sign.is_ascii_digit() || "-.".contains(*sign))
            .collect();
        plain.parse().with_context(|| format!("no angle: {text:?}"))
    }

    /// Holds a key down.
    pub fn hold(&self, key: char) -> Result<()> {
        self.keys([KeyAction::Down { value: key }])
    }

    /// Lets a key go.
    pub fn let_go(&self, key: char) -> Result<()> {
        self.keys([KeyAction::Up { value: key }])
    }

    /// Presses a key once.
    pub fn strike(&self, key: char) -> Result<()> {
        self.keys([KeyAction::Down { value: key }, KeyAction::Up { value: key }])
    }

    /// Presses a key while another one is held.
    pub fn chord(&self, with: char, key: char) -> Result<()> {
        self.chord_of(&[with], key)
    }

    /// Presses a key while others are held.
    pub fn chord_of(&self, with: &[char], key: char) -> Result<()> {
        let down = with.iter().map(|held| KeyAction::Down { value: *held });
        let up = with.iter().rev().map(|held| KeyAction::Up { value: *held });
        let key = [KeyAction::Down { value: key }, KeyAction::Up { value: key }];
        self.keys(down.chain(key).chain(up))
    }

    fn keys(&self, actions: impl IntoIterator<Item = KeyAction>) -> Result<()> {
        let keys = actions
            .into_iter()
            .fold(KeyActions::new("keys".into()), |keys, action| {
                keys.then(action)
            });
        self.wait(async |page| page.perform_actions(keys).await)
    }
}
