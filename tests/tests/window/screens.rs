//! The few words of the X protocol that a story needs, said to the screen itself: who has the keyboard, and a key that is
//! pressed where no driver is.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;

use anyhow::{Context as _, Result, bail, ensure};

/// A line to a screen.
pub struct Screen(UnixStream);

impl Screen {
    /// Connects, without authorisation: a test's screen asks for none.
    pub fn open(name: &str) -> Result<Self> {
        let number = name.trim_start_matches(':');
        let mut line = UnixStream::connect(format!("/tmp/.X11-unix/X{number}"))?;
        // Little-endian, protocol 11.0.
        line.write_all(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        let mut head = [0; 8];
        line.read_exact(&mut head)?;
        ensure!(head[0] == 1, "the screen refuses to talk");
        let mut rest = vec![0; 4 * usize::from(u16::from_le_bytes([head[6], head[7]]))];
        line.read_exact(&mut rest)?;
        Ok(Self(line))
    }

    /// Gives the keyboard to whatever is under the pointer, or to nobody. There is no window manager on a test's screen, so
    /// that the window under the pointer has the keyboard.
    pub fn focus(&mut self, focused: bool) -> Result<()> {
        // SetInputFocus to PointerRoot (1) or None (0), at the current time.
        self.say(&[42, 0, 3, 0, u8::from(focused), 0, 0, 0, 0, 0, 0, 0])
    }

    /// Presses the key with this number, as the kernel counts keys, and lets it go.
    pub fn strike(&mut self, key: u8) -> Result<()> {
        // QueryExtension.
        let mut ask = vec![98, 0, 4, 0, 5, 0, 0, 0];
        ask.extend(b"XTEST\0\0\0");
        self.0.write_all(&ask)?;
        let opcode = self.answer()?[9];
        for kind in [2, 3] {
            let mut fake = vec![0; 36];
            // The X protocol counts eight further than the kernel.
            fake[..6].copy_from_slice(&[opcode, 2, 9, 0, kind, key + 8]);
            self.say(&fake)?;
        }
        Ok(())
    }

    /// Says something that has no answer, and waits until it was done.
    fn say(&mut self, words: &[u8]) -> Result<()> {
        self.0.write_all(words)?;
        // GetInputFocus: its answer comes after everything before it.
        self.0.write_all(&[43, 0, 1, 0])?;
        self.answer().map(drop)
    }

    fn answer(&mut self) -> Result<[u8; 32]> {
        loop {
            let mut answer = [0; 32];
            self.0
                .read_exact(&mut answer)
                .context("the screen is gone")?;
            match answer[0] {
                0 => bail!("the screen refuses, with error {}", answer[1]),
                1 => return Ok(answer),
                // An event, such as a keyboard that changed.
                _ => {}
            }
        }
    }
}
