//! Pictures through the built program: files, pipes, what stands where in its output.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use crate::program;

fn tendon(home: &Path, args: &[&str]) -> Result<Command> {
    let mut command = Command::new(program::tendon()?);
    command
        .args(args)
        .env("HOME", home)
        .env("XDG_STATE_HOME", home.join("state"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .current_dir(home);
    Ok(command)
}

/// A dark square on a light ground, 40 by 30, as an uncompressed BMP.
fn drawn() -> Vec<u8> {
    let (width, height) = (40_u32, 30_u32);
    let bytes = width * height * 3;
    let mut file = b"BM".to_vec();
    for number in [54 + bytes, 0, 54, 40, width, height] {
        file.extend(number.to_le_bytes());
    }
    file.extend([1, 0, 24, 0]);
    for number in [0, bytes, 2835, 2835, 0, 0_u32] {
        file.extend(number.to_le_bytes());
    }
    for y in 0..height {
        for x in 0..width {
            let inside = (12..28).contains(&x) && (8..22).contains(&y);
            file.extend(if inside { [40, 40, 160] } else { [240; 3] });
        }
    }
    file
}

#[test]
fn a_picture_goes_through_pipes_and_nothing_else_does() -> Result<()> {
    let home = TempDir::new()?;
    let mut child = tendon(
        home.path(),
        &["image", "remove-background", "-", "-o", "-", "--no-server"],
    )?
    .stdin(Stdio::piped())
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()?;
    let mut stdin = child.stdin.take().context("standard input")?;
    stdin.write_all(&drawn())?;
    drop(stdin);
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{output:?}");
    ensure!(
        output.stdout.starts_with(b"\x89PNG\r\n\x1a\n")
            && output.stdout.ends_with(b"IEND\xae\x42\x60\x82"),
        "not a PNG alone: {} bytes",
        output.stdout.len()
    );
    Ok(())
}

#[test]
fn a_result_is_told_in_one_object_for_machines() -> Result<()> {
    let home = TempDir::new()?;
    fs::write(home.path().join("in.bmp"), drawn())?;
    let args = [
        "--json",
        "image",
        "apply",
        "in.bmp",
        "-o",
        "out.webp",
        "--do",
        "rotate:degrees=90",
    ];
    let output = tendon(home.path(), &args)?.output()?;
    ensure!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout)?;
    let objects = text
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<Vec<serde_json::Value>, _>>()?;
    let told: Vec<_> = objects
        .iter()
        .filter(|it| it["kind"] == "picture")
        .collect();
    ensure!(told.len() == 1, "{text}");
    ensure!(
        told[0]["width"] == 30 && told[0]["height"] == 40 && told[0]["format"] == "WebP",
        "{text}"
    );
    ensure!(home.path().join("out.webp").exists());
    let unknown = tendon(
        home.path(),
        &[
            "image",
            "apply",
            "in.bmp",
            "-o",
            "other.png",
            "--do",
            "sepia",
        ],
    )?
    .output()?;
    ensure!(unknown.status.code() == Some(2), "{unknown:?}");
    ensure!(String::from_utf8_lossy(&unknown.stderr).contains("white_balance"));
    Ok(())
}
