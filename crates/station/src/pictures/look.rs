//! How it stands with pictures, for whoever looks at the whole machine: networks that are there, a server that answers.

use std::path::PathBuf;

use protocol::{ErrorCode, Failure};
use studio::Cancel;
use studio::models::{State, Store};
use studio::server::Server;

use crate::failure::failure;
use crate::settings::ImagingSettings;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Where networks are kept.
    pub folder: PathBuf,
    /// Names of those that are there.
    pub models: Vec<String>,
    /// The server, where one is set up.
    pub server: Option<ServerLook>,
}

/// A server that was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerLook {
    /// Its address.
    pub address: String,
    /// Its version, or why it does not answer.
    pub answer: Result<String, Failure>,
}

/// Looks, and asks the server where one is set up, which takes three seconds at most.
pub fn look(settings: &ImagingSettings) -> Look {
    let there = Store::new(&settings.models)
        .list()
        .into_iter()
        .filter(|listed| matches!(listed.state, State::Present { .. }));
    Look {
        folder: settings.models.clone(),
        models: there.map(|listed| listed.name).collect(),
        server: settings.server.as_ref().map(|address| ServerLook {
            address: address.clone(),
            answer: version(address),
        }),
    }
}

fn version(address: &str) -> Result<String, Failure> {
    let contract = Server::new(address).and_then(|server| server.contract(&Cancel::new()));
    contract
        .map(|contract| contract.version)
        .map_err(|error| failure(ErrorCode::NotWhile, &error, error.remedy()))
}
