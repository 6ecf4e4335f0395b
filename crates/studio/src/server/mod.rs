//! Backgrounds removed by a rembg server: what it can do, how it is asked, and what is believed of its answer.
//!
//! Facts of rembg's HTTP interface: pictures go by POST; the model is always named, because the default has changed; `bgc`
//! and `extras` stand in the query, everything else in the form; nothing tells its health but `GET /openapi.json`.

mod contract;
mod error;
mod question;

use std::collections::BTreeMap;
use std::io::Read;
use std::time::Duration;

use imaging::effects::RemoveBackground;
use imaging::{Format, Layout, Limits, Picture, Run, open_bytes};
use serde_json::{Map, Value};
use ureq::http::StatusCode;

use crate::net::{Address, Cancel, NetError, Patience};

pub use contract::Contract;
pub use error::ServerError;
pub use question::{Loss, Question};

/// Most bytes of a server's description of itself.
const LONGEST_SCHEMA: u64 = 4 << 20;

/// How long a server may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerPatience {
    /// Until a connection is there, and until it has said what it can.
    pub connect: Duration,
    /// For a picture with a model that this program has not asked for before: the server may have to fetch it first.
    pub first: Duration,
    /// For every other picture.
    pub answer: Duration,
}

impl Default for ServerPatience {
    /// 3 s, 120 s, 20 s: a person who waits for a picture should not wait for a server that hangs.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            first: Duration::from_secs(120),
            answer: Duration::from_secs(20),
        }
    }
}

/// A rembg server.
#[derive(Debug, Clone)]
pub struct Server {
    address: Address,
    /// How long it may take.
    pub patience: ServerPatience,
    /// What the server calls a model that has another name here.
    pub names: BTreeMap<String, String>,
    /// What is sent as `extras` with every picture, by rembg's names.
    pub extras: Map<String, Value>,
}

impl Server {
    /// A server by its address, such as `http://192.168.1.20:7000`. Nobody is asked yet.
    ///
    /// # Errors
    /// When it is no address.
    pub fn new(address: &str) -> Result<Self, ServerError> {
        Ok(Self {
            address: Address::new(address)?,
            patience: ServerPatience::default(),
            names: BTreeMap::new(),
            extras: Map::new(),
        })
    }

    /// Its address.
    pub fn address(&self) -> &str {
        self.address.as_str()
    }

    /// What the server calls this model.
    pub fn name_of<'a>(&'a self, model: &'a str) -> &'a str {
        self.names.get(model).map_or(model, String::as_str)
    }

    /// Asks the server what it can do. It is well if it answers.
    ///
    /// # Errors
    /// When it does not answer, or is something else than a rembg server.
    pub fn contract(&self, cancel: &Cancel) -> Result<Contract, ServerError> {
        let wait = self.patience.connect;
        let agent = self.address.agent(
            Patience {
                connect: wait,
                answer: wait,
                silence: wait,
                whole: Some(wait),
            },
            cancel,
        );
        let failed = |error: &ureq::Error| self.address.failed(error, cancel);
        let answer = agent
            .get(self.address.below("/openapi.json"))
            .call()
            .map_err(|error| failed(&error))?;
        let status = answer.status();
        let body = answer.into_body().into_reader();
        if status != StatusCode::OK {
            return Err(self.address.refused(status.as_u16(), body).into());
        }
        let bytes = self.read(body, LONGEST_SCHEMA, cancel)?;
        Contract::read(&bytes).map_err(|what| ServerError::NotRembg {
            address: self.address().to_owned(),
            what,
        })
    }

    /// Puts a picture and what is to be done to it into the words of this server.
    ///
    /// # Errors
    /// When the server does not have the model, or the picture cannot be written.
    pub fn question(
        &self,
        contract: &Contract,
        picture: &Picture,
        how: &RemoveBackground,
        run: &Run<'_>,
    ) -> Result<Question, ServerError> {
        Question::new(self, contract, picture, how, run)
    }

