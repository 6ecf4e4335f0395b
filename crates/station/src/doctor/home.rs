//! Text that may be sent to strangers: the home folder, which carries a person's name, stands as `~`.

use std::path::Path;

/// `text` with `~` for the home folder wherever a path begins with it.
pub fn without_home(text: &str, home: Option<&Path>) -> String {
    let home = home.map(|home| home.to_string_lossy().into_owned());
    let home = home.as_deref().map(|home| home.trim_end_matches('/'));
    let Some(home) = home.filter(|home| !home.is_empty()) else {
        return text.to_owned();
    };
    let in_name = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(home) {
        let (before, after) = (&rest[..at], &rest[at + home.len()..]);
        // Neither a folder whose name only begins like it, nor one of the same name elsewhere.
        let whole =
            !before.ends_with(in_name) && !before.ends_with('/') && !after.starts_with(in_name);
        told.push_str(before);
        told.push_str(if whole { "~" } else { home });
        rest = after;
    }
    told.push_str(rest);
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_folder_is_told_as_a_tilde_and_nothing_else_is_touched() {
        for (home, text, told) in [
            ("/home/ada", "/home/ada/x and /home/ada", "~/x and ~"),
            ("/home/ada/", "HF_HOME=/home/ada/hf", "HF_HOME=~/hf"),
            (
                "/home/ada",
                "/home/adam /home/ada-2",
                "/home/adam /home/ada-2",
            ),
            (
                "/home/ada",
                "/mnt/home/ada\nFile: /home/ada/é",
                "/mnt/home/ada\nFile: ~/é",
            ),
            ("/", "/etc", "/etc"),
            ("", "/etc", "/etc"),
        ] {
            assert_eq!(without_home(text, Some(Path::new(home))), told);
        }
        assert_eq!(without_home("/home/ada", None), "/home/ada");
    }
}
