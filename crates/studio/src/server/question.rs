//! A picture and what is to be done to it, in a rembg server's words.

use std::fmt;
use std::hash::{DefaultHasher, Hasher};

use imaging::effects::{Colours, RemoveBackground};
use imaging::removal::Matting;
use imaging::{Format, Picture, Quality, Run, Saving, encode};
use serde_json::{Map, Value};

use super::{Contract, Server, ServerError};

/// Something that was asked for and that this server does not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The outline is not drawn to edges of the picture.
    Refine,
    /// The background's part stays in half-transparent colours.
    Unmixed,
    /// Colours come unmixed, although they were to stay as they are.
    Kept,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refine => "the server does not draw the outline to edges in the picture",
            Self::Unmixed => "the server does not take the background's colour out of the outline",
            Self::Kept => {
                "the server takes the background's colour out of the outline when it does matting"
            }
        })
    }
}

/// What is sent for one picture.
#[derive(Debug, Clone)]
pub struct Question {
    /// Path and query.
    pub(super) target: String,
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
    /// Most bytes that the answer may have.
    pub(super) longest_reply: u64,
    /// Whether the server leaves out the alpha that the picture has.
    pub(super) own_alpha: bool,
    /// Whether the model may have to be fetched by the server first.
    pub(super) first: bool,
    losses: Vec<Loss>,
}

impl Question {
    pub(super) fn new(
        server: &Server,
        contract: &Contract,
        picture: &Picture,
        how: &RemoveBackground,
        run: &Run<'_>,
    ) -> Result<Self, ServerError> {
        let model = server.name_of(&how.model);
        if !contract.has(model) {
            let known: Vec<&str> = contract.models.iter().map(String::as_str).collect();
            return Err(ServerError::NoModel {
                address: server.address().to_owned(),
                model: model.to_owned(),
                known: known.join(", "),
            });
        }
        let (fields, extras, losses) = words(contract, model, how);
        let mut all = server.extras.clone();
        all.extend(extras);
        let target = match all.is_empty() {
            true => "/api/remove".to_owned(),
            false => format!(
                "/api/remove?extras={}",
                escaped(&Value::Object(all).to_string())
            ),
        };
        let saving = Saving {
            // Lightly: the way to the server is shorter than hard pressing takes.
            quality: Quality::Level(1),
            ..Saving::usual(Format::Png)
        };
        let png = encode(picture, &saving, run)?;
        let boundary = boundary(&png);
        let raw = picture.size().pixels() as u64 * 4;
        Ok(Self {
            target,
            content_type: format!("multipart/form-data; boundary={boundary}"),
            body: form(&boundary, &fields, &png),
            // What cannot be pressed at all takes a little more than it has, in PNG, and a row one byte more.
            longest_reply: raw + raw / 50 + u64::from(picture.size().height()) + (64 << 10),
            own_alpha: how.colours != Colours::Multiplied || how.matting.is_some(),
            first: true,
            losses,
        })
    }

    /// For a model that the server has in memory already.
    #[must_use]
    pub fn warm(mut self) -> Self {
        self.first = false;
        self
    }

    /// What this server does not do of what was asked for.
    pub fn losses(&self) -> &[Loss] {
        &self.losses
    }
}

