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

use convnet::{Isa, Net, Stopped};
use pixels::Size;
use tract_linalg::multithread::{Executor, multithread_tract_scope};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::Factoid as _;

use super::ceiling;
use super::spec::ModelSpec;
use crate::error::ImagingError;
use crate::run::{Run, Spread};

/// Most bytes of a model's file. Protobuf ends there too.
pub const LARGEST_MODEL: u64 = (2 << 30) - 1;

/// Bytes that a network may take where nothing else is said, weights and intermediate results together: three times what
/// isnet takes, which is the largest that is known by name.
pub const USUAL_MEMORY: u64 = 4 << 30;

/// Longest side of a mask that a network may give.
const LONGEST_MASK: usize = 8192;

/// A network, read and optimised. Several threads may run it at once, each with working memory of its own.
pub struct Model {
    spec: ModelSpec,
    engine: Engine,
    weights: u64,
    working: u64,
    mask: Size,
}

/// Who runs it.
enum Engine {
    /// Ours, which knows the operators of the networks that are known by name.
    Ours(Box<Net>),
    /// tract, which knows all the others.
    Tract(Arc<TypedRunnableModel>),
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
    /// Reads a network from an ONNX file. Weights and intermediate results may take `memory` bytes together; while the
    /// file is read, its bytes are there up to three times.
    ///
    /// # Errors
    /// When the file cannot be read, is no ONNX, is cut off, uses what is not known here, does not fit `spec`, or wants
    /// more memory.
    pub fn load(spec: &ModelSpec, path: &Path, memory: u64) -> Result<Self, ImagingError> {
        let failed = |source| ImagingError::File {
            doing: "reading the model",
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        let mut bytes = Vec::new();
        // One byte more than allowed is enough to see that there is more.
        file.take(LARGEST_MODEL.min(memory).saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        Self::from_bytes(spec, &bytes, memory)
    }

    /// Reads a network from the bytes of an ONNX file.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn from_bytes(spec: &ModelSpec, bytes: &[u8], memory: u64) -> Result<Self, ImagingError> {
        spec.check()?;
        let most = LARGEST_MODEL.min(memory);
        if bytes.len() as u64 > most {
            return Err(unusable(
                spec,
                format!("the file has more than {most} bytes"),
            ));
        }
        catch_unwind(AssertUnwindSafe(|| read(spec, bytes, memory)))
            .unwrap_or_else(|_| Err(unusable(spec, "the file is damaged".to_owned())))
    }

    /// How it is fed and read.
    pub fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    /// Whether our own engine runs it; else tract does.
    pub fn quick(&self) -> bool {
        matches!(self.engine, Engine::Ours(_))
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
        let values = match &self.engine {
            Engine::Ours(net) => {
                let spread = run.spread == Spread::AllCores;
                let go_on = |step| run.pass(step + 1, net.steps()).is_ok();
                net.run(&input, spread, Isa::Best, go_on)
                    .map_err(|Stopped| ImagingError::Stopped)?
            }
            Engine::Tract(plan) => self.by_tract(plan, input, run)?,
        };
        if values.len() != self.mask.pixels() {
            return Err(self.gave(format!("{} numbers instead of a mask", values.len())));
        }
        let broken = values.iter().filter(|value| !value.is_finite()).count();
        if broken > 0 {
            let of = values.len();
            return Err(self.gave(format!(
                "{broken} of {of} values that are no finite numbers"
            )));
        }
        Ok(values)
    }

    fn by_tract(
        &self,
        plan: &Arc<TypedRunnableModel>,
        input: Vec<f32>,
        run: &Run<'_>,
    ) -> Result<Vec<f32>, ImagingError> {
        let side = self.spec.side as usize;
        let wrong = |error: TractError| self.gave(format!("nothing: {}", short(&error)));
        let tensor = Tensor::from_shape(&[1, 3, side, side], &input).map_err(wrong)?;
        let mut state = plan.spawn().map_err(wrong)?;
        let layers = plan.model().nodes().len();
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
        Ok(view.iter().copied().take(self.mask.pixels()).collect())
    }

    fn gave(&self, what: String) -> ImagingError {
        ImagingError::ModelOutput {
            model: self.spec.name.clone(),
            what,
        }
    }
}

fn read(spec: &ModelSpec, bytes: &[u8], memory: u64) -> Result<Model, ImagingError> {
    let heavy = |what: String| unusable(spec, what);
    let wrong = |error: TractError| unusable(spec, short(&error));
    // Shapes are found here, whatever the file says of them; letters in them would contradict the numbers.
    let onnx = tract_onnx::onnx()
        .with_ignore_output_shapes(true)
        .with_ignore_value_info(true);
    let proto = onnx
        .proto_model_for_read(&mut Cursor::new(bytes))
        .map_err(|error| {
            let what = format!("it is no ONNX file or cut off ({})", short(&error));
            unusable(spec, what)
        })?;
    let graph = proto.graph.as_ref().filter(|graph| !graph.node.is_empty());
    let Some(graph) = graph else {
        return Err(heavy("it is no ONNX file: it holds no network".to_owned()));
    };
    let known = |kind: &str| onnx.op_register.0.contains_key(kind);
    ceiling::declared(graph, known).map_err(heavy)?;
    let mut model = onnx.model_for_proto_model(&proto).map_err(wrong)?;
    drop(proto);
    let inputs = model.input_outlets().map_err(wrong)?.len();
    if inputs != 1 {
        let what = format!("it has {inputs} inputs instead of one picture");
        return Err(unusable(spec, what));
    }
    let side = spec.side as usize;
    let shape = [1, 3, side, side];
    ceiling::settle_letters(&mut model, &shape).map_err(wrong)?;
    let declared = model.input_fact(0).map_err(wrong)?.clone();
    let wanted: InferenceFact = f32::fact(shape).into();
    if declared.unify(&wanted).is_err() {
        let what = format!("it reads {declared:?} instead of 1,3,{side},{side} numbers (f32)");
        return Err(unusable(spec, what));
    }
    model.set_input_fact(0, wanted).map_err(wrong)?;
    let outputs = model.output_outlets().map_err(wrong)?.to_vec();
    let Some(first) = outputs.first() else {
        return Err(unusable(spec, "it has no output".to_owned()));
    };
    model.select_output_outlets(&[*first]).map_err(wrong)?;
    // Before anything is computed: a few bytes can ask for all memory.
    ceiling::weighed(&mut model, memory).map_err(heavy)?;
    let typed = model.into_typed().map_err(wrong)?;
    ceiling::bounded(&typed, memory).map_err(heavy)?;
    let mask = mask_size(spec, &typed)?;
    let weights = ceiling::weights(&typed);
    if let Some(net) = ours(&typed, mask, memory) {
        return Ok(Model {
            spec: spec.clone(),
            weights: net.weights(),
            working: net.working(),
            engine: Engine::Ours(Box::new(net)),
            mask,
        });
    }
    let typed = typed.into_optimized().map_err(wrong)?;
    ceiling::bounded(&typed, memory).map_err(heavy)?;
    let plan = typed.into_runnable().map_err(wrong)?;
    let working = ceiling::working(&plan);
    let needed = weights.saturating_add(working);
    if needed > memory {
        let what = format!("it needs {needed} bytes of memory; {memory} are allowed");
        return Err(heavy(what));
    }
    Ok(Model {
        spec: spec.clone(),
        engine: Engine::Tract(plan),
        weights,
        working,
        mask,
    })
}

/// The network run by our own engine, where that knows all of it and has the memory. It is several times faster.
fn ours(typed: &TypedModel, mask: Size, memory: u64) -> Option<Net> {
    let net = Net::new(typed).ok()?;
    let (height, width) = net.output();
    let alike = (width, height) == (mask.width() as usize, mask.height() as usize);
    (alike && net.weights().saturating_add(net.working()) <= memory).then_some(net)
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

fn unusable(spec: &ModelSpec, what: String) -> ImagingError {
    ImagingError::Model {
        model: spec.name.clone(),
        what,
    }
}

/// The innermost reason, for people: one line, no longer than they read.
pub(super) fn short(error: &TractError) -> String {
    let text = error.root_cause().to_string();
    let line = text.lines().next().unwrap_or_default();
    let mut letters = line.chars().filter(|letter| !letter.is_control());
    let mut short: String = letters.by_ref().take(200).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}
