//! What is a secret by its shape, and what a reader needs.

use crate::bundle::scrub::Scrubber;

fn told(text: &str) -> String {
    Scrubber::new(&[]).scrub(text)
}

#[test]
fn what_looks_like_a_secret_is_taken_out() {
    let hex = "0123456789abcdef".repeat(2);
    for (text, clean) in [
        (
            "see http://ada:pw@192.168.1.20:8080/video, then",
            "see <network>, then",
        ),
        ("rtsp%3A%2F%2Fcam.lan%2Fa%20b x", "<network> x"),
        (r#"{"url":"http:\/\/cam\/x"}"#, r#"{"url":"<network>"}"#),
        (
            "from 192.168.1.20:8080 to 10.0.0.1.",
            "from <network>:8080 to <network>.",
        ),
        (
            "fe80::1ff:fe23:4567:890a and ::1",
            "<network> and <network>",
        ),
        ("at 00:1A:2b:3c:4d:5e now", "at <network> now"),
        ("mail ada.king+x@example.co.uk.", "mail <user>."),
        ("ada%40example.com", "<user>"),
        ("password=hunter2&x", "password=<token>&x"),
        (r#""api_key" : "k 1""#, r#""api_key" : "<token>""#),
        ("tendon --token abc --x", "tendon --token <token> --x"),
        ("Authorization: Bearer abc.def-1", "Authorization: <token>"),
        ("sent bearer abc123 there", "sent bearer <token> there"),
        ("hf_AbCdEfGhIjKlMnOp", "<token>"),
        ("HF%5FABCDEFGHIJKLMNOP!", "<token>!"),
        ("key github_pat_11ABCDEFG0123456789_xyz", "key <token>"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.abc", "<token>"),
        (&format!("id {hex}."), "id <token>."),
        ("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "<token>"),
        ("x9Kq2LmZ7pRt4WvY1bNc8DfG3hJ", "<token>"),
        (
            "usb-046d:0825-A1B2 (front)",
            "usb-046d:0825-<serial> (front)",
        ),
        ("usb-046D%3A0825-A1B2", "usb-046D%3A0825-<serial>"),
        (
            "/dev/serial/by-id/usb-1a86_USB_Single_Serial_5A46083062-if00: open",
            "/dev/serial/by-id/usb-1a86_USB_Single_Serial_<serial>-if00: open",
        ),
        (
            "/dev/v4l/by-id/usb-Cam_9F3C-video-index0",
            "/dev/v4l/by-id/usb-Cam_<serial>-video-index0",
        ),
        ("ID_SERIAL_SHORT=5A46", "ID_SERIAL_SHORT=<serial>"),
        (
            "with serial number 5A46 to",
            "with serial number <serial> to",
        ),
        (
            "Serial No.: A9X2, serial A9",
            "Serial No.: <serial>, serial <serial>",
        ),
        (
            "serial port 2 of a serial number",
            "serial port 2 of a serial number",
        ),
        ("/dev/cu.usbmodem5A460830621:", "/dev/cu.usbmodem<serial>:"),
        ("tty.usbserial-A9X2Q", "tty.usbserial-<serial>"),
        (
            "\"serial_number\": \"5A46\"",
            "\"serial_number\": \"<serial>\"",
        ),
        ("/home/zoe/x /Users/Zoe", "/home/<user>/x /Users/<user>"),
        (r"C:\\Users\\Zoe\\x", r"C:\\Users\\<user>\\x"),
    ] {
        assert_eq!(told(text), clean, "{text}");
    }
}

#[test]
fn what_a_reader_needs_stays() {
    for text in [
        "2026-01-31T08:15:30.123Z INFO  r-42 station::log::tests [enc:front]: a: b",
        "Linux 6.12.1-13, version 0.1.0, 1a86:55d3, 12:34:56",
        "HF_LEROBOT_HOME=/data HF_TOKEN=(set) hf_hub_download",
        "file:///usr/share/doc tauri://localhost ipc://x",
        "std::collections::BTreeMap face::add dead: beef",
        "usb-046d:0825@1-2.3 and usb-hub",
        "/usr/lib/x86_64-linux-gnu/libwebkit2gtk-4.1.so.0.17.9",
        "observation.images.front_camera_with_a_long_name_640x480",
        "the token was refused; password: none",
        "motors::serial::linux: serial line lost",
        "0.016 s, 60.0 Hz, 3 of 120, p99 1.234 ms",
        "/home/ and /users/ and ~/x",
    ] {
        assert_eq!(told(text), text);
    }
}

#[test]
fn no_text_is_too_strange() {
    for text in [
        "@",
        "://",
        "a://",
        "a@b",
        "%",
        "--token",
        "password=",
        "bearer ",
        "by-id/usb-",
        "usb-0000:0000-",
        "/home/",
        ":::",
        "usb-",
        "hf_",
        "serial:",
        "\\u",
        "=",
        "é://ü",
        "by-id/usb-é_ü-if",
    ] {
        for around in ["", " ", "é", "%"] {
            told(&format!("{around}{text}{around}"));
            told(&format!("{text}{text}"));
        }
    }
}
