//! The document of the interface says the truth: a program that knows nothing else asks for everything in it, in right
//! and wrong shapes, and every answer is one that the document names.

use std::process::Command;

use anyhow::{Result, ensure};
use tandem_testkit::hub_process::{HubOptions, HubProcess, PASSWORD};
use tandem_tests::python::python;
use tandem_tests::stage::{Stage, program, repository};

#[test]
fn every_answer_is_one_that_the_document_names() -> Result<()> {
    // Its notes of earlier runs stay out of the repository, and out of the next run.
    let stage = Stage::new("document")?;
    let hub = HubProcess::start(&program("tandem-hub")?, &HubOptions::default())?;
    for (name, role) in [("ada", "admin"), ("maya", "agent")] {
        let email = format!("{name}@northwind.example");
        hub.add_user(&email, name, role)?;
        let mut asking: Command = python(&repository().join("tests/services/document.py"))?;
        asking.args([&hub.url, &email, PASSWORD]).env("NO_COLOR", "1").current_dir(stage.room(name)?);
        let told = asking.output()?;
        let words = String::from_utf8_lossy(&told.stdout);
        ensure!(told.status.success(), "as {role}: {words}\n{}", String::from_utf8_lossy(&told.stderr));
    }
    Ok(())
}
