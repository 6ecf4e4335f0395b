//! A host that speaks in bytes, on a clock that costs nothing.

use std::time::Duration;

use motors::Port;
use sim::{Chain, ChainConfig, MemoryPort, SimArm, memory_port};
use stdx::{Clock, FakeClock};

/// What comes back when nothing does, and what a plain acknowledgement carries.
pub const NOTHING: [u8; 0] = [];

/// A port on a fresh chain, and its clock.
pub struct Host {
    pub port: MemoryPort,
    pub chain: Chain,
    pub clock: FakeClock,
}

impl Host {
    pub fn of_arm(arm: &SimArm) -> Self {
        let clock = FakeClock::default();
        Self::on(arm.chain(clock.shared()), clock)
    }

    pub fn of(config: ChainConfig) -> Self {
        let clock = FakeClock::default();
        Self::on(Chain::new(config, clock.shared()), clock)
    }

    fn on(chain: Chain, clock: FakeClock) -> Self {
        Self {
            port: memory_port(chain.clone()),
            chain,
            clock,
        }
    }

    /// Opens the port anew, as a host must after the adapter was pulled out.
    pub fn reopen(&mut self) {
        self.port = memory_port(self.chain.clone());
    }

    /// Sends bytes as they are; everything that comes back within 30 ms.
    pub fn exchange(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.port.discard_input().unwrap();
        self.port.send(bytes).unwrap();
        self.listen(Duration::from_millis(30))
    }

    pub fn listen(&mut self, span: Duration) -> Vec<u8> {
        let deadline = self.clock.now() + span;
        let mut heard = Vec::new();
        let mut buffer = [0; 64];
        loop {
            match self.port.receive(&mut buffer, deadline).unwrap() {
                0 => return heard,
                count => heard.extend_from_slice(&buffer[..count]),
            }
        }
    }

    /// Sends one instruction; the parameters of the one answer, and its error byte.
    pub fn ask(&mut self, id: u8, instruction: u8, params: &[u8]) -> Option<(Vec<u8>, u8)> {
        let heard = self.exchange(&packet(id, instruction, params));
        if heard.is_empty() {
            return None;
        }
        assert_eq!(heard[..3], [0xff, 0xff, id], "{heard:02x?}");
        assert_eq!(heard.len(), usize::from(heard[3]) + 4, "{heard:02x?}");
        Some((heard[5..heard.len() - 1].to_vec(), heard[4]))
    }

    pub fn read(&mut self, id: u8, address: u8, length: u8) -> u16 {
        let (bytes, _) = self.ask(id, 2, &[address, length]).unwrap();
        bytes
            .iter()
            .rev()
            .fold(0, |value, byte| value << 8 | u16::from(*byte))
    }

    pub fn write(&mut self, id: u8, address: u8, bytes: &[u8]) {
        let mut params = vec![address];
        params.extend_from_slice(bytes);
        assert_eq!(
            self.ask(id, 3, &params).unwrap().0,
            NOTHING,
            "write acknowledged"
        );
    }

    pub fn write2(&mut self, id: u8, address: u8, value: u16) {
        self.write(id, address, &value.to_le_bytes());
    }
}

/// A request, written from the definition.
pub fn packet(id: u8, instruction: u8, params: &[u8]) -> Vec<u8> {
    let mut packet = vec![0xff, 0xff, id, params.len() as u8 + 2, instruction];
    packet.extend_from_slice(params);
    let sum = packet[2..].iter().map(|byte| u32::from(*byte)).sum::<u32>();
    packet.push(!(sum as u8));
    packet
}
