//! U²-Net, its small edition and IS-Net, as their authors describe them: an encoder and a decoder whose every stage is a
//! small U-Net of its own, and a mask from every decoder stage, put together by one convolution.
//!
//! Source: Qin and others, “U²-Net: Going Deeper with Nested U-Structure for Salient Object Detection” (2020), figure 5 and
//! table 1; “Highly Accurate Dichotomous Image Segmentation” (2022) for IS-Net, which has the same stages behind a first
//! convolution of stride 2 and no convolution that puts the masks together.

use crate::onnx::{Attribute, Onnx};
use crate::random::Random;

/// Channels within a stage and behind it, for the eleven stages in the order in which they run.
#[derive(Debug, Clone, Copy)]
pub struct Widths {
    /// Encoder stages 1 to 6: channels within, channels behind.
    pub encoder: [(i64, i64); 6],
    /// Decoder stages 5 to 1.
    pub decoder: [(i64, i64); 5],
}

impl Widths {
    /// Those of u2netp: 1.1 million weights.
    pub const U2NETP: Self = Self {
        encoder: [(16, 64); 6],
        decoder: [(16, 64); 5],
    };

    /// Those of u2net and IS-Net: 44 million weights.
    pub const U2NET: Self = Self {
        encoder: [
            (32, 64),
            (32, 128),
            (64, 256),
            (128, 512),
            (256, 512),
            (256, 512),
        ],
        decoder: [(256, 512), (128, 256), (64, 128), (32, 64), (16, 64)],
    };
}

/// A network of u2netp's shape for pictures of `side` pixels a side (320 in the known file).
pub fn u2netp(side: i64, seed: u64) -> Vec<u8> {
    u2net_like(side, &Widths::U2NETP, false, seed)
}

/// A network of u2net's shape (`side` 320 in the known file).
pub fn u2net(side: i64, seed: u64) -> Vec<u8> {
    u2net_like(side, &Widths::U2NET, false, seed)
}

/// A network of IS-Net's shape (`side` 1024 in the known file).
pub fn isnet(side: i64, seed: u64) -> Vec<u8> {
    u2net_like(side, &Widths::U2NET, true, seed)
}

/// A network of this family. `side` is a multiple of 2 at least 32; `halved` puts a convolution of stride 2 in front.
pub fn u2net_like(side: i64, widths: &Widths, halved: bool, seed: u64) -> Vec<u8> {
    Drawing::new(side, seed).whole(widths, halved)
}

/// What flows between nodes.
#[derive(Debug, Clone)]
struct Flow {
    name: String,
    channels: i64,
    side: i64,
}

struct Drawing {
    onnx: Onnx,
    random: Random,
    nodes: usize,
    side: i64,
}

impl Drawing {
    fn new(side: i64, seed: u64) -> Self {
        Self {
            onnx: Onnx::default().input("picture", &[1, 3, side, side]),
            random: Random::new(seed),
            nodes: 0,
            side,
        }
    }

    fn whole(mut self, widths: &Widths, halved: bool) -> Vec<u8> {
        let mut flow = Flow {
            name: "picture".to_owned(),
            channels: 3,
            side: self.side,
        };
        if halved {
            flow = self.conv(&flow, 64, 3, 1, 2);
        }
        let mut encoded = Vec::new();
        for (stage, (mid, out)) in widths.encoder.into_iter().enumerate() {
            let depth = DEPTHS[stage];
            let made = self.stage(&flow, depth, mid, out);
            encoded.push(made.clone());
            flow = if stage < 5 { self.pool(&made) } else { made };
        }
        let mut masks = vec![flow.clone()];
        for (stage, (mid, out)) in widths.decoder.into_iter().enumerate() {
            let beside = encoded[4 - stage].clone();
            let up = self.resize(&flow, beside.side);
            let both = self.concat(&[&up, &beside]);
            flow = self.stage(&both, DEPTHS[4 - stage], mid, out);
            masks.push(flow.clone());
        }
        masks.reverse();
        let masks: Vec<Flow> = masks
            .iter()
            .map(|from| {
                let mask = self.conv(from, 1, 3, 1, 1);
                self.resize(&mask, self.side)
            })
            .collect();
        let last = if halved {
            masks[0].clone()
        } else {
            let all: Vec<&Flow> = masks.iter().collect();
            let all = self.concat(&all);
            self.conv(&all, 1, 1, 1, 1)
        };
        let mask = self.add_node("Sigmoid", &[&last.name], &[]);
        self.onnx.output(&mask).file()
    }

    /// A U of `depth` levels; below four levels (0) dilation takes the place of pooling.
    fn stage(&mut self, from: &Flow, depth: usize, mid: i64, out: i64) -> Flow {
        let first = self.step(from, out, 1);
        let made = if depth == 0 {
            self.dilated(&first, mid, out)
        } else {
            self.pooled(&first, depth, mid, out)
        };
        let sum = self.add_node("Add", &[&made.name, &first.name], &[]);
        Flow { name: sum, ..made }
    }

