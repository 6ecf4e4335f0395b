//! A network in memory, ready to run.
//!
//! Files come from outside: whatever a file holds, reading and running it gives a result or an error. tract reads and
//! optimises them; a panic of it is an error of the model.

use std::fmt;
use std::fs::File;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use pixels::Size;
use tract_linalg::multithread::{Executor, multithread_tract_scope};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::Op as _;

use super::spec::ModelSpec;
use crate::error::ImagingError;
use crate::run::{Run, Spread};

/// Most bytes of a model's file. Protobuf ends there too.
pub const LARGEST_MODEL: u64 = (2 << 30) - 1;

/// Most bytes that a network may need while it runs, besides its weights: what the largest known one needs, and as much again.
const MOST_WORKING: u64 = 16 << 30;

/// Longest side of a mask that a network may give.
const LONGEST_MASK: usize = 8192;

/// A network, read and optimised. Several threads may run it at once, each with working memory of its own.
pub struct Model {
    spec: ModelSpec,
    plan: Arc<TypedRunnableModel>,
    weights: u64,
    working: u64,
    mask: Size,
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model")
            .field("spec", &self.spec)
            .field("weights", &self.weights)
            .finish_non_exhaustive()
    }
}

impl Model {
    /// Reads a network from an ONNX file.
    ///
    /// # Errors
    /// When the file cannot be read, is no ONNX, is cut off, uses what is not known here, or does not fit `spec`.
    pub fn load(spec: &ModelSpec, path: &Path) -> Result<Self, ImagingError> {
        let failed = |source| ImagingError::File {
            doing: "reading the model",
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        let mut bytes = Vec::new();
        // One byte more than allowed is enough to see that there is more.
        file.take(LARGEST_MODEL + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        Self::from_bytes(spec, &bytes)
    }

    /// Reads a network from the bytes of an ONNX file.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn from_bytes(spec: &ModelSpec, bytes: &[u8]) -> Result<Self, ImagingError> {
        spec.check()?;
        if bytes.len() as u64 > LARGEST_MODEL {
            return Err(unusable(
                spec,
                format!("the file has more than {LARGEST_MODEL} bytes"),
            ));
        }
        catch_unwind(AssertUnwindSafe(|| read(spec, bytes)))
            .unwrap_or_else(|_| Err(unusable(spec, "the file is damaged".to_owned())))
    }

    /// How it is fed and read.
    pub fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    /// Bytes of its weights.
    pub fn weights(&self) -> u64 {
        self.weights
    }

    /// Most bytes that intermediate results take at once while it runs; what single steps need for themselves comes on top.
    pub fn working(&self) -> u64 {
        self.working
    }

    /// Size of the mask that it gives, before it is resized to a picture's.
    pub fn mask(&self) -> Size {
        self.mask
    }

    /// The network's numbers for `input`, three planes of [`ModelSpec::side`] squared. The run's checkpoint is asked
    /// between layers; cores are shared where it permits that, on the rayon pool that the caller runs in.
    ///
    /// # Errors
    /// When a number that comes out is none, or the checkpoint wants the work to end.
    pub fn run(&self, input: Vec<f32>, run: &Run<'_>) -> Result<Vec<f32>, ImagingError> {
        let executor = match run.spread {
            Spread::OneThread => Executor::SingleThread,
            Spread::AllCores => Executor::RayonGlobal,
        };
        let made = catch_unwind(AssertUnwindSafe(|| {
            multithread_tract_scope(executor, || self.inferred(input, run))
        }));
        match made {
            Ok(made) => made,
            Err(_) => Err(self.gave("nothing: it failed while it ran".to_owned())),
        }
    }

    fn inferred(&self, input: Vec<f32>, run: &Run<'_>) -> Result<Vec<f32>, ImagingError> {
        let side = self.spec.side as usize;
        let wrong = |error: TractError| self.gave(format!("nothing: {}", short(&error)));
        let tensor = Tensor::from_shape(&[1, 3, side, side], &input).map_err(wrong)?;
        let mut state = self.plan.spawn().map_err(wrong)?;
        let layers = self.plan.model().nodes().len();
        let mut done = 0;
        let mut stopped = false;
        let outputs = state.run_plan_with_eval(
            tvec![tensor.into()],
            |context, state, node, inputs| -> TractResult<TVec<TValue>> {
                done += 1;
                if run.pass(done, layers).is_err() {
                    stopped = true;
                    return Err(TractError::msg("stopped"));
                }
                tract_onnx::tract_core::plan::eval(context, state, node, inputs)
            },
        );
        if stopped {
            return Err(ImagingError::Stopped);
        }
        let outputs = outputs.map_err(wrong)?;
        let Some(first) = outputs.first() else {
            return Err(self.gave("nothing".to_owned()));
        };
        let view = first.to_plain_array_view::<f32>().map_err(wrong)?;
        // The first plane of the first output; others are for training.
        let values: Vec<f32> = view.iter().copied().take(self.mask.pixels()).collect();
        if values.len() != self.mask.pixels() {
            return Err(self.gave(format!("{} numbers instead of a mask", values.len())));
        }
        let broken = values.iter().filter(|value| !value.is_finite()).count();
        if broken > 0 {
            let of = values.len();
            return Err(self.gave(format!("{broken} of {of} values that are no finite numbers")));
        }
        Ok(values)
    }

    fn gave(&self, what: String) -> ImagingError {
        ImagingError::ModelOutput {
            model: self.spec.name.clone(),
            what,
        }
    }
}

fn read(spec: &ModelSpec, bytes: &[u8]) -> Result<Model, ImagingError> {
    let wrong = |error: TractError| unusable(spec, short(&error));
    let onnx = tract_onnx::onnx();
    let proto = onnx
        .proto_model_for_read(&mut Cursor::new(bytes))
        .map_err(|error| {
            let what = format!("it is no ONNX file or cut off ({})", short(&error));
            unusable(spec, what)
        })?;
    if proto.graph.as_ref().is_none_or(|graph| graph.node.is_empty()) {
        return Err(unusable(spec, "it is no ONNX file: it holds no network".to_owned()));
    }
    let mut model = onnx.model_for_proto_model(&proto).map_err(wrong)?;
    drop(proto);
    let inputs = model.input_outlets().map_err(wrong)?.len();
    if inputs != 1 {
        let what = format!("it has {inputs} inputs instead of one picture");
        return Err(unusable(spec, what));
    }
    let side = spec.side as usize;
    let expected = f32::fact([1, 3, side, side]);
    let declared = model.input_fact(0).map_err(wrong)?.clone();
    let wanted: InferenceFact = expected.into();
    if declared.unify(&wanted).is_err() {
        let what = format!("it reads {declared:?} instead of 1,3,{side},{side} numbers (f32)");
        return Err(unusable(spec, what));
    }
    model.set_input_fact(0, wanted).map_err(wrong)?;
    let outputs = model.output_outlets().map_err(wrong)?.to_vec();
    let Some(first) = outputs.first() else {
        return Err(unusable(spec, "it has no output".to_owned()));
    };
    model.set_output_outlets(&[*first]).map_err(wrong)?;
    let typed = model.into_typed().map_err(wrong)?;
    // Before anything is computed: a few bytes can ask for all memory.
    bounded(spec, &typed)?;
    let mask = mask_size(spec, &typed)?;
    let typed = typed.into_optimized().map_err(wrong)?;
    bounded(spec, &typed)?;
    let plan = typed.into_runnable().map_err(wrong)?;
    let (weights, working) = memory(&plan);
    Ok(Model {
        spec: spec.clone(),
        plan,
        weights,
        working,
        mask,
    })
}

/// Whether every intermediate result has a known size, and none is beyond the limit.
fn bounded(spec: &ModelSpec, model: &TypedModel) -> Result<(), ImagingError> {
    for node in model.nodes() {
        for outlet in &node.outputs {
            let bytes = bytes_of(&outlet.fact).ok_or_else(|| {
                let what = format!("the size of its step {:?} is not known beforehand", node.name);
                unusable(spec, what)
            })?;
            if bytes > MOST_WORKING {
                let what = format!("its step {:?} would take {bytes} bytes", node.name);
                return Err(unusable(spec, what));
            }
        }
    }
    Ok(())
}

/// Bytes of a result; `None` where its shape depends on what is read.
fn bytes_of(fact: &TypedFact) -> Option<u64> {
    let shape = fact.shape.as_concrete()?;
    shape
        .iter()
        .try_fold(fact.datum_type.size_of() as u64, |bytes, side| {
            bytes.checked_mul(*side as u64)
        })
        .or(Some(u64::MAX))
}

fn mask_size(spec: &ModelSpec, model: &TypedModel) -> Result<Size, ImagingError> {
    let fact = model
        .output_fact(0)
        .map_err(|error| unusable(spec, short(&error)))?;
    let size = match (fact.shape.as_concrete(), fact.datum_type) {
        (Some([1, channels, rows, columns]), DatumType::F32)
            if *channels >= 1 && (1..=LONGEST_MASK).contains(rows) =>
        {
            Size::new(u32::try_from(*columns).unwrap_or(0), *rows as u32)
                .filter(|_| *columns <= LONGEST_MASK)
        }
        _ => None,
    };
    size.ok_or_else(|| {
        let what = format!("it gives {fact:?} instead of one mask (1,1,height,width numbers, f32)");
        unusable(spec, what)
    })
}

/// Bytes of all constants, and the most that other results take at once.
fn memory(plan: &TypedRunnableModel) -> (u64, u64) {
    let model = plan.model();
    let constant = |node: &TypedNode| node.op().name() == "Const";
    let weights = model.nodes().iter().filter(|node| constant(node));
    let weights = weights
        .flat_map(|node| node.outputs.iter())
        .filter_map(|outlet| bytes_of(&outlet.fact))
        .sum();
    let steps = model.eval_tmp_memory_usage(plan.order_without_consts(), |node| !constant(node));
    let working = steps
        .iter()
        .flat_map(|steps| steps.iter())
        .filter_map(|(_, bytes)| bytes.to_i64().ok())
        .max()
        .unwrap_or(0);
    (weights, working.max(0) as u64)
}

fn unusable(spec: &ModelSpec, what: String) -> ImagingError {
    ImagingError::Model {
        model: spec.name.clone(),
        what,
    }
}

/// The innermost reason, for people: one line, no longer than they read.
fn short(error: &TractError) -> String {
    let text = error.root_cause().to_string();
    let line = text.lines().next().unwrap_or_default();
    let mut letters = line.chars().filter(|letter| !letter.is_control());
    let mut short: String = letters.by_ref().take(200).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}
