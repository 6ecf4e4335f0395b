//! Which maps may share memory: one takes the place of another that nobody reads any more.

use std::collections::HashMap;

use crate::blocks::Shape;

/// What one step reads and writes, by the numbers of maps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub reads: Vec<usize>,
    pub writes: Option<usize>,
}

/// For each map the number of its place, and the shapes of all places. Only maps of one shape share a place: then the
/// border of zeros, which nobody writes, stays what it is. Maps in `kept` share with nobody.
pub fn shared(shapes: &[Shape], steps: &[Use], kept: &[usize]) -> (Vec<usize>, Vec<Shape>) {
    let mut last = vec![0; shapes.len()];
    for (index, step) in steps.iter().enumerate() {
        for map in step.reads.iter().chain(&step.writes) {
            last[*map] = index;
        }
    }
    let mut places = vec![usize::MAX; shapes.len()];
    let mut made: Vec<Shape> = Vec::new();
    let mut free: HashMap<Shape, Vec<usize>> = HashMap::new();
    let mut new = |shape: &Shape| {
        made.push(*shape);
        made.len() - 1
    };
    for map in kept {
        places[*map] = new(&shapes[*map]);
    }
    for (index, step) in steps.iter().enumerate() {
        if let Some(map) = step.writes
            && places[map] == usize::MAX
        {
            let found = free.get_mut(&shapes[map]).and_then(Vec::pop);
            places[map] = found.unwrap_or_else(|| new(&shapes[map]));
        }
        let mut done: Vec<usize> = step.reads.iter().chain(&step.writes).copied().collect();
        done.sort_unstable();
        done.dedup();
        for map in done {
            if last[map] == index && !kept.contains(&map) {
                free.entry(shapes[map]).or_default().push(places[map]);
            }
        }
    }
    (places, made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_takes_the_place_of_one_that_nobody_reads_any_more() {
        let shape = |channels| Shape {
            channels,
            height: 4,
            width: 4,
            border: 1,
        };
        let step = |reads: &[usize], writes| Use {
            reads: reads.to_vec(),
            writes: Some(writes),
        };
        // 0 → 1 → 2 → 4, with 1 read once more at the end; 3 has another shape.
        let shapes = [shape(16), shape(16), shape(16), shape(32), shape(16), shape(16)];
        let steps = [
            step(&[0], 1),
            step(&[1], 2),
            step(&[2], 3),
            step(&[3], 4),
            step(&[4, 1], 5),
        ];
        let (places, made) = shared(&shapes, &steps, &[0]);
        assert_eq!(places[4], places[2], "nobody reads 2 any more");
        assert_ne!(places[4], places[1], "1 is still read");
        assert_ne!(places[5], places[4], "a step never writes what it reads");
        for (map, place) in places.iter().enumerate() {
            assert_eq!(made[*place], shapes[map]);
            assert!(map == 0 || *place != places[0], "what is kept is shared with nobody");
        }
    }
}
