//! What a baseline JPEG says before its data: tables, sampling, and which of them each component uses.

use super::huffman::{Code, Definition};
use super::markers::{Markers, marker, segment};
use super::tables::{STANDARD, Table};
use crate::error::PictureError;

/// One component: luma, blue difference or red difference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Component {
    id: u8,
    /// Blocks in a unit of the scan, across and down.
    pub factors: (usize, usize),
    /// Which quantisation table.
    pub quantisation: usize,
    /// Which table of codes for the first coefficient.
    pub dc: usize,
    /// Which for the others.
    pub ac: usize,
}

/// Tables, codes and components of a picture. Codes are kept from picture to picture while they stay the same, which
/// they do with every camera; nothing else of one picture is seen by the next.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// Steps of the coefficients, in the order of the data.
    pub quantisation: [Option<[u16; 64]>; 4],
    /// Codes of the first coefficients.
    pub dc: [Option<Code>; 4],
    /// Codes of the others.
    pub ac: [Option<Code>; 4],
    /// One or three, in the order of the scan.
    pub components: Vec<Component>,
    /// Units between two restart markers; none without any.
    pub restart: Option<usize>,
    /// Where the scan's data begin.
    pub data: usize,
}

impl Header {
    /// Reads everything before the first scan's data.
    pub(super) fn read(&mut self, bytes: &[u8], markers: &Markers) -> Result<(), PictureError> {
        self.quantisation = [None; 4];
        self.components.clear();
        self.restart = None;
        let mut codes = Codes::standard();
        let mut at = 2;
        while at < markers.first_scan {
            let start = at;
            let found = marker(bytes, &mut at)?;
            if matches!(found, 0x01 | 0xd0..=0xd7) {
                continue;
            }
            let body = segment(bytes, &mut at)?;
            match found {
                0xc2 => return Err(PictureError::unsupported("progressive JPEG")),
                0xc0 | 0xc1 => self.frame(body, start)?,
                0xc4 => codes.read(body, start)?,
                0xdb => self.steps(body, start)?,
                0xdd => {
                    let &[high, low] = body else {
                        return Err(PictureError::damaged("no restart interval", start));
                    };
                    let units = u16::from_be_bytes([high, low]).into();
                    self.restart = Some(units).filter(|&units| units > 0);
                }
                // Adobe's note says when three components are not luma and colour.
                0xee if body.starts_with(b"Adobe") && body.get(11) == Some(&0) => {
                    return Err(PictureError::unsupported("JPEG of red, green and blue"));
                }
                _ => {}
            }
        }
        marker(bytes, &mut at)?;
        let body = segment(bytes, &mut at)?;
        self.scan(body, markers.first_scan)?;
        self.data = at;
        codes.hand_over(&mut self.dc, &mut self.ac, markers.first_scan)
    }

    fn frame(&mut self, body: &[u8], at: usize) -> Result<(), PictureError> {
        // Precision, size and the number of components were looked at before.
        for part in body.get(6..).unwrap_or_default().chunks_exact(3) {
            let factors = (usize::from(part[1] >> 4), usize::from(part[1] & 15));
            if !matches!(factors, (1..=4, 1..=4)) || part[2] > 3 {
                return Err(PictureError::damaged("a component that cannot be", at));
            }
            self.components.push(Component {
                id: part[0],
                factors,
                quantisation: part[2].into(),
                dc: 0,
                ac: 0,
            });
        }
        Ok(())
    }

    fn steps(&mut self, mut body: &[u8], at: usize) -> Result<(), PictureError> {
        let damaged = || PictureError::damaged("a quantisation table that cannot be", at);
        while let Some((&place, rest)) = body.split_first() {
            let table = self.quantisation.get_mut(usize::from(place & 15));
            let table = table.ok_or_else(damaged)?.insert([0; 64]);
            let wide = match place >> 4 {
                0 => 1,
                1 => 2,
                _ => return Err(damaged()),
            };
            let (steps, rest) = rest.split_at_checked(64 * wide).ok_or_else(damaged)?;
            for (into, step) in table.iter_mut().zip(steps.chunks_exact(wide)) {
                *into = step.iter().fold(0, |all, &byte| all << 8 | u16::from(byte));
            }
            body = rest;
        }
        Ok(())
    }

    fn scan(&mut self, body: &[u8], at: usize) -> Result<(), PictureError> {
        let damaged = || PictureError::damaged("a scan's header that cannot be", at);
        let (&count, parts) = body.split_first().ok_or_else(damaged)?;
        let (parts, rest) = parts
            .split_at_checked(2 * usize::from(count))
            .ok_or_else(damaged)?;
        if rest.len() != 3 {
            return Err(damaged());
        }
        if usize::from(count) != self.components.len() {
            return Err(PictureError::unsupported(
                "JPEG with a scan for each component",
            ));
        }
        for (component, part) in self.components.iter_mut().zip(parts.chunks_exact(2)) {
            if component.id != part[0] || part[1] & 15 > 3 || part[1] >> 4 > 3 {
                return Err(damaged());
            }
            (component.dc, component.ac) = ((part[1] >> 4).into(), (part[1] & 15).into());
        }
        Ok(())
    }
}

/// Definitions of a picture's codes, first those for the first coefficients.
struct Codes([[Option<Definition>; 4]; 2]);

impl Codes {
    /// What holds where a picture defines nothing, as UVC demands.
    fn standard() -> Self {
        let definition = |which: usize| {
            let Table {
                counts, symbols, ..
            } = STANDARD[which];
            Some(Definition::new(counts, symbols))
        };
        Self([
            [definition(0), definition(2), None, None],
            [definition(1), definition(3), None, None],
        ])
    }

    fn read(&mut self, mut body: &[u8], at: usize) -> Result<(), PictureError> {
        let damaged = || PictureError::damaged("a Huffman table that cannot be", at);
        while let Some((&place, rest)) = body.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or_else(damaged)?;
            let symbols = counts.iter().map(|&count| usize::from(count)).sum();
            let (symbols, rest) = rest.split_at_checked(symbols).ok_or_else(damaged)?;
            let of_class = self.0.get_mut(usize::from(place >> 4));
            let into = of_class.and_then(|of_class| of_class.get_mut(usize::from(place & 15)));
            *into.ok_or_else(damaged)? = Some(Definition::new(*counts, symbols));
            body = rest;
        }
        Ok(())
    }

    fn hand_over(
        self,
        dc: &mut [Option<Code>; 4],
        ac: &mut [Option<Code>; 4],
        at: usize,
    ) -> Result<(), PictureError> {
        for (definitions, codes) in self.0.into_iter().zip([dc, ac]) {
            for (definition, code) in definitions.into_iter().zip(codes) {
                *code = match (definition, code.take()) {
                    (None, _) => None,
                    (Some(definition), Some(code)) if code.is(&definition) => Some(code),
                    (Some(definition), _) => {
                        let made = Code::new(definition);
                        Some(made.map_err(|why| PictureError::damaged(why, at))?)
                    }
                };
            }
        }
        Ok(())
    }
}
