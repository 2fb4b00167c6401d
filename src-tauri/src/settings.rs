//! Settings of the shell.

use std::path::PathBuf;

use anyhow::Context as _;

/// Settings from the environment.
pub struct Settings {
    /// Folder of all data of this desk.
    pub data: PathBuf,
    /// The folder was named explicitly: a start without settings would use another.
    pub is_named: bool,
    /// Address of the hub, offered at sign-in.
    pub hub: Option<String>,
    /// Allows plain HTTP to other machines.
    pub allow_http: bool,
    /// Run a hub inside this program.
    pub embed: Option<Embedding>,
}

/// Settings of the embedded hub.
pub struct Embedding {
    pub listen: String,
    pub logic_url: Option<String>,
    pub logic_secret: Option<String>,
}

impl Settings {
    /// Where the page keeps its own data; none for the system's usual folder.
    pub fn page(&self) -> Option<PathBuf> {
        self.is_named.then(|| self.data.join("page"))
    }

    /// Reads `TANDEM_…`. The data is in `platform`'s folder unless `TANDEM_DESK_DATA` names another. The variable's
    /// older name is `TANDEM_DATA`, which is also the hub's folder.
    pub fn read(platform: Option<PathBuf>) -> anyhow::Result<Self> {
        let named = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let folder = named("TANDEM_DESK_DATA").or_else(|| named("TANDEM_DATA")).map(PathBuf::from);
        let is_named = folder.is_some();
        let data = folder.or(platform);
        let embed = named("TANDEM_EMBED").is_some_and(|value| value == "1").then(|| Embedding {
            listen: named("TANDEM_LISTEN").unwrap_or_else(|| "127.0.0.1:7700".into()),
            logic_url: named("TANDEM_LOGIC_URL"),
            logic_secret: named("TANDEM_LOGIC_SECRET"),
        });
        Ok(Self {
            data: std::path::absolute(data.context("this system names no folder for data; set TANDEM_DESK_DATA")?)?,
            is_named,
            hub: named("TANDEM_HUB"),
            allow_http: named("TANDEM_ALLOW_HTTP").is_some_and(|value| value == "1"),
            embed,
        })
    }
}
