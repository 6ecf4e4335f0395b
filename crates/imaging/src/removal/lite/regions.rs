//! Which pixels hang together: background with the border, specks with nothing.
//!
//! Rows are cut into runs, and runs that touch are joined, so the work goes with the number of runs, not of pixels.

/// Pixels of one row that belong together: from `from` to before `to`.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunOf {
    pub row: u32,
    pub from: u32,
    pub to: u32,
}

/// Areas of pixels with one value.
pub(super) struct Areas {
    pub runs: Vec<RunOf>,
    /// For each run the area that it belongs to.
    pub area_of: Vec<u32>,
    pub areas: Vec<Area>,
}

/// Runs that touch each other.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Area {
    pub pixels: usize,
    /// Whether it reaches the picture's border.
    pub at_border: bool,
}

/// Areas of the pixels that are `value`. Corners join only where `corners` says so.
pub(super) fn areas(map: &[u8], width: usize, value: u8, corners: bool) -> Areas {
    let height = map.len() / width.max(1);
    let mut runs: Vec<RunOf> = Vec::new();
    let mut parent: Vec<u32> = Vec::new();
    let mut before = 0..0;
    for (row, pixels) in map.chunks_exact(width).enumerate() {
        let start = runs.len();
        let mut x = 0;
        while let Some(from) = position(&pixels[x..], |byte| byte == value).map(|at| x + at) {
            let to = position(&pixels[from..], |byte| byte != value).map_or(width, |at| from + at);
            runs.push(RunOf {
                row: row as u32,
                from: from as u32,
                to: to as u32,
            });
            parent.push(parent.len() as u32);
            x = to;
        }
        let reach = u32::from(corners);
        let mut above = before.clone();
        for at in start..runs.len() {
            let run = runs[at];
            while above.start < above.end && runs[above.start].to + reach <= run.from {
                above.start += 1;
            }
            for other in above.clone() {
                if runs[other].from >= run.to + reach {
                    break;
                }
                join(&mut parent, other as u32, at as u32);
            }
        }
        before = start..runs.len();
    }
    let mut areas = Vec::new();
    let mut number = vec![u32::MAX; runs.len()];
    let mut area_of = Vec::with_capacity(runs.len());
    for (at, run) in runs.iter().enumerate() {
        let root = root(&mut parent, at as u32) as usize;
        if number[root] == u32::MAX {
            number[root] = areas.len() as u32;
            areas.push(Area::default());
        }
        let area = &mut areas[number[root] as usize];
        area.pixels += (run.to - run.from) as usize;
        area.at_border |= run.row == 0
            || run.row as usize + 1 == height
            || run.from == 0
            || run.to as usize == width;
        area_of.push(number[root]);
    }
    Areas {
        runs,
        area_of,
        areas,
    }
}

impl Areas {
    /// Writes `value` to all pixels of the areas that `chosen` names.
    pub fn fill(&self, map: &mut [u8], width: usize, value: u8, chosen: impl Fn(&Area) -> bool) {
        for (run, area) in self.runs.iter().zip(&self.area_of) {
            if chosen(&self.areas[*area as usize]) {
                let row = run.row as usize * width;
                map[row + run.from as usize..row + run.to as usize].fill(value);
            }
        }
    }
}

/// The first byte that is wanted. Whole blocks without one are passed quickly.
fn position(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> Option<usize> {
    const BLOCK: usize = 32;
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let none = |block: &[u8; BLOCK]| !block.iter().fold(false, |any, byte| any | wanted(*byte));
    let passed = blocks.iter().take_while(|block| none(block)).count() * BLOCK;
    bytes[passed..]
        .iter()
        .position(|byte| wanted(*byte))
        .map(|at| passed + at)
}

fn root(parent: &mut [u32], mut at: u32) -> u32 {
    while parent[at as usize] != at {
        parent[at as usize] = parent[parent[at as usize] as usize];
        at = parent[at as usize];
    }
    at
}

fn join(parent: &mut [u32], a: u32, b: u32) {
    let (a, b) = (root(parent, a), root(parent, b));
    parent[a.max(b) as usize] = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(rows: &[&str]) -> (Vec<u8>, usize) {
        let map = rows
            .concat()
            .bytes()
            .map(|byte| u8::from(byte == b'#'))
            .collect();
        (map, rows[0].len())
    }

    #[test]
    fn a_hole_is_an_area_of_its_own_and_corners_join_on_request() {
        let (map, width) = drawn(&[
            "........", //
            ".####...", //
            ".#..#.#.", //
            ".####..#", //
            "........",
        ]);
        let ground = areas(&map, width, 0, false);
        let mut found: Vec<_> = ground
            .areas
            .iter()
            .map(|a| (a.pixels, a.at_border))
            .collect();
        found.sort_unstable();
        assert_eq!(found, [(2, false), (26, true)]);
        assert_eq!(areas(&map, width, 1, false).areas.len(), 3);
        let objects = areas(&map, width, 1, true);
        assert_eq!(objects.areas.len(), 2);
        let mut filled = map.clone();
        objects.fill(&mut filled, width, 0, |area| area.pixels < 5);
        assert_eq!(filled.iter().filter(|byte| **byte == 1).count(), 10);
    }

    #[test]
    fn arms_that_meet_late_are_one() {
        let (map, width) = drawn(&["#.#.#", "#.#.#", "#.###", "###.."]);
        let objects = areas(&map, width, 1, false);
        assert_eq!(objects.areas.len(), 1);
        assert_eq!(objects.areas[0].pixels, 13);
    }
}
