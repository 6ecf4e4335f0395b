//! Asks RealtimeKit over the system D-Bus for a real-time class: the way an ordinary desktop user gets one.
//!
//! One connection, three calls, all messages with a fixed shape; a D-Bus library would be forty times this file.
//! Every wait ends after [`PATIENCE`], every length from the bus is checked, nothing here panics.
//! Not here: deciding who gets a priority (`priority`).

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

const NAME: &str = "org.freedesktop.RealtimeKit1";
const OBJECT: &str = "/org/freedesktop/RealtimeKit1";
/// Longest wait for one answer. RealtimeKit may have to be started by the bus first.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Largest message we read; RealtimeKit's answers have under 200 bytes.
const LARGEST: usize = 64 * 1024;
/// Where the system bus listens when `DBUS_SYSTEM_BUS_ADDRESS` does not say.
const DEFAULT_SOCKET: &str = "/run/dbus/system_bus_socket";

/// Nice value of a thread that was put back: as an ordinary one of ours gets at best.
const ORDINARY_NICE: i32 = -11;
const METHOD_CALL: u8 = 1;
const METHOD_RETURN: u8 = 2;
const ERROR: u8 = 3;
const FIELD_ERROR_NAME: u8 = 4;
const FIELD_REPLY_SERIAL: u8 = 5;

/// Makes thread `tid` (the kernel's number) of this process real-time round-robin, with at most `priority`.
/// Returns the priority that was given.
///
/// The caller has set `RLIMIT_RTTIME`, without which RealtimeKit refuses.
///
/// # Errors
/// No bus, no RealtimeKit, or its refusal, in its own words.
pub(crate) fn make_thread_realtime(tid: u64, priority: u32) -> io::Result<u32> {
    let mut bus = Bus::connect(&socket_path())?;
    let highest = bus.property_i32("MaxRealtimePriority").unwrap_or(1).max(1);
    let priority = priority.min(highest as u32);
    let mut body = Vec::with_capacity(12);
    body.extend_from_slice(&tid.to_le_bytes());
    body.extend_from_slice(&priority.to_le_bytes());
    bus.call(NAME, OBJECT, NAME, "MakeThreadRealtime", "tu", &body)?;
    Ok(priority)
}

/// Puts thread `tid` of this process back into the ordinary class, with a good place in it. RealtimeKit has to do it: a thread
/// that it raised may not be lowered by an ordinary user.
///
/// # Errors
/// As [`make_thread_realtime`].
pub(crate) fn make_thread_ordinary(tid: u64) -> io::Result<()> {
    let mut body = Vec::with_capacity(12);
    body.extend_from_slice(&tid.to_le_bytes());
    body.extend_from_slice(&ORDINARY_NICE.to_le_bytes());
    let mut bus = Bus::connect(&socket_path())?;
    bus.call(NAME, OBJECT, NAME, "MakeThreadHighPriority", "ti", &body)?;
    Ok(())
}

/// Longest time, in microseconds, that RealtimeKit lets a real-time thread compute without waiting.
///
/// # Errors
/// No bus or no RealtimeKit.
pub(crate) fn longest_computation_us() -> io::Result<i64> {
    Bus::connect(&socket_path())?.property_i64("RTTimeUSecMax")
}

fn socket_path() -> PathBuf {
    std::env::var("DBUS_SYSTEM_BUS_ADDRESS")
        .ok()
        .and_then(|addresses| path_from_address(&addresses))
        .unwrap_or_else(|| PathBuf::from(DEFAULT_SOCKET))
}

/// The first `unix:path=` of a bus address list.
fn path_from_address(addresses: &str) -> Option<PathBuf> {
    addresses.split(';').find_map(|address| {
        address
            .strip_prefix("unix:")?
            .split(',')
            .find_map(|pair| pair.strip_prefix("path="))
            .map(PathBuf::from)
    })
}

struct Bus {
    stream: UnixStream,
    serial: u32,
}

