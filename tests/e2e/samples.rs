//! The samples of Your Logic as their readers run them: each passes the check, and drives a conversation in a real hub.
//!
//! Python and Node verify every request with the official libraries of Standard Webhooks before they answer; so an
//! answer shows that they understand what the hub signs.

use std::net::TcpListener;
use std::process::{Command, Output};

use anyhow::{Context as _, Result};
use serde_json::Value;
use tandem_conversation::{HelpReason, Section};
use tandem_testkit::hub_process::{HubOptions, HubProcess, PASSWORD};
use tandem_testkit::logic_process::LogicProcess;
use tandem_testkit::people::{Agent, Customer, Desk};
use tandem_tests::python::{prepared, python};
use tandem_tests::stage::{program, repository};

/// A secret in the notation of Standard Webhooks, and a plain one.
const SECRETS: [&str; 2] = ["whsec_c2FtcGxlcy1vZi15b3VyLWxvZ2ljLXRlc3RlZA==", "a plain secret between two services"];

#[derive(Clone, Copy, Debug)]
enum Sample {
    Rust,
    Python,
    TypeScript,
    /// The one in Python, held against the schema.
    Strict,
}

const ALL: [Sample; 3] = [Sample::Rust, Sample::Python, Sample::TypeScript];

impl Sample {
    fn start(self, secret: &str) -> Result<LogicProcess> {
        let mut command = match self {
            Self::Rust => Command::new(program("sample-logic-small")?),
            Self::Python => python(&repository().join("examples/logic-python/logic.py"))?,
            Self::Strict => python(&repository().join("tests/services/strict.py"))?,
            Self::TypeScript => {
                let mut node = Command::new("node");
                node.arg(prepared(repository().join("examples/logic-typescript/dist/logic.js"))?);
                node
            }
        };
        command.arg("127.0.0.1:0").env("TANDEM_LOGIC_SECRET", secret);
        LogicProcess::run(command)
    }
}

fn check(url: &str, secret: &str, more: &[&str]) -> Result<Output> {
    let mut command = Command::new(program("tandem-hub")?);
    command.args(["logic", "check", url, "--secret", secret]).args(more).env("RUST_LOG", "warn");
    Ok(command.output()?)
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn each_sample_passes_the_check() -> Result<()> {
    for sample in ALL {
        for secret in SECRETS {
            let logic = sample.start(secret)?;
            let output = check(&logic.url, secret, &["--json", "-"])?;
            let report: Value = serde_json::from_slice(&output.stdout)?;
            assert!(output.status.success(), "{sample:?}: {report:#}");
            assert_eq!((&report["score"], &report["failed"]), (&100.into(), &0.into()), "{sample:?}: {report:#}");
        }
    }
    Ok(())
}

#[test]
fn a_careless_service_fails_the_check_which_names_every_problem() -> Result<()> {
    let mut command = python(&repository().join("tests/services/careless.py"))?;
    command.arg("127.0.0.1:0");
    let logic = LogicProcess::run(command)?;
    let output = check(&logic.url, SECRETS[1], &[])?;
    let report = text(&output);
    assert_eq!(output.status.code(), Some(1), "{report}");
    for (check, seen) in [
        ("wrong bearer secret", "it was accepted"),
        ("no signature", "it was accepted"),
        ("wrong signature", "it was accepted"),
        ("old request replayed", "it was accepted"),
        ("custom button", "BUTTON_PRESSED: status 500"),
        ("customer linked", "CUSTOMER_LINKED: status 500"),
        ("handover graded", "HANDOVER_GRADED: status 500"),
        ("asking for a person", "actions[1].email: either email or secretHash is needed"),
        ("partners by link", "either email or secretHash is needed"),
        ("preview", "PREVIEW: status 500"),
        ("better wording", "IMPROVE: status 500"),
        ("translations", "TRANSLATE: status 500"),
        ("unknown trigger", "status 500"),
        ("the same request twice", "first MESSAGE, then MESSAGE, COMPLETE"),
        ("truncated JSON", "answered as if nothing were wrong"),
    ] {
        let line = report.lines().find(|line| line.contains(&format!("FAIL  {check}:")));
        assert!(line.is_some_and(|line| line.contains(seen)), "'{check}' fails with '{seen}' in:\n{report}");
    }
    assert!(report.contains("WARN  closing courtesy"), "{report}");
    assert!(report.contains("webhook-signature"), "the report says what to do:\n{report}");
    Ok(())
}

#[test]
fn nothing_at_the_address_fails_the_check() -> Result<()> {
    let output = check(&format!("http://{}/", free()?), SECRETS[1], &["--timeout-ms", "400"])?;
    let report = text(&output);
    assert_eq!(output.status.code(), Some(1), "{report}");
    assert!(report.contains("FAIL  reachable: no answer"), "{report}");
    Ok(())
}

fn free() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

#[test]
fn answers_over_the_other_door_are_awaited_by_the_check() -> Result<()> {
    let door = free()?;
    let mut command = python(&repository().join("tests/services/late.py"))?;
    command.args(["127.0.0.1:0", &format!("http://{door}"), SECRETS[0]]);
    let logic = LogicProcess::run(command)?;
    let output = check(&logic.url, SECRETS[0], &["--listen", &door])?;
    let report = text(&output);
    assert!(output.status.success(), "{report}");
    assert!(report.contains("later answers came in time"), "{report}");
    let output = check(&logic.url, SECRETS[0], &["--timeout-ms", "500"])?;
    let report = text(&output);
    assert_eq!(output.status.code(), Some(1), "the answers go elsewhere:\n{report}");
    assert!(report.contains("FAIL  later answers"), "{report}");
    Ok(())
}

fn replay(url: &str, timeout_ms: &str) -> Result<(Output, Value)> {
    let dialogues = std::fs::read_dir(repository().join("examples/dialogues"))?;
    let files = dialogues.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file());
    let mut command = Command::new(program("tandem-hub")?);
    command
        .args(["logic", "replay", url, "--secret", SECRETS[0], "--timeout-ms", timeout_ms, "--json", "-", "--from"])
        .args(files);
    let output = command.env("RUST_LOG", "warn").output()?;
    let report = serde_json::from_slice(&output.stdout).with_context(|| text(&output))?;
    Ok((output, report))
}

