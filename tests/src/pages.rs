//! A desktop whose browser only records what it should open.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::stage::Stage;
use crate::wait::{Look, until};

pub struct Pages {
    folder: PathBuf,
    /// The desktop's program path, ours first.
    pub path: String,
}

impl Pages {
    /// # Errors
    /// If the program that opens pages cannot be written.
    pub fn on(stage: &Stage, who: &str) -> Result<Self> {
        let folder = stage.room(who)?.join("bin");
        std::fs::create_dir_all(&folder)?;
        let program = folder.join("xdg-open");
        std::fs::write(&program, format!("#!/bin/sh\necho \"$1\" >> '{}'\n", Self::opened(&folder).display()))?;
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))?;
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
        Ok(Self { folder, path })
    }

    fn opened(folder: &Path) -> PathBuf {
        folder.join("opened")
    }

    /// Waits until exactly these pages were to be opened, in this order.
    ///
    /// # Errors
    /// If they never are.
    pub async fn are(&self, urls: &[&str]) -> Result<()> {
        until("the browser to be asked for pages", async || {
            let opened = std::fs::read_to_string(Self::opened(&self.folder)).unwrap_or_default();
            Ok(if opened.lines().eq(urls.iter().copied()) { Look::Found(()) } else { Look::Instead(opened) })
        })
        .await
    }
}
