//! The number of waiting conversations: in the window's title, and on the icon where supported.

use tauri::{AppHandle, Manager as _};

use crate::window::WINDOW;

/// Shows the number everywhere it can be shown.
pub struct Badge {
    app: AppHandle,
    #[cfg(target_os = "linux")]
    launcher: launcher::Entry,
}

impl Badge {
    pub async fn new(app: &AppHandle) -> Self {
        Self {
            app: app.clone(),
            #[cfg(target_os = "linux")]
            launcher: launcher::Entry::new().await,
        }
    }

    pub async fn show(&self, waiting: u32) {
        if let Some(window) = self.app.get_webview_window(WINDOW) {
            let shown = window.set_title(&title(waiting)).and_then(|()| on_icon(&window, waiting));
            if let Err(error) = shown {
                tracing::debug!(%error, "the count cannot be shown in the title");
            }
        }
        #[cfg(target_os = "linux")]
        self.launcher.show(waiting).await;
    }
}

fn title(waiting: u32) -> String {
    if waiting > 0 { format!("({waiting}) Tandem") } else { "Tandem".into() }
}

/// On Linux, Tauri supports only the discontinued Unity desktop.
#[cfg(target_os = "linux")]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn on_icon(_: &tauri::WebviewWindow, _: u32) -> tauri::Result<()> {
    Ok(())
}

#[cfg(target_os = "macos")]
fn on_icon(window: &tauri::WebviewWindow, waiting: u32) -> tauri::Result<()> {
    window.set_badge_count((waiting > 0).then_some(waiting.into()))
}

/// Windows has no counts on icons: an overlay marks that something waits, the title says how much.
#[cfg(windows)]
fn on_icon(window: &tauri::WebviewWindow, waiting: u32) -> tauri::Result<()> {
    window.set_overlay_icon((waiting > 0).then(crate::tray::mark))
}

/// The count on the icon in docks and launchers: Unity's interface, adopted by others.
#[cfg(target_os = "linux")]
mod launcher {
    use std::collections::HashMap;

    use zbus::{Connection, Variant};

    const PATH: &str = "/com/tandem/desk/launcher";
    const INTERFACE: &str = "com.canonical.Unity.LauncherEntry";
    /// The name of the bundle's desktop file.
    const PROGRAM: &str = "application://Tandem.desktop";

    /// Kept while the count is shown: it disappears with its sender.
    pub struct Entry(Option<Connection>);

    impl Entry {
        pub async fn new() -> Self {
            Self(Connection::session().await.ok())
        }

        pub async fn show(&self, waiting: u32) {
            let Some(bus) = &self.0 else { return };
            let said = HashMap::from([
                ("count", Variant::from(i64::from(waiting))),
                ("count-visible", Variant::from(waiting > 0)),
            ]);
            let told = bus.emit_signal(None::<&str>, PATH, INTERFACE, "Update", &(PROGRAM, said)).await;
            if let Err(error) = told {
                tracing::debug!(%error, "the count cannot be shown on docks");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_title_says_how_much_waits() {
        assert_eq!(super::title(0), "Tandem");
        assert_eq!(super::title(3), "(3) Tandem");
    }
}
