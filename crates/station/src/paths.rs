//! Where LeRobot keeps its things on this machine, so that both programs find the same files.

use std::env;
use std::path::PathBuf;

/// `$HF_LEROBOT_HOME`, else `$HF_HOME/lerobot`; `HF_HOME` defaults to `$XDG_CACHE_HOME/huggingface` or
/// `~/.cache/huggingface` on every system (LeRobot `utils/constants.py`).
pub fn lerobot_home() -> PathBuf {
    lerobot_home_from(|name| env::var_os(name).map(PathBuf::from), env::home_dir())
}

fn lerobot_home_from(variable: impl Fn(&str) -> Option<PathBuf>, home: Option<PathBuf>) -> PathBuf {
    let set = |name| variable(name).filter(|path| !path.as_os_str().is_empty());
    if let Some(home) = set("HF_LEROBOT_HOME") {
        return home;
    }
    let hugging_face = set("HF_HOME").unwrap_or_else(|| {
        set("XDG_CACHE_HOME")
            .unwrap_or_else(|| home.unwrap_or_else(env::temp_dir).join(".cache"))
            .join("huggingface")
    });
    hugging_face.join("lerobot")
}

/// `user/name` with the parts the Hub allows: letters, digits, `-`, `_` and `.`, 96 in a part.
pub fn is_repo_id(text: &str) -> bool {
    let part = |part: &str| {
        (1..=96).contains(&part.len())
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
            && !part.starts_with(['.', '-'])
            && !part.ends_with(['.', '-'])
            && !part.contains("..")
            && !part.contains("--")
    };
    match text.split_once('/') {
        Some((user, name)) => part(user) && part(name),
        None => part(text),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_folders_follow_lerobots_rules() {
        let with = |pairs: &'static [(&'static str, &'static str)]| {
            lerobot_home_from(
                move |name| {
                    pairs
                        .iter()
                        .find(|pair| pair.0 == name)
                        .map(|pair| pair.1.into())
                },
                Some("/home/ada".into()),
            )
        };
        assert_eq!(with(&[]), Path::new("/home/ada/.cache/huggingface/lerobot"));
        assert_eq!(
            with(&[("XDG_CACHE_HOME", "/c")]),
            Path::new("/c/huggingface/lerobot")
        );
        assert_eq!(
            with(&[("HF_HOME", "/h"), ("XDG_CACHE_HOME", "/c")]),
            Path::new("/h/lerobot")
        );
        assert_eq!(
            with(&[("HF_LEROBOT_HOME", "/l"), ("HF_HOME", "/h")]),
            Path::new("/l")
        );
        assert_eq!(
            with(&[("HF_HOME", "")]),
            Path::new("/home/ada/.cache/huggingface/lerobot")
        );
    }

    #[test]
    fn names_the_hub_would_refuse_are_refused_here() {
        for good in ["me/cups", "cups", "a-b/c_d.e", "Me2/Stack_Cups"] {
            assert!(is_repo_id(good), "{good}");
        }
        for bad in [
            "",
            "/",
            "me/",
            "me/a b",
            "me/cups/x",
            "../x",
            "me/..",
            "-me/x",
            "me/x.",
            "me/a--b",
        ] {
            assert!(!is_repo_id(bad), "{bad}");
        }
    }
}
