//! ONNX files, written by hand: just enough protobuf for a network.
//!
//! Field numbers are those of `onnx.proto`.

/// A message while it is written.
#[derive(Debug, Default, Clone)]
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

/// An attribute of a node.
#[derive(Debug, Clone, Copy)]
pub enum Attribute<'a> {
    /// One whole number.
    Int(&'a str, i64),
    /// Several whole numbers.
    Ints(&'a str, &'a [i64]),
    /// Text.
    Text(&'a str, &'a str),
}

/// Kinds of attributes and of tensors, as `onnx.proto` numbers them.
const ATTRIBUTE_INT: i64 = 2;
const ATTRIBUTE_STRING: i64 = 3;
const ATTRIBUTE_INTS: i64 = 7;
const TENSOR_FLOAT: i64 = 1;
const TENSOR_INT64: i64 = 7;

impl Attribute<'_> {
    fn message(self) -> Message {
        match self {
            Self::Int(name, value) => {
                let named = Message::default().text(1, name).int(3, value);
                named.int(20, ATTRIBUTE_INT)
            }
            Self::Ints(name, values) => {
                let named = Message::default().text(1, name);
                let all = values.iter().fold(named, |all, value| all.int(8, *value));
                all.int(20, ATTRIBUTE_INTS)
            }
            Self::Text(name, value) => {
                let named = Message::default().text(1, name).text(4, value);
                named.int(20, ATTRIBUTE_STRING)
            }
        }
    }
}

/// A network with one graph, of operator set 13.
#[derive(Debug, Clone, Default)]
pub struct Onnx {
    graph: Message,
}

impl Onnx {
    /// Reads `name`, numbers (f32) of `shape`.
    #[must_use]
    pub fn input(mut self, name: &str, shape: &[i64]) -> Self {
        let dims = shape.iter().fold(Message::default(), |dims, side| {
            dims.message(1, &Message::default().int(1, *side))
        });
        let tensor = Message::default().int(1, TENSOR_FLOAT).message(2, &dims);
        let kind = Message::default().message(1, &tensor);
        let value = Message::default().text(1, name).message(2, &kind);
        self.graph = self.graph.message(11, &value);
        self
    }

    /// Gives `name`, numbers (f32); its shape is for the reader to find.
    #[must_use]
    pub fn output(mut self, name: &str) -> Self {
        let tensor = Message::default().int(1, TENSOR_FLOAT);
        let kind = Message::default().message(1, &tensor);
        let value = Message::default().text(1, name).message(2, &kind);
        self.graph = self.graph.message(12, &value);
        self
    }

    /// An operator of `kind` without attributes.
    #[must_use]
    pub fn node(self, kind: &str, inputs: &[&str], output: &str) -> Self {
        self.node_with(kind, inputs, output, &[])
    }

    /// An operator of `kind`.
    #[must_use]
    pub fn node_with(
        mut self,
        kind: &str,
        inputs: &[&str],
        output: &str,
        attributes: &[Attribute<'_>],
    ) -> Self {
        let names = inputs
            .iter()
            .fold(Message::default(), |node, name| node.text(1, name));
        let node = names.text(2, output).text(3, output).text(4, kind);
        let node = attributes.iter().fold(node, |node, attribute| {
            node.message(5, &attribute.message())
        });
        self.graph = self.graph.message(1, &node);
        self
    }

    /// A constant of numbers (f32).
    #[must_use]
    pub fn floats(self, name: &str, shape: &[i64], values: &[f32]) -> Self {
        let raw: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.tensor(name, shape, TENSOR_FLOAT, &raw)
    }

    /// A constant of whole numbers (i64) in one row.
    #[must_use]
    pub fn ints(self, name: &str, values: &[i64]) -> Self {
        let raw: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.tensor(name, &[values.len() as i64], TENSOR_INT64, &raw)
    }

    fn tensor(mut self, name: &str, shape: &[i64], kind: i64, raw: &[u8]) -> Self {
        let dims = shape
            .iter()
            .fold(Message::default(), |tensor, side| tensor.int(1, *side));
        let tensor = dims.int(2, kind).text(8, name).bytes(9, raw);
        self.graph = self.graph.message(5, &tensor);
        self
    }

    /// The bytes of the file.
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
