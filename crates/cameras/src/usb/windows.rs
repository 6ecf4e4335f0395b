//! What cameras need on Windows beside `portable`. Not run there yet.
//!
//! Media Foundation knows a camera by a symbolic link that holds its USB ids and where it is plugged in; it stays the
//! same after the camera was unplugged and plugged into the same port. Cameras that others use are opened all the same
//! there, and a desktop program needs the person's leave in the system's privacy settings, without which opening fails.

/// A short name from a camera's symbolic link, or the link itself when it is of another shape.
///
/// `\\?\usb#vid_046d&pid_0825&mi_00#7&2b6e1f&0&0000#{e5323777-...}\global` becomes `usb-046d:0825@7&2b6e1f&0&0000`.
pub(crate) fn identity_from_link(link: &str) -> String {
    let mut parts = link.split('#').skip(1);
    let (Some(ids), Some(place)) = (parts.next(), parts.next()) else {
        return link.to_owned();
    };
    let id = |name: &str| {
        let ids = ids.to_ascii_lowercase();
        let at = ids.find(name)? + name.len();
        ids.get(at..at + 4).map(str::to_owned)
    };
    match (id("vid_"), id("pid_")) {
        (Some(vendor), Some(product)) => format!("usb-{vendor}:{product}@{place}"),
        _ => link.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_link_becomes_a_name_of_ids_and_place() {
        for (link, name) in [
            (
                r"\\?\usb#vid_046d&pid_0825&mi_00#7&2b6e1f&0&0000#{e5323777-f976-4f5b-9b55-b94699c46e44}\global",
                "usb-046d:0825@7&2b6e1f&0&0000",
            ),
            (
                r"\\?\root#image#0000#{e5323777}\global",
                r"\\?\root#image#0000#{e5323777}\global",
            ),
            ("", ""),
        ] {
            assert_eq!(identity_from_link(link), name);
        }
    }

    proptest! {
        #[test]
        fn any_link_gives_some_name(link in ".{0,80}") {
            identity_from_link(&link);
        }
    }
}
