//! The tray icon: what waits, and a way back to the window. A system without a tray goes without.

use serde_json::Value;
use tandem_desk::Desk;
use tauri::AppHandle;
use tauri::menu::{Menu, MenuItem};
use tauri::tray::TrayIconBuilder;

use crate::shell;

const ID: &str = "tandem";

/// Puts the icon into the tray if something on this system shows it.
pub fn show(app: &AppHandle, desk: &Desk) {
    if !tauri::async_runtime::block_on(has_host()) {
        tracing::info!("this system shows no tray: closing the window ends the desk");
        return;
    }
    if let Err(error) = build(app) {
        tracing::warn!(%error, "the tray icon cannot be shown");
        return;
    }
    let (app, desk) = (app.clone(), desk.clone());
    tauri::async_runtime::spawn(async move {
        let Ok(state) = desk.rpc("app.state", Value::Null).await else { return };
        let count = |path: &str| state.pointer(path).and_then(Value::as_u64).unwrap_or(0);
        tell(&app, count("/counts/help"), count("/counts/unread"));
    });
}

/// Whether the window can be brought back from the tray.
pub fn is_there(app: &AppHandle) -> bool {
    app.tray_by_id(ID).is_some()
}

/// Shows the counts.
pub fn tell(app: &AppHandle, help: u64, unread: u64) {
    let Some(tray) = app.tray_by_id(ID) else { return };
    let line = match (help, unread) {
        (0, 0) => "Tandem: nobody waits".to_owned(),
        (help, 0) => format!("Tandem: {help} need help"),
        (0, unread) => format!("Tandem: {unread} unread"),
        (help, unread) => format!("Tandem: {help} need help, {unread} unread"),
    };
    if let Err(error) = tray.set_tooltip(Some(line)) {
        tracing::debug!(%error, "the tray's words cannot be changed");
    }
}

fn build(app: &AppHandle) -> tauri::Result<()> {
    let open = MenuItem::with_id(app, "open", "Open Tandem", true, None::<&str>)?;
    let quit = MenuItem::with_id(app, "quit", "Quit", true, None::<&str>)?;
    let menu = Menu::with_items(app, &[&open, &quit])?;
    let mut tray = TrayIconBuilder::with_id(ID).menu(&menu).tooltip("Tandem");
    if let Some(icon) = app.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.on_menu_event(|app, event| match event.id.as_ref() {
        "open" => shell::raise(app),
        "quit" => app.exit(0),
        _ => {}
    })
    .build(app)?;
    Ok(())
}

/// Whether something on this desktop shows tray icons, and the library that speaks to it is installed.
#[cfg(target_os = "linux")]
async fn has_host() -> bool {
    if !library_is_there() {
        return false;
    }
    let asked = async {
        let bus = zbus::Connection::session().await?;
        let proxy = zbus::fdo::DBusProxy::new(&bus).await?;
        let name = zbus::names::BusName::try_from("org.kde.StatusNotifierWatcher")?;
        zbus::Result::Ok(proxy.name_has_owner(name).await?)
    };
    matches!(tokio::time::timeout(std::time::Duration::from_secs(2), asked).await, Ok(Ok(true)))
}

/// The tray's library ends the program if it is not there, so it is looked for first.
#[cfg(target_os = "linux")]
fn library_is_there() -> bool {
    let folders = ["/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];
    let names = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];
    folders.iter().any(|folder| names.iter().any(|name| std::path::Path::new(folder).join(name).exists()))
}

#[cfg(not(target_os = "linux"))]
async fn has_host() -> bool {
    true
}
