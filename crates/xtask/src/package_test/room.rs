//! A Debian 12 in a folder: programs run in it, as root or as an ordinary person, and see nothing else of the machine.
//!
//! The empty one is made once, by debootstrap, and kept; every test gets a copy. Packages come from where the machine itself
//! gets them: nothing here names a host.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use crate::house::root;
use crate::package::output_of;

/// Which Debian.
const SUITE: &str = "bookworm";
/// Its parts, which a machine may get from several places.
const PARTS: [&str; 3] = ["bookworm", "bookworm-updates", "bookworm-security"];
/// An ordinary user in the room.
pub const PERSON: &str = "person";
const PERSON_ID: &str = "1000:1000";
/// Where packages for the room are put, seen from inside.
const DELIVERED: &str = "delivered";

/// Who runs a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    /// Who installs.
    Root,
    /// Who works.
    Person,
}

/// The room. Its mounts belong to this process and go with it.
pub struct Room {
    folder: PathBuf,
}

/// What the tests keep between runs.
fn kept() -> PathBuf {
    root().join("target/package-test")
}

impl Room {
    /// A fresh copy of an empty Debian.
    ///
    /// # Errors
    /// When debootstrap is not there or cannot fetch, or something cannot be mounted.
    pub fn furnish() -> Result<Self> {
        let (base, folder) = (base()?, kept().join("room"));
        remove(&folder)?;
        output_of(
            Command::new("cp")
                .args(["-a", "--reflink=auto"])
                .arg(&base)
                .arg(&folder),
        )?;
        let room = Self { folder };
        room.tell_where_packages_are()?;
        room.mount()?;
        // Services belong to a machine that was started, which this is not.
        let refuse = room.path("usr/sbin/policy-rc.d");
        fs::write(&refuse, "#!/bin/sh\nexit 101\n")?;
        output_of(Command::new("chmod").arg("755").arg(&refuse))?;
        room.run(
            As::Root,
            "useradd --create-home --uid 1000 --shell /bin/bash person",
        )?;
        room.run(As::Root, "install -d -o person -m 700 /run/user/1000")?;
        room.apt("update")?;
        Ok(room)
    }

    /// A place in the room, seen from outside.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.folder.join(inside.trim_start_matches('/'))
    }

    /// The home of the ordinary user, seen from outside.
    pub fn home(&self) -> PathBuf {
        self.path("home").join(PERSON)
    }

    /// Puts a file into the room and hands out its name there, as one gives it to apt.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn deliver(&self, file: &Path) -> Result<String> {
        let name = file.file_name().context("a file has a name")?;
        let folder = self.path(DELIVERED);
        fs::create_dir_all(&folder)?;
        fs::copy(file, folder.join(name)).with_context(|| format!("{}", file.display()))?;
        Ok(format!("/{DELIVERED}/{}", name.to_string_lossy()))
    }

    /// A program in the room, with the environment of somebody who just logged in.
    pub fn command(&self, who: As, program: &str) -> Command {
        let mut command = Command::new("chroot");
        let (home, name) = match who {
            As::Root => ("/root".to_owned(), "root"),
            As::Person => (format!("/home/{PERSON}"), PERSON),
        };
        if who == As::Person {
            command.arg(format!("--userspec={PERSON_ID}"));
        }
        command
            .arg(&self.folder)
            .arg(program)
            .env_clear()
            .env(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )
            .env("LANG", "C.UTF-8")
            .env("HOME", home)
            .env("USER", name)
            .env("LOGNAME", name)
            .env("XDG_RUNTIME_DIR", "/run/user/1000")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null());
        command
    }

    /// Runs a line of shell to its end; what it printed on both ways.
    ///
    /// # Errors
    /// When it fails, with what it said.
    pub fn run(&self, who: As, line: &str) -> Result<String> {
        let output = self
            .command(who, "/bin/bash")
            .args(["-c", line])
            .output()
            .context("chroot did not start")?;
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        ensure!(output.status.success(), "{line}: {}\n{said}", output.status);
        Ok(said)
    }

    /// Runs apt.
    ///
    /// # Errors
    /// When it fails, with what it said.
    pub fn apt(&self, words: &str) -> Result<String> {
        self.run(As::Root, &format!("apt-get -q -y {words}"))
    }

    fn tell_where_packages_are(&self) -> Result<()> {
        let sources = sources()?;
        if !sources.is_empty() {
            let lines: Vec<String> = sources
                .iter()
                .map(|source| format!("deb {} {} main\n", source.place, source.part))
                .collect();
            fs::write(self.path("etc/apt/sources.list"), lines.concat())?;
        }
        // How the machine reaches them: proxies, time-outs, whether lists may be old.
        let settings = output_of(Command::new("apt-config").args(["dump", "Acquire"]))?;
        let settings: Vec<&str> = settings
            .lines()
            .filter(|line| !line.starts_with("Acquire::IndexTargets"))
            .collect();
        let path = self.path("etc/apt/apt.conf.d/90machine");
        fs::write(path, settings.join("\n") + "\n")?;
        for file in ["etc/resolv.conf", "etc/hosts"] {
            if let Ok(words) = fs::read(Path::new("/").join(file)) {
                fs::write(self.path(file), words)?;
            }
        }
        Ok(())
    }

    /// What a program expects of a machine: processes, devices that everybody may use, terminals, the screens outside.
    fn mount(&self) -> Result<()> {
        let archives = kept().join("archives");
        fs::create_dir_all(&archives)?;
        let script = r#"
            cd "$1"
            mount -t proc proc proc
            mount -t sysfs -o ro sysfs sys
            mount -t tmpfs -o mode=755 tmpfs run
            mount -t tmpfs -o mode=1777 tmpfs tmp
            mount -t tmpfs -o mode=755 tmpfs dev
            mkdir -p dev/pts dev/shm run/lock tmp/.X11-unix var/cache/apt/archives
            mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
            mount -t tmpfs -o mode=1777 tmpfs dev/shm
            ln -s pts/ptmx dev/ptmx
            ln -s /proc/self/fd dev/fd
            for device in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
                set -- "$1" "$2" $device
                mknod -m 666 "dev/$3" c "$4" "$5"
            done
            mkdir -p /tmp/.X11-unix
            mount --bind /tmp/.X11-unix tmp/.X11-unix
            mount --bind "$2" var/cache/apt/archives
        "#;
        output_of(
            Command::new("sh")
                .args(["-eu", "-c", script, "sh"])
                .arg(&self.folder)
                .arg(&archives),
        )
        .map(drop)
    }
}