impl Bus {
    fn connect(socket: &Path) -> io::Result<Self> {
        let stream = UnixStream::connect(socket)
            .map_err(|error| io::Error::new(error.kind(), format!("no system D-Bus ({error})")))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut bus = Self { stream, serial: 0 };
        bus.authenticate()?;
        bus.call(
            "org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus",
            "Hello",
            "",
            &[],
        )?;
        Ok(bus)
    }

    /// The bus learns who we are from the socket itself; the number has to agree with it.
    fn authenticate(&mut self) -> io::Result<()> {
        let uid = rustix::process::geteuid().as_raw().to_string();
        let hex: String = uid.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.stream
            .write_all(format!("\0AUTH EXTERNAL {hex}\r\n").as_bytes())?;
        let mut line = Vec::new();
        let mut byte = [0];
        while !line.ends_with(b"\r\n") && line.len() < 512 {
            self.stream.read_exact(&mut byte)?;
            line.push(byte[0]);
        }
        if !line.starts_with(b"OK ") {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "the system D-Bus does not accept this user",
            ));
        }
        self.stream.write_all(b"BEGIN\r\n")
    }

    fn property_i32(&mut self, name: &str) -> io::Result<i32> {
        let body = self.property(name)?;
        // A variant: signature "i", padding to 4, value.
        match body.as_slice() {
            [1, b'i', 0, _, a, b, c, d, ..] => Ok(i32::from_le_bytes([*a, *b, *c, *d])),
            _ => Err(malformed()),
        }
    }

    fn property_i64(&mut self, name: &str) -> io::Result<i64> {
        let body = self.property(name)?;
        // A variant: signature "x", padding to 8, value.
        if !body.starts_with(&[1, b'x', 0]) {
            return Err(malformed());
        }
        let value = body.get(8..16).and_then(|bytes| bytes.try_into().ok());
        value.map(i64::from_le_bytes).ok_or_else(malformed)
    }

    fn property(&mut self, name: &str) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        put_string(&mut body, NAME);
        put_string(&mut body, name);
        self.call(
            NAME,
            OBJECT,
            "org.freedesktop.DBus.Properties",
            "Get",
            "ss",
            &body,
        )
    }

    /// Calls a method and returns the body of its answer.
    fn call(
        &mut self,
        destination: &str,
        path: &str,
        interface: &str,
        member: &str,
        signature: &str,
        body: &[u8],
    ) -> io::Result<Vec<u8>> {
        self.serial += 1;
        let message = encode_call(
            self.serial,
            destination,
            path,
            interface,
            member,
            signature,
            body,
        );
        self.stream.write_all(&message)?;
        // Signals such as NameAcquired come between; a bus that only chatters is given up on.
        for _ in 0..16 {
            let reply = read_message(&mut self.stream)?;
            if reply.reply_to != Some(self.serial) {
                continue;
            }
            return match reply.kind {
                METHOD_RETURN => Ok(reply.body),
                ERROR => Err(io::Error::other(reply.refusal())),
                _ => Err(malformed()),
            };
        }
        Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "RealtimeKit did not answer",
        ))
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Message {
    kind: u8,
    reply_to: Option<u32>,
    error_name: Option<String>,
    body: Vec<u8>,
}

impl Message {
    fn refusal(&self) -> String {
        let name = self.error_name.as_deref().unwrap_or("refused");
        if name.ends_with("ServiceUnknown") {
            return "RealtimeKit is not installed".to_owned();
        }
        match string_at(&self.body, 0) {
            Some((text, _)) => format!("RealtimeKit refused: {text}"),
            None => format!("RealtimeKit refused: {name}"),
        }
    }
}

fn malformed() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the system D-Bus sent a message that makes no sense",
    )
}

fn pad(bytes: &mut Vec<u8>, to: usize) {
    bytes.resize(bytes.len().next_multiple_of(to), 0);
}

fn put_string(bytes: &mut Vec<u8>, text: &str) {
    pad(bytes, 4);
    bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(0);
}

