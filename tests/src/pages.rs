//! A desktop whose browser and other programs only record what they should open.

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

    /// Waits until a file of this name was to be opened; returns its path.
    ///
    /// # Errors
    /// If it never is.
    pub async fn opened_file(&self, name: &str) -> Result<PathBuf> {
        until("a file to be opened", async || {
            let opened = std::fs::read_to_string(Self::opened(&self.folder)).unwrap_or_default();
            let found =
                opened.lines().map(PathBuf::from).find(|path| path.file_name().is_some_and(|last| last == name));
            Ok(found.map_or(Look::Instead(opened), Look::Found))
        })
        .await
    }

    /// From now on nothing opens.
    ///
    /// # Errors
    /// If the programs cannot be written.
    pub fn breaks(&self) -> Result<()> {
        for program in ["xdg-open", "gio", "gnome-open", "kde-open", "kde-open5", "kde-open6"] {
            let path = self.folder.join(program);
            std::fs::write(&path, "#!/bin/sh\nexit 3\n")?;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        }
        Ok(())
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
