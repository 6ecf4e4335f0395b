//! The one request that a camera gets.

use super::address::Address;

/// The bytes of a GET.
pub(super) fn get(address: &Address) -> Vec<u8> {
    let mut request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: tendon/{}\r\nAccept: multipart/x-mixed-replace, image/jpeg, */*\r\nConnection: keep-alive\r\n",
        address.path,
        address.place(),
        env!("CARGO_PKG_VERSION"),
    );
    if let Some((user, password)) = &address.login {
        request.push_str("Authorization: Basic ");
        request.push_str(&base64(format!("{user}:{password}").as_bytes()));
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    request.into_bytes()
}

/// The usual alphabet, with padding (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            if place <= three.len() {
                out.push(char::from(
                    ALPHABET[(bits >> (18 - 6 * place)) as usize & 63],
                ));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_who_asks_for_what_and_carries_the_login() {
        let address = Address::parse("http://Aladdin:open%20sesame@cam:8080/video?x=1").unwrap();
        let request = String::from_utf8(get(&address)).unwrap();
        assert!(request.starts_with("GET /video?x=1 HTTP/1.1\r\nHost: cam:8080\r\n"));
        // The example of RFC 7617.
        assert!(
            request.contains("\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"),
            "{request}"
        );
        assert!(request.ends_with("\r\n\r\n"));
    }

    #[test]
    fn base64_is_as_in_its_standard() {
        for (bytes, text) in [
            ("", ""),
            ("T", "VA=="),
            ("Te", "VGU="),
            ("Ten", "VGVu"),
            ("Tendon", "VGVuZG9u"),
            ("\u{7f}??", "fz8/"),
            (">>~", "Pj5+"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
