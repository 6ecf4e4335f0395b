//! Huffman codes and the bits they are read from.

/// Bits that are looked up at once.
const LOOK: u32 = 10;

/// A table as it stands in the picture: how many codes of 1 to 16 bits, and their symbols in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Definition {
    counts: [u8; 16],
    symbols: Vec<u8>,
}

impl Definition {
    pub(super) fn new(counts: [u8; 16], symbols: &[u8]) -> Self {
        let symbols = symbols.to_vec();
        Self { counts, symbols }
    }
}

/// A table in the form in which codes are looked up.
#[derive(Debug, Clone)]
pub(super) struct Code {
    /// By the next [`LOOK`] bits.
    fast: Box<[Entry; 1 << LOOK]>,
    /// By length: the first code, its left end in 16 bits, that is longer.
    limits: [u32; 17],
    /// By length: what to add to a code to get the place of its symbol.
    offsets: [i32; 17],
    definition: Definition,
}

/// What the next bits mean, in 32 bits: `value | zeros before it | bits of both`, 16, 8 and 8 wide.
///
/// Without a value there stands, instead of the zeros, the symbol; only the code's own bits are counted; and none are
/// where the code is longer than what is looked up.
#[derive(Debug, Clone, Copy, Default)]
struct Entry(u32);

/// A coefficient that is not zero, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// So many zeros, then this.
    Value {
        /// Zeros before it.
        zeros: usize,
        /// The coefficient.
        value: i32,
    },
    /// The rest of the block is zero.
    End,
    /// Sixteen zeros.
    Zeros,
}

impl Code {
    /// # Errors
    /// Says why when the lengths make no code.
    pub(super) fn new(definition: Definition) -> Result<Self, &'static str> {
        let mut code = Self {
            fast: Box::new([Entry::default(); 1 << LOOK]),
            limits: [0; 17],
            offsets: [0; 17],
            definition,
        };
        let (mut next, mut symbol) = (0u32, 0usize);
        for length in 1..=16u32 {
            let count = usize::from(code.definition.counts[length as usize - 1]);
            code.offsets[length as usize] = symbol as i32 - next as i32;
            for _ in 0..count {
                let &rs = code
                    .definition
                    .symbols
                    .get(symbol)
                    .ok_or("a Huffman table has too few symbols")?;
                if next >= 1 << length {
                    return Err("a Huffman table has more codes than there can be");
                }
                if length <= LOOK {
                    code.fill(next, length, rs);
                }
                next += 1;
                symbol += 1;
            }
            code.limits[length as usize] = next << (16 - length);
            next <<= 1;
        }
        Ok(code)
    }

    /// Whether it was made from this.
    pub(super) fn is(&self, definition: &Definition) -> bool {
        self.definition == *definition
    }

    /// Enters everything that begins with this code.
    fn fill(&mut self, code: u32, length: u32, rs: u8) {
        let free = LOOK - length;
        let size = u32::from(rs & 15);
        for rest in 0..1u32 << free {
            let entry = if size == 0 || size > free {
                u32::from(rs) << 8 | length
            } else {
                let value = extended(rest >> (free - size), size);
                (value as u32) << 16 | u32::from(rs >> 4) << 8 | (length + size)
            };
            self.fast[(code << free | rest) as usize] = Entry(entry);
        }
    }

    /// The symbol of a code that is longer than what is looked up, and its length.
    #[cold]
    fn long(&self, held: u64) -> Option<(u8, u32)> {
        let bits = (held >> 48) as u32;
        let length = (LOOK + 1..=16).find(|&length| bits < self.limits[length as usize])?;
        let place = (bits >> (16 - length)) as i32 + self.offsets[length as usize];
        let symbol = self.definition.symbols.get(usize::try_from(place).ok()?)?;
        Some((*symbol, length))
    }
}

/// The value that `bits`, `size` of them, stand for: those that begin with a zero are negative.
fn extended(bits: u32, size: u32) -> i32 {
    let value = bits as i32;
    if bits >> (size - 1) == 0 {
        value - (1 << size) + 1
    } else {
        value
    }
}

