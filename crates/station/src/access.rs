//! Why a serial device or a camera may not be opened by this user, and the exact command that changes it.
//!
//! Reads the device's group, the user's groups and `/etc/group`; changes nothing. Linux and its like: elsewhere nothing
//! is known and the general words of [`PortError`] stand. Not here: opening ports (`motors::serial`).

use std::fs;

use motors::serial::PortError;
use protocol::{ErrorCode, Failure};

use crate::failure::failure;
use crate::known_arms::port_info;

/// Groups that own serial devices on one system or another, the usual one first.
const SERIAL_GROUPS: [&str; 4] = ["dialout", "uucp", "plugdev", "tty"];

/// Who owns a device and what it allows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceFile {
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// Its permission bits.
    pub mode: u32,
}

/// A line of `/etc/group`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its number.
    pub gid: u32,
    /// Names of those who are in it.
    pub members: Vec<String>,
}

/// Who runs this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Number of the user.
    pub uid: u32,
    /// Name of the user, where `/etc/passwd` has it.
    pub name: Option<String>,
    /// Groups that this session is in, which are those of the moment it began.
    pub groups: Vec<u32>,
}

/// Whether a user may open a device, and what is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    /// The file's owner, group or bits allow it.
    Open,
    /// It belongs to a group that the user is not in.
    JoinGroup {
        /// The group.
        group: String,
    },
    /// The user is in the group, and the session began before.
    LogInAgain {
        /// The group.
        group: String,
    },
    /// It belongs to nobody an ordinary user can join: a rule for the device manager has to change that.
    NeedsRule {
        /// The group the rule should give it to, when the system has a usual one.
        group: Option<String>,
    },
    /// Nothing is known about the file.
    Unknown,
}

/// What the file's bits and the user's groups come to.
pub fn permission(device: DeviceFile, user: &User, groups: &[Group]) -> Permission {
    let allows = |bits: u32| device.mode & bits == bits;
    let member = user.groups.contains(&device.gid);
    if user.uid == 0
        || (user.uid == device.uid && allows(0o600))
        || (member && allows(0o060))
        || allows(0o006)
    {
        return Permission::Open;
    }
    let group = groups.iter().find(|group| group.gid == device.gid);
    match group {
        Some(group) if allows(0o060) && group.gid != 0 => {
            let listed = user
                .name
                .as_ref()
                .is_some_and(|name| group.members.contains(name));
            let group = group.name.clone();
            if listed {
                Permission::LogInAgain { group }
            } else {
                Permission::JoinGroup { group }
            }
        }
        _ => Permission::NeedsRule {
            group: SERIAL_GROUPS
                .iter()
                .find(|name| groups.iter().any(|group| group.name == **name))
                .map(|name| (*name).to_owned()),
        },
    }
}

/// The permission of a device of this machine.
pub fn permission_of(port: &str) -> Permission {
    match device_file(port) {
        Some(device) => permission(device, &this_user(), &all_groups()),
        None => Permission::Unknown,
    }
}

#[cfg(unix)]
fn device_file(port: &str) -> Option<DeviceFile> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::metadata(port).ok()?;
    Some(DeviceFile {
        uid: metadata.uid(),
        gid: metadata.gid(),
        mode: metadata.mode(),
    })
}

#[cfg(not(unix))]
fn device_file(_port: &str) -> Option<DeviceFile> {
    None
}

/// `/etc/group` as it is.
fn all_groups() -> Vec<Group> {
    let text = fs::read_to_string("/etc/group").unwrap_or_default();
    text.lines().filter_map(group_from_line).collect()
}

/// `name:x:20:ada,bob`
fn group_from_line(line: &str) -> Option<Group> {
    let mut fields = line.split(':');
    let name = fields.next().filter(|name| !name.is_empty())?.to_owned();
    let gid = fields.nth(1)?.parse().ok()?;
    let members = fields.next().unwrap_or_default().split(',');
    Some(Group {
        name,
        gid,
        members: members
            .filter(|member| !member.is_empty())
            .map(str::to_owned)
            .collect(),
    })
}

