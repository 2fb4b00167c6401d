//! The operators' documents: their examples run as printed.

#![cfg(unix)]
use std::collections::BTreeSet;
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
    let mut open: Option<(&str, String)> = None;
    for line in text.lines() {
        open = match open {
            None => line.strip_prefix("```").map(|kind| (kind, String::new())),
            Some((kind, block)) if line == "```" => {
                found.extend((kind == language).then_some(block));
                None
            }
            Some((kind, block)) => Some((kind, block + line + "\n")),
        };
    }
    found
}

/// Runs commands in a folder as an operator types them.
fn run(folder: &Path, commands: &str) {
    let programs = Path::new(env!("CARGO_BIN_EXE_tandem-hub")).parent().unwrap().to_owned();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-e", "-u", "-c", commands]).current_dir(folder);
    shell.env("PATH", &path).env("TANDEM_LISTEN", free.to_string()).env("RUST_LOG", "warn");
    let output = shell.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{commands}\n{out}{err}");
}

#[test]
fn the_commands_of_the_operators_guide_work_in_the_order_in_which_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = blocks("operating.md", "sh");
    assert_eq!(blocks.len(), 2);
    blocks.iter().for_each(|block| run(folder.path(), block));
    assert!(folder.path().join("restored-data/tandem.db").exists());
}

/// Users and brands that the documents name as existing.
const NORTHWIND: &str = "
tandem-hub brand add --id northwind --name Northwind --domain '*'
tandem-hub brand add --id bank --name Bank --domain '*'
echo 'a long password of mine' | tandem-hub user add --email sam@northwind.example --name Sam --role supervisor --password-stdin
";

#[test]
fn the_commands_about_rights_and_websites_work_in_the_order_in_which_they_stand() {
    for (document, before, count) in [("rights.md", NORTHWIND, 2), ("web-chat.md", "", 1)] {
        let folder = tempfile::tempdir().unwrap();
        let blocks = blocks(document, "sh");
        assert_eq!(blocks.len(), count, "{document}");
        run(folder.path(), before);
        blocks.iter().for_each(|block| run(folder.path(), block));
    }
}

#[test]
fn no_command_of_the_hub_stands_in_a_block_that_no_test_runs() {
    for document in
        ["operating.md", "rights.md", "web-chat.md", "proxy.md", "limits.md", "external-agents.md", "buttons.md"]
    {
        for line in blocks(document, "").iter().flat_map(|block| block.lines()) {
            let runs_the_hub = line.starts_with("tandem-hub ") || line.contains("| tandem-hub ");
            assert!(!runs_the_hub, "{document}: mark the block as sh, so that a test runs it: {line}");
        }
    }
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
fn every_variable_of_the_readme_is_a_setting() {
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
fn the_readme_names_every_setting_with_its_variable() {
    let readme = std::fs::read_to_string(docs().join("../README.md")).unwrap();
    let source = std::fs::read_to_string(docs().join("../crates/hub/src/config/read.rs")).unwrap();
    // Names are the first argument of whatever reads a setting.
    let is_name = |text: &&str| text.chars().all(|char| char.is_ascii_lowercase() || "_.".contains(char));
    let quoted = source.split("(\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(text, _)| text);
    let names: BTreeSet<&str> = quoted.filter(is_name).collect();
    assert!(names.len() > 30, "the settings were not found: {names:?}");
    for name in names {
        let variable = format!("TANDEM_{}", name.to_uppercase().replace('.', "_"));
        for text in [name, variable.as_str()] {
            assert!(readme.contains(&format!("`{text}`")), "the table lacks {text}");
        }
    }
}

const UNIT_KEYS: &[(&str, &[&str])] = &[
    ("[Unit]", &["Description", "Documentation", "After", "Wants"]),
    (
        "[Service]",
        &[
            "ExecStart",
            "User",
            "Group",
            "StateDirectory",
            "StateDirectoryMode",
            "WorkingDirectory",
            "Restart",
            "RestartSec",
            "RestartPreventExitStatus",
            "TimeoutStopSec",
            "LimitNOFILE",
            "NoNewPrivileges",
            "ProtectSystem",
            "ProtectHome",
            "PrivateTmp",
            "PrivateDevices",
            "ProtectKernelTunables",
            "ProtectKernelModules",
            "ProtectKernelLogs",
            "ProtectControlGroups",
            "ProtectClock",
            "RestrictAddressFamilies",
            "RestrictNamespaces",
            "RestrictRealtime",
            "LockPersonality",
            "MemoryDenyWriteExecute",
            "SystemCallArchitectures",
            "UMask",
        ],
    ),
    ("[Install]", &["WantedBy"]),
];

/// What is wrong with a unit file, as far as the list of keys tells.
fn faults(unit: &str) -> Vec<&str> {
    let mut section: Option<&[&str]> = None;
    let mut faults = Vec::new();
    for line in unit.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            section = UNIT_KEYS.iter().find(|(name, _)| *name == line).map(|(_, keys)| *keys);
            faults.extend(section.is_none().then_some(line));
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let is_known = section.is_some_and(|keys| keys.contains(&key));
        faults.extend((!is_known || value.is_empty()).then_some(line));
    }
    faults
}

#[test]
fn the_unit_file_is_one_that_systemd_understands() {
    let unit = docs().join("systemd/tandem-hub.service");
    let text = std::fs::read_to_string(&unit).unwrap();
    assert_eq!(faults(&text), Vec::<&str>::new());
    assert_eq!(faults("[Service]\nExecStrat=/bin/true\nUser="), ["ExecStrat=/bin/true", "User="]);
    for promised in ["RestartPreventExitStatus=78", "User=tandem", "UMask=0077", "StateDirectoryMode=0700"] {
        assert!(text.contains(promised), "{promised}");
    }
    // systemd itself knows the values, too. It complains about a program that is not installed.
    let folder = tempfile::tempdir().unwrap();
    let here = text.replace("/usr/local/bin/tandem-hub", env!("CARGO_BIN_EXE_tandem-hub"));
    let copy = folder.path().join("tandem-hub.service");
    std::fs::write(&copy, here).unwrap();
    let Ok(verified) = Command::new("systemd-analyze").arg("verify").arg(&copy).output() else { return };
    let said = String::from_utf8_lossy(&verified.stderr);
    let about_it: Vec<_> = said.lines().filter(|line| line.contains("tandem-hub.service:")).collect();
    assert!(about_it.is_empty(), "{about_it:?}");
}
