//! The operators' documents: their examples run as printed.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use tandem_hub::config::{Config, Environment, Flags};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// The fenced blocks of a language.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let text = std::fs::read_to_string(docs().join(document)).unwrap();
    let mut found = Vec::new();
    let (mut block, mut is_inside) = (String::new(), false);
    for line in text.lines() {
        if line == "```" && is_inside {
            found.push(std::mem::take(&mut block));
            is_inside = false;
        } else if is_inside {
            block.extend([line, "\n"]);
        } else {
            is_inside = line == format!("```{language}");
        }
    }
    found
}

#[test]
fn the_commands_of_the_operators_guide_work_in_the_order_in_which_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let programs = Path::new(env!("CARGO_BIN_EXE_tandem-hub")).parent().unwrap().to_owned();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let blocks = blocks("operating.md", "sh");
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let mut shell = Command::new("sh");
        shell.args(["-e", "-u", "-c", &block]).current_dir(folder.path());
        shell.env("PATH", &path).env("TANDEM_LISTEN", free.to_string()).env("RUST_LOG", "warn");
        let output = shell.output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{block}\n{out}{err}");
    }
    assert!(folder.path().join("restored-data/tandem.db").exists());
}

#[test]
fn the_settings_files_of_the_documents_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tandem.toml");
    for document in ["operating.md", "proxy.md"] {
        for block in blocks(document, "toml") {
            std::fs::write(&path, &block).unwrap();
            Config::load(&Flags::new(Some(path.clone())), &Environment::default()).unwrap_or_else(|error| {
                panic!("{document}: {error}\n{block}");
            });
        }
    }
}

#[test]
fn every_setting_of_the_readme_is_one_and_none_is_missing() {
    let readme = std::fs::read_to_string(docs().join("../README.md")).unwrap();
    let mut variables: Vec<_> = readme
        .lines()
        .filter(|line| line.starts_with("| `"))
        .flat_map(|line| line.split('`').filter(|word| word.starts_with("TANDEM_")))
        .map(str::to_owned)
        .collect();
    variables.sort();
    variables.dedup();
    assert!(variables.len() > 15, "the table was not found");
    // A value that no setting accepts: a known name complains about the value, or accepts any text.
    let environment: Environment = variables.iter().map(|name| (name.clone(), "\u{7}".to_owned())).collect();
    let error = Config::load(&Flags::default(), &environment).unwrap_err().to_string();
    assert!(!error.contains("there is no such setting"), "{error}");
}

#[test]
fn the_unit_file_is_one_that_systemd_understands() {
    let unit = docs().join("systemd/tandem-hub.service");
    let text = std::fs::read_to_string(&unit).unwrap();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let is_section = line.starts_with('[') && line.ends_with(']');
        assert!(
            is_section || line.split_once('=').is_some_and(|(key, value)| !key.is_empty() && !value.is_empty()),
            "{line}"
        );
    }
    for promised in ["RestartPreventExitStatus=78", "User=tandem", "UMask=0077", "StateDirectoryMode=0700"] {
        assert!(text.contains(promised), "{promised}");
    }
}