/// The user of this process by `/proc`, which tells the groups of the session and not those of `/etc/group`.
fn this_user() -> User {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    user_from(&status, &passwd)
}

fn user_from(status: &str, passwd: &str) -> User {
    let numbers = |key: &str| -> Vec<u32> {
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        let words = line.unwrap_or_default().split_whitespace();
        words.filter_map(|word| word.parse().ok()).collect()
    };
    // Real, effective, saved and file-system ids; the effective one opens files.
    let uid = numbers("Uid:").get(1).copied().unwrap_or(u32::MAX);
    let mut groups = numbers("Groups:");
    groups.extend(numbers("Gid:").get(1));
    let name = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    User { uid, name, groups }
}

/// The rule that gives an adapter to a group, as a line for `/etc/udev/rules.d`.
pub fn udev_rule(vid_pid: Option<(u16, u16)>, group: Option<&str>) -> String {
    PORT.rule(vid_pid, group)
}

/// A kind of device, in the words of its remedies.
struct Kind {
    /// What it is called.
    name: &'static str,
    /// What is plugged in again.
    plug: &'static str,
    /// What the device manager calls it.
    subsystem: &'static str,
}

const PORT: Kind = Kind {
    name: "port",
    plug: "adapter",
    subsystem: "tty",
};
const CAMERA: Kind = Kind {
    name: "camera",
    plug: "camera",
    subsystem: "video4linux",
};
/// The group that owns cameras on every system that has one for them.
const CAMERA_GROUP: &str = "video";

/// What a person can do so that a camera may be opened; nothing where it may be, or nothing is known.
pub fn camera_remedy(device: &str, vid_pid: Option<(u16, u16)>) -> Option<String> {
    let permission = match permission_of(device) {
        Permission::NeedsRule { .. } => {
            let there = all_groups().iter().any(|group| group.name == CAMERA_GROUP);
            Permission::NeedsRule {
                group: there.then(|| CAMERA_GROUP.to_owned()),
            }
        }
        other => other,
    };
    permission.words(&CAMERA, vid_pid)
}

impl Kind {
    fn rule(&self, vid_pid: Option<(u16, u16)>, group: Option<&str>) -> String {
        let which = match vid_pid {
            Some((vid, pid)) => {
                format!("ATTRS{{idVendor}}==\"{vid:04x}\", ATTRS{{idProduct}}==\"{pid:04x}\", ")
            }
            None => String::new(),
        };
        let group = group.map_or_else(String::new, |group| format!("GROUP=\"{group}\", "));
        format!(
            "SUBSYSTEM==\"{}\", {which}{group}MODE=\"0660\", TAG+=\"uaccess\"",
            self.subsystem
        )
    }
}

impl Permission {
    /// What the person can do about it; nothing where it is open or nothing is known.
    pub fn remedy(&self, vid_pid: Option<(u16, u16)>) -> Option<String> {
        self.words(&PORT, vid_pid)
    }

    fn words(&self, kind: &Kind, vid_pid: Option<(u16, u16)>) -> Option<String> {
        let Kind { name, plug, .. } = kind;
        Some(match self {
            Self::Open | Self::Unknown => return None,
            Self::JoinGroup { group } => format!(
                "The {name} belongs to the group {group}, and you are not in it. Join it, then log out and in again: sudo usermod -aG {group} $USER"
            ),
            Self::LogInAgain { group } => format!(
                "You are in the group {group}, which owns the {name}, but not yet in this session: log out and in again (or restart)."
            ),
            Self::NeedsRule { group } => format!(
                "Only root may open the {name}. Put this line into /etc/udev/rules.d/70-tendon.rules:\n{}\nThen run: sudo udevadm control --reload, and plug the {plug} in again.{}",
                kind.rule(vid_pid, group.as_deref()),
                match group {
                    Some(group) => format!(
                        " If it is still refused: sudo usermod -aG {group} $USER, then log in again."
                    ),
                    None => String::new(),
                }
            ),
        })
    }
}

