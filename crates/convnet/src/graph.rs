//! From tract's graph to steps.
//!
//! What is constant is taken from where tract has it; what computes shapes is passed over, because the shapes are known.

use std::collections::HashMap;
use std::sync::Arc;

use tract_onnx::prelude::tract_itertools::Itertools as _;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::array::TypedConcat;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::cast::Cast;
use tract_onnx::tract_core::ops::cnn::conv::KernelFormat;
use tract_onnx::tract_core::ops::cnn::{Conv as TractConv, MaxPool, PaddingSpec, PoolSpec};
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;
use tract_onnx::tract_core::ops::nn::DataFormat;
use tract_onnx::tract_core::ops::nn::resize::{CoordTransformer, Interpolator};
use tract_onnx_opl::resize::{CoordTransform, Resize};

use crate::blocks::{Block, LANES, Shape};
use crate::conv::Conv;
use crate::few::Few;
use crate::maps::between;
use crate::net::{Plan, Step};

/// Farthest that a convolution may reach: maps have a border as wide. IS-Net and U²-Net reach 8.
const FARTHEST: usize = 64;

/// Most blocks of packed weights, 2 GB: what is left over of 16 channels is filled up with zeros, so a file may grow.
const MOST_WEIGHTS: usize = 1 << 25;

/// Something in a graph that is not known here. Whoever gets it lets tract run the network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {node:?} of the network is not run here: {what}")]
pub struct Unsupported {
    /// Name of the step in the file.
    pub node: String,
    /// What it does that is not known.
    pub what: String,
}

/// Numbers that flow between steps.
#[derive(Debug, Clone)]
enum Value {
    /// Maps one behind the other, by their numbers.
    Maps(Vec<usize>),
    /// Single channels one behind the other, by their numbers.
    Planes(Vec<usize>),
}

/// A step while more may still be taken into it.
enum Draft {
    Conv(Box<ConvDraft>),
    Done(Step),
}

/// A convolution whose weights are not packed yet.
struct ConvDraft {
    conv: Conv,
    from: Vec<usize>,
    /// Channels out, channels in, rows, columns.
    flat: Vec<f32>,
    bias: Vec<f32>,
    add: Option<usize>,
    to: Target,
}

#[derive(Clone, Copy)]
enum Target {
    Map(usize),
    Plane(usize),
}

struct Reader<'a> {
    model: &'a TypedModel,
    values: HashMap<OutletId, Value>,
    /// How many steps read what comes out.
    readers: HashMap<OutletId, usize>,
    drafts: Vec<Draft>,
    /// Which step writes a map.
    writer: Vec<Option<usize>>,
    maps: Vec<Shape>,
    planes: Vec<(usize, usize)>,
}

/// The steps of a graph.
pub fn read(model: &TypedModel) -> Result<Plan, Unsupported> {
    let whole = |what: &str| Unsupported {
        node: "whole".to_owned(),
        what: what.to_owned(),
    };
    let order = model.eval_order().map_err(|_| whole("it has no order"))?;
    let outputs = model.output_outlets().map_err(|_| whole("it has no output"))?;
    let inputs = model.input_outlets().map_err(|_| whole("it has no input"))?;
    let (Some(output), [input]) = (outputs.first(), inputs) else {
        return Err(whole("it has not one input and an output"));
    };
    let mut readers: HashMap<OutletId, usize> = HashMap::new();
    *readers.entry(*output).or_default() += 1;
    for node in &order {
        for input in &model.nodes()[*node].inputs {
            *readers.entry(*input).or_default() += 1;
        }
    }
    let mut reader = Reader {
        model,
        values: HashMap::new(),
        readers,
        drafts: Vec::new(),
        writer: Vec::new(),
        maps: Vec::new(),
        planes: Vec::new(),
    };
    let [1, channels, height, width] = reader.shape(*input).ok_or_else(|| whole("its input has no fixed shape"))?
    else {
        return Err(whole("it reads several pictures at once"));
    };
    let first = reader.new_map(channels, height, width, None);
    reader.values.insert(*input, Value::Maps(vec![first]));
    for node in order {
        reader.node(&model.nodes()[node])?;
    }
    let Some(Value::Planes(planes)) = reader.values.get(output) else {
        return Err(whole("it gives no mask"));
    };
    let output = *planes.first().ok_or_else(|| whole("it gives nothing"))?;
    Ok(reader.finished(first, output))
}

