//! Connecting to a camera: the name to a number, the number to a connection, neither for longer than allowed.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use stdx::Clock;
use stdx::thread::{Intent, Joined, spawn};
use units::MonoTime;

use super::address::Address;
use super::error::NetworkError;

/// Least time-out that is worth trying.
const LEAST: Duration = Duration::from_millis(1);

/// Finds machines by name. The system's own search cannot be called off and may take half a minute, so it runs on a
/// thread of its own, at most one per camera: one that was not waited for is asked again the next time.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    under_way: Option<Search>,
}

#[derive(Debug)]
struct Search {
    /// Host and port.
    place: String,
    found: Receiver<io::Result<Vec<SocketAddr>>>,
    thread: Joined<()>,
}

impl Lookup {
    /// The numbers of a host, until the given instant.
    ///
    /// # Errors
    /// When there is no such name, or it was not found in time.
    pub fn find(
        &mut self,
        address: &Address,
        clock: &dyn Clock,
        until: MonoTime,
    ) -> Result<Vec<SocketAddr>, NetworkError> {
        let no_such_host = |source| NetworkError::NoSuchHost {
            host: address.host.clone(),
            source,
        };
        // An address of this machine's own links may carry the link behind a percent sign; the search knows those.
        if let Ok(number) = address.host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(number, address.port)]);
        }
        let place = address.place();
        let search = match self.under_way.take() {
            Some(search) if search.place == place => search,
            other => {
                if let Some(other) = other {
                    other.thread.detach();
                }
                let (tell, found) = sync_channel(1);
                let (host, port) = (address.host.clone(), address.port);
                let thread = spawn("cam-lookup", Intent::Background, move || {
                    let numbers = (host.as_str(), port).to_socket_addrs();
                    drop(tell.send(numbers.map(Iterator::collect)));
                })
                .map_err(no_such_host)?;
                Search {
                    place,
                    found,
                    thread,
                }
            }
        };
        match search.found.recv_timeout(until.since(clock.now())) {
            Ok(Ok(numbers)) if numbers.is_empty() => {
                Err(no_such_host(io::ErrorKind::NotFound.into()))
            }
            Ok(numbers) => numbers.map_err(no_such_host),
            Err(RecvTimeoutError::Timeout) => {
                self.under_way = Some(search);
                Err(no_such_host(io::ErrorKind::TimedOut.into()))
            }
            Err(RecvTimeoutError::Disconnected) => Err(no_such_host(io::ErrorKind::Other.into())),
        }
    }
}

impl Drop for Lookup {
    fn drop(&mut self) {
        if let Some(search) = self.under_way.take() {
            search.thread.detach();
        }
    }
}

/// Connects to the first of `numbers` that answers, until the given instant.
///
/// # Errors
/// When none does.
pub(super) fn connect(
    numbers: &[SocketAddr],
    place: &str,
    clock: &dyn Clock,
    until: MonoTime,
) -> Result<TcpStream, NetworkError> {
    let mut last = NetworkError::connecting(place, io::ErrorKind::TimedOut.into());
    for (tried, number) in numbers.iter().enumerate() {
        // What is left is shared by those that are left.
        let left = until.since(clock.now()) / (numbers.len() - tried) as u32;
        match TcpStream::connect_timeout(number, left.max(LEAST)) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = NetworkError::connecting(place, error),
        }
    }
    Err(last)
}

/// Reads what has come, or waits for it until the given instant. `None` when nothing came by then.
///
/// # Errors
/// When the connection broke.
pub(super) fn read(
    stream: &mut TcpStream,
    into: &mut [u8],
    clock: &dyn Clock,
    until: MonoTime,
) -> Result<Option<usize>, NetworkError> {
    use std::io::Read as _;
    let broken = |source| NetworkError::Broken { source };
    let left = until.since(clock.now()).max(LEAST);
    stream.set_read_timeout(Some(left)).map_err(broken)?;
    match stream.read(into) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) => match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted => {
                Ok(None)
            }
            _ => Err(broken(error)),
        },
    }
}