fn encode_call(
    serial: u32,
    destination: &str,
    path: &str,
    interface: &str,
    member: &str,
    signature: &str,
    body: &[u8],
) -> Vec<u8> {
    let mut fields = Vec::new();
    for (code, kind, text) in [
        (1, b'o', path),
        (2, b's', interface),
        (3, b's', member),
        (6, b's', destination),
    ] {
        pad(&mut fields, 8);
        fields.extend_from_slice(&[code, 1, kind, 0]);
        put_string(&mut fields, text);
    }
    if !signature.is_empty() {
        pad(&mut fields, 8);
        fields.extend_from_slice(&[8, 1, b'g', 0, signature.len() as u8]);
        fields.extend_from_slice(signature.as_bytes());
        fields.push(0);
    }
    let mut message = vec![b'l', METHOD_CALL, 0, 1];
    message.extend_from_slice(&(body.len() as u32).to_le_bytes());
    message.extend_from_slice(&serial.to_le_bytes());
    message.extend_from_slice(&(fields.len() as u32).to_le_bytes());
    // The fixed part has 16 bytes, so alignment inside `fields` is alignment inside the message.
    message.extend_from_slice(&fields);
    pad(&mut message, 8);
    message.extend_from_slice(body);
    message
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(u32::from_le_bytes(four))
}

/// The string at `at` and the place behind its closing zero.
fn string_at(bytes: &[u8], at: usize) -> Option<(String, usize)> {
    let at = at.next_multiple_of(4);
    let length = u32_at(bytes, at)? as usize;
    let end = (at + 4).checked_add(length)?;
    let text = std::str::from_utf8(bytes.get(at + 4..end)?).ok()?;
    Some((text.to_owned(), end + 1))
}

fn read_message(from: &mut impl Read) -> io::Result<Message> {
    let mut fixed = [0; 16];
    from.read_exact(&mut fixed)?;
    if fixed[0] != b'l' {
        // Answers come in the sender's byte order; every machine we run on is little endian.
        return Err(malformed());
    }
    let body_length = u32_at(&fixed, 4).ok_or_else(malformed)? as usize;
    let fields_length = u32_at(&fixed, 12).ok_or_else(malformed)? as usize;
    if body_length > LARGEST || fields_length > LARGEST {
        return Err(malformed());
    }
    let mut fields = vec![0; fields_length.next_multiple_of(8)];
    from.read_exact(&mut fields)?;
    fields.truncate(fields_length);
    let mut body = vec![0; body_length];
    from.read_exact(&mut body)?;
    let mut message = Message {
        kind: fixed[1],
        reply_to: None,
        error_name: None,
        body,
    };
    read_fields(&fields, &mut message).ok_or_else(malformed)?;
    Ok(message)
}

