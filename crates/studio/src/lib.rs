//! Imaging at work: pictures on the worker pool, models on disk, servers elsewhere.
//!
//! - [`Tools`] runs `imaging` inside a job: its checkpoints are the job's, its memory is the pool's.
//! - [`View`] shows what a person is choosing while they choose it; all of it on this computer.
//! - [`models::Store`] has the networks that remove backgrounds: the catalogue, their licences, fetching, checking.
//! - [`server::Server`] is a rembg server.
//! - [`routing::Remover`] removes backgrounds here or there: [`routing::decide`] says where, and why.
//!
//! [`kinds`] lists the jobs that a pool must know for this.
//!
//! Invariants: no pixel is copied on its way from one thread to another. Whatever a server or a file says is looked at
//! before it is used, and what is wrong with it is said with what, where and what to do.
//! Not here: what an operation does to pixels (`imaging`), which job runs when (`jobs`), robots and datasets.

mod kinds;
pub mod models;
mod net;
pub mod routing;
pub mod server;
mod view;
mod work;

pub use kinds::{
    ASK_SERVER, PREVIEW, PREVIEW_FULL, PREVIEW_NETWORK, REMOVE_BACKGROUND, WARM_MODEL, kinds,
};
pub use net::{Cancel, NetError, Patience};
pub use view::{Clear, Figures, Ground, Opaque, Shown, Stage, Style, Told, View, Visible};
pub use work::{Made, PooledBuffers, Tools};
