//! What is known of the person and the machine that must not be in a bundle.
//!
//! Read from the environment, the system's own lists and Tendon's files; nothing is opened that is plugged in. Not here:
//! looking for it in texts (`scrub`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::scrub::Kind;

/// Names that say nothing about a person: the system's own, and words of this program that a text could not do without.
const NOBODY: [&str; 8] = [
    "root", "user", "nobody", "tendon", "follower", "leader", "camera", "null",
];
/// What things are called that nobody gave a name of his own.
const NOTHING: [&str; 16] = [
    "front", "wrist", "top", "side", "left", "right", "back", "overhead", "gripper", "arm",
    "so100", "so101", "home", "rest", "none", "lerobot",
];
/// Names of computers that a system gives by itself.
const NO_HOST: [&str; 9] = [
    "localhost",
    "debian",
    "ubuntu",
    "fedora",
    "linux",
    "raspberrypi",
    "localdomain",
    "(none)",
    "tendon",
];
/// Numbers of ordinary users, as systems give them.
const PEOPLE: std::ops::Range<u32> = 1000..60_000;
/// Names from this length on are taken out within words too.
const DISTINCT: usize = 6;
/// The same for serial numbers, which are looked for from four characters on.
const DISTINCT_SERIAL: usize = 8;
/// Variables that hold a name of the person.
const NAMES: [&str; 7] = [
    "USER",
    "LOGNAME",
    "USERNAME",
    "SUDO_USER",
    "GIT_AUTHOR_NAME",
    "GIT_COMMITTER_NAME",
    "HF_USER",
];
/// What a variable is called that holds a secret.
const SECRETS: [&str; 6] = [
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "API_KEY",
    "CREDENTIAL",
];

/// Something that must not be in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Known {
    pub(super) kind: Kind,
    pub(super) text: String,
    /// Taken out only where no letter or digit stands before or behind it.
    pub(super) whole: bool,
    /// Taken out only as a part of a path, together with the slash before it.
    pub(super) below: bool,
}

impl Known {
    pub(super) fn new(kind: Kind, text: &str) -> Self {
        let length = text.chars().count();
        Self {
            kind,
            text: text.to_owned(),
            whole: match kind {
                Kind::User | Kind::Host | Kind::Network => length < DISTINCT,
                Kind::Serial => length < DISTINCT_SERIAL,
                Kind::Home | Kind::Token => false,
            },
            below: false,
        }
    }

    /// A name that a person gave to something, as a word of its own.
    pub(super) fn named(name: &str) -> Self {
        Self {
            whole: true,
            ..Self::new(Kind::User, name)
        }
    }

    /// A dataset's name: a name that a person gave.
    pub(super) fn dataset(name: &str) -> Self {
        Self {
            kind: Kind::User,
            text: format!("/{name}"),
            whole: true,
            below: true,
        }
    }
}

/// Where a person and a machine are known from.
#[derive(Debug, Clone, Default)]
pub(super) struct Traces {
    /// The environment.
    pub(super) variables: BTreeMap<String, String>,
    /// The home folder as the system tells it.
    pub(super) home: Option<PathBuf>,
    /// The text of `/etc/passwd`.
    pub(super) passwd: String,
    /// Names of the computer.
    pub(super) hosts: Vec<String>,
    /// Serial numbers of what is plugged in.
    pub(super) serials: Vec<String>,
    /// The file of known arms.
    pub(super) arms: Table,
    /// The file of cameras.
    pub(super) cameras: Table,
    /// The secret that LeRobot's hub keeps in a file.
    pub(super) token: String,
    /// Folders in LeRobot's folder: datasets, and names of who they belong to.
    pub(super) datasets: Vec<String>,
    /// See `datasets`.
    pub(super) owners: Vec<String>,
    /// Names of arms, cameras and poses, and whatever is quoted in a file of them that cannot be read.
    pub(super) given: Vec<String>,
}