#[test]
fn a_replay_tells_a_new_version_from_the_recorded_one() -> Result<()> {
    let mut command = Command::new(program("sample-logic")?);
    command.args(["--listen", "127.0.0.1:0", "--dialogues"]).arg(repository().join("examples/dialogues"));
    command.env("TANDEM_LOGIC_SECRET", SECRETS[0]);
    let recorded = LogicProcess::run(command)?;
    let (output, report) = replay(&recorded.url, "8000")?;
    assert!(output.status.success());
    assert_eq!(report["same"], report["asked"], "the service that plays them answers as they were written: {report:#}");
    assert!(report["asked"].as_u64() > Some(100), "{report:#}");

    let other = Sample::Python.start(SECRETS[0])?;
    let (output, report) = replay(&other.url, "8000")?;
    assert!(output.status.success(), "differences are no failure: {report:#}");
    assert!(report["differentWords"].as_u64() > Some(10) && report["answeredInstead"].as_u64() > Some(1), "{report:#}");

    let (output, report) = replay(&format!("http://{}/", free()?), "400")?;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(report["failed"], report["asked"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sample_drives_a_conversation_in_a_real_hub() -> Result<()> {
    for (sample, secret) in ALL.into_iter().chain([Sample::Strict]).zip(SECRETS.into_iter().cycle()) {
        let logic = sample.start(secret)?;
        let options = HubOptions { logic: Some((logic.url.clone(), secret.into())), ..HubOptions::default() };
        let hub = HubProcess::start(&program("tandem-hub")?, &options)?;
        hub.add_user("maya@northwind.example", "Maya Ortiz", "supervisor")?;
        let mut maya = Agent::sign_in(&hub.url, "maya@northwind.example", PASSWORD).await?;

        let mut carmen = Customer::arrive(&hub.url, "northwind", "Carmen").await?;
        carmen.write("Hello").await?;
        carmen.wait_for("Hello! I'm the assistant.").await?;
        carmen.choose("order").await?;
        carmen.wait_for("left the warehouse").await?;
        carmen.write("I would like to speak with a person").await?;
        carmen.wait_for("Let me get a colleague").await?;
        let id = maya.wait_for("a call for help", |desk| desk.section(Section::Help).first().map(|one| one.id)).await?;
        let reason = maya.desk.conversation(id).and_then(|state| state.help.clone()).map(|help| help.reason);
        assert!(matches!(reason, Some(HelpReason::CustomerAsked { .. })), "{sample:?}: {reason:?}");
        maya.join(id).await?;
        maya.read(id).await?;
        let me = maya.me.user;
        let engaged = |desk: &Desk| desk.conversation(id).is_some_and(|state| state.agent(me).is_some());
        maya.wait_until("her own engagement", engaged).await?;
        maya.reply(id, "Maya here. What can I do?").await?;
        carmen.wait_for("Maya here").await?;

        let mut amara = Customer::arrive(&hub.url, "northwind", "Amara").await?;
        amara.write("Good morning").await?;
        amara.choose("done").await?;
        amara.wait_for("Goodbye").await?;
        maya.wait_until("Amara's conversation to be completed by the service alone", |desk| {
            desk.of_customer("Amara").is_some_and(|state| !state.in_progress() && state.help.is_none())
        })
        .await?;
    }
    Ok(())
}
