//! What a rembg server says of itself, in the schema that its framework makes.

use std::collections::BTreeSet;

use serde_json::Value;

/// Most models and parameters that are taken from a schema.
const MOST: usize = 500;

/// What a server can do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contract {
    /// Its version, as it says.
    pub version: String,
    /// Models that it names; empty where it does not tell.
    pub models: BTreeSet<String>,
    /// Fields of its form.
    pub fields: BTreeSet<String>,
    /// What it takes in the query.
    pub query: BTreeSet<String>,
}

impl Contract {
    /// Reads an OpenAPI schema.
    ///
    /// # Errors
    /// What is missing, when this is no rembg server's.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let schema: Value = serde_json::from_slice(bytes)
            .map_err(|error| format!("its /openapi.json is no JSON ({error})"))?;
        let post = &schema["paths"]["/api/remove"]["post"];
        if !post.is_object() {
            return Err("it takes nothing at /api/remove".to_owned());
        }
        let parameters = post["parameters"].as_array();
        let query = parameters
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "query")
            .filter_map(|parameter| parameter["name"].as_str());
        let form = &post["requestBody"]["content"]["multipart/form-data"]["schema"];
        let form = match form["$ref"].as_str() {
            Some(reference) => referred(&schema, reference),
            None => Some(form),
        };
        let properties = form.and_then(|form| form["properties"].as_object());
        let Some(properties) = properties.filter(|properties| properties.contains_key("file"))
        else {
            return Err("its /api/remove takes no file".to_owned());
        };
        let pattern = properties
            .get("model")
            .and_then(|model| model["pattern"].as_str())
            .unwrap_or_default();
        Ok(Self {
            version: text(schema["info"]["version"].as_str().unwrap_or("unknown")),
            models: names(pattern).take(MOST).collect(),
            fields: properties.keys().map(|key| text(key)).take(MOST).collect(),
            query: query.map(text).take(MOST).collect(),
        })
    }

    /// Whether its form has this field.
    pub fn takes(&self, field: &str) -> bool {
        self.fields.contains(field)
    }

    /// Whether it has this model, as far as it tells.
    pub fn has(&self, model: &str) -> bool {
        // A line break would end its place in the form.
        let plain = !model.contains(char::is_control);
        plain && (self.models.is_empty() || self.models.contains(model))
    }
}

fn text(text: &str) -> String {
    let plain = text.chars().filter(|letter| !letter.is_control());
    plain.take(100).collect()
}

/// What `#/components/schemas/Name` points to.
fn referred<'a>(schema: &'a Value, reference: &str) -> Option<&'a Value> {
    let name = reference.strip_prefix("#/components/schemas/")?;
    schema["components"]["schemas"].get(name)
}

/// Names in a pattern such as `(u2net|u2netp)`.
fn names(pattern: &str) -> impl Iterator<Item = String> {
    pattern
        .split('|')
        .map(|name| text(name.trim_matches(['(', ')', '^', '$', '?', ':'])))
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(properties: &str) -> String {
        format!(
            r##"{{"openapi":"3.1.0","info":{{"version":"2.0.86"}},
            "paths":{{"/api/remove":{{"post":{{
                "parameters":[{{"name":"bgc","in":"query"}},{{"name":"x","in":"header"}}],
                "requestBody":{{"content":{{"multipart/form-data":{{
                    "schema":{{"$ref":"#/components/schemas/Body"}}}}}}}}}}}}}},
            "components":{{"schemas":{{"Body":{{"properties":{properties}}}}}}}}}"##
        )
    }

    #[test]
    fn version_models_and_parameters_are_read_from_the_schema() {
        let schema = schema(
            r#"{"file":{},"a":{},"dc":{},"model":{"pattern":"^(u2net|u2netp|birefnet-general)$"}}"#,
        );
        let contract = Contract::read(schema.as_bytes()).unwrap();
        assert_eq!(contract.version, "2.0.86");
        assert!(contract.takes("dc") && !contract.takes("vm"));
        assert!(contract.has("u2netp") && contract.has("birefnet-general"));
        assert!(!contract.has("u2"));
        assert!(contract.query.contains("bgc") && !contract.query.contains("x"));
        let silent = Contract {
            models: BTreeSet::new(),
            ..contract
        };
        assert!(
            silent.has("anything"),
            "a server that names none may have all"
        );
        assert!(!silent.has("u2net\r\n\r\n"));
    }

    #[test]
    fn what_is_no_rembg_server_is_said() {
        let no_file = schema(r#"{"a":{}}"#);
        for (bytes, problem) in [
            ("<html>", "no JSON"),
            ("{}", "/api/remove"),
            ("[1,2]", "/api/remove"),
            (r#"{"paths":{"/api/remove":{"post":7}}}"#, "/api/remove"),
            (r#"{"paths":{"/api/remove":{"post":{}}}}"#, "no file"),
            (&no_file, "no file"),
        ] {
            let error = Contract::read(bytes.as_bytes()).unwrap_err();
            assert!(error.contains(problem), "{bytes}: {error}");
        }
    }
}