fn read_fields(fields: &[u8], message: &mut Message) -> Option<()> {
    let mut at = 0;
    while at < fields.len() {
        let code = *fields.get(at)?;
        // Every header field has a one-letter signature.
        if *fields.get(at + 1)? != 1 {
            return None;
        }
        let value = at + 4;
        at = match *fields.get(at + 2)? {
            b'u' => {
                let number = u32_at(fields, value)?;
                if code == FIELD_REPLY_SERIAL {
                    message.reply_to = Some(number);
                }
                value + 4
            }
            b's' | b'o' => {
                let (text, end) = string_at(fields, value)?;
                if code == FIELD_ERROR_NAME {
                    message.error_name = Some(text);
                }
                end
            }
            b'g' => value + 2 + usize::from(*fields.get(value)?),
            _ => return None,
        };
        at = at.next_multiple_of(8);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thread::{Intent, spawn};
    use std::os::unix::net::UnixListener;

    fn answer(kind: u8, reply_to: u32, error: Option<&str>, body: &[u8]) -> Vec<u8> {
        let mut fields = vec![FIELD_REPLY_SERIAL, 1, b'u', 0];
        fields.extend_from_slice(&reply_to.to_le_bytes());
        if let Some(name) = error {
            fields.extend_from_slice(&[FIELD_ERROR_NAME, 1, b's', 0]);
            put_string(&mut fields, name);
        }
        let mut bytes = vec![b'l', kind, 1, 1];
        bytes.extend_from_slice(&(body.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&9u32.to_le_bytes());
        bytes.extend_from_slice(&(fields.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&fields);
        pad(&mut bytes, 8);
        bytes.extend_from_slice(body);
        bytes
    }

    #[test]
    fn a_call_is_laid_out_as_the_specification_has_it() {
        let bytes = encode_call(7, "a.b", "/c", "d.e", "F", "u", &[1, 0, 0, 0]);
        assert_eq!(&bytes[..4], [b'l', 1, 0, 1]);
        assert_eq!(u32_at(&bytes, 4), Some(4));
        assert_eq!(u32_at(&bytes, 8), Some(7));
        assert_eq!(&bytes[16..24], [1, 1, b'o', 0, 2, 0, 0, 0]);
        assert_eq!(&bytes[24..27], b"/c\0");
        assert_eq!(bytes.len() % 4, 0);
        assert_eq!(&bytes[bytes.len() - 4..], [1, 0, 0, 0]);
    }

    #[test]
    fn damaged_answers_are_refused_and_never_panic() {
        let whole = answer(METHOD_RETURN, 3, None, &[1, 2, 3, 4]);
        assert_eq!(
            read_message(&mut whole.as_slice()).unwrap().reply_to,
            Some(3)
        );
        for cut in 0..whole.len() {
            assert!(read_message(&mut &whole[..cut]).is_err(), "{cut} bytes");
        }
        for at in 0..whole.len() {
            for value in [0x00, 0x7f, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] = value;
                drop(read_message(&mut damaged.as_slice()));
            }
        }
    }

    #[test]
    fn a_refusal_comes_back_in_realtimekits_own_words() {
        let mut body = Vec::new();
        put_string(&mut body, "Operation not permitted");
        for (name, words) in [
            (
                "org.freedesktop.DBus.Error.AccessDenied",
                "RealtimeKit refused: Operation not permitted",
            ),
            (
                "org.freedesktop.DBus.Error.ServiceUnknown",
                "RealtimeKit is not installed",
            ),
        ] {
            let bytes = answer(ERROR, 1, Some(name), &body);
            let message = read_message(&mut bytes.as_slice()).unwrap();
            assert_eq!(message.refusal(), words);
        }
    }

    #[test]
    fn a_conversation_with_a_bus_ends_in_the_value_asked_for() {
        let folder = std::env::temp_dir().join(format!("tendon-bus-{}", std::process::id()));
        let listener = UnixListener::bind(&folder).unwrap();
        let server = spawn("bus", Intent::Background, move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut bytes = [0; 1024];
            let got = stream.read(&mut bytes).unwrap();
            assert!(bytes[..got].starts_with(b"\0AUTH EXTERNAL 3"));
            stream.write_all(b"OK 1234\r\n").unwrap();
            let mut seen = Vec::new();
            while !contains(&seen, b"Hello") {
                let got = stream.read(&mut bytes).unwrap();
                seen.extend_from_slice(&bytes[..got]);
            }
            stream
                .write_all(&answer(METHOD_RETURN, 1, None, b""))
                .unwrap();
            let got = stream.read(&mut bytes).unwrap();
            assert!(contains(&bytes[..got], b"MaxRealtimePriority"));
            let signal = answer(4, 77, None, b"");
            stream.write_all(&signal).unwrap();
            let body = [1, b'i', 0, 0, 20, 0, 0, 0];
            stream
                .write_all(&answer(METHOD_RETURN, 2, None, &body))
                .unwrap();
        })
        .unwrap();
        let mut bus = Bus::connect(&folder).unwrap();
        assert_eq!(bus.property_i32("MaxRealtimePriority").unwrap(), 20);
        server.join().unwrap();
        std::fs::remove_file(folder).unwrap();
    }

    fn contains(bytes: &[u8], needle: &[u8]) -> bool {
        bytes.windows(needle.len()).any(|window| window == needle)
    }

    #[test]
    fn the_bus_address_is_read_from_a_list() {
        assert_eq!(
            path_from_address("tcp:host=x;unix:guid=1,path=/tmp/bus"),
            Some(PathBuf::from("/tmp/bus"))
        );
        assert_eq!(path_from_address("unix:abstract=x"), None);
    }
}