impl Reader<'_> {
    fn node(&mut self, node: &TypedNode) -> Result<(), Unsupported> {
        let outlet = OutletId::new(node.id, 0);
        let not = |what: String| Unsupported {
            node: node.name.clone(),
            what,
        };
        let fact = self.model.outlet_fact(outlet).map_err(|_| not("it gives nothing".to_owned()))?;
        let wanted = fact.konst.is_none() && fact.datum_type == DatumType::F32;
        if !wanted || self.values.contains_key(&outlet) || node.inputs.is_empty() {
            return Ok(());
        }
        let unknown = || not(format!("{} is not known", node.op().name()));
        let made = if let Some(op) = node.op_as::<TractConv>() {
            self.conv(node, op)
        } else if let Some(op) = node.op_as::<TypedBinOp>() {
            self.binary(node, &op.0.name())
        } else if let Some(op) = node.op_as::<MaxPool>() {
            self.pool(node, op)
        } else if let Some(op) = node.op_as::<Resize>() {
            self.resize(node, op)
        } else if let Some(op) = node.op_as::<TypedConcat>() {
            (op.axis == 1).then(|| self.concat(node)).flatten()
        } else if let Some(op) = node.op_as::<ElementWiseOp>() {
            (op.0.name() == "Sigmoid").then(|| self.sigmoid(node)).flatten()
        } else if node.op_as::<Cast>().is_some() {
            self.values.get(&node.inputs[0]).cloned()
        } else {
            None
        };
        let made = made.ok_or_else(unknown)?;
        self.values.insert(outlet, made);
        Ok(())
    }

    fn conv(&mut self, node: &TypedNode, op: &TractConv) -> Option<Value> {
        let [_, outputs, height, width] = self.shape(node.id.into())?;
        let spec = &op.pool_spec;
        let kernel = *spec.kernel_shape.iter().all_equal_value().ok()?;
        let dilation = spec.dilation(0);
        let stride = spec.stride(0);
        let fits = op.group == 1
            && op.q_params.is_none()
            && op.kernel_fmt == KernelFormat::OIHW
            && spec.data_format == DataFormat::NCHW
            && spec.kernel_shape.len() == 2
            && matches!(kernel, 1 | 3)
            && matches!(stride, 1 | 2)
            && spec.stride(1) == stride
            && spec.dilation(1) == dilation
            && dilation <= FARTHEST
            && padded(spec, dilation * (kernel / 2));
        if !fits {
            return None;
        }
        let flat = self.constant(*node.inputs.get(1)?)?;
        let bias = self.constant(*node.inputs.get(2)?)?;
        let bias = if bias.len() == 1 { vec![bias[0]; outputs] } else { bias };
        let conv = Conv {
            kernel,
            dilation,
            stride,
            weights: Vec::new(),
            bias: Vec::new(),
            relu: false,
        };
        let from = match self.values.get(&node.inputs[0])?.clone() {
            Value::Maps(from) => from,
            Value::Planes(from) => {
                if kernel != 1 || stride != 1 || outputs != 1 || flat.len() != from.len() {
                    return None;
                }
                let to = self.new_plane(height, width);
                self.drafts.push(Draft::Done(Step::Mix {
                    from,
                    weights: flat,
                    bias: *bias.first()?,
                    to,
                }));
                return Some(Value::Planes(vec![to]));
            }
        };
        let channels: usize = from.iter().map(|map| self.maps[*map].channels).sum();
        let taps = kernel * kernel;
        let packed = outputs.div_ceil(LANES) * channels.next_multiple_of(LANES) * taps;
        let whole = flat.len() == outputs * channels * taps && bias.len() == outputs;
        if !whole || packed > MOST_WEIGHTS {
            return None;
        }
        for map in &from {
            let shape = &mut self.maps[*map];
            shape.border = shape.border.max(conv.reach());
        }
        let (to, value) = if outputs == 1 && stride == 1 {
            let plane = self.new_plane(height, width);
            (Target::Plane(plane), Value::Planes(vec![plane]))
        } else {
            let map = self.new_map(outputs, height, width, Some(self.drafts.len()));
            (Target::Map(map), Value::Maps(vec![map]))
        };
        self.drafts.push(Draft::Conv(Box::new(ConvDraft {
            conv,
            from,
            flat,
            bias,
            add: None,
            to,
        })));
        Some(value)
    }

    /// Addition of two maps, or something done to a convolution's result that can be taken into it.
    fn binary(&mut self, node: &TypedNode, name: &str) -> Option<Value> {
        let [a, b] = node.inputs[..] else { return None };
        let (from, constant) = match (self.constant(a), self.constant(b)) {
            (None, None) => return self.sum(node, a, b, name),
            (None, Some(constant)) => (a, constant),
            (Some(constant), None) => (b, constant),
            (Some(_), Some(_)) => return None,
        };
        let value = self.values.get(&from)?.clone();
        let alone = self.readers.get(&from) == Some(&1);
        let Value::Maps(maps) = &value else { return None };
        let [map] = maps[..] else { return None };
        let channels = self.maps[map].channels;
        let along = self.along_channels(node, from, constant.len(), channels);
        let Some(Draft::Conv(draft)) = self.drafts.get_mut(self.writer[map]?) else {
            return None;
        };
        if !alone || draft.conv.relu || draft.add.is_some() || !along {
            return None;
        }
        let of = |channel: usize| constant[if constant.len() == 1 { 0 } else { channel }];
        match name {
            "Max" if constant.iter().all(|value| *value == 0.0) => draft.conv.relu = true,
            "Add" => {
                for (channel, bias) in draft.bias.iter_mut().enumerate() {
                    *bias += of(channel);
                }
            }
            "Mul" => {
                let each = draft.flat.len() / channels;
                for (channel, weights) in draft.flat.chunks_exact_mut(each).enumerate() {
                    weights.iter_mut().for_each(|weight| *weight *= of(channel));
                    draft.bias[channel] *= of(channel);
                }
            }
            _ => return None,
        }
        Some(value)
    }

    /// Whether so many constants belong to all numbers alike, or one to each channel.
    fn along_channels(
        &self,
        node: &TypedNode,
        from: OutletId,
        constants: usize,
        channels: usize,
    ) -> bool {
        let other = node.inputs.iter().find(|input| **input != from);
        let shape = other.and_then(|other| self.model.outlet_fact(*other).ok()?.shape.as_concrete());
        constants == 1 || (constants == channels && shape == Some(&[1, channels, 1, 1]))
    }

    fn sum(&mut self, node: &TypedNode, a: OutletId, b: OutletId, name: &str) -> Option<Value> {
        let (Value::Maps(one), Value::Maps(other)) = (self.values.get(&a)?, self.values.get(&b)?)
        else {
            return None;
        };
        let ([one], [other]) = (&one[..], &other[..]) else {
            return None;
        };
        let (one, other) = (*one, *other);
        let alike = |map: usize| Shape {
            border: 0,
            ..self.maps[map]
        };
        if name != "Add" || alike(one) != alike(other) {
            return None;
        }
        for (from, outlet, add) in [(one, a, other), (other, b, one)] {
            let Some(writer) = self.writer[from] else { continue };
            // What is added must be there before the convolution runs.
            let earlier = self.writer[add].is_none_or(|before| before < writer);
            if let Some(Draft::Conv(draft)) = self.drafts.get_mut(writer)
                && draft.add.is_none()
                && earlier
                && self.readers.get(&outlet) == Some(&1)
            {
                draft.add = Some(add);
                return Some(Value::Maps(vec![from]));
            }
        }
        let [_, channels, height, width] = self.shape(node.id.into())?;
        let to = self.new_map(channels, height, width, Some(self.drafts.len()));
        self.drafts.push(Draft::Done(Step::Add {
            a: one,
            b: other,
            to,
        }));
        Some(Value::Maps(vec![to]))
    }

    fn pool(&mut self, node: &TypedNode, op: &MaxPool) -> Option<Value> {
        let spec = &op.pool_spec;
        let Value::Maps(maps) = self.values.get(&node.inputs[0])? else {
            return None;
        };
        let [from] = maps[..] else { return None };
        let shape = self.maps[from];
        let [_, channels, height, width] = self.shape(node.id.into())?;
        let fits = op.with_index_outputs.is_none()
            && spec.data_format == DataFormat::NCHW
            && spec.kernel_shape[..] == [2, 2]
            && (0..2).all(|axis| spec.stride(axis) == 2 && spec.dilation(axis) == 1)
            && padded(spec, 0)
            && (height, width) == (shape.height.div_ceil(2), shape.width.div_ceil(2));
        if !fits {
            return None;
        }
        let to = self.new_map(channels, height, width, Some(self.drafts.len()));
        self.drafts.push(Draft::Done(Step::Pool { from, to }));
        Some(Value::Maps(vec![to]))
    }

    fn resize(&mut self, node: &TypedNode, op: &Resize) -> Option<Value> {
        let CoordTransform::Plain(how) = &op.coord_transformer else {
            return None;
        };
        let [_, _, from_height, from_width] = self.shape(node.inputs[0])?;
        let [_, channels, height, width] = self.shape(node.id.into())?;
        let known = matches!(
            how,
            CoordTransformer::HalfPixel
                | CoordTransformer::PytorchHalfPixel
                | CoordTransformer::Asymmetric
                | CoordTransformer::AlignCorners
        );
        let linear = matches!(op.interpolator, Interpolator::Linear);
        let exact = match op.optional_scales_input.and_then(|index| node.inputs.get(index)) {
            // With a scale that leads to no whole number, pixels lie elsewhere than the shapes tell.
            Some(scales) => match self.constant(*scales)?[..] {
                [one, same, down, across] => {
                    one == 1.0
                        && same == 1.0
                        && down * from_height as f32 == height as f32
                        && across * from_width as f32 == width as f32
                }
                [] => true,
                _ => false,
            },
            None => true,
        };
        let plain = op.axes.is_none()
            && !op.antialias
            && !op.exclude_outside
            && op.keep_aspect_ratio_policy == tract_onnx_opl::resize::AspectRatio::Stretch;
        if !known || !linear || !exact || !plain {
            return None;
        }
        let rows = between(from_height, height, how.clone());
        let columns = between(from_width, width, how.clone());
        match self.values.get(&node.inputs[0])?.clone() {
            Value::Maps(maps) => {
                let [from] = maps[..] else { return None };
                let to = self.new_map(channels, height, width, Some(self.drafts.len()));
                self.drafts.push(Draft::Done(Step::Resize {
                    from,
                    rows,
                    columns,
                    to,
                }));
                Some(Value::Maps(vec![to]))
            }
            Value::Planes(planes) => {
                let [from] = planes[..] else { return None };
                let to = self.new_plane(height, width);
                self.drafts.push(Draft::Done(Step::ResizePlane {
                    from,
                    rows,
                    columns,
                    to,
                }));
                Some(Value::Planes(vec![to]))
            }
        }
    }

    fn concat(&mut self, node: &TypedNode) -> Option<Value> {
        let (mut maps, mut planes) = (Vec::new(), Vec::new());
        for input in &node.inputs {
            match self.values.get(input)? {
                Value::Maps(more) => maps.extend(more),
                Value::Planes(more) => planes.extend(more),
            }
        }
        match (maps.is_empty(), planes.is_empty()) {
            (false, true) => Some(Value::Maps(maps)),
            (true, false) => Some(Value::Planes(planes)),
            _ => None,
        }
    }

    fn sigmoid(&mut self, node: &TypedNode) -> Option<Value> {
        let Value::Planes(planes) = self.values.get(&node.inputs[0])? else {
            return None;
        };
        let [from] = planes[..] else { return None };
        let (height, width) = self.planes[from];
        let to = self.new_plane(height, width);
        self.drafts.push(Draft::Done(Step::Sigmoid { from, to }));
        Some(Value::Planes(vec![to]))
    }

    /// Numbers that do not depend on the input.
    fn constant(&self, outlet: OutletId) -> Option<Vec<f32>> {
        let fact = self.model.outlet_fact(outlet).ok()?;
        let tensor: Arc<Tensor> = match &fact.konst {
            Some(tensor) => Arc::clone(tensor),
            None => {
                let node = self.model.node(outlet.node);
                node.op_as::<Cast>()?;
                return self.constant(*node.inputs.first()?);
            }
        };
        let tensor = tensor.cast_to::<f32>().ok()?;
        let view = tensor.to_plain_array_view::<f32>().ok()?;
        Some(view.iter().copied().collect())
    }

    fn shape(&self, outlet: OutletId) -> Option<[usize; 4]> {
        let fact = self.model.outlet_fact(outlet).ok()?;
        fact.shape.as_concrete()?.try_into().ok()
    }

    fn new_map(&mut self, channels: usize, height: usize, width: usize, writer: Option<usize>) -> usize {
        self.maps.push(Shape {
            channels,
            height,
            width,
            border: 0,
        });
        self.writer.push(writer);
        self.maps.len() - 1
    }

    fn new_plane(&mut self, height: usize, width: usize) -> usize {
        self.planes.push((height, width));
        self.planes.len() - 1
    }

    fn finished(self, input: usize, output: usize) -> Plan {
        let maps = self.maps;
        let steps = self.drafts.into_iter().map(|draft| match draft {
            Draft::Done(step) => step,
            Draft::Conv(draft) => draft.packed(&maps),
        });
        Plan {
            steps: steps.collect(),
            input,
            planes: self.planes,
            output,
            maps: maps.clone(),
        }
    }
}

