//! What our engine gives against what tract gives for the same file.

use std::io::Cursor;

use convnet::{Isa, Net, Stopped};
use sample_nets::{Attribute, Onnx, Random, Widths, u2net_like};
use tract_onnx::prelude::*;

/// Widths at which a whole network takes little time to compare, with blocks that are not full.
const NARROW: Widths = Widths {
    encoder: [(8, 16), (8, 24), (16, 32), (16, 32), (16, 48), (16, 48)],
    decoder: [(16, 48), (16, 32), (16, 24), (8, 16), (8, 20)],
};

fn typed(file: &[u8], shape: [usize; 4]) -> TypedModel {
    let mut model = tract_onnx::onnx()
        .model_for_read(&mut Cursor::new(file))
        .unwrap();
    model.set_input_fact(0, f32::fact(shape).into()).unwrap();
    let first = model.output_outlets().unwrap()[0];
    model.select_output_outlets(&[first]).unwrap();
    model.into_typed().unwrap()
}

fn by_tract(file: &[u8], shape: [usize; 4], input: &[f32]) -> Vec<f32> {
    let plan = typed(file, shape)
        .into_optimized()
        .unwrap()
        .into_runnable()
        .unwrap();
    let tensor = Tensor::from_shape(&shape, input).unwrap();
    let made = plan.run(tvec![tensor.into()]).unwrap();
    let view = made[0].to_plain_array_view::<f32>().unwrap();
    view.iter().copied().collect()
}

/// The largest difference to tract, over all instruction sets, on one thread and on many.
fn farthest(file: &[u8], shape: [usize; 4]) -> f32 {
    let input = Random::new(99).many(shape.iter().product(), 2.0);
    let expected = by_tract(file, shape, &input);
    assert!(expected.iter().all(|value| value.is_finite()));
    let net = Net::new(&typed(file, shape)).unwrap();
    let mut farthest: f32 = 0.0;
    for isa in Isa::all() {
        for spread in [false, true] {
            let made = net.run(&input, spread, isa, |_| true).unwrap();
            assert_eq!(made.len(), expected.len());
            for (made, expected) in made.iter().zip(&expected) {
                farthest = farthest.max((made - expected).abs());
            }
        }
    }
    farthest
}

#[test]
fn whole_networks_equal_tracts() {
    for (side, halved) in [(64, false), (70, false), (96, true)] {
        let file = u2net_like(side, &NARROW, halved, 5);
        let side = side as usize;
        let far = farthest(&file, [1, 3, side, side]);
        assert!(far < 1e-4, "side {side}, halved {halved}: {far}");
    }
}

#[test]
fn the_small_network_of_the_known_size_equals_tracts() {
    let far = farthest(&sample_nets::u2netp(64, 3), [1, 3, 64, 64]);
    assert!(far < 1e-4, "{far}");
}

/// One convolution with these attributes, then a mask from all of its channels.
fn conv(
    (channels, outputs): (i64, i64),
    (height, width): (i64, i64),
    (kernel, dilation, stride): (i64, i64, i64),
) -> Vec<u8> {
    let mut random = Random::new((channels * 7 + outputs) as u64);
    let count = |numbers: i64| numbers as usize;
    let reach = 1.0 / ((channels * kernel * kernel) as f32).sqrt();
    Onnx::default()
        .input("x", &[1, channels, height, width])
        .floats(
            "w",
            &[outputs, channels, kernel, kernel],
            &random.many(count(outputs * channels * kernel * kernel), reach),
        )
        .floats("b", &[outputs], &random.many(count(outputs), 1.0))
        .node_with(
            "Conv",
            &["x", "w", "b"],
            "sum",
            &[
                Attribute::Ints("dilations", &[dilation; 2]),
                Attribute::Ints("kernel_shape", &[kernel; 2]),
                Attribute::Ints("pads", &[dilation * (kernel / 2); 4]),
                Attribute::Ints("strides", &[stride; 2]),
            ],
        )
        .node("Relu", &["sum"], "kept")
        .floats("all", &[1, outputs, 1, 1], &random.many(count(outputs), reach))
        .node("Conv", &["kept", "all"], "mask")
        .output("mask")
        .file()
}

#[test]
fn convolutions_of_every_kind_equal_tracts() {
    for (channels, outputs) in [(3, 16), (16, 16), (17, 5), (33, 40), (1, 2)] {
        for (height, width) in [(9, 31), (1, 1), (2, 5), (12, 6)] {
            for (kernel, dilation, stride) in
                [(3, 1, 1), (3, 2, 1), (3, 8, 1), (1, 1, 1), (3, 1, 2), (1, 1, 2)]
            {
                let file = conv((channels, outputs), (height, width), (kernel, dilation, stride));
                let shape = [1, channels, height, width].map(|side| side as usize);
                let far = farthest(&file, shape);
                assert!(
                    far < 1e-5,
                    "{channels} to {outputs}, {height}x{width}, kernel {kernel} by {dilation} in steps of {stride}: {far}"
                );
            }
        }
    }
}

