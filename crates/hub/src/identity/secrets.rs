//! The secrets with which companies' pages sign. They are derived from one key, so none of them is stored anywhere.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use tandem_conversation::BrandId;
use uuid::Uuid;

use crate::secrets::new_token;

/// Beside the database, so that a copy of the database alone signs nothing.
const FILE: &str = "identity.key";

/// Makes the brands' secrets.
#[derive(Clone)]
pub struct Secrets(hmac::Key);

impl Secrets {
    /// Those of the hub whose data lies in this folder. The first one to ask makes the key.
    ///
    /// # Errors
    /// If the key can be neither read nor made.
    pub fn open(data: &Path) -> anyhow::Result<Self> {
        let path = data.join(FILE);
        let key = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make(data, &path).with_context(|| format!("Cannot make {}", path.display()))?;
                std::fs::read_to_string(&path)
            }
            read => read,
        };
        let key = key.with_context(|| format!("Cannot read {}", path.display()))?;
        let bytes = URL_SAFE_NO_PAD.decode(key.trim()).unwrap_or_default();
        ensure!(
            bytes.len() == 32,
            "{} is damaged: bring it back from a backup, or remove it and give every website its new secret",
            path.display()
        );
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The secret of a brand, as text; it is another one with each generation.
    #[must_use]
    pub fn of(&self, brand: BrandId, generation: u32) -> String {
        let tag = hmac::sign(&self.0, format!("identity of customers\n{brand}\n{generation}").as_bytes());
        URL_SAFE_NO_PAD.encode(tag)
    }
}

/// Under its name the file is whole from the start, and whoever comes second finds the first one's.
fn make(data: &Path, path: &Path) -> std::io::Result<()> {
    let draft = data.join(format!("{FILE}.{}", Uuid::now_v7()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let written = file.write_all(new_token().as_bytes()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| std::fs::hard_link(&draft, path));
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brand_has_the_same_secret_until_it_is_renewed() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (BrandId(Uuid::from_u128(1)), BrandId(Uuid::from_u128(2)));
        let (first, again) = (Secrets::open(folder.path()).unwrap(), Secrets::open(folder.path()).unwrap());
        assert_eq!(first.of(one, 0), again.of(one, 0));
        assert_ne!(first.of(one, 0), first.of(one, 1));
        assert_ne!(first.of(one, 0), first.of(other, 0));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_for_the_hub_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        Secrets::open(folder.path()).unwrap();
        let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_key_is_not_replaced_in_silence() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "short").unwrap();
        assert!(Secrets::open(folder.path()).is_err());
        assert_eq!(std::fs::read_to_string(folder.path().join(FILE)).unwrap(), "short");
    }
}