impl ConvDraft {
    fn packed(self, maps: &[Shape]) -> Step {
        let inputs: Vec<usize> = self.from.iter().map(|map| maps[*map].channels).collect();
        let mut conv = self.conv;
        match self.to {
            Target::Map(to) => {
                conv.weights = conv.packed(&self.flat, &inputs, self.bias.len());
                conv.bias = self
                    .bias
                    .chunks(LANES)
                    .map(|part| Block(std::array::from_fn(|lane| part.get(lane).copied().unwrap_or(0.0))))
                    .collect();
                Step::Conv {
                    conv,
                    from: self.from,
                    add: self.add,
                    to,
                }
            }
            Target::Plane(to) => {
                let mut few = Few {
                    kernel: conv.kernel,
                    dilation: conv.dilation,
                    weights: Vec::new(),
                    bias: self.bias.first().copied().unwrap_or(0.0),
                };
                few.weights = few.packed(&self.flat, &inputs);
                Step::Few {
                    few,
                    from: self.from,
                    to,
                }
            }
        }
    }
}

/// Whether so many zeros are put on every side.
fn padded(spec: &PoolSpec, zeros: usize) -> bool {
    let all = |sides: &[usize]| sides.iter().all(|side| *side == zeros);
    match &spec.padding {
        PaddingSpec::Explicit(before, after) | PaddingSpec::ExplicitOnnxPool(before, after, _) => {
            all(before) && all(after)
        }
        PaddingSpec::Valid => zeros == 0,
        PaddingSpec::SameUpper | PaddingSpec::SameLower => false,
    }
}