/// Reads bits from a scan's data, from which what only protects them was taken out.
#[derive(Debug)]
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    /// The next bits, from the left.
    held: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    /// From byte `at` of `data` on, which has eight bytes more than are meant. Behind its end come zeros.
    pub(super) fn new(data: &'a [u8], at: usize) -> Self {
        Self {
            data,
            at,
            held: 0,
            count: 0,
        }
    }

    /// About how many bytes were read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Whether more was read than the bytes before `end` hold.
    #[inline]
    pub(super) fn beyond(&self, end: usize) -> bool {
        self.at * 8 - self.count as usize > end * 8
    }

    /// At least 32 bits are held afterwards, which is enough for any code and its value.
    #[inline(always)]
    fn fill(&mut self) {
        if self.count < 32 {
            let next = self.data.get(self.at..).and_then(|rest| rest.first_chunk());
            self.held |= next.map_or(0, |next| u64::from_be_bytes(*next)) >> self.count;
            let bytes = (63 - self.count) / 8;
            self.at += bytes as usize;
            self.count += 8 * bytes;
        }
    }

    #[inline(always)]
    fn skip(&mut self, bits: u32) {
        self.held <<= bits;
        self.count -= bits;
    }

    /// What comes next. The first coefficient of a block has no zeros before it, and is zero where the others end.
    #[inline(always)]
    pub(super) fn next(&mut self, code: &Code) -> Result<Next, &'static str> {
        self.fill();
        let Entry(entry) = code.fast[(self.held >> (64 - LOOK)) as usize];
        let value = entry as i32 >> 16;
        if value != 0 {
            self.skip(entry & 0xff);
            let zeros = (entry >> 8 & 0xff) as usize;
            return Ok(Next::Value { zeros, value });
        }
        self.rarer(code, entry)
    }

    /// An end, zeros only, or a value that was not looked up with its code.
    fn rarer(&mut self, code: &Code, entry: u32) -> Result<Next, &'static str> {
        let (symbol, length) = match entry & 0xff {
            0 => code.long(self.held).ok_or("a code that is in no table")?,
            length => ((entry >> 8) as u8, length),
        };
        self.skip(length);
        Ok(match (symbol >> 4, u32::from(symbol & 15)) {
            (15, 0) => Next::Zeros,
            (_, 0) => Next::End,
            (zeros, size) => {
                let value = extended((self.held >> (64 - size)) as u32, size);
                self.skip(size);
                Next::Value {
                    zeros: usize::from(zeros),
                    value,
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::STANDARD;
    use super::*;

    fn standard(which: usize) -> Code {
        let table = STANDARD[which];
        Code::new(Definition::new(table.counts, table.symbols)).unwrap()
    }

    /// Bits as a string, for every symbol of a table, made by counting as the standard's annex C does.
    fn codes(which: usize) -> Vec<(u8, String)> {
        let mut codes = Vec::new();
        let (mut code, mut symbols) = (0u32, STANDARD[which].symbols.iter());
        for (length, &count) in (1..).zip(&STANDARD[which].counts) {
            for _ in 0..count {
                codes.push((*symbols.next().unwrap(), format!("{code:0length$b}")));
                code += 1;
            }
            code *= 2;
        }
        codes
    }

    fn bytes(bits: &str) -> Vec<u8> {
        let whole = bits.len().div_ceil(8) * 8;
        let bits = format!("{bits:0<whole$}");
        let byte = |at: usize| u8::from_str_radix(&bits[8 * at..8 * at + 8], 2).unwrap();
        (0..whole / 8).map(byte).chain([0; 8]).collect()
    }

    #[test]
    fn every_code_of_the_standard_tables_is_read_with_every_kind_of_value() {
        for which in 0..4 {
            let code = standard(which);
            for (symbol, bits) in codes(which) {
                let size = u32::from(symbol & 15);
                let zeros = usize::from(symbol >> 4);
                // The smallest and largest of either sign.
                let top = 1i32 << size;
                let values = [1 - top, -top / 2, top / 2, top - 1];
                for value in values {
                    let sent = if value < 0 { value + top - 1 } else { value };
                    let extra = match size {
                        0 => String::new(),
                        _ => format!("{sent:0width$b}", width = size as usize),
                    };
                    let data = bytes(&format!("{bits}{extra}1"));
                    let mut reader = Bits::new(&data, 0);
                    let expected = match (zeros, size) {
                        (15, 0) => Next::Zeros,
                        (_, 0) => Next::End,
                        _ => Next::Value { zeros, value },
                    };
                    assert_eq!(
                        reader.next(&code).unwrap(),
                        expected,
                        "{symbol:02x} {value}"
                    );
                    let read = reader.at * 8 - reader.count as usize;
                    assert_eq!(read, bits.len() + extra.len(), "{symbol:02x}");
                }
            }
        }
    }

    #[test]
    fn what_makes_no_code_is_refused() {
        let mut counts = [0; 16];
        counts[0] = 3;
        let table = |counts, symbols: &[u8]| Code::new(Definition::new(counts, symbols)).map(drop);
        assert!(
            table(counts, &[1, 2, 3])
                .unwrap_err()
                .contains("more codes")
        );
        counts[0] = 1;
        assert!(table(counts, &[]).unwrap_err().contains("too few"));
        assert!(table([255; 16], &[0; 4096]).is_err());
    }

    #[test]
    fn bits_that_are_no_code_are_refused_and_behind_the_end_come_zeros() {
        let code = standard(1);
        let mut reader = Bits::new(&[0xff; 12], 0);
        assert!(reader.next(&code).is_err());
        let mut reader = Bits::new(&[], 0);
        assert!(!reader.beyond(0));
        // 00 is the code for a single bit without zeros before it.
        let value = Next::Value {
            zeros: 0,
            value: -1,
        };
        assert_eq!(reader.next(&code).unwrap(), value);
        assert!(reader.beyond(0));
    }
}