#[test]
fn batch_normalisation_becomes_part_of_its_convolution() {
    let mut random = Random::new(4);
    let mut positive = random.many(16, 0.4);
    positive.iter_mut().for_each(|value| *value += 1.0);
    let file = Onnx::default()
        .input("x", &[1, 3, 8, 8])
        .floats("w", &[16, 3, 3, 3], &random.many(16 * 27, 0.3))
        .node_with("Conv", &["x", "w"], "sum", &[Attribute::Ints("pads", &[1; 4])])
        .floats("scale", &[16], &random.many(16, 1.0))
        .floats("shift", &[16], &random.many(16, 1.0))
        .floats("mean", &[16], &random.many(16, 1.0))
        .floats("variance", &[16], &positive)
        .node(
            "BatchNormalization",
            &["sum", "scale", "shift", "mean", "variance"],
            "normal",
        )
        .node("Relu", &["normal"], "kept")
        .floats("all", &[1, 16, 3, 3], &random.many(16 * 9, 0.2))
        .node_with("Conv", &["kept", "all"], "mask", &[Attribute::Ints("pads", &[1; 4])])
        .node("Sigmoid", &["mask"], "out")
        .output("out")
        .file();
    let far = farthest(&file, [1, 3, 8, 8]);
    assert!(far < 1e-5, "{far}");
    let net = Net::new(&typed(&file, [1, 3, 8, 8])).unwrap();
    assert_eq!(net.steps(), 3, "two convolutions and a sigmoid");
}

/// What is read twice must not change under one of its readers.
#[test]
fn a_result_that_others_read_too_is_left_as_it_is() {
    let mut random = Random::new(8);
    let pads = [Attribute::Ints("pads", &[1; 4])];
    let onnx = Onnx::default()
        .input("x", &[1, 16, 6, 6])
        .floats("w", &[16, 16, 3, 3], &random.many(16 * 16 * 9, 0.1))
        .node_with("Conv", &["x", "w"], "a", &pads);
    let refused = onnx
        .clone()
        .node("Relu", &["a"], "kept")
        .node("Add", &["a", "kept"], "both")
        .floats("all", &[1, 16, 3, 3], &random.many(16 * 9, 0.2))
        .node_with("Conv", &["both", "all"], "mask", &pads)
        .output("mask")
        .file();
    let error = Net::new(&typed(&refused, [1, 16, 6, 6])).unwrap_err();
    assert!(error.what.contains("not known"), "{error}");

    let twice = onnx
        .node_with("Conv", &["a", "w"], "b", &pads)
        .node("Add", &["a", "b"], "c")
        .node("Add", &["a", "c"], "d")
        .node("Add", &["d", "x"], "e")
        .floats("all", &[1, 16, 3, 3], &random.many(16 * 9, 0.2))
        .node_with("Conv", &["e", "all"], "mask", &pads)
        .output("mask")
        .file();
    let far = farthest(&twice, [1, 16, 6, 6]);
    assert!(far < 1e-5, "{far}");
}

#[test]
fn what_is_not_known_is_named() {
    let asked = |kind: &str| {
        let file = Onnx::default()
            .input("x", &[1, 3, 8, 8])
            .node(kind, &["x"], "strange")
            .floats("all", &[1, 3, 1, 1], &[0.1; 3])
            .node("Conv", &["strange", "all"], "mask")
            .output("mask")
            .file();
        Net::new(&typed(&file, [1, 3, 8, 8])).unwrap_err().to_string()
    };
    for kind in ["Softplus", "Exp", "Sigmoid", "Relu", "HardSwish"] {
        let said = asked(kind);
        assert!(said.contains("not known") && said.contains("strange"), "{said}");
    }
    let file = Onnx::default()
        .input("x", &[1, 3, 8, 8])
        .node("Identity", &["x"], "same")
        .output("same")
        .file();
    let error = Net::new(&typed(&file, [1, 3, 8, 8])).unwrap_err();
    assert!(!error.what.is_empty());
}

#[test]
fn a_run_stops_between_steps_and_the_next_one_is_whole() {
    let file = u2net_like(64, &NARROW, false, 5);
    let shape = [1, 3, 64, 64];
    let net = Net::new(&typed(&file, shape)).unwrap();
    let input = Random::new(1).many(3 * 64 * 64, 1.0);
    let whole = net.run(&input, false, Isa::Best, |_| true).unwrap();
    for stop in [0, 1, net.steps() / 2, net.steps() - 1] {
        let mut asked = 0;
        let made = net.run(&input, false, Isa::Best, |step| {
            asked += 1;
            step < stop
        });
        assert_eq!(made, Err(Stopped));
        assert_eq!(asked, stop + 1, "nothing ran after the stop");
        assert_eq!(net.run(&input, false, Isa::Best, |_| true), Ok(whole.clone()));
    }
}

#[test]
fn several_threads_run_one_network_at_once() {
    let file = u2net_like(64, &NARROW, false, 5);
    let net = Net::new(&typed(&file, [1, 3, 64, 64])).unwrap();
    let inputs: Vec<Vec<f32>> = (0..4).map(|seed| Random::new(seed).many(3 * 64 * 64, 1.0)).collect();
    let alone: Vec<_> = inputs
        .iter()
        .map(|input| net.run(input, false, Isa::Best, |_| true).unwrap())
        .collect();
    std::thread::scope(|scope| {
        for (input, alone) in inputs.iter().zip(&alone) {
            let net = &net;
            scope.spawn(move || {
                for _ in 0..3 {
                    let made = net.run(input, false, Isa::Best, |_| true).unwrap();
                    assert_eq!(&made, alone);
                }
            });
        }
    });
}

#[test]
fn memory_is_used_again() {
    let file = sample_nets::u2netp(320, 1);
    let net = Net::new(&typed(&file, [1, 3, 320, 320])).unwrap();
    // Without sharing it would be 900 MB; 64 channels at full size alone are 26.
    assert!(net.working() < 200 << 20, "{} bytes", net.working());
    assert!((4_500_000..9_000_000).contains(&net.weights()), "{} bytes", net.weights());
    assert_eq!(net.output(), (320, 320));
}