impl Traces {
    /// Everything that must not be in a bundle.
    pub(super) fn known(&self) -> Vec<Known> {
        let mut all = BTreeSet::new();
        let mut add = |kind: Kind, text: &str, least: usize| {
            let text = text.trim();
            if text.chars().count() >= least {
                all.insert(Known::new(kind, text));
            }
        };
        let (names, homes) = self.person();
        for name in names {
            let low = name.to_lowercase();
            if !NOBODY.contains(&low.as_str()) && !NO_HOST.contains(&low.as_str()) {
                add(Kind::User, &name, 2);
            }
        }
        for home in homes {
            let home = home.to_string_lossy();
            // The root of everything is nobody's home.
            add(Kind::Home, home.trim_end_matches(['/', '\\']), 3);
        }
        for host in &self.hosts {
            let short = host.split('.').next().unwrap_or_default();
            for host in [host.trim(), short] {
                if !NO_HOST.contains(&host.to_lowercase().as_str()) {
                    add(Kind::Host, host, 2);
                }
            }
        }
        for serial in self.serials.iter().chain(&self.serials_of_arms()) {
            add(Kind::Serial, serial, 4);
        }
        for (name, value) in &self.variables {
            let name = name.to_uppercase();
            if SECRETS.iter().any(|secret| name.contains(secret)) {
                add(Kind::Token, value, 6);
            }
        }
        add(Kind::Token, &self.token, 6);
        for source in entries(&self.cameras, "camera", "source") {
            for (kind, text) in of_camera(source) {
                add(kind, &text, 3);
            }
        }
        for owner in &self.owners {
            add(Kind::User, owner, 2);
        }
        let arms = entries(&self.arms, "arm", "name").chain(entries(&self.arms, "arm", "id"));
        let cameras = entries(&self.cameras, "camera", "name");
        let given = self.given.iter().map(String::as_str);
        // A short name of a dataset could be a word of any sentence.
        let distinct = |name: &&str| name.chars().count() >= DISTINCT;
        let datasets = self.datasets.iter().map(String::as_str).filter(distinct);
        for name in arms.chain(cameras).chain(given).chain(datasets) {
            let low = name.to_lowercase();
            let own = !NOBODY.contains(&low.as_str()) && !NOTHING.contains(&low.as_str());
            if own && name.chars().count() >= 2 {
                all.insert(Known::named(name));
            }
        }
        let datasets = self.datasets.iter().map(|name| Known::dataset(name));
        all.into_iter().chain(datasets).collect()
    }

    /// Names of people, and their home folders as they are told and as they lead to.
    fn person(&self) -> (BTreeSet<String>, BTreeSet<PathBuf>) {
        let variable = |name: &str| self.variables.get(name).filter(|value| !value.is_empty());
        let mut names: BTreeSet<String> = NAMES
            .iter()
            .filter_map(|name| variable(name))
            .cloned()
            .collect();
        let mut homes: BTreeSet<PathBuf> = ["HOME", "USERPROFILE"]
            .into_iter()
            .filter_map(|name| variable(name).map(PathBuf::from))
            .chain(self.home.clone())
            .collect();
        for line in self.passwd.lines() {
            let fields: Vec<&str> = line.split(':').collect();
            let [name, _, number, _, words, home, ..] = fields[..] else {
                continue;
            };
            let person = number.parse().is_ok_and(|number| PEOPLE.contains(&number));
            if !person && !names.contains(name) {
                continue;
            }
            names.insert(name.to_owned());
            homes.insert(home.into());
            // The person's own name stands before the first comma.
            let full = words.split(',').next().unwrap_or_default();
            names.insert(full.to_owned());
            names.extend(
                full.split_whitespace()
                    .filter(|part| part.len() > 2)
                    .map(str::to_owned),
            );
        }
        let led: Vec<PathBuf> = homes
            .iter()
            .filter_map(|home| fs::canonicalize(home).ok())
            .collect();
        homes.extend(led);
        let last = |home: &PathBuf| Some(home.file_name()?.to_str()?.to_owned());
        names.extend(homes.iter().filter_map(last));
        (names, homes)
    }

    fn serials_of_arms(&self) -> Vec<String> {
        let serials = entries(&self.arms, "arm", "adapter_serial");
        let prints = entries(&self.arms, "arm", "fingerprint");
        serials.chain(prints).map(str::to_owned).collect()
    }
}

/// The texts under a key of each entry of a list.
fn entries<'a>(table: &'a Table, list: &str, key: &'a str) -> impl Iterator<Item = &'a str> {
    let list = table
        .get(list)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    list.filter_map(move |entry| entry.get(key)?.as_str())
}

