//! A private message bus without automatic service starts: it has no service folders, so a missing service is reported
//! at once.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::stage::Stage;

const START: Duration = Duration::from_secs(20);

const CONFIG: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=TMP</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// Starts the bus and returns its address.
///
/// # Errors
/// If it does not start.
pub fn start(stage: &mut Stage, who: &str) -> Result<String> {
    let config = stage.room(who)?.join("bus.conf");
    std::fs::write(&config, CONFIG.replace("TMP", &std::env::temp_dir().to_string_lossy()))?;
    let mut bus = Command::new("dbus-daemon");
    bus.args(["--nofork", "--nosyslog", "--print-address=1", "--config-file"]).arg(config);
    let address = |line: &str| line.starts_with("unix:").then(|| line.trim().to_owned());
    let (_, address) = stage.leash.start_saying(&format!("{who}-bus"), &mut bus, START, address)?;
    Ok(address)
}
