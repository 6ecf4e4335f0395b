//! Path templates in Python's format syntax, such as `data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet`.
//!
//! Every dataset carries its own; whatever it says is honoured, as long as it stays inside the dataset's folder.

use std::path::{Component, Path, PathBuf};

/// A parsed template. Remembers nothing but its parts, so equal templates are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Number {
        which: Number,
        width: usize,
        fill: char,
    },
    VideoKey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Chunk,
    File,
}

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    /// A sentence that names the part which is not understood, or says that the path would leave the dataset.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let after = &rest[character.len_utf8()..];
            match character {
                '{' | '}' if after.starts_with(character) => {
                    literal.push(character);
                    rest = &after[1..];
                }
                '{' => {
                    let Some((field, tail)) = after.split_once('}') else {
                        return Err(format!("the path template {text:?} has an open brace"));
                    };
                    if !literal.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut literal)));
                    }
                    parts.push(field_part(field).ok_or_else(|| {
                        format!("the path template {text:?} has the unknown field {{{field}}}")
                    })?);
                    rest = tail;
                }
                '}' => return Err(format!("the path template {text:?} has a stray brace")),
                _ => {
                    literal.push(character);
                    rest = after;
                }
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        let template = Self(parts);
        let sample = template.path(0, 0, "camera");
        let inside = sample
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !inside || sample.as_os_str().is_empty() {
            return Err(format!(
                "the path template {text:?} leaves the dataset's folder"
            ));
        }
        Ok(template)
    }

    /// The path, relative to the dataset's folder. `video_key` fills `{video_key}`; data files have none.
    pub fn path(&self, chunk: u64, file: u64, video_key: &str) -> PathBuf {
        let mut path = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => path.push_str(text),
                Part::VideoKey => path.push_str(video_key),
                Part::Number { which, width, fill } => {
                    let number = match which {
                        Number::Chunk => chunk,
                        Number::File => file,
                    }
                    .to_string();
                    path.extend(std::iter::repeat_n(
                        *fill,
                        width.saturating_sub(number.len()),
                    ));
                    path.push_str(&number);
                }
            }
        }
        PathBuf::from(path)
    }

    /// The path of a data file inside `root`.
    pub fn data_path(&self, root: &Path, chunk: u64, file: u64) -> PathBuf {
        root.join(self.path(chunk, file, ""))
    }
}

fn field_part(field: &str) -> Option<Part> {
    let (name, format) = field.split_once(':').unwrap_or((field, ""));
    if name == "video_key" {
        return matches!(format, "" | "s").then_some(Part::VideoKey);
    }
    let which = match name {
        "chunk_index" => Number::Chunk,
        "file_index" => Number::File,
        _ => return None,
    };
    let digits = format.strip_suffix('d').unwrap_or(format);
    let fill = if digits.starts_with('0') { '0' } else { ' ' };
    let width = match digits {
        "" => 0,
        _ if digits.bytes().all(|digit| digit.is_ascii_digit()) => digits.parse().ok()?,
        _ => return None,
    };
    // A file name has at most 255 bytes anyway.
    (width <= 64).then_some(Part::Number { which, width, fill })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn templates_say_what_python_would_say() {
        for (template, chunk, file, path) in [
            (
                "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
                0,
                7,
                "data/chunk-000/file-007.parquet",
            ),
            (
                "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
                1,
                1234,
                "data/chunk-001/file-1234.parquet",
            ),
            (
                "videos/{video_key}/c{chunk_index}/{file_index:d}.mp4",
                3,
                4,
                "videos/cam/c3/4.mp4",
            ),
            ("a{{b}}/{file_index:05}", 3, 4, "a{b}/00004"),
            ("a/{chunk_index:3d}", 3, 4, "a/  3"),
        ] {
            assert_eq!(
                Template::parse(template).unwrap().path(chunk, file, "cam"),
                PathBuf::from(path)
            );
        }
    }

    #[test]
    fn templates_that_make_no_sense_or_lead_outside_are_refused() {
        for template in [
            "",
            "{",
            "}",
            "{episode_index:03d}",
            "{chunk_index:x}",
            "{chunk_index:0999d}",
            "/etc/{file_index}",
            "../{file_index}",
            "data/../../{file_index}",
            "{video_key:03d}",
        ] {
            assert!(Template::parse(template).is_err(), "{template:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,40}") {
            if let Ok(template) = Template::parse(&text) {
                template.path(1, 2, "x");
            }
        }
    }
}
