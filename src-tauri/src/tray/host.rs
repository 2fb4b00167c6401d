//! Whether this desktop shows tray icons. The host may start after the desk and end before it.

use tokio::sync::watch;

/// Watches for a host.
#[cfg(target_os = "linux")]
pub async fn follow() -> watch::Receiver<bool> {
    use std::time::Duration;

    const PATIENCE: Duration = Duration::from_secs(2);
    let (tell, there) = watch::channel(false);
    if !library_is_there() {
        tracing::info!("this system has no library for tray icons");
        return there;
    }
    match tokio::time::timeout(PATIENCE, look()).await {
        Ok(Ok((found, mut owners))) => {
            tell.send_replace(found);
            tokio::spawn(async move {
                use futures_util::StreamExt as _;
                while let Some(owner) = owners.next().await {
                    tell.send_replace(owner.is_some());
                }
            });
        }
        Ok(Err(error)) => tracing::info!(%error, "without a session bus there is no tray"),
        Err(_) => tracing::info!("the session bus does not answer: no tray"),
    }
    there
}

#[cfg(target_os = "linux")]
async fn look() -> zbus::Result<(bool, zbus::proxy::OwnerChangedStream<'static>)> {
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    let bus = zbus::Connection::session().await?;
    let watcher = zbus::Proxy::new(&bus, WATCHER, "/StatusNotifierWatcher", WATCHER).await?;
    let owners = watcher.receive_owner_changed().await?;
    let name = zbus::names::BusName::try_from(WATCHER)?;
    let found = zbus::fdo::DBusProxy::new(&bus).await?.name_has_owner(name).await?;
    Ok((found, owners))
}

/// The tray's library aborts the program if a dependency is missing, so check first.
#[cfg(target_os = "linux")]
fn library_is_there() -> bool {
    let folders = ["/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];
    let names = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];
    folders.iter().any(|folder| names.iter().any(|name| std::path::Path::new(folder).join(name).exists()))
}

/// Elsewhere the tray belongs to the system.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unused_async, reason = "looking takes time elsewhere")]
pub async fn follow() -> watch::Receiver<bool> {
    watch::channel(true).1
}
