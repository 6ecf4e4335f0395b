use serde_json::{from_str, json, to_value};

use super::*;

#[test]
fn a_request_reads_as_it_is_written() {
    let request = Request {
        v: crate::VERSION,
        id: RequestId("w-1".into()),
        ask: Ask::MoveJoint {
            index: 2,
            value: -12.5,
        },
    };
    assert_eq!(
        to_value(&request).unwrap(),
        json!({"v": 1, "id": "w-1", "ask": {"do": "move_joint", "with": {"index": 2, "value": -12.5}}})
    );
    let back: Request = from_str(&to_value(&request).unwrap().to_string()).unwrap();
    assert_eq!(back, request);
}

#[test]
fn a_request_without_a_body_needs_none() {
    let ask: Ask = from_str(r#"{"do": "hello"}"#).unwrap();
    assert_eq!(ask, Ask::Hello);
}

#[test]
fn what_is_not_known_is_an_error_and_not_something_else() {
    for wrong in [
        r#"{"do": "fly"}"#,
        r#"{"do": "move_joint", "with": {"index": 2}}"#,
        r#"{"do": "move_joint", "with": {"index": 300, "value": 0}}"#,
        r#"{"do": "set_speed", "with": "fast"}"#,
        r#"[]"#,
    ] {
        assert!(from_str::<Ask>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_topic_names_itself() {
    let told = to_value(Tell::Drive(None)).unwrap();
    assert_eq!(told, json!({"topic": "drive", "value": null}));
}