type Fields = Vec<(&'static str, String)>;

/// Fields of the form, extras of the query, and what cannot be said.
fn words(
    contract: &Contract,
    model: &str,
    how: &RemoveBackground,
) -> (Fields, Map<String, Value>, Vec<Loss>) {
    let yes = || "true".to_owned();
    let mut fields = vec![("model", model.to_owned())];
    let mut extras = Map::new();
    let mut losses = Vec::new();
    if how.clean {
        fields.push(("ppm", yes()));
    }
    if let Some(Matting {
        foreground,
        background,
        erode,
    }) = how.matting
    {
        fields.extend([
            ("a", yes()),
            ("af", foreground.to_string()),
            ("ab", background.to_string()),
            ("ae", erode.to_string()),
        ]);
    }
    match (how.colours, how.matting) {
        // Its matting unmixes by itself.
        (Colours::Unmixed, Some(_)) | (Colours::Multiplied, None) => {}
        (Colours::Unmixed, None) if contract.takes("dc") => fields.push(("dc", yes())),
        (Colours::Unmixed, None) => {
            losses.push(Loss::Unmixed);
            extras.insert("putalpha".to_owned(), Value::Bool(true));
        }
        (Colours::Kept, None) => {
            extras.insert("putalpha".to_owned(), Value::Bool(true));
        }
        (Colours::Kept | Colours::Multiplied, Some(_)) => losses.push(Loss::Kept),
    }
    if how.refine > 0 {
        losses.push(Loss::Refine);
    }
    (fields, extras, losses)
}

/// A line that cannot be in the picture: it is made from it.
fn boundary(png: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(png);
    format!("tendon-{:016x}", hasher.finish())
}

fn form(boundary: &str, fields: &Fields, png: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(png.len() + 2048);
    for (name, value) in fields {
        let part = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"picture.png\"\r\n\
         Content-Type: image/png\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(png);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    body
}

/// Text as a value in a query: all bytes but letters, digits and `-._~` as `%xx`.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use imaging::Layout;
    use pixels::Size;

    use super::*;

    fn contract(fields: &[&str]) -> Contract {
        Contract {
            fields: fields.iter().map(ToString::to_string).collect(),
            ..Contract::default()
        }
    }

    fn said(contract: &Contract, how: &RemoveBackground) -> (String, String, Vec<Loss>) {
        let (fields, extras, losses) = words(contract, "u2netp", how);
        let fields: Vec<String> = fields.iter().map(|(k, v)| format!("{k}={v}")).collect();
        (fields.join(" "), Value::Object(extras).to_string(), losses)
    }

    #[test]
    fn what_is_wished_for_is_said_in_the_servers_words_or_said_to_be_missing() {
        let (old, new) = (contract(&["file", "model"]), contract(&["dc"]));
        let how = RemoveBackground {
            model: "u2netp".to_owned(),
            ..RemoveBackground::default()
        };
        let none = || "{}".to_owned();
        let straight = r#"{"putalpha":true}"#.to_owned();
        let plain = "model=u2netp".to_owned();
        assert_eq!(
            said(&new, &how),
            (format!("{plain} dc=true"), none(), vec![])
        );
        let unmixed = vec![Loss::Unmixed];
        assert_eq!(said(&old, &how), (plain.clone(), straight.clone(), unmixed));
        let multiplied = RemoveBackground {
            colours: Colours::Multiplied,
            clean: true,
            ..how.clone()
        };
        assert_eq!(
            said(&new, &multiplied),
            (format!("{plain} ppm=true"), none(), vec![])
        );
        let kept = RemoveBackground {
            colours: Colours::Kept,
            refine: 4,
            ..how.clone()
        };
        assert_eq!(
            said(&new, &kept),
            (plain.clone(), straight, vec![Loss::Refine])
        );
        let matted = RemoveBackground {
            matting: Some(Matting {
                foreground: 230,
                background: 20,
                erode: 5,
            }),
            ..how
        };
        let words = format!("{plain} a=true af=230 ab=20 ae=5");
        assert_eq!(said(&old, &matted), (words, none(), vec![]));
    }

    #[test]
    fn extras_stand_in_the_query_and_the_picture_in_the_form() {
        let mut server = Server::new("http://127.0.0.1:1").unwrap();
        server.extras.insert("cc".to_owned(), Value::from("a b&ä"));
        let size = Size::new(3, 2).unwrap();
        let picture = Picture::new(size, Layout::Rgb, vec![7; 18]).unwrap();
        let how = RemoveBackground {
            model: "u2netp".to_owned(),
            ..RemoveBackground::default()
        };
        let question = server
            .question(&contract(&["dc"]), &picture, &how, &Run::default())
            .unwrap();
        assert_eq!(
            question.target,
            "/api/remove?extras=%7B%22cc%22%3A%22a%20b%26%C3%A4%22%7D"
        );
        let boundary = question
            .content_type
            .split('=')
            .next_back()
            .unwrap()
            .to_owned();
        let text = String::from_utf8_lossy(&question.body).into_owned();
        assert_eq!(
            text.matches(&boundary).count(),
            4,
            "two fields, the file, the end"
        );
        assert!(text.ends_with(&format!("--{boundary}--\r\n")));
        assert!(text.contains("name=\"file\"; filename=\"picture.png\"\r\n"));
    }

    #[test]
    fn a_model_that_the_server_does_not_name_is_not_asked_for() {
        let mut server = Server::new("http://127.0.0.1:1").unwrap();
        let contract = Contract {
            models: ["u2net".to_owned()].into(),
            ..contract(&[])
        };
        let picture = Picture::new(Size::ONE, Layout::Rgb, vec![7; 3]).unwrap();
        let how = RemoveBackground {
            model: "leaves".to_owned(),
            ..RemoveBackground::default()
        };
        let ask = |server: &Server| server.question(&contract, &picture, &how, &Run::default());
        let error = ask(&server).unwrap_err().to_string();
        assert!(
            error.contains("leaves") && error.contains("u2net"),
            "{error}"
        );
        server.names.insert("leaves".to_owned(), "u2net".to_owned());
        ask(&server).unwrap();
    }
}