/// The empty Debian, made once.
fn base() -> Result<PathBuf> {
    let (folder, whole) = (kept().join("base"), kept().join("base.whole"));
    if whole.is_file() {
        return Ok(folder);
    }
    remove(&folder)?;
    let archives = kept().join("archives");
    fs::create_dir_all(&archives)?;
    let sources = sources()?;
    let mut command = Command::new("debootstrap");
    command
        .arg("--variant=minbase")
        .arg(format!("--cache-dir={}", archives.display()))
        .arg(SUITE)
        .arg(&folder);
    // Without one, debootstrap takes Debian's own.
    if let Some(source) = sources.iter().find(|source| source.part == SUITE) {
        command.arg(&source.place);
    }
    output_of(&mut command).context("no Debian could be made (scripts/setup --package-test)")?;
    fs::write(&whole, "")?;
    Ok(folder)
}

/// Removes a folder of ours, and nothing that was mounted into it.
fn remove(folder: &Path) -> Result<()> {
    ensure!(
        folder.starts_with(kept()),
        "{} is not ours",
        folder.display()
    );
    output_of(
        Command::new("rm")
            .args(["-rf", "--one-file-system"])
            .arg(folder),
    )
    .map(drop)
}

/// Where this machine gets a part of Debian from.
#[derive(Debug, PartialEq, Eq)]
struct Source {
    place: String,
    part: String,
}

/// Empty on a machine that is no Debian 12.
fn sources() -> Result<Vec<Source>> {
    let said = output_of(Command::new("apt-get").args([
        "indextargets",
        "--format",
        "$(REPO_URI) $(RELEASE) $(COMPONENT)",
        "Created-By: Packages",
    ]));
    match said {
        Ok(said) => Ok(sources_from(&said)),
        Err(error) => bail!("the package test needs apt: {error:#}"),
    }
}

fn sources_from(said: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    for line in said.lines() {
        if let [place, part, "main"] = line.split_whitespace().collect::<Vec<_>>()[..]
            && PARTS.contains(&part)
        {
            let source = Source {
                place: place.to_owned(),
                part: part.to_owned(),
            };
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_debians_own_parts_are_taken_from_the_machine() {
        let said = "http://mirror.example/debian/ bookworm main\nhttp://mirror.example/debian/ bookworm main\n\
            http://mirror.example/debian/ bookworm contrib\nhttps://tools.example/apt bookworm stable\n\
            http://mirror.example/debian-security/ bookworm-security main\nhttps://tools.example/apt nodistro main\n";
        let parts: Vec<String> = sources_from(said)
            .into_iter()
            .map(|source| format!("{} {}", source.place, source.part))
            .collect();
        assert_eq!(
            parts,
            [
                "http://mirror.example/debian/ bookworm",
                "http://mirror.example/debian-security/ bookworm-security"
            ]
        );
        assert!(sources_from("").is_empty());
    }
}
