//! Small letters over a picture: three by five cells, digits and what camera names are made of.

use super::canvas::Canvas;

/// Rows of each sign, three bits each, the top row in the highest bits.
const SIGNS: &[(char, u16)] = &[
    ('0', 0b111_101_101_101_111),
    ('1', 0b010_110_010_010_111),
    ('2', 0b111_001_111_100_111),
    ('3', 0b111_001_111_001_111),
    ('4', 0b101_101_111_001_001),
    ('5', 0b111_100_111_001_111),
    ('6', 0b111_100_111_101_111),
    ('7', 0b111_001_010_010_010),
    ('8', 0b111_101_111_101_111),
    ('9', 0b111_101_111_001_111),
    ('A', 0b010_101_111_101_101),
    ('B', 0b110_101_110_101_110),
    ('C', 0b011_100_100_100_011),
    ('D', 0b110_101_101_101_110),
    ('E', 0b111_100_110_100_111),
    ('F', 0b111_100_110_100_100),
    ('G', 0b011_100_101_101_011),
    ('H', 0b101_101_111_101_101),
    ('I', 0b111_010_010_010_111),
    ('J', 0b001_001_001_101_010),
    ('K', 0b101_101_110_101_101),
    ('L', 0b100_100_100_100_111),
    ('M', 0b101_111_111_101_101),
    ('N', 0b110_101_101_101_101),
    ('O', 0b010_101_101_101_010),
    ('P', 0b110_101_110_100_100),
    ('Q', 0b010_101_101_110_011),
    ('R', 0b110_101_110_101_101),
    ('S', 0b011_100_010_001_110),
    ('T', 0b111_010_010_010_010),
    ('U', 0b101_101_101_101_111),
    ('V', 0b101_101_101_101_010),
    ('W', 0b101_101_111_111_101),
    ('X', 0b101_101_010_101_101),
    ('Y', 0b101_101_010_010_010),
    ('Z', 0b111_001_010_100_111),
    ('-', 0b000_000_111_000_000),
    ('_', 0b000_000_000_000_111),
    ('.', 0b000_000_000_000_010),
    (':', 0b000_010_000_010_000),
];

/// Writes in white on a darkened field with its upper left corner at `x`, `y`; a cell is `cell` pixels wide. What does
/// not fit is cut off, signs that are not known are gaps.
pub fn write(canvas: &mut Canvas, text: &str, x: usize, y: usize, cell: usize) {
    let width = canvas.size().width() as usize;
    let height = canvas.size().height() as usize;
    let columns = text.chars().count() * 4 + 1;
    let field = (
        x..(x + columns * cell).min(width),
        y..(y + 7 * cell).min(height),
    );
    for row in field.1.clone() {
        for column in field.0.clone() {
            let colour = &mut canvas.colours[row * width + column];
            *colour = super::canvas::scaled(*colour, 90);
            let (across, down) = ((column - x) / cell, (row - y) / cell);
            let lit = across % 4 != 0
                && (1..6).contains(&down)
                && text
                    .chars()
                    .nth(across / 4)
                    .is_some_and(|sign| bit(sign, across % 4 - 1, down - 1));
            if lit {
                *colour = 0x00f4_f4f0;
            }
        }
    }
}

fn bit(sign: char, across: usize, down: usize) -> bool {
    SIGNS
        .iter()
        .find(|(known, _)| *known == sign.to_ascii_uppercase())
        .is_some_and(|(_, rows)| rows >> (14 - 3 * down - across) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use pixels::Size;

    use super::*;

    #[test]
    fn digits_look_like_digits() {
        let mut canvas = Canvas::new(Size::new(9, 7).unwrap());
        write(&mut canvas, "71 cut off", 0, 0, 1);
        let shown: Vec<String> = canvas
            .colours
            .chunks(9)
            .map(|row| {
                row.iter()
                    .map(|at| if *at == 0 { ' ' } else { '#' })
                    .collect()
            })
            .collect();
        assert_eq!(
            shown,
            [
                "         ",
                " ###  #  ",
                "   # ##  ",
                "  #   #  ",
                "  #   #  ",
                "  #  ### ",
                "         ",
            ]
        );
    }
}
