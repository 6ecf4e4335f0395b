//! Where a camera on the network is: `http://user:password@host:port/path`, as a person types it.
//!
//! Not here: asking it (`request`), or finding out whether anybody is there (`dial`).

use std::fmt;

use super::error::NetworkError;

/// The way to a picture or a stream. Shown without the password.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Name or number, an IPv6 number without its brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Path and query, as they stand in the request line; begins with a slash.
    pub path: String,
    /// User and password, decoded.
    pub login: Option<(String, String)>,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// When it is none, or one that is spoken to in another way (`https`, `rtsp`).
    pub fn parse(text: &str) -> Result<Self, NetworkError> {
        let text = text.trim();
        let bad = |why: &'static str| NetworkError::BadAddress {
            address: without_login(text),
            why,
        };
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| bad("it does not begin with http://"))?;
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(NetworkError::OtherScheme {
                address: without_login(text),
                scheme: scheme.to_ascii_lowercase(),
            });
        }
        if rest.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            return Err(bad("it has a space or a control character in it"));
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, path) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let (login, place) = match authority.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, authority),
        };
        let (host, port) = host_and_port(place).ok_or_else(|| bad("its host or port is wrong"))?;
        let login = login.map(|login| {
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            (decoded(user), decoded(password))
        });
        Ok(Self {
            host,
            port,
            path: with_slash(path),
            login,
        })
    }

    /// Where a redirect from here leads. A login goes along only to the same host and port.
    ///
    /// # Errors
    /// As for [`Address::parse`].
    pub fn redirected(&self, location: &str) -> Result<Self, NetworkError> {
        let location = location.trim();
        let mut next = if location.contains("://") {
            Self::parse(location)?
        } else if location.starts_with("//") {
            Self::parse(&format!("http:{location}"))?
        } else {
            let path = if location.starts_with('/') {
                location.to_owned()
            } else if location.starts_with('?') {
                format!("{}{location}", self.folder_and_file())
            } else {
                let file = self.folder_and_file();
                let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
                format!("{folder}/{location}")
            };
            Self::parse(&format!("http://{}{path}", self.place()))?
        };
        if next.login.is_none()
            && next.host.eq_ignore_ascii_case(&self.host)
            && next.port == self.port
        {
            next.login.clone_from(&self.login);
        }
        Ok(next)
    }

    /// Host and port as the `Host` header and a person want them: no port where it is the usual one.
    pub fn place(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        match self.port {
            80 => host,
            port => format!("{host}:{port}"),
        }
    }

    fn folder_and_file(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.place(), self.path)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn host_and_port(place: &str) -> Option<(String, u16)> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']')?;
            (
                host,
                after.strip_prefix(':').or(after.is_empty().then_some("")),
            )
        }
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, Some("")),
        },
    };
    let port = match port? {
        "" => 80,
        port => port.parse().ok().filter(|port| *port != 0)?,
    };
    (!host.is_empty()).then(|| (host.to_owned(), port))
}

/// Path and query as a request line may carry them.
fn with_slash(path: &str) -> String {
    let mut told = String::with_capacity(path.len() + 1);
    if !path.starts_with('/') {
        told.push('/');
    }
    for byte in path.bytes() {
        if byte.is_ascii() {
            told.push(char::from(byte));
        } else {
            told.push_str(&format!("%{byte:02X}"));
        }
    }
    told
}

/// `%40` and its like as the characters they stand for; what stands for nothing stays.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = |place: usize| {
            bytes
                .get(place)
                .and_then(|byte| char::from(*byte).to_digit(16))
        };
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What may be shown of an address that cannot be read: nothing between the scheme and the last `@` before the path.
pub(super) fn without_login(text: &str) -> String {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, text),
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let place = authority
        .rsplit_once('@')
        .map_or(authority, |(_, place)| place);
    match scheme {
        Some(scheme) => format!("{scheme}://{place}{path}"),
        None => format!("{place}{path}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (text, shown, login) in [
            (
                "http://10.0.0.7:8080/video",
                "http://10.0.0.7:8080/video",
                None,
            ),
            ("HTTP://cam.local", "http://cam.local/", None),
            (
                "http://cam.local:80?action=stream",
                "http://cam.local/?action=stream",
                None,
            ),
            ("http://u:p@cam/x#here", "http://cam/x", Some(("u", "p"))),
            (
                "http://u%40home:a%3Ab@cam/",
                "http://cam/",
                Some(("u@home", "a:b")),
            ),
            ("http://u:p@ss@cam/", "http://cam/", Some(("u", "p@ss"))),
            ("http://u@cam/", "http://cam/", Some(("u", ""))),
            (
                "http://[fe80::1]:81/stream",
                "http://[fe80::1]:81/stream",
                None,
            ),
            ("http://cam/küche", "http://cam/k%C3%BCche", None),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.to_string(), shown, "{text}");
            let login =
                login.map(|(user, password): (&str, &str)| (user.to_owned(), password.to_owned()));
            assert_eq!(address.login, login, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_showing_the_password() {
        for text in [
            "10.0.0.7:8080/video",
            "https://u:secret@cam/",
            "rtsp://u:secret@cam/live",
            "http://u:secret@/video",
            "http://u:secret@cam:0/",
            "http://u:secret@cam:99999/",
            "http://u:secret@[::1/",
            "http://u:secret@[::1]8/",
            "http://u:secret@cam/a b",
            "http://u:secret@cam/\r\nHost: other",
        ] {
            let error = Address::parse(text).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_redirect_leads_where_a_browser_would_go() {
        let from = Address::parse("http://u:p@cam:8080/live/view?a=1").unwrap();
        for (location, shown, login) in [
            ("http://other/video", "http://other/video", false),
            ("http://CAM:8080/video", "http://CAM:8080/video", true),
            ("http://cam/video", "http://cam/video", false),
            ("//other:81/x", "http://other:81/x", false),
            ("/stream", "http://cam:8080/stream", true),
            ("stream.mjpg", "http://cam:8080/live/stream.mjpg", true),
            ("?b=2", "http://cam:8080/live/view?b=2", true),
        ] {
            let to = from.redirected(location).unwrap();
            assert_eq!(to.to_string(), shown, "{location}");
            assert_eq!(to.login.is_some(), login, "{location}");
        }
        assert!(from.redirected("https://cam/").is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_an_address_panic_or_gives_a_request_a_second_line(
            text in "(http://)?[ -~\r\n@:/\\[\\]%é]{0,40}", location in "[ -~\r\n@:/\\[\\]%é]{0,40}"
        ) {
            if let Ok(address) = Address::parse(&text) {
                prop_assert!(!address.path.contains(['\r', '\n', ' ']));
                prop_assert!(!address.place().contains(['\r', '\n', ' ']));
                if let Ok(next) = address.redirected(&location) {
                    prop_assert!(!next.path.contains(['\r', '\n', ' ']));
                }
            }
        }
    }
}
