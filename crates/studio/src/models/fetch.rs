//! A file from a server, in as many goes as it takes.
//!
//! What came so far lies beside the file's place, ending in `.part`, with a note of where it came from. The next go asks
//! for the rest only, under the condition that it is still the same file (`If-Range`); where the server has no such word,
//! or does not listen to it, it begins anew. Whoever fetches holds a lock on the part, also against other programs.

use std::io::{Read, Write};
use std::path::PathBuf;

use serde::Serialize;
use ureq::Body;
use ureq::http::{Response, StatusCode, header};

use super::catalogue::Known;
use super::digest::Sums;
use super::error::ModelError;
use super::part::{Note, Part, Whole, continued, file, read_note, write_note};
use crate::net::{Address, Cancel, NetError, Patience};

/// Bytes that are read and written at once.
const PIECE: usize = 64 * 1024;

/// Part of the size by which a file may differ from one that is known roughly.
const ROUGH: u64 = 20;

/// How far a file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Bytes that are there.
    pub done: u64,
    /// Bytes in all.
    pub of: u64,
}

/// What is to be fetched.
pub(super) struct Job<'a> {
    pub(super) known: &'a Known,
    pub(super) server: &'a Address,
    /// Where it is to lie; it does so when all is there and right.
    pub(super) place: PathBuf,
    pub(super) patience: Patience,
    pub(super) cancel: &'a Cancel,
    /// Whether so many bytes more fit the disk.
    pub(super) room: &'a dyn Fn(u64) -> Result<(), ModelError>,
}