/// What a camera's source tells: the serial number of a device, or the address and password of one on a network.
fn of_camera(source: &str) -> Vec<(Kind, String)> {
    if let Some((_, rest)) = source.split_once("://") {
        let (authority, path) = rest.split_once(['/', '?']).unwrap_or((rest, ""));
        let (login, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        let mut found = vec![(Kind::Network, host.to_owned())];
        let (name, password) = login.split_once(':').unwrap_or((login, ""));
        found.push((Kind::User, name.to_owned()));
        found.push((Kind::Token, password.to_owned()));
        let values = path
            .split(['?', '&'])
            .filter_map(|part| part.split_once('='));
        let secrets = values.filter(|(_, value)| value.len() >= 6);
        found.extend(secrets.map(|(_, value)| (Kind::Token, value.to_owned())));
        return found;
    }
    // usb-046d:0825-SERIAL, and behind it perhaps .INTERFACE and #NUMBER.
    let serial = source
        .strip_prefix("usb-")
        .and_then(|rest| rest.split_once('-'));
    let serial = serial.map(|(_, serial)| serial.split('#').next().unwrap_or(serial));
    serial
        .into_iter()
        .flat_map(|serial| {
            [
                Some(serial),
                serial.rsplit_once('.').map(|(serial, _)| serial),
            ]
        })
        .flatten()
        .map(|serial| (Kind::Serial, serial.to_owned()))
        .collect()
}

/// Serial numbers of everything on USB, as Linux lists them.
pub(super) fn usb_serials(devices: &Path) -> Vec<String> {
    let entries = fs::read_dir(devices).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| fs::read_to_string(entry.path().join("serial")).ok())
        .map(|text| text.trim().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(traces: &Traces, kind: Kind) -> Vec<String> {
        let known = traces.known().into_iter();
        let known = known.filter(|known| known.kind == kind && !known.below);
        known.map(|known| known.text).collect()
    }

    #[test]
    fn a_person_is_known_by_login_name_and_home_also_behind_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("disk/lovelace");
        fs::create_dir_all(&real).unwrap();
        let real = fs::canonicalize(real).unwrap();
        let home = folder.path().join("link");
        #[cfg(unix)]
        std::os::unix::fs::symlink(&real, &home).unwrap();
        let traces = Traces {
            variables: BTreeMap::from([
                ("USER".into(), "ada".into()),
                ("HOME".into(), home.display().to_string()),
            ]),
            passwd: "root:x:0:0:root:/root:/bin/sh\n\
                     ada:x:500:500:Ada King,,,:/srv/ada:/bin/sh\n\
                     charles:x:1001:1001::/home/charles:/bin/sh\n\
                     nobody:x:65534:65534:nobody:/nonexistent:/bin/false\nbroken\n"
                .into(),
            ..Traces::default()
        };
        let names = texts(&traces, Kind::User);
        for name in ["ada", "Ada King", "King", "charles"] {
            assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
        }
        assert!(!names.iter().any(|name| name == "root" || name == "nobody"));
        let homes = texts(&traces, Kind::Home);
        for home in ["/srv/ada", "/home/charles", &home.display().to_string()] {
            assert!(homes.iter().any(|known| known == home), "{home}: {homes:?}");
        }
        if cfg!(unix) {
            assert!(names.contains(&"lovelace".to_owned()));
            assert!(homes.contains(&real.display().to_string()));
        }
        assert!(!homes.iter().any(|home| home == "/root"));
    }

    #[test]
    fn a_machine_is_known_by_its_name_its_devices_and_its_cameras() {
        let traces = Traces {
            hosts: vec!["Engine.local".into(), "debian".into()],
            serials: vec!["5A46083062".into(), "1".into()],
            arms: toml::from_str(
                "[[arm]]\nadapter_serial = \"A9X2\"\nfingerprint = \"0badcafe\"\n[[arm]]\nname = 7\n",
            )
            .unwrap(),
            cameras: toml::from_str(
                "[[camera]]\nsource = \"usb-046d:0825-C270A1.2#2\"\n\
                 [[camera]]\nsource = \"http://ada:engine9@phone.lan:8080/video?key=s3cr3t&x=1\"\n\
                 [[camera]]\nsource = \"sim:front\"\n",
            )
            .unwrap(),
            variables: BTreeMap::from([("MY_Api_Key".into(), "k3y-value".into())]),
            token: "hf_fromafile\n".into(),
            ..Traces::default()
        };
        assert_eq!(texts(&traces, Kind::Host), ["Engine", "Engine.local"]);
        assert_eq!(
            texts(&traces, Kind::Serial),
            ["0badcafe", "5A46083062", "A9X2", "C270A1", "C270A1.2"]
        );
        assert_eq!(texts(&traces, Kind::Network), ["phone.lan"]);
        assert_eq!(
            texts(&traces, Kind::Token),
            ["engine9", "hf_fromafile", "k3y-value", "s3cr3t"]
        );
        assert_eq!(texts(&traces, Kind::User), ["ada"]);
    }
}
