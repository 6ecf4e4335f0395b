//! Shell completions and manual pages, made from the command line itself.
//!
//! Made for a package and never committed: they change with every flag. The shipped program carries no generator.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use clap::CommandFactory as _;
use clap_complete::Shell;

use super::write;

/// The window's command line, in words: the program itself reads its one flag without a parser.
#[derive(clap::Parser)]
#[command(
    name = "tendon-window",
    about = "The window of Tendon: drive SO-100 and SO-101 robot arms and record LeRobot datasets",
    after_help = "Starting it a second time brings the window that is open to the front.\n\n\
        TENDON_GRAPHICS=plain draws without the graphics card, TENDON_GRAPHICS=card with it; otherwise it is chosen by \
        whether there is one. The same work can be done in a terminal: see tendon(1)."
)]
struct Window {
    /// Open the simulated arm at once.
    #[arg(long)]
    simulated: bool,
}

/// Every shell that gets completions, the folder below `/usr/share` where Debian looks for them, and the file's name there.
pub const SHELLS: [(Shell, &str, &str); 3] = [
    (Shell::Bash, "bash-completion/completions", "tendon"),
    (Shell::Zsh, "zsh/vendor-completions", "_tendon"),
    (Shell::Fish, "fish/vendor_completions.d", "tendon.fish"),
];
/// Where Fedora and openSUSE have zsh look.
pub const ZSH_ELSEWHERE: &str = "zsh/site-functions";

/// The completions of the command line for one shell.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "tendon", &mut bytes);
    bytes
}

/// Manual pages by the names of their files: the command line's own, one for each of its commands, and the window's.
///
/// # Errors
/// When one cannot be written.
pub fn manual() -> Result<Vec<(String, Vec<u8>)>> {
    let folder = tempfile::tempdir()?;
    clap_mangen::generate_to(cli::command(), folder.path())?;
    clap_mangen::generate_to(Window::command(), folder.path())?;
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(folder.path())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        pages.push((name, std::fs::read(entry.path())?));
    }
    pages.sort();
    Ok(pages)
}

/// Puts completions and pages below `share`.
///
/// # Errors
/// When one cannot be written.
pub fn put_into(share: &Path) -> Result<()> {
    for (shell, folder, name) in SHELLS {
        write(&share.join(folder).join(name), &completions(shell))?;
    }
    for (name, page) in manual()? {
        write(
            &share.join("man/man1").join(format!("{name}.gz")),
            &pressed(&page)?,
        )?;
    }
    Ok(())
}

/// Bytes as gzip presses them, without name and time, so that the same words give the same file.
///
/// # Errors
/// When there is no gzip.
pub fn pressed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(bytes)?;
    let output = Command::new("gzip")
        .args(["-9", "-n", "-c"])
        .arg(file.path())
        .output()
        .context("gzip did not start")?;
    ensure!(output.status.success(), "gzip ended with {}", output.status);
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        let command = cli::command();
        let shown = command.get_subcommands().filter(|verb| !verb.is_hide_set());
        shown.map(|verb| verb.get_name().to_owned()).collect()
    }

    #[test]
    fn every_command_has_a_page_that_says_what_it_does() {
        let pages = manual().unwrap();
        for verb in names() {
            let name = format!("tendon-{verb}.1");
            let page = pages.iter().find(|(known, _)| *known == name);
            let (_, page) = page.unwrap_or_else(|| panic!("{name} is missing"));
            let text = String::from_utf8_lossy(page);
            assert!(
                text.contains(".SH NAME") && text.contains(".SH OPTIONS"),
                "{name}: {text}"
            );
        }
        for name in ["tendon.1", "tendon-window.1", "tendon-dataset-verify.1"] {
            assert!(pages.iter().any(|(known, _)| known == name), "{name}");
        }
    }

    #[test]
    fn every_shell_can_complete_every_command() {
        for (shell, ..) in SHELLS {
            let script = String::from_utf8(completions(shell)).unwrap();
            for verb in names() {
                assert!(script.contains(&verb), "{shell}: {verb}");
            }
        }
    }

    #[test]
    fn pressing_gives_the_same_bytes_twice_and_the_words_back() {
        let words = vec![b'a'; 300_000];
        let pressed = pressed(&words).unwrap();
        assert!(pressed.len() < 2000);
        assert_eq!(pressed, super::pressed(&words).unwrap());
        // The size of what was pressed stands at the end.
        assert_eq!(pressed[pressed.len() - 4..], 300_000_u32.to_le_bytes());
    }
}
