//! Languages that sentences are known in, and which of them a person wants.

/// A language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// As everything is written.
    #[default]
    English,
    /// German.
    German,
    /// Chinese in simplified characters.
    Chinese,
}

impl Language {
    /// Every language with a file of sentences.
    pub const TRANSLATED: [Language; 2] = [Language::German, Language::Chinese];

    /// Its tag, as in settings and in the names of files.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Chinese => "zh",
        }
    }

    /// The language that a tag or a locale such as `de_AT.UTF-8` names; none for one that is not known here.
    pub fn named(text: &str) -> Option<Self> {
        let end = text.find(['_', '-', '.', '@']).unwrap_or(text.len());
        match text[..end].to_ascii_lowercase().as_str() {
            "en" | "c" | "posix" => Some(Self::English),
            "de" => Some(Self::German),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }

    /// The system's language: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that `variable` has decides; English when it
    /// is one that is not known here.
    pub fn of_system(variable: impl Fn(&str) -> Option<String>) -> Self {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(variable)
            .find(|value| !value.is_empty())
            .and_then(|value| Self::named(&value))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_its_language() {
        for (text, wanted) in [
            ("de", Some(Language::German)),
            ("de_AT.UTF-8", Some(Language::German)),
            ("zh-Hans-CN", Some(Language::Chinese)),
            ("C.UTF-8", Some(Language::English)),
            ("POSIX", Some(Language::English)),
            ("den", None),
            ("", None),
        ] {
            assert_eq!(Language::named(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_first_variable_that_says_something_decides() {
        let of = |pairs: &[(&str, &str)]| {
            Language::of_system(|name| {
                let found = pairs.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(of(&[]), Language::English);
        assert_eq!(of(&[("LANG", "de_DE.UTF-8")]), Language::German);
        assert_eq!(of(&[("LC_ALL", ""), ("LANG", "zh_CN")]), Language::Chinese);
        assert_eq!(of(&[("LC_ALL", "C"), ("LANG", "zh_CN")]), Language::English);
        assert_eq!(
            of(&[("LC_MESSAGES", "fr_FR"), ("LANG", "de_DE")]),
            Language::English
        );
    }
}