    fn pooled(&mut self, first: &Flow, depth: usize, mid: i64, out: i64) -> Flow {
        let mut down = Vec::new();
        let mut flow = self.step(first, mid, 1);
        down.push(flow.clone());
        for _ in 2..depth {
            let half = self.pool(&flow);
            flow = self.step(&half, mid, 1);
            down.push(flow.clone());
        }
        flow = self.step(&flow, mid, 2);
        for (level, beside) in down.iter().enumerate().rev() {
            let up = if flow.side == beside.side {
                flow
            } else {
                self.resize(&flow, beside.side)
            };
            let both = self.concat(&[&up, beside]);
            flow = self.step(&both, if level == 0 { out } else { mid }, 1);
        }
        flow
    }

    fn dilated(&mut self, first: &Flow, mid: i64, out: i64) -> Flow {
        let one = self.step(first, mid, 1);
        let two = self.step(&one, mid, 2);
        let three = self.step(&two, mid, 4);
        let four = self.step(&three, mid, 8);
        let both = self.concat(&[&four, &three]);
        let three = self.step(&both, mid, 4);
        let both = self.concat(&[&three, &two]);
        let two = self.step(&both, mid, 2);
        let both = self.concat(&[&two, &one]);
        self.step(&both, out, 1)
    }

    /// A convolution of 3 by 3 and what is below zero cut off.
    fn step(&mut self, from: &Flow, channels: i64, dilation: i64) -> Flow {
        let made = self.conv(from, channels, 3, dilation, 1);
        let name = self.add_node("Relu", &[&made.name], &[]);
        Flow { name, ..made }
    }

    fn conv(&mut self, from: &Flow, channels: i64, kernel: i64, dilation: i64, stride: i64) -> Flow {
        let inputs = from.channels * kernel * kernel;
        // Keeps the spread of numbers from layer to layer (He and others, 2015), for an even distribution.
        let reach = (6.0 / inputs as f32).sqrt();
        let weights = self.random.many((channels * inputs) as usize, reach);
        let bias = self.random.many(channels as usize, 0.1);
        let (weight, offset) = (format!("weights{}", self.nodes), format!("bias{}", self.nodes));
        let shape = [channels, from.channels, kernel, kernel];
        let onnx = std::mem::take(&mut self.onnx);
        let onnx = onnx.floats(&weight, &shape, &weights);
        self.onnx = onnx.floats(&offset, &[channels], &bias);
        let pad = dilation * (kernel / 2);
        let name = self.add_node(
            "Conv",
            &[&from.name, &weight, &offset],
            &[
                Attribute::Ints("dilations", &[dilation; 2]),
                Attribute::Int("group", 1),
                Attribute::Ints("kernel_shape", &[kernel; 2]),
                Attribute::Ints("pads", &[pad; 4]),
                Attribute::Ints("strides", &[stride; 2]),
            ],
        );
        Flow {
            name,
            channels,
            side: from.side.div_ceil_by(stride),
        }
    }

    fn pool(&mut self, from: &Flow) -> Flow {
        let name = self.add_node(
            "MaxPool",
            &[&from.name],
            &[
                Attribute::Int("ceil_mode", 1),
                Attribute::Ints("kernel_shape", &[2, 2]),
                Attribute::Ints("pads", &[0; 4]),
                Attribute::Ints("strides", &[2, 2]),
            ],
        );
        Flow {
            name,
            channels: from.channels,
            side: from.side.div_ceil_by(2),
        }
    }

    fn resize(&mut self, from: &Flow, side: i64) -> Flow {
        let sizes = format!("sizes{}", self.nodes);
        let onnx = std::mem::take(&mut self.onnx);
        self.onnx = onnx.ints(&sizes, &[1, from.channels, side, side]);
        let name = self.add_node(
            "Resize",
            &[&from.name, "", "", &sizes],
            &[
                Attribute::Text("coordinate_transformation_mode", "pytorch_half_pixel"),
                Attribute::Text("mode", "linear"),
                Attribute::Text("nearest_mode", "floor"),
            ],
        );
        Flow {
            name,
            channels: from.channels,
            side,
        }
    }

    fn concat(&mut self, parts: &[&Flow]) -> Flow {
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        let name = self.add_node("Concat", &names, &[Attribute::Int("axis", 1)]);
        Flow {
            name,
            channels: parts.iter().map(|part| part.channels).sum(),
            side: parts[0].side,
        }
    }

    fn add_node(&mut self, kind: &str, inputs: &[&str], attributes: &[Attribute<'_>]) -> String {
        let name = format!("{}{}", kind.to_lowercase(), self.nodes);
        self.nodes += 1;
        let onnx = std::mem::take(&mut self.onnx);
        self.onnx = onnx.node_with(kind, inputs, &name, attributes);
        name
    }
}

/// Levels of the U in encoder stages 1 to 6; 0 is the kind that dilates.
const DEPTHS: [usize; 6] = [7, 6, 5, 4, 0, 0];

trait DivCeil {
    fn div_ceil_by(self, by: Self) -> Self;
}

impl DivCeil for i64 {
    fn div_ceil_by(self, by: i64) -> i64 {
        (self + by - 1) / by
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_small_network_has_the_known_number_of_weights() {
        // 4.6 MB in the known file: 1.13 million weights of four bytes and the graph.
        let bytes = u2netp(320, 1).len();
        assert!((4_500_000..4_700_000).contains(&bytes), "{bytes}");
        assert_eq!(u2netp(64, 7), u2netp(64, 7));
        assert_ne!(u2netp(64, 7), u2netp(64, 8));
    }
}