/// A port that did not open, with the exact remedy where permission is missing.
pub(crate) fn port_failure(arm: Option<&str>, error: &PortError) -> Failure {
    let message = match arm {
        Some(arm) => format!("{arm}: {error}"),
        None => error.to_string(),
    };
    let exact = match error {
        PortError::NoPermission { port, .. } => match permission_of(port) {
            // The bits allow it and the system refused all the same.
            Permission::Open => Some(
                "The file's own permissions allow it, so something else refuses: a sandbox (Flatpak, Snap, a container) or a security module. Run Tendon outside it, or hand it the device.".to_owned(),
            ),
            missing => missing.remedy(port_info(port).and_then(|info| info.vid_pid)),
        },
        _ => None,
    };
    failure(
        ErrorCode::Port,
        message,
        exact.unwrap_or_else(|| error.remedy().to_owned()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups() -> Vec<Group> {
        "root:x:0:\ndialout:x:20:ada\nplugdev:x:46:\nbroken\nuucp:x:10:bob,eve\n"
            .lines()
            .filter_map(group_from_line)
            .collect()
    }

    #[test]
    fn the_missing_group_or_rule_is_named_exactly() {
        let bob = User {
            uid: 1000,
            name: Some("bob".into()),
            groups: vec![1000, 46],
        };
        let device = |gid, mode| DeviceFile { uid: 0, gid, mode };
        for (file, wanted) in [
            (device(20, 0o20660), "usermod -aG dialout $USER"),
            (device(10, 0o20660), "You are in the group uucp"),
            (device(46, 0o20660), ""),
            (device(20, 0o20666), ""),
            (device(20, 0o20600), "GROUP=\"dialout\", MODE=\"0660\""),
            (device(0, 0o20660), "ATTRS{idProduct}==\"55d3\""),
            (device(77, 0o20660), "udev"),
        ] {
            let remedy = permission(file, &bob, &groups()).remedy(Some((0x1a86, 0x55d3)));
            match remedy {
                None => assert_eq!(wanted, "", "{file:?}"),
                Some(remedy) => {
                    assert!(!wanted.is_empty(), "{file:?}: {remedy}");
                    assert!(remedy.contains(wanted), "{file:?}: {remedy}");
                }
            }
        }
        let root = User { uid: 0, ..bob };
        assert_eq!(
            permission(device(20, 0o20600), &root, &groups()),
            Permission::Open
        );
    }

    #[test]
    fn the_user_is_who_the_session_says() {
        let status =
            "Name:\ttendon\nUid:\t1000\t1001\t1001\t1001\nGid:\t5\t6\t6\t6\nGroups:\t20 46\n";
        let user = user_from(status, "root:x:0:0::/root:/bin/sh\neve:x:1001:6:::\n");
        assert_eq!(user.uid, 1001);
        assert_eq!(user.name.as_deref(), Some("eve"));
        assert_eq!(user.groups, [20, 46, 6]);
        let nobody = user_from("", "");
        assert_eq!((nobody.uid, nobody.name), (u32::MAX, None));
    }

    #[test]
    fn a_camera_s_remedy_speaks_of_cameras() {
        let missing = Permission::NeedsRule {
            group: Some("video".into()),
        };
        let words = missing.words(&CAMERA, Some((0x046d, 0x0825))).unwrap();
        let rule = r#"SUBSYSTEM=="video4linux", ATTRS{idVendor}=="046d", ATTRS{idProduct}=="0825", GROUP="video", MODE="0660""#;
        assert!(
            words.contains(rule) && words.contains("plug the camera in again"),
            "{words}"
        );
        let join = Permission::JoinGroup {
            group: "video".into(),
        };
        let words = join.words(&CAMERA, None).unwrap();
        assert!(
            words.starts_with("The camera belongs to the group video"),
            "{words}"
        );
    }

    #[test]
    fn a_rule_can_be_pasted() {
        assert_eq!(
            udev_rule(Some((0x1a86, 0x7523)), Some("dialout")),
            r#"SUBSYSTEM=="tty", ATTRS{idVendor}=="1a86", ATTRS{idProduct}=="7523", GROUP="dialout", MODE="0660", TAG+="uaccess""#
        );
    }
}
