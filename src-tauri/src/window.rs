//! The main window: opened, kept on our own page, and raised, as all windows are.

use anyhow::Context as _;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager as _, PhysicalPosition, WebviewWindow, WebviewWindowBuilder};

use crate::placement::{Area, rescued};
use crate::settings::Settings;
use crate::spelling;

/// The name of the main window.
pub const WINDOW: &str = "main";

/// Keeps every window on our own page: no navigation elsewhere.
pub fn stay<R: tauri::Runtime>() -> TauriPlugin<R> {
    tauri::plugin::Builder::new("stay").on_navigation(|_, url| is_ours(url)).build()
}

fn is_ours(url: &tauri::Url) -> bool {
    // On Windows the page has a host instead of a scheme; without a built page, the development server is used.
    let is_built = url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost");
    let is_served = cfg!(not(feature = "custom-protocol")) && url.host_str() == Some("127.0.0.1");
    is_built || is_served || url.as_str() == "about:blank"
}

/// Creates the window, hidden, at its last position. A named folder also has what the page keeps.
pub fn open(app: &AppHandle, settings: &Settings) -> anyhow::Result<()> {
    let config = app.config().app.windows.iter().find(|window| window.label == WINDOW);
    let config = config.context("tauri.conf.json describes no window")?;
    let mut builder = WebviewWindowBuilder::from_config(app, config)?.visible(false);
    if let Some(page) = settings.page() {
        builder = builder.data_directory(page);
    }
    let window = builder.build()?;
    spelling::turn_on(&window);
    Ok(())
}

/// Brings the main window to the front from anywhere: hidden, minimised, on another workspace, or off every screen.
pub fn raise(app: &AppHandle) {
    raise_one(app, WINDOW.into());
}

/// As [`raise`], another window.
pub fn raise_one(app: &AppHandle, label: String) {
    let raising = app.clone();
    let asked = app.run_on_main_thread(move || {
        let Some(window) = raising.get_webview_window(&label) else { return };
        if let Err(error) = reach(&window).and_then(|()| front(&window)) {
            tracing::warn!(%error, "the window cannot be raised");
        }
    });
    if let Err(error) = asked {
        tracing::debug!(%error, "the window is gone with the app");
    }
}

/// Moves a window that is on no screen to the user's.
pub fn reach(window: &WebviewWindow) -> tauri::Result<()> {
    let area = |at: PhysicalPosition<i32>, size: tauri::PhysicalSize<u32>| Area {
        x: at.x,
        y: at.y,
        width: size.width,
        height: size.height,
    };
    let here = window.cursor_position().and_then(|at| window.monitor_from_point(at.x, at.y)).ok().flatten();
    let screens: Vec<_> = here.into_iter().chain(window.available_monitors()?).collect();
    let screens: Vec<_> = screens.iter().map(|screen| area(*screen.position(), *screen.size())).collect();
    match rescued(area(window.outer_position()?, window.outer_size()?), &screens) {
        Some((x, y)) => window.set_position(PhysicalPosition { x, y }),
        None => Ok(()),
    }
}

/// Uses GTK directly. Tauri requests focus only for windows that it knows to be visible, and without the timestamp
/// that window managers require.
#[cfg(target_os = "linux")]
fn front(window: &WebviewWindow) -> tauri::Result<()> {
    use gtk::prelude::*;

    let window = window.gtk_window()?;
    window.show_all();
    window.deiconify();
    match window.window().and_then(|window| window.downcast::<gdkx11::X11Window>().ok()) {
        Some(x11) => {
            x11.move_to_current_desktop();
            window.present_with_time(gdkx11::functions::x11_get_server_time(&x11));
        }
        None => window.present(),
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn front(window: &WebviewWindow) -> tauri::Result<()> {
    window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus())
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
