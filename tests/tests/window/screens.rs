//! The few words of the X protocol that a story needs, said to the screen itself: who has the keyboard, a key that is
//! pressed where no driver is, and the cross in a window's corner.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;

use anyhow::{Context as _, Result, bail, ensure};

/// A line to a screen.
pub struct Screen {
    line: UnixStream,
    /// The window that all others lie on.
    root: [u8; 4],
}

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
        // Behind the maker's name and the formats of pictures stands the first screen, and first its root.
        let maker = usize::from(u16::from_le_bytes([rest[16], rest[17]])).next_multiple_of(4);
        let at = 32 + maker + 8 * usize::from(rest[21]);
        let root = [rest[at], rest[at + 1], rest[at + 2], rest[at + 3]];
        Ok(Self { line, root })
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
        self.line.write_all(&ask)?;
        let opcode = self.answer()?[9];
        for kind in [2, 3] {
            let mut fake = vec![0; 36];
            // The X protocol counts eight further than the kernel.
            fake[..6].copy_from_slice(&[opcode, 2, 9, 0, kind, key + 8]);
            self.say(&fake)?;
        }
        Ok(())
    }

    /// Tells every window that a person wants it closed, as a window manager does.
    pub fn close_windows(&mut self) -> Result<()> {
        let protocols = self.atom(b"WM_PROTOCOLS")?;
        let delete = self.atom(b"WM_DELETE_WINDOW")?;
        // QueryTree.
        let root = self.root;
        self.line.write_all(&[&[15, 0, 2, 0][..], &root].concat())?;
        let answer = self.answer()?;
        let count = usize::from(u16::from_le_bytes([answer[16], answer[17]]));
        let mut children = vec![0; 4 * count];
        self.line.read_exact(&mut children)?;
        for child in children.chunks_exact(4) {
            // SendEvent with a ClientMessage of 32-bit words.
            let head = [&[25, 0, 11, 0][..], child, &[0; 4], &[33, 32, 0, 0], child];
            let words = [&protocols[..], &delete, &[0; 16]];
            self.say(&[head.concat(), words.concat()].concat())?;
        }
        Ok(())
    }

    fn atom(&mut self, name: &[u8]) -> Result<[u8; 4]> {
        let padded = name.len().next_multiple_of(4);
        let length = u8::try_from(2 + padded / 4)?;
        let mut ask = vec![16, 0, length, 0, u8::try_from(name.len())?, 0, 0, 0];
        ask.extend(name);
        ask.resize(8 + padded, 0);
        self.line.write_all(&ask)?;
        let answer = self.answer()?;
        Ok([answer[8], answer[9], answer[10], answer[11]])
    }

    /// Says something that has no answer, and waits until it was done.
    fn say(&mut self, words: &[u8]) -> Result<()> {
        self.line.write_all(words)?;
        // GetInputFocus: its answer comes after everything before it.
        self.line.write_all(&[43, 0, 1, 0])?;
        self.answer().map(drop)
    }

    fn answer(&mut self) -> Result<[u8; 32]> {
        loop {
            let mut answer = [0; 32];
            self.line
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
