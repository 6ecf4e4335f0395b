//! ONNX files, written by hand: just enough protobuf for small networks.
//!
//! Field numbers are those of `onnx.proto`.

/// A message while it is written.
#[derive(Default, Clone)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn int(mut self, field: u64, value: i64) -> Self {
        self.varint(field << 3);
        self.varint(value as u64);
        self
    }

    fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    fn message(self, field: u64, message: &Self) -> Self {
        self.bytes(field, &message.0)
    }
}

const FLOAT: i64 = 1;
const INT64: i64 = 7;

/// A network with one graph.
#[derive(Clone, Default)]
pub struct Onnx {
    graph: Message,
}

impl Onnx {
    /// Reads `input`, numbers of `shape`.
    pub fn input(mut self, name: &str, shape: &[i64]) -> Self {
        self.graph = self.graph.message(11, &value(name, shape));
        self
    }

    /// Reads `input` of a shape with numbers and letters, which stand for any number.
    pub fn open_input(mut self, name: &str, shape: &[&str]) -> Self {
        let dims = shape.iter().fold(Message::default(), |dims, side| {
            let dim = match side.parse() {
                Ok(number) => Message::default().int(1, number),
                Err(_) => Message::default().text(2, side),
            };
            dims.message(1, &dim)
        });
        self.graph = self.graph.message(11, &described(name, &dims));
        self
    }

    /// A table that says it has `shape`, whatever its bytes.
    pub fn claiming(self, name: &str, shape: &[i64], bytes: &[u8]) -> Self {
        self.tensor(name, shape, FLOAT, bytes)
    }

    /// A table whose numbers are in the file `elsewhere`.
    pub fn outside(mut self, name: &str, elsewhere: &str) -> Self {
        let place = Message::default().text(1, "location").text(2, elsewhere);
        let tensor = Message::default().int(1, 1).int(2, FLOAT).text(8, name);
        let tensor = tensor.message(13, &place).int(14, 1);
        self.graph = self.graph.message(5, &tensor);
        self
    }

    /// A step with a whole graph as a parameter.
    pub fn nested(mut self, kind: &str, input: &str, inner: &Self, output: &str) -> Self {
        let attribute = Message::default()
            .text(1, "then_branch")
            .message(6, &inner.graph);
        let node = Message::default()
            .text(1, input)
            .text(2, output)
            .text(4, kind);
        self.graph = self
            .graph
            .message(1, &node.message(5, &attribute.int(20, 5)));
        self
    }

    /// Gives `name`; its shape is for the reader to find.
    pub fn output(mut self, name: &str) -> Self {
        self.graph = self.graph.message(12, &Message::default().text(1, name));
        self
    }

    pub fn node(mut self, kind: &str, inputs: &[&str], output: &str) -> Self {
        let names = inputs
            .iter()
            .fold(Message::default(), |node, name| node.text(1, name));
        let node = names.text(2, output).text(3, output).text(4, kind);
        self.graph = self.graph.message(1, &node);
        self
    }

    pub fn floats(self, name: &str, shape: &[i64], values: &[f32]) -> Self {
        let raw: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.tensor(name, shape, FLOAT, &raw)
    }

    pub fn ints(self, name: &str, values: &[i64]) -> Self {
        let raw: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.tensor(name, &[values.len() as i64], INT64, &raw)
    }

    fn tensor(mut self, name: &str, shape: &[i64], kind: i64, raw: &[u8]) -> Self {
        let dims = shape
            .iter()
            .fold(Message::default(), |tensor, side| tensor.int(1, *side));
        let tensor = dims.int(2, kind).text(8, name).bytes(9, raw);
        self.graph = self.graph.message(5, &tensor);
        self
    }

    pub fn file(&self) -> Vec<u8> {
        let opset = Message::default().text(1, "").int(2, 13);
        let graph = self.graph.clone().text(2, "network");
        Message::default()
            .int(1, 8)
            .message(8, &opset)
            .message(7, &graph)
            .0
    }
}

fn value(name: &str, shape: &[i64]) -> Message {
    let dims = shape.iter().fold(Message::default(), |dims, side| {
        dims.message(1, &Message::default().int(1, *side))
    });
    described(name, &dims)
}

fn described(name: &str, dims: &Message) -> Message {
    let tensor = Message::default().int(1, FLOAT).message(2, dims);
    let kind = Message::default().message(1, &tensor);
    Message::default().text(1, name).message(2, &kind)
}

/// A network that reads squares of `side` and gives how much red and blue there is, and how little green.
pub fn colours(side: i64) -> Onnx {
    Onnx::default()
        .input("picture", &[1, 3, side, side])
        .floats("weights", &[1, 3, 1, 1], &[0.5, -0.2, 0.8])
        .floats("bias", &[1], &[0.1])
        .node("Conv", &["picture", "weights", "bias"], "sum")
        .node("Sigmoid", &["sum"], "mask")
        .output("mask")
}
