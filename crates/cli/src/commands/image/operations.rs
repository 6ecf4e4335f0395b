//! `tendon image operations`: everything that can be done, with fields.

use imaging::Operation;
use serde_json::json;

use crate::output::Out;

/// Lists all of them.
pub fn run(out: &mut Out) {
    out.one_answer();
    let all: Vec<_> = Operation::NAMES
        .iter()
        .map(|name| json!({ "name": name, "fields": Operation::fields(name) }))
        .collect();
    out.object("operations", json!({ "operations": all }));
    for name in Operation::NAMES {
        let fields = Operation::fields(name).join(", ");
        out.say(format!("{name:<20}{fields}").trim_end());
    }
}