    /// Sends a question and waits for the answer, on this thread.
    ///
    /// # Errors
    /// When there is none, it takes too long, it is longer than a picture of that size can be, or it was called off.
    pub fn ask(&self, question: &Question, cancel: &Cancel) -> Result<Vec<u8>, ServerError> {
        let answer = match question.first {
            true => self.patience.first,
            false => self.patience.answer,
        };
        let agent = self.address.agent(
            Patience {
                connect: self.patience.connect,
                answer,
                silence: answer,
                whole: Some(answer),
            },
            cancel,
        );
        if cancel.asked() {
            return Err(NetError::Cancelled.into());
        }
        let reply = agent
            .post(self.address.below(&question.target))
            .header("Content-Type", &question.content_type)
            .send(&question.body[..])
            .map_err(|error| self.address.failed(&error, cancel))?;
        let status = reply.status();
        let body = reply.into_body().into_reader();
        if status != StatusCode::OK {
            return Err(self.address.refused(status.as_u16(), body).into());
        }
        Ok(self.read(body, question.longest_reply, cancel)?)
    }

    /// The picture in an answer, if it is one that was asked for.
    ///
    /// # Errors
    /// When it is no PNG, of another size, without transparency, or damaged.
    pub fn accept(
        &self,
        question: &Question,
        reply: &[u8],
        picture: &Picture,
        run: &Run<'_>,
    ) -> Result<Picture, ServerError> {
        let wrong = |what: String| ServerError::Reply {
            address: self.address().to_owned(),
            what,
        };
        if Format::from_bytes(reply) != Some(Format::Png) {
            return Err(wrong("no PNG".to_owned()));
        }
        // Nothing larger than what was sent is even looked at.
        let limits = Limits {
            pixels: run.limits.pixels.min(picture.size().pixels()),
            ..run.limits
        };
        let opened = open_bytes(
            reply,
            &Run {
                limits,
                ..run.clone()
            },
        );
        let cut = match opened {
            Ok(opened) => opened.picture,
            Err(error) if error.stopped() => return Err(error.into()),
            Err(error) => return Err(wrong(error.to_string())),
        };
        if cut.size() != picture.size() {
            return Err(wrong(format!(
                "a picture of {} instead of {}",
                cut.size(),
                picture.size()
            )));
        }
        if cut.layout() != Layout::Rgba {
            return Err(wrong("a picture without transparency".to_owned()));
        }
        match question.own_alpha {
            true => Ok(with_own_alpha(cut, picture)?),
            false => Ok(cut),
        }
    }

    fn read(&self, body: impl Read, limit: u64, cancel: &Cancel) -> Result<Vec<u8>, NetError> {
        let mut bytes = Vec::new();
        let read = body.take(limit + 1).read_to_end(&mut bytes);
        if let Err(error) = read {
            let failed = self.address.failed(&ureq::Error::from(error), cancel);
            return Err(match failed {
                NetError::Unreachable { address, .. } => NetError::CutOff {
                    address,
                    got: bytes.len() as u64,
                    expected: None,
                },
                other => other,
            });
        }
        if bytes.len() as u64 > limit {
            return Err(NetError::TooLong {
                address: self.address().to_owned(),
                limit,
            });
        }
        Ok(bytes)
    }
}

/// The cut-out's alpha times the alpha that the picture had before, which the server left out.
fn with_own_alpha(cut: Picture, picture: &Picture) -> Result<Picture, ServerError> {
    if picture.layout() != Layout::Rgba {
        return Ok(cut);
    }
    let mut bytes = cut.bytes().to_vec();
    let own = picture.bytes().as_chunks::<4>().0;
    for (pixel, own) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(own) {
        let product = u16::from(pixel[3]) * u16::from(own[3]);
        pixel[3] = ((product + 127) / 255) as u8;
    }
    Ok(Picture::new(cut.size(), Layout::Rgba, bytes)?)
}
