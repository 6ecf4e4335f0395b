//! Licence expressions as packages write them: `MIT OR Apache-2.0`, `(MIT OR Apache-2.0) AND Unicode-3.0`, `MIT/Apache-2.0`.

use anyhow::{Result, bail};

/// Whether a choice among the licences of `expression` is allowed.
///
/// # Errors
/// When it is no expression.
pub fn allowed(expression: &str, allows: impl Fn(&str) -> bool) -> Result<bool> {
    // Before there were expressions a stroke meant "or".
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader {
        words: &words,
        allows: &allows,
    };
    let answer = reader.any();
    match answer {
        Some(answer) if reader.words.is_empty() => Ok(answer),
        _ => bail!("{expression:?} is no licence expression"),
    }
}

/// Reads from the front of what is left.
struct Reader<'a, 'w> {
    words: &'a [&'w str],
    allows: &'a dyn Fn(&str) -> bool,
}

impl Reader<'_, '_> {
    fn take(&mut self, word: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }

    fn any(&mut self) -> Option<bool> {
        let mut answer = self.every()?;
        while self.take("OR") {
            answer |= self.every()?;
        }
        Some(answer)
    }

    fn every(&mut self) -> Option<bool> {
        let mut answer = self.one()?;
        while self.take("AND") {
            answer &= self.one()?;
        }
        Some(answer)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let answer = self.any()?;
            return self.take(")").then_some(answer);
        }
        let (first, rest) = self.words.split_first()?;
        if ["OR", "AND", "WITH", ")"].contains(first) {
            return None;
        }
        self.words = rest;
        if !self.take("WITH") {
            return Some((self.allows)(first));
        }
        let (exception, rest) = self.words.split_first()?;
        self.words = rest;
        Some((self.allows)(&format!("{first} WITH {exception}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_is_enough_and_all_of_several_are_needed() {
        let allows = |id: &str| ["MIT", "Apache-2.0 WITH LLVM-exception", "Zlib"].contains(&id);
        for (expression, answer) in [
            ("MIT", true),
            ("GPL-2.0-only", false),
            ("MIT OR GPL-2.0-only", true),
            ("MIT AND GPL-2.0-only", false),
            ("GPL-2.0-only OR MIT AND Zlib", true),
            ("(GPL-2.0-only OR MIT) AND Zlib", true),
            ("(MIT OR Zlib) AND GPL-2.0-only", false),
            ("Apache-2.0 WITH LLVM-exception OR GPL-2.0-only", true),
            ("Apache-2.0", false),
            ("GPL-2.0-only/MIT", true),
        ] {
            assert_eq!(allowed(expression, allows).unwrap(), answer, "{expression}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for expression in ["", "OR", "MIT OR", "MIT Zlib", "(MIT", "MIT)", "MIT WITH"] {
            let error = allowed(expression, |_| true).unwrap_err();
            assert!(
                error.to_string().contains("no licence expression"),
                "{expression}"
            );
        }
    }
}
