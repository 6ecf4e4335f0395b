//! A network that is ready to run.

use std::mem::take;
use std::sync::{Mutex, PoisonError};

use tract_onnx::prelude::TypedModel;

use crate::blocks::{Block, LANES, Shape};
use crate::conv::{Conv, Source};
use crate::few::Few;
use crate::graph::{Unsupported, read};
use crate::isa::Isa;
use crate::maps::{Between, added, pooled, resized};
use crate::memory::{Use, shared};
use crate::planes;

/// One step. Maps and planes are named by numbers.
#[derive(Debug)]
pub enum Step {
    Conv {
        conv: Conv,
        from: Vec<usize>,
        add: Option<usize>,
        to: usize,
    },
    Few {
        few: Few,
        from: Vec<usize>,
        to: usize,
    },
    Pool {
        from: usize,
        to: usize,
    },
    Add {
        a: usize,
        b: usize,
        to: usize,
    },
    Resize {
        from: usize,
        rows: Vec<Between>,
        columns: Vec<Between>,
        to: usize,
    },
    ResizePlane {
        from: usize,
        rows: Vec<Between>,
        columns: Vec<Between>,
        to: usize,
    },
    Mix {
        from: Vec<usize>,
        weights: Vec<f32>,
        bias: f32,
        to: usize,
    },
    Sigmoid {
        from: usize,
        to: usize,
    },
}

impl Step {
    /// The maps that it reads and writes; planes are few and share nothing.
    fn maps(&mut self) -> (Vec<&mut usize>, Option<&mut usize>) {
        match self {
            Self::Conv { from, add, to, .. } => (from.iter_mut().chain(add).collect(), Some(to)),
            Self::Few { from, .. } => (from.iter_mut().collect(), None),
            Self::Pool { from, to } | Self::Resize { from, to, .. } => (vec![from], Some(to)),
            Self::Add { a, b, to } => (vec![a, b], Some(to)),
            Self::ResizePlane { .. } | Self::Mix { .. } | Self::Sigmoid { .. } => (vec![], None),
        }
    }
}

/// A graph in steps, before memory is shared.
#[derive(Debug)]
pub struct Plan {
    pub steps: Vec<Step>,
    /// The map that the input is written to.
    pub input: usize,
    pub maps: Vec<Shape>,
    /// Height and width of each plane.
    pub planes: Vec<(usize, usize)>,
    /// The plane that is the result.
    pub output: usize,
}

/// Whoever watched wanted the work to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the network was stopped before it was done")]
pub struct Stopped;

/// Memory of one run.
#[derive(Debug)]
struct Memory {
    maps: Vec<Vec<Block>>,
    planes: Vec<Vec<f32>>,
}

/// A network, ready to run. Several threads may run it at once, each with memory of its own.
#[derive(Debug)]
pub struct Net {
    plan: Plan,
    weights: u64,
    /// Kept from the last run, because making it anew costs a tenth of a run.
    spare: Mutex<Option<Memory>>,
}

impl Net {
    /// A network from tract's graph: typed, neither simplified nor optimised, with one input of `1, channels, height,
    /// width` numbers (f32). Its first output is the result.
    ///
    /// # Errors
    /// When something in it is not known here, with its name.
    pub fn new(model: &TypedModel) -> Result<Self, Unsupported> {
        let mut plan = read(model)?;
        let uses: Vec<Use> = plan
            .steps
            .iter_mut()
            .map(|step| {
                let (reads, writes) = step.maps();
                Use {
                    reads: reads.into_iter().map(|map| *map).collect(),
                    writes: writes.map(|map| *map),
                }
            })
            .collect();
        let (places, shapes) = shared(&plan.maps, &uses, &[plan.input]);
        for step in &mut plan.steps {
            let (reads, writes) = step.maps();
            for map in reads.into_iter().chain(writes) {
                *map = places[*map];
            }
        }
        plan.input = places[plan.input];
        plan.maps = shapes;
        let weights = plan
            .steps
            .iter()
            .map(|step| match step {
                Step::Conv { conv, .. } => conv.weights.len() + conv.bias.len(),
                Step::Few { few, .. } => few.weights.len(),
                _ => 0,
            })
            .sum::<usize>();
        Ok(Self {
            plan,
            weights: (weights * size_of::<Block>()) as u64,
            spare: Mutex::new(None),
        })
    }

    /// Bytes of weights.
    pub fn weights(&self) -> u64 {
        self.weights
    }

    /// Bytes that one run works in.
    pub fn working(&self) -> u64 {
        let maps: usize = self.plan.maps.iter().map(Shape::len).sum();
        let planes: usize = self.plan.planes.iter().map(|(h, w)| h * w).sum();
        (maps * size_of::<Block>() + planes * size_of::<f32>()) as u64
    }

