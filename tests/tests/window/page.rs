//! What a person does on the page and sees there: things go by role and name, keys and clicks are real ones.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fantoccini::Locator;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use stdx::{Clock as _, SystemClock};

use super::display::Window;

/// Longest that something may take to appear.
const WITHIN: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(50);

impl Window {
    /// Waits until `seen` says so; `what` stands in the failure.
    pub fn until(&self, what: &str, mut seen: impl FnMut(&Self) -> Result<bool>) -> Result<()> {
        let until = SystemClock.now() + WITHIN;
        loop {
            // While the page is drawn anew what was found is gone; it is looked for again.
            let last = seen(self);
            if matches!(last, Ok(true)) {
                return Ok(());
            }
            if SystemClock.now() > until {
                return match last {
                    Err(error) => Err(error).context(format!("not within 20 s: {what}")),
                    Ok(_) => bail!("not within 20 s: {what}\n{}", self.words()?),
                };
            }
            SystemClock.sleep(LOOK);
        }
    }

    /// Everything that stands on the page.
    pub fn words(&self) -> Result<String> {
        let text = self.wait(async |page| {
            page.execute("return document.body.innerText", Vec::new())
                .await
        })?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Whether these words stand on the page.
    pub fn says(&self, words: &str) -> Result<bool> {
        Ok(self.words()?.contains(words))
    }

    /// Presses a button by its accessible name, once it can be pressed.
    pub fn press(&self, name: &str) -> Result<()> {
        let path = format!(
            "//button[not(@disabled) and (normalize-space(.)={0} or @aria-label={0})]",
            quoted(name)
        );
        self.until(
            &format!("a button “{name}” that can be pressed"),
            |window| {
                window.wait(async |page| {
                    page.find(Locator::XPath(&path)).await?.click().await?;
                    Ok(true)
                })
            },
        )
    }

    /// The text of the element with this mark, if it is there.
    pub fn marked(&self, mark: &str) -> Result<Option<String>> {
        let script = "const e = document.querySelector(`[data-test=\"${arguments[0]}\"]`);\
                      return e && (e.dataset.value ?? e.innerText)";
        let found = self.wait(async |page| page.execute(script, vec![mark.into()]).await)?;
        Ok(found.as_str().map(str::to_owned))
    }

    /// The angle that stands beside a joint.
    pub fn angle(&self, joint: &str) -> Result<f64> {
        let script = "return document.querySelector(`[data-test=joint][data-value=\"${arguments[0]}\"] [data-test=angle]`)?.innerText";
        let found = self.wait(async |page| page.execute(script, vec![joint.into()]).await)?;
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
        self.wait(async |page| {
            let action = KeyAction::Down { value: key };
            page.perform_actions(KeyActions::new("keys".into()).then(action))
                .await
        })
    }

    /// Lets a key go.
    pub fn let_go(&self, key: char) -> Result<()> {
        self.wait(async |page| {
            let action = KeyAction::Up { value: key };
            page.perform_actions(KeyActions::new("keys".into()).then(action))
                .await
        })
    }

    /// Presses a key once.
    pub fn strike(&self, key: char) -> Result<()> {
        self.hold(key)?;
        self.let_go(key)
    }
}

/// A text inside an XPath.
fn quoted(text: &str) -> String {
    if text.contains('\'') {
        format!("\"{text}\"")
    } else {
        format!("'{text}'")
    }
}
