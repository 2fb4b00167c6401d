//! Where a PostgreSQL database is, and how its connection is kept from others.
//!
//! An address is `postgres://USER:PASSWORD@HOST/DATABASE`. Connections to other machines are encrypted, and the
//! server's certificate is checked, unless the address says `sslmode=disable`. `sslrootcert` names a file with the
//! authorities to trust instead of the system's.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use tokio::runtime;
use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::wire::Wire;

/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(12);
const FORM: &str = "postgres://USER:PASSWORD@HOST/DATABASE";

/// An address that was read.
#[derive(Clone)]
pub(super) struct Address {
    pub config: Config,
    /// None without encryption.
    tls: Option<MakeRustlsConnect>,
}

impl Address {
    /// Reads an address; why it is none, without repeating it: it may hold a password.
    pub fn parse(url: &str) -> Result<Self, String> {
        let none = || format!("not the address of a PostgreSQL database: {FORM}");
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(none());
        }
        let (place, options) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut authorities, mut rest) = (None, None, Vec::new());
        for option in options.split('&').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", value)) => authorities = Some(unescaped(value)),
                _ => rest.push(option),
            }
        }
        let known = if rest.is_empty() { place.to_owned() } else { format!("{place}?{}", rest.join("&")) };
        let mut config: Config = known.parse().map_err(|_| match rest.is_empty() {
            true => none(),
            false => format!("{}, with options that the documents of postgres know, sslmode or sslrootcert", none()),
        })?;
        if config.get_hosts().is_empty() || config.get_user().is_none_or(str::is_empty) {
            return Err(format!("it names no host, or no user: {FORM}"));
        }
        let is_encrypted = match mode {
            None => !config.get_hosts().iter().all(is_this_machine) || authorities.is_some(),
            Some("disable") => false,
            // A certificate is checked in any case.
            Some("require" | "verify-ca" | "verify-full") => true,
            Some(_) => return Err("sslmode is disable, require, verify-ca or verify-full".into()),
        };
        config.ssl_mode(if is_encrypted { SslMode::Require } else { SslMode::Disable });
        let tls = is_encrypted.then(|| tls(authorities.as_deref().map(Path::new))).transpose()?;
        Ok(Self { config, tls })
    }

    /// Connects. Blocks, but not for ever: what listens there may never answer.
    pub fn connect(&self) -> Result<Wire, Unreachable> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(|_| Unreachable::Silent)?;
        let dialled = runtime.block_on(async { timeout(PATIENCE, self.dial()).await });
        let why = match dialled {
            Ok(Ok(client)) => return Ok(Wire::new(runtime, client)),
            Ok(Err(refusal)) => Unreachable::Refused(refusal),
            Err(_) => Unreachable::Silent,
        };
        // Looking up a name may go on.
        runtime.shutdown_background();
        Err(why)
    }

    /// The connection is driven by a task of the runtime.
    async fn dial(&self) -> Result<Client, tokio_postgres::Error> {
        match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                tokio::spawn(connection);
                Ok(client)
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                tokio::spawn(connection);
                Ok(client)
            }
        }
    }
}

/// Why there is no connection.
pub(super) enum Unreachable {
    Refused(tokio_postgres::Error),
    /// Something listens, but does not answer.
    Silent,
}

/// Whether what is sent there stays on this machine.
fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// Trusts the authorities in the file, or else the system's.
fn tls(authorities: Option<&Path>) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let config = match authorities {
        Some(file) => {
            let unreadable =
                |why: String| format!("sslrootcert: cannot read certificates in {}: {why}", file.display());
            let found = CertificateDer::pem_file_iter(file).map_err(|error| unreadable(error.to_string()))?;
            let mut trusted = RootCertStore::empty();
            for certificate in found {
                let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
                trusted.add(certificate).map_err(|error| unreadable(error.to_string()))?;
            }
            if trusted.is_empty() {
                return Err(unreadable("there is none".into()));
            }
            builder.with_root_certificates(trusted).with_no_client_auth()
        }
        None => {
            let verifier = Verifier::new(provider).map_err(|error| error.to_string())?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
        }
    };
    Ok(MakeRustlsConnect::new(config))
}

/// `%2F` and the like, as the address writes what it must not contain.
fn unescaped(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::Address;
    use tokio_postgres::config::SslMode;

    #[test]
    fn what_leaves_this_machine_is_encrypted_unless_the_address_says_otherwise() {
        for (url, is_encrypted) in [
            ("postgres://t@127.0.0.1/t", false),
            ("postgresql://t:p@[::1]:5433/t", false),
            ("postgres://t@localhost/t?application_name=x", false),
            ("postgres://t@%2Frun%2Fpostgresql/t", false),
            ("postgres://t@localhost/t?sslmode=require", true),
            ("postgres://t@db.example/t", true),
            ("postgres://t@db.example/t?sslmode=verify-full&connect_timeout=3", true),
            ("postgres://t@db.example/t?sslmode=disable", false),
            ("postgres://t@127.0.0.1,db.example/t", true),
        ] {
            let read = Address::parse(url);
            let mode = read.as_ref().map(|address| address.config.get_ssl_mode());
            let wanted = if is_encrypted { SslMode::Require } else { SslMode::Disable };
            assert_eq!(mode.map_err(Clone::clone), Ok(wanted), "{url}");
            assert_eq!(read.is_ok_and(|address| address.tls.is_some()), is_encrypted, "{url}");
        }
    }

    #[test]
    fn an_address_that_is_none_is_refused_without_its_password() {
        for (url, words) in [
            ("", "not the address"),
            ("host=db user=t password=hunter2", "not the address"),
            ("mysql://t:hunter2@db/t", "not the address"),
            ("postgres://t:hunter2@/t", "it names no host"),
            ("postgres://:hunter2@db/t", "it names no host, or no user"),
            ("postgres://t:hunter2@db/t?sslmode=prefer", "sslmode is disable, require"),
            ("postgres://t:hunter2@db/t?sslmode=", "sslmode is disable, require"),
            ("postgres://t:hunter2@db/t?colour=blue", "with options that"),
            (
                "postgres://t:hunter2@db/t?sslrootcert=%2Fnowhere%2Fca.pem",
                "cannot read certificates in /nowhere/ca.pem",
            ),
            ("postgres://t:hunter2@db/t?sslrootcert=Cargo.toml", "there is none"),
        ] {
            let Err(why) = Address::parse(url) else { panic!("{url} is taken") };
            assert!(why.contains(words) && !why.contains("hunter2"), "{url}: {why}");
        }
    }
}
