//! How much memory a network asks for, found before it is given any.
//!
//! A file of a few bytes can ask for all memory: by a table that is declared larger than its numbers, or by steps that make
//! much of little. tract computes steps whose inputs are known while it still looks at shapes, so the sizes of such steps
//! are looked at first, one step after the other.

use std::collections::{BTreeSet, HashMap, HashSet};

use tract_onnx::pb::{AttributeProto, GraphProto, TensorProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::{DimFact, Factoid, InferenceOp};

/// More steps than ten times the largest known network has.
const MOST_STEPS: usize = 50_000;

/// Shapes are found by going over all steps again and again until nothing is new; two or three times are enough for
/// networks that people use.
const ROUNDS: usize = 20;

type Facts = TVec<InferenceFact>;

/// What is wrong with a network, for people.
type What = String;

/// Whether all operators are among those that are `known`, all tables as long as they say, and the network of the kind that
/// can be weighed.
pub(super) fn declared(graph: &GraphProto, known: impl Fn(&str) -> bool) -> Result<(), What> {
    if graph.node.len() > MOST_STEPS {
        let steps = graph.node.len();
        return Err(format!(
            "it has {steps} steps; at most {MOST_STEPS} are read"
        ));
    }
    let kinds = graph.node.iter().map(|node| node.op_type.as_str());
    let strange: BTreeSet<&str> = kinds.filter(|kind| !known(kind)).collect();
    if !strange.is_empty() {
        let names = strange.iter().take(5).map(|kind| short_name(kind));
        let names: Vec<String> = names.collect();
        return Err(format!(
            "it uses operators that are not known here: {}",
            names.join(", ")
        ));
    }
    graph.initializer.iter().try_for_each(table)?;
    for node in &graph.node {
        for AttributeProto {
            t,
            tensors,
            g,
            graphs,
            ..
        } in &node.attribute
        {
            if g.is_some() || !graphs.is_empty() {
                let kind = short_name(&node.op_type);
                return Err(format!(
                    "its step {kind} chooses between or repeats other steps, which is not known here"
                ));
            }
            t.iter().chain(tensors).try_for_each(table)?;
        }
    }
    Ok(())
}

/// As much of a name from a file as people read.
fn short_name(name: &str) -> String {
    let letters = name.chars().filter(|letter| !letter.is_control());
    letters.take(60).collect()
}

fn table(tensor: &TensorProto) -> Result<(), What> {
    let name = short_name(&tensor.name);
    if !tensor.external_data.is_empty() {
        return Err(format!("the numbers of {name:?} are in another file"));
    }
    let held = [
        tensor.raw_data.len(),
        tensor.float_data.len(),
        tensor.double_data.len(),
        tensor.int32_data.len(),
        tensor.int64_data.len(),
        tensor.uint64_data.len(),
        tensor.string_data.len(),
    ];
    // A number takes a byte at least; how many exactly is for tract to check, which is in no danger any more.
    let held = held.into_iter().max().unwrap_or(0) as u64;
    let declared = tensor.dims.iter().try_fold(1u64, |product, side| {
        product.checked_mul(u64::try_from(*side).ok()?)
    });
    match declared {
        Some(declared) if declared <= held => Ok(()),
        _ => Err(format!(
            "{name:?} is declared with sides {:?} and holds {held} bytes or numbers",
            &tensor.dims[..tensor.dims.len().min(8)]
        )),
    }
}

/// Gives letters in the declared input, such as a free number of pictures, the numbers of `wanted`.
pub(super) fn settle_letters(model: &mut InferenceModel, wanted: &[usize]) -> TractResult<()> {
    let declared = model.input_fact(0)?.clone();
    let mut letters = HashMap::new();
    for (dim, side) in declared.shape.dims().zip(wanted) {
        if let DimFact::Only(TDim::Sym(letter)) = dim {
            letters.insert(letter.clone(), TDim::from(*side));
        }
    }
    model.set_symbols(&letters)
}

/// Finds the shapes of all steps and refuses the network before a step is computed whose result, or with those before it,
/// would take more than `most` bytes.
pub(super) fn weighed(model: &mut InferenceModel, most: u64) -> Result<(), What> {
    let wrong = |error: TractError| super::model::short(&error);
    let mut order = model.eval_order().map_err(wrong)?;
    // tract computes what nobody asks for too.
    let asked: HashSet<usize> = order.iter().copied().collect();
    order.extend((0..model.nodes().len()).filter(|step| !asked.contains(step)));
    for _ in 0..ROUNDS {
        let mut known = 0u64;
        let mut news = false;
        for step in &order {
            known = known.saturating_add(computed(model, *step, most)?);
            if known > most {
                return Err(format!(
                    "what it holds beforehand takes more than {most} bytes"
                ));
            }
            news |= inferred(model, *step).map_err(wrong)?;
        }
        if !news {
            return Ok(());
        }
    }
    Err("its shapes contradict each other".to_owned())
}

/// Bytes of what the step gives where that will be computed beforehand, 0 elsewhere.
fn computed(model: &mut InferenceModel, step: usize, most: u64) -> Result<u64, What> {
    let wrong = |error: TractError| super::model::short(&error);
    let (inputs, outputs, observed) = facts(model, step).map_err(wrong)?;
    let known = !inputs.is_empty() && inputs.iter().all(|fact| fact.value.is_concrete());
    let node = model.node_mut(step);
    let given = infer(&mut node.op, &inputs, &outputs, &observed, false).map_err(wrong)?;
    let mut sum = 0u64;
    for fact in &given.1 {
        match bytes(fact) {
            Some(bytes) if bytes > most => {
                return Err(format!("its step {:?} would take {bytes} bytes", node.name));
            }
            Some(bytes) => sum = sum.saturating_add(bytes),
            None if known => {
                let what = "the size of its step";
                return Err(format!("{what} {:?} is not known beforehand", node.name));
            }
            None => {}
        }
    }
    Ok(if known { sum } else { 0 })
}

/// Writes down what is known of the step and its neighbours; whether that is news.
fn inferred(model: &mut InferenceModel, step: usize) -> TractResult<bool> {
    let (inputs, outputs, observed) = facts(model, step)?;
    let given = infer(
        &mut model.node_mut(step).op,
        &inputs,
        &outputs,
        &observed,
        true,
    )?;
    let node = model.node(step);
    let places: Vec<OutletId> = node
        .inputs
        .iter()
        .copied()
        .chain((0..node.outputs.len()).map(|slot| OutletId::new(step, slot)))
        .collect();
    let mut news = false;
    for (place, fact) in places.into_iter().zip(given.0.iter().chain(&given.1)) {
        let before = model.outlet_fact(place)?;
        let both = before.unify(fact)?;
        if both != *before {
            news = true;
            model.set_outlet_fact(place, both)?;
        }
    }
    Ok(news)
}

fn facts(model: &InferenceModel, step: usize) -> TractResult<(Facts, Facts, Facts)> {
    let (inputs, outputs) = model.node_facts(step)?;
    let node = model.node(step);
    let observed = node
        .op
        .observe_outlets(model, node)?
        .into_iter()
        .map(|outlet| model.outlet_fact(outlet).cloned())
        .collect::<TractResult<_>>()?;
    let cloned = |facts: TVec<&InferenceFact>| facts.into_iter().cloned().collect();
    Ok((cloned(inputs), cloned(outputs), observed))
}

/// With `compute` a step whose inputs are known is computed.
fn infer(
    op: &mut Box<dyn InferenceOp>,
    inputs: &Facts,
    outputs: &Facts,
    observed: &Facts,
    compute: bool,
) -> TractResult<(Facts, Facts, Facts)> {
    let (inputs, outputs) = (inputs.iter().collect(), outputs.iter().collect());
    let observed = observed.iter().collect();
    match compute {
        true => op.infer(inputs, outputs, observed),
        false => op.infer_facts(inputs, outputs, observed),
    }
}

/// Bytes of what is described; `None` where shape or kind is not known.
fn bytes(fact: &InferenceFact) -> Option<u64> {
    let shape = fact.shape.concretize()?;
    let kind = fact.datum_type.concretize()?;
    shape.iter().try_fold(kind.size_of() as u64, |bytes, side| {
        Some(bytes.saturating_mul(u64::try_from(side.to_i64().ok()?).ok()?))
    })
}

/// Whether every intermediate result has a known size, and none takes more than `most` bytes.
pub(super) fn bounded(model: &TypedModel, most: u64) -> Result<(), What> {
    for node in model.nodes() {
        for outlet in &node.outputs {
            let Some(bytes) = bytes_of(&outlet.fact) else {
                let what = "the size of its step";
                return Err(format!("{what} {:?} is not known beforehand", node.name));
            };
            if bytes > most {
                return Err(format!("its step {:?} would take {bytes} bytes", node.name));
            }
        }
    }
    Ok(())
}

/// Bytes of a result; `None` where its shape depends on what is read.
fn bytes_of(fact: &TypedFact) -> Option<u64> {
    let shape = fact.shape.as_concrete()?;
    let each = fact.datum_type.size_of() as u64;
    let sides = shape.iter().map(|side| *side as u64);
    Some(sides.fold(each, u64::saturating_mul))
}

/// Bytes of all constants, before they are packed for the processor, which hides them and hardly changes their number.
pub(super) fn weights(model: &TypedModel) -> u64 {
    let constants = model.nodes().iter().filter(|node| constant(node));
    constants
        .flat_map(|node| node.outputs.iter())
        .filter_map(|outlet| bytes_of(&outlet.fact))
        .fold(0u64, u64::saturating_add)
}

/// The most bytes that results other than constants take at once.
pub(super) fn working(plan: &TypedRunnableModel) -> u64 {
    let model = plan.model();
    let steps = model.eval_tmp_memory_usage(plan.order_without_consts(), |node| !constant(node));
    steps
        .iter()
        .flat_map(|steps| steps.iter())
        .filter_map(|(_, bytes)| u64::try_from(bytes.to_i64().ok()?).ok())
        .max()
        .unwrap_or(0)
}

fn constant(node: &TypedNode) -> bool {
    node.op().name() == "Const"
}
