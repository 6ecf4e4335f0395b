//! The kinds of jobs that work on pictures.

use std::time::Duration;

use jobs::{Kind, Limit, Priority, Product};

/// A preview at the size of its view.
pub const PREVIEW: &str = "preview";
/// A preview at full size.
pub const PREVIEW_FULL: &str = "preview-full";
/// A preview that asks a network, at either size.
pub const PREVIEW_NETWORK: &str = "preview-network";
/// A background removed from one picture, here or by a server.
pub const REMOVE_BACKGROUND: &str = "remove-background";
/// A network read before it is needed.
pub const WARM_MODEL: &str = "warm-model";
/// A server asked whether it is there.
pub const ASK_SERVER: &str = "ask-server";

/// All of them, for [`jobs::Kinds::new`]. What asks a network is held back first when memory runs short.
///
/// A removal steps behind previews, because whoever asked for it waits without a hand on a control, and while a server
/// does the work its worker does theirs.
pub fn kinds() -> [Kind; 6] {
    let seconds = Duration::from_secs;
    [
        Kind::new(PREVIEW, Product::Preview),
        Kind::new(PREVIEW_FULL, Product::Preview)
            .limit(Limit::Total(seconds(60)))
            .spreads(),
        Kind::new(PREVIEW_NETWORK, Product::Preview)
            .limit(Limit::Total(seconds(120)))
            .silence(seconds(60))
            .suspendable()
            .spreads(),
        Kind::new(REMOVE_BACKGROUND, Product::BackgroundRemoval)
            .priority(Priority::Export)
            .limit(Limit::Total(seconds(300)))
            .silence(seconds(60))
            .suspendable()
            .spreads(),
        Kind::new(WARM_MODEL, Product::BackgroundRemoval)
            .priority(Priority::Background)
            .silence(seconds(60))
            .suspendable(),
        Kind::new(ASK_SERVER, Product::BackgroundRemoval).priority(Priority::Background),
    ]
}
