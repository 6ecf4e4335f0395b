//! Networks that find what a picture is about, read from ONNX files.

mod ceiling;
mod model;
mod networks;
mod session;
mod spec;

pub use model::{LARGEST_MODEL, Model, USUAL_MEMORY};
pub(crate) use networks::MaskKey;
pub use networks::{MaskReport, Networks};
pub use session::{IDLE, Session, SessionReport};
pub use spec::ModelSpec;
