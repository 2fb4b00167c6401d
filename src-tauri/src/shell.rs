//! What changes in the desk becomes visible: the page is told, the window raised, the counts shown.

use serde_json::Value;
use tandem_desk::Desk;
use tandem_desk::view::Change;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Emitter as _, Manager as _};

use crate::tray;

/// The name of the window.
pub const WINDOW: &str = "main";

/// Keeps the window on our own page: nothing in it may lead anywhere else.
pub fn stay<R: tauri::Runtime>() -> TauriPlugin<R> {
    tauri::plugin::Builder::new("stay").on_navigation(|_, url| is_ours(url)).build()
}

fn is_ours(url: &tauri::Url) -> bool {
    // On Windows the page has a host instead of a scheme; without the built page, there is the development server.
    let is_built = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost");
    let is_served = cfg!(not(feature = "custom-protocol")) && url.host_str() == Some("127.0.0.1");
    is_built || is_served || url.as_str() == "about:blank"
}

/// Passes every batch of changes on, for as long as the desk runs.
pub fn follow(app: &AppHandle, desk: &Desk) {
    let (app, desk) = (app.clone(), desk.clone());
    let mut changes = desk.changes();
    tauri::async_runtime::spawn(async move {
        while let Some(batch) = changes.next().await {
            if batch.iter().any(|change| matches!(change, Change::Open { .. })) {
                raise(&app);
            }
            if let Err(error) = app.emit("changes", &batch) {
                tracing::warn!(%error, "the page cannot be told what changed");
            }
            if batch.iter().any(|change| matches!(change, Change::App | Change::Everything)) {
                show_counts(&app, &desk).await;
            }
        }
    });
}

/// Brings the window to the front, wherever it was.
pub fn raise(app: &AppHandle) {
    let Some(window) = app.get_webview_window(WINDOW) else { return };
    let raised = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    if let Err(error) = raised {
        tracing::warn!(%error, "the window cannot be raised");
    }
}

/// The true counts, read from the cache each time.
async fn show_counts(app: &AppHandle, desk: &Desk) {
    let Ok(state) = desk.rpc("app.state", Value::Null).await else { return };
    let count = |name: &str| state.pointer(&format!("/counts/{name}")).and_then(Value::as_u64).unwrap_or(0);
    let (help, unread) = (count("help"), count("unread"));
    tray::tell(app, help, unread);
    if let Some(window) = app.get_webview_window(WINDOW) {
        let waiting = i64::try_from(help + unread).ok().filter(|waiting| *waiting > 0);
        // Not every desktop has badges.
        let _ = window.set_badge_count(waiting);
    }
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn the_window_stays_on_our_page() {
        for (url, ours) in [
            ("tauri://localhost/index.html", true),
            ("http://tauri.localhost/", true),
            ("https://example.com/", false),
            ("file:///etc/passwd", false),
            ("data:text/html,hello", false),
            ("javascript:alert(1)", false),
        ] {
            assert_eq!(is_ours(&url.parse().unwrap()), ours, "{url}");
        }
    }
}