impl Job<'_> {
    /// Fetches the file. It lies in its part then, whole, with these checksums; [`Whole::finish`] gives it its name.
    pub(super) fn run(&self, tell: &mut dyn FnMut(Progress)) -> Result<(Sums, Whole), ModelError> {
        let mut part = Part::open(&self.place, self.known.name)?;
        let address = self.server.below(&format!("/{}", self.known.file));
        let note = read_note(&part.path).filter(|note| note.address == address);
        let most = match self.known.exact {
            true => self.known.bytes,
            false => self.known.bytes + self.known.bytes / ROUGH,
        };
        match &note {
            Some(_) if part.len <= most => self.read_again(&mut part, tell)?,
            _ => part.begin_anew()?,
        }
        (self.room)(self.known.bytes.saturating_sub(part.len))?;
        if !(self.known.exact && part.len == self.known.bytes) {
            self.ask(&mut part, note, &address, tell)?;
        }
        part.file
            .sync_all()
            .map_err(file("writing the model", &part.path))?;
        let sums = std::mem::take(&mut part.digests).sums();
        if let Some((expected, found)) = sums.instead_of(self.known.checksum) {
            // Nothing of it is worth going on with.
            part.whole().forget();
            return Err(ModelError::Checksum {
                name: self.known.name.to_owned(),
                expected,
                found,
            });
        }
        Ok((sums, part.whole()))
    }

    /// Takes the checksums of what is there already.
    fn read_again(
        &self,
        part: &mut Part,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<(), ModelError> {
        let mut piece = vec![0; PIECE];
        let mut done = 0;
        loop {
            self.go_on()?;
            let read = part
                .file
                .read(&mut piece)
                .map_err(file("reading the model", &part.path))?;
            if read == 0 {
                break;
            }
            part.digests.add(&piece[..read]);
            done += read as u64;
        }
        part.len = done;
        if done > 0 {
            tell(self.progress(done, self.known.bytes));
        }
        Ok(())
    }

    fn go_on(&self) -> Result<(), NetError> {
        match self.cancel.asked() {
            true => Err(NetError::Cancelled),
            false => Ok(()),
        }
    }

    fn progress(&self, done: u64, of: u64) -> Progress {
        Progress {
            done,
            of: of.max(done),
        }
    }

    /// Asks for what is missing, and a second time for everything where the server cannot go on from there.
    fn ask(
        &self,
        part: &mut Part,
        note: Option<Note>,
        address: &str,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<(), ModelError> {
        if part.len > 0
            && let Some(note) = note
        {
            let answer = self.question(address, Some((part.len, &note.edition)))?;
            match answer.status() {
                StatusCode::PARTIAL_CONTENT => {
                    let total = continued(answer.headers(), part.len).ok_or_else(|| {
                        self.strange(
                            "a part of the file that does not go on from the one that is there",
                        )
                    })?;
                    return self.take(part, answer, Some(total), tell);
                }
                StatusCode::RANGE_NOT_SATISFIABLE => {}
                // Another edition, or a server that knows no parts: everything comes.
                _ => return self.take_all(part, answer, address, tell),
            }
        }
        let answer = self.question(address, None)?;
        self.take_all(part, answer, address, tell)
    }

    fn question(
        &self,
        address: &str,
        from: Option<(u64, &str)>,
    ) -> Result<Response<Body>, ModelError> {
        self.go_on()?;
        let agent = self.server.agent(self.patience, self.cancel);
        let mut question = agent
            .get(address)
            .header(header::ACCEPT_ENCODING, "identity");
        if let Some((from, edition)) = from {
            question = question
                .header(header::RANGE, format!("bytes={from}-"))
                .header(header::IF_RANGE, edition);
        }
        question
            .call()
            .map_err(|error| self.server.failed(&error, self.cancel).into())
    }

    fn take_all(
        &self,
        part: &mut Part,
        answer: Response<Body>,
        address: &str,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<(), ModelError> {
        if answer.status() != StatusCode::OK {
            let status = answer.status().as_u16();
            let body = answer.into_body().into_reader();
            return Err(self.server.refused(status, body).into());
        }
        part.begin_anew()?;
        write_note(&part.path, address, answer.headers())?;
        let total = answer.body().content_length();
        self.take(part, answer, total, tell)
    }

    /// Takes the bytes of an answer to the end of the part. `total` is what the part will have then.
    fn take(
        &self,
        part: &mut Part,
        answer: Response<Body>,
        total: Option<u64>,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<(), ModelError> {
        let expected = self.known.bytes;
        let fits = |total: u64| match self.known.exact {
            true => total == expected,
            false => total.abs_diff(expected) <= expected / ROUGH,
        };
        let wrong_length = |got| ModelError::Length {
            name: self.known.name.to_owned(),
            expected,
            got,
        };
        if let Some(total) = total.filter(|total| !fits(*total)) {
            return Err(wrong_length(total));
        }
        let most = total.unwrap_or(match self.known.exact {
            true => expected,
            false => expected + expected / ROUGH,
        });
        let of = total.unwrap_or(expected);
        let mut body = answer.into_body().into_reader();
        let mut piece = vec![0; PIECE];
        loop {
            self.go_on()?;
            let read = match body.read(&mut piece) {
                Ok(read) => read,
                Err(error) => return Err(self.broken_off(part, total, error).into()),
            };
            if read == 0 {
                break;
            }
            if part.len + read as u64 > most {
                return Err(wrong_length(part.len + read as u64));
            }
            part.file
                .write_all(&piece[..read])
                .map_err(file("writing the model", &part.path))?;
            part.digests.add(&piece[..read]);
            part.len += read as u64;
            tell(self.progress(part.len, of));
        }
        match total {
            Some(total) if part.len < total => Err(self.cut_off(part, Some(total)).into()),
            None if !fits(part.len) => Err(self.cut_off(part, Some(expected)).into()),
            _ => Ok(()),
        }
    }

    fn broken_off(&self, part: &Part, total: Option<u64>, error: std::io::Error) -> NetError {
        match self.server.failed(&ureq::Error::from(error), self.cancel) {
            // The connection was there; what failed is the answer.
            NetError::Unreachable { .. } => self.cut_off(part, total),
            other => other,
        }
    }

    fn cut_off(&self, part: &Part, expected: Option<u64>) -> NetError {
        NetError::CutOff {
            address: self.server.as_str().to_owned(),
            got: part.len,
            expected,
        }
    }

    fn strange(&self, what: &str) -> ModelError {
        ModelError::Answer {
            address: self.server.as_str().to_owned(),
            what: what.to_owned(),
        }
    }
}