    /// Height and width of the result.
    pub fn output(&self) -> (usize, usize) {
        self.plan.planes[self.plan.output]
    }

    /// Steps of a run.
    pub fn steps(&self) -> usize {
        self.plan.steps.len()
    }

    /// The result for `input`: planes of the channels one after the other. `go_on` is asked before each step, with its
    /// number; on all threads of the rayon pool that the caller runs in, where `spread`.
    ///
    /// # Errors
    /// When `go_on` says no.
    ///
    /// # Panics
    /// When `input` has another length than the network reads.
    pub fn run(
        &self,
        input: &[f32],
        spread: bool,
        isa: Isa,
        mut go_on: impl FnMut(usize) -> bool,
    ) -> Result<Vec<f32>, Stopped> {
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = spare().take();
        let mut memory = kept.unwrap_or_else(|| self.memory());
        self.feed(input, &mut memory);
        for (index, step) in self.plan.steps.iter().enumerate() {
            if !go_on(index) {
                *spare() = Some(memory);
                return Err(Stopped);
            }
            self.step(step, &mut memory, spread, isa);
        }
        let result = memory.planes[self.plan.output].clone();
        *spare() = Some(memory);
        Ok(result)
    }

    fn memory(&self) -> Memory {
        Memory {
            maps: self.plan.maps.iter().map(|map| vec![Block::ZERO; map.len()]).collect(),
            planes: self.plan.planes.iter().map(|(h, w)| vec![0.0; h * w]).collect(),
        }
    }

    fn feed(&self, input: &[f32], memory: &mut Memory) {
        let shape = self.plan.maps[self.plan.input];
        let pixels = shape.height * shape.width;
        assert_eq!(input.len(), shape.channels * pixels, "numbers of the input");
        let map = &mut memory.maps[self.plan.input];
        for (channel, plane) in input.chunks_exact(pixels).enumerate() {
            for (y, row) in plane.chunks_exact(shape.width).enumerate() {
                let start = shape.at(channel / LANES, y, 0);
                for (block, value) in map[start..].iter_mut().zip(row) {
                    block.0[channel % LANES] = *value;
                }
            }
        }
    }

    fn step(&self, step: &Step, memory: &mut Memory, spread: bool, isa: Isa) {
        let shapes = &self.plan.maps;
        let Memory { maps, planes } = memory;
        let to_map = |maps: &mut Vec<Vec<Block>>, to: usize| take(&mut maps[to]);
        match step {
            Step::Conv {
                conv,
                from,
                add,
                to,
            } => {
                let mut out = to_map(maps, *to);
                let from: Vec<_> = from.iter().map(|map| source(maps, shapes, *map)).collect();
                let add = add.map(|map| source(maps, shapes, map));
                conv.run(&from, add, (&mut out, &shapes[*to]), spread, isa);
                maps[*to] = out;
            }
            Step::Few { few, from, to } => {
                let from: Vec<_> = from.iter().map(|map| source(maps, shapes, *map)).collect();
                few.run(&from, &mut planes[*to], spread, isa);
            }
            Step::Pool { from, to } => {
                let mut out = to_map(maps, *to);
                pooled(source(maps, shapes, *from), (&mut out, &shapes[*to]), spread);
                maps[*to] = out;
            }
            Step::Add { a, b, to } => {
                let mut out = to_map(maps, *to);
                let (a, b) = (source(maps, shapes, *a), source(maps, shapes, *b));
                added(a, b, (&mut out, &shapes[*to]), spread);
                maps[*to] = out;
            }
            Step::Resize {
                from,
                rows,
                columns,
                to,
            } => {
                let mut out = to_map(maps, *to);
                let from = source(maps, shapes, *from);
                resized(from, rows, columns, (&mut out, &shapes[*to]), spread);
                maps[*to] = out;
            }
            Step::ResizePlane {
                from,
                rows,
                columns,
                to,
            } => {
                let mut out = take(&mut planes[*to]);
                let (_, width) = self.plan.planes[*from];
                planes::resized(&planes[*from], width, rows, columns, &mut out, spread);
                planes[*to] = out;
            }
            Step::Mix {
                from,
                weights,
                bias,
                to,
            } => {
                let mut out = take(&mut planes[*to]);
                let from: Vec<&[f32]> = from.iter().map(|plane| planes[*plane].as_slice()).collect();
                planes::mixed(&from, weights, *bias, &mut out);
                planes[*to] = out;
            }
            Step::Sigmoid { from, to } => {
                let mut out = take(&mut planes[*to]);
                planes::sigmoid(&planes[*from], &mut out);
                planes[*to] = out;
            }
        }
    }
}

fn source<'a>(maps: &'a [Vec<Block>], shapes: &[Shape], map: usize) -> Source<'a> {
    Source {
        shape: shapes[map],
        blocks: &maps[map],
    }
}
