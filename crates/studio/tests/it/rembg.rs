//! A stand-in for a rembg server, well-behaved or not, on the loopback.

use std::sync::{Arc, Mutex};

use imaging::{Format, Layout, Picture, Run, Saving, encode, open_bytes};
use pixels::Size;

use crate::web::{Answer, Request, Web};

/// How it behaves from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// Takes the question and says nothing.
    Stalls,
    /// Says nothing about pictures, but everything about itself.
    StallsOnPictures,
    Errors,
    /// Answers with a picture of another size.
    Shrinks,
    NoPicture,
    Opaque,
    /// Promises and sends more than any such picture has.
    Endless,
    CutsOff,
    AnotherProgram,
}

/// Alpha of everything that it cuts out.
pub const ALPHA: u8 = 128;

pub struct Rembg {
    pub web: Web,
    mood: Arc<Mutex<Mood>>,
}

impl Rembg {
    pub fn new(mood: Mood) -> Self {
        Self::at("127.0.0.1:0", mood)
    }

    /// At an address that another one had before.
    pub fn at(address: &str, mood: Mood) -> Self {
        let mood = Arc::new(Mutex::new(mood));
        let asked = Arc::clone(&mood);
        let web = Web::at(address, move |request| {
            answer(*asked.lock().unwrap(), request)
        });
        Self { web, mood }
    }

    pub fn becomes(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// Pictures that it was asked for.
    pub fn pictures(&self) -> Vec<Request> {
        let mut seen = self.web.seen();
        seen.retain(|request| request.method == "POST");
        seen
    }
}

const SCHEMA: &str = r##"{
    "openapi": "3.1.0",
    "info": { "title": "Rembg", "version": "2.0.86" },
    "paths": { "/api/remove": { "post": {
        "parameters": [{ "name": "bgc", "in": "query" }, { "name": "extras", "in": "query" }],
        "requestBody": { "content": { "multipart/form-data": {
            "schema": { "$ref": "#/components/schemas/Body_post" }
        } } }
    } } },
    "components": { "schemas": { "Body_post": { "properties": {
        "file": {}, "a": {}, "dc": {}, "om": {}, "ppm": {},
        "model": { "pattern": "(u2net|u2netp|tiny)" }
    } } } }
}"##;

fn answer(mood: Mood, request: &Request) -> Answer {
    let about_itself = request.method == "GET" && request.target == "/openapi.json";
    match mood {
        Mood::Stalls => return Answer::new(200, "never").stall(0),
        Mood::Errors => return Answer::new(500, "Internal Server Error"),
        Mood::AnotherProgram => return Answer::new(200, "<html>Welcome</html>"),
        _ if about_itself => return Answer::new(200, SCHEMA),
        Mood::StallsOnPictures => return Answer::new(200, "never").stall(0),
        Mood::NoPicture => return Answer::new(200, "all is well"),
        Mood::Endless => return Answer::new(200, vec![7; 300_000]),
        _ => {}
    }
    if request.method != "POST" || !request.target.starts_with("/api/remove") {
        return Answer::new(404, r#"{"detail":"Not Found"}"#);
    }
    let picture = part(request, "file").expect("a file comes");
    let picture = open_bytes(&picture, &Run::default()).unwrap().picture;
    let png = match mood {
        Mood::Shrinks => cut(&picture, Size::new(7, 5).unwrap(), Layout::Rgba),
        Mood::Opaque => cut(&picture, picture.size(), Layout::Rgb),
        _ => cut(&picture, picture.size(), Layout::Rgba),
    };
    let half = png.len() / 2;
    let answer = Answer::new(200, png).header("Content-Type", "image/png");
    match mood {
        Mood::CutsOff => answer.cut(half),
        _ => answer,
    }
}

fn cut(picture: &Picture, size: Size, layout: Layout) -> Vec<u8> {
    let pixels = picture.bytes().chunks(picture.layout().channels());
    let mut bytes: Vec<u8> = pixels
        .take(size.pixels())
        .flat_map(|pixel| match layout {
            Layout::Rgb => vec![pixel[0], pixel[1], pixel[2]],
            Layout::Rgba => vec![pixel[0], pixel[1], pixel[2], ALPHA],
        })
        .collect();
    bytes.resize(layout.bytes(size), 0);
    let cut = Picture::new(size, layout, bytes).unwrap();
    encode(&cut, &Saving::usual(Format::Png), &Run::default()).unwrap()
}

/// The bytes of one part of a form.
pub fn part(request: &Request, name: &str) -> Option<Vec<u8>> {
    let (_, boundary) = request.headers["content-type"].split_once("boundary=")?;
    let at = |needle: &str, from: usize| {
        let needle = needle.as_bytes();
        let found = request.body[from..]
            .windows(needle.len())
            .position(|w| w == needle);
        found.map(|at| from + at)
    };
    let head = at(&format!("form-data; name=\"{name}\""), 0)?;
    let begin = at("\r\n\r\n", head)? + 4;
    let end = at(&format!("\r\n--{boundary}"), begin)?;
    Some(request.body[begin..end].to_vec())
}
