//! Windows of single conversations and of the supervisors' board. The core keeps which there are; here they are opened
//! and closed accordingly.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tandem_conversation::ConversationId;
use tandem_desk::Desk;
use tauri::{AppHandle, LogicalSize, Manager as _, PhysicalSize, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

use crate::settings::Settings;
use crate::window;

/// Labels are `apart-PLACE-NUMBER`: one place may have another window before the last one is gone.
const LABEL: &str = "apart-";
/// The place of the board's window, after those of conversations.
const BOARD_PLACE: u8 = 9;
/// In logical pixels.
const OF_BOARD: LogicalSize<f64> = LogicalSize::new(1280.0, 840.0);
const USUAL: LogicalSize<f64> = LogicalSize::new(760.0, 840.0);
const SMALL: LogicalSize<f64> = LogicalSize::new(360.0, 480.0);
const LEAST: LogicalSize<f64> = LogicalSize::new(320.0, 360.0);
/// The page saves what was typed last.
const PAGE_ENDS: Duration = Duration::from_secs(1);

/// What can have a window for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    Conversation(ConversationId),
    Board,
}

/// What has its own window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apart {
    own: Own,
    /// Windows remember their position by it.
    place: u8,
    on_top: bool,
}

/// The open windows; managed by the app.
pub struct Windows {
    /// What the page keeps, if the data folder was named.
    page: Option<PathBuf>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    windows: Vec<Known>,
    /// Names are never used twice.
    last: u64,
    /// The windows of an earlier run are back.
    is_settled: bool,
}

struct Known {
    apart: Apart,
    label: String,
    /// Its size before it became small.
    before: Option<PhysicalSize<u32>>,
}

impl Own {
    /// How the page is told.
    fn name(self) -> String {
        match self {
            Self::Conversation(id) => id.to_string(),
            Self::Board => "board".to_owned(),
        }
    }
}

impl Windows {
    pub fn new(settings: &Settings) -> Self {
        Self { page: settings.page(), open: Mutex::default() }
    }

    fn label(&self, own: Own) -> Option<String> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.windows.iter().find(|known| known.apart.own == own).map(|known| known.label.clone())
    }

    fn own(&self, label: &str) -> Option<Own> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.windows.iter().find(|known| known.label == label).map(|known| known.apart.own)
    }

    pub fn is_empty(&self) -> bool {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).windows.is_empty()
    }
}

/// All windows of one place share a position: the name under which it is kept.
pub fn place_of(label: &str) -> &str {
    match label.strip_prefix(LABEL).and_then(|rest| rest.find('-')) {
        Some(end) => label.get(..LABEL.len() + end).unwrap_or(label),
        None => label,
    }
}

/// Reads which windows there should be from `app.state`. Without a user there are none.
///
/// # Errors
/// If it is not an answer to `app.state`.
pub fn read(state: &Value) -> serde_json::Result<Vec<Apart>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct One {
        id: ConversationId,
        place: u8,
        on_top: bool,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct App {
        apart: Vec<One>,
        board_apart: bool,
    }
    let App { apart, board_apart } = App::deserialize(state)?;
    let conversations =
        apart.into_iter().map(|One { id, place, on_top }| Apart { own: Own::Conversation(id), place, on_top });
    let board = board_apart.then_some(Apart { own: Own::Board, place: BOARD_PLACE, on_top: false });
    Ok(conversations.chain(board).collect())
}

/// Opens, changes and closes windows until they are these.
pub fn show(app: &AppHandle, wanted: Vec<Apart>, signed_in: bool) {
    let showing = app.clone();
    let asked = app.run_on_main_thread(move || {
        let windows = showing.state::<Windows>();
        let mut open = windows.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.become_(&showing, &windows.page, &wanted);
        open.is_settled |= signed_in;
    });
    if let Err(error) = asked {
        tracing::debug!(%error, "the windows are gone with the app");
    }
}

/// Brings an own window to the front; false if there is none.
pub fn raise(app: &AppHandle, own: Own) -> bool {
    let Some(label) = app.state::<Windows>().label(own) else { return false };
    window::raise_one(app, label);
    true
}

/// As [`raise`], after the windows that were to be shown before.
pub fn raise_when_open(app: &AppHandle, own: Own) {
    let raising = app.clone();
    let asked = app.run_on_main_thread(move || {
        raise(&raising, own);
    });
    if let Err(error) = asked {
        tracing::debug!(%error, "the windows are gone with the app");
    }
}

/// The user closes the window: the core decides that it is gone, and the page saves what was typed last.
pub fn close(window: &tauri::Window) -> bool {
    let Some(own) = window.state::<Windows>().own(window.label()) else { return false };
    let (desk, window) = (window.state::<Desk>().inner().clone(), window.get_webview_window(window.label()));
    tauri::async_runtime::spawn(async move {
        let closed = match own {
            Own::Conversation(id) => desk.rpc("window.bringBack", json!({ "id": id })).await,
            Own::Board => desk.rpc("board.bringBack", Value::Null).await,
        };
        if let Err(error) = closed {
            tracing::warn!(code = error.code, "the window is closed, and opens again with the next start");
            end(window);
        }
    });
    true
}

fn end(window: Option<WebviewWindow>) {
    if let Some(Err(error)) = window.map(|window| window.destroy()) {
        tracing::debug!(%error, "the window is gone already");
    }
}

impl Open {
    fn become_(&mut self, app: &AppHandle, page: &Option<PathBuf>, wanted: &[Apart]) {
        let stays = |known: &Known| wanted.iter().any(|apart| apart.own == known.apart.own);
        for gone in self.windows.extract_if(.., |known| !stays(known)) {
            vanish(app, &gone.label);
        }
        for apart in wanted {
            match self.windows.iter_mut().find(|known| known.apart.own == apart.own) {
                Some(known) => known.become_(app, *apart),
                None => self.open(app, page, *apart),
            }
        }
    }

    fn open(&mut self, app: &AppHandle, page: &Option<PathBuf>, apart: Apart) {
        self.last += 1;
        let label = format!("{LABEL}{}-{}", apart.place, self.last);
        // A new one begins in its usual size, whatever the last one of its place had.
        let size = (self.is_settled && !apart.on_top && apart.own != Own::Board).then_some(USUAL);
        match build(app, page, &label, apart, size) {
            Ok(()) => self.windows.push(Known { apart, label, before: None }),
            Err(error) => tracing::error!(%error, "an own window cannot be opened"),
        }
    }
}

impl Known {
    fn become_(&mut self, app: &AppHandle, apart: Apart) {
        let before = std::mem::replace(&mut self.apart, apart);
        let Some(window) = app.get_webview_window(&self.label).filter(|_| before.on_top != apart.on_top) else {
            return;
        };
        let done = if apart.on_top {
            self.before = window.inner_size().ok();
            window.set_always_on_top(true).and_then(|()| window.set_size(SMALL))
        } else {
            let size = self.before.take().map_or(USUAL.into(), tauri::Size::from);
            window.set_always_on_top(false).and_then(|()| window.set_size(size))
        };
        if let Err(error) = done {
            tracing::warn!(%error, "the window cannot be kept on top");
        }
    }
}

/// Hides it at once; the page may end its work.
fn vanish(app: &AppHandle, label: &str) {
    let Some(window) = app.get_webview_window(label) else { return };
    if let Err(error) = window.hide() {
        tracing::debug!(%error, "the window cannot be hidden");
    }
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PAGE_ENDS).await;
        end(Some(window));
    });
}

fn build(
    app: &AppHandle,
    page: &Option<PathBuf>,
    label: &str,
    apart: Apart,
    size: Option<LogicalSize<f64>>,
) -> anyhow::Result<()> {
    let usual = match apart.own {
        Own::Board => OF_BOARD,
        Own::Conversation(_) if apart.on_top => SMALL,
        Own::Conversation(_) => USUAL,
    };
    let url = WebviewUrl::App(format!("index.html?apart={}", apart.own.name()).into());
    let mut builder = WebviewWindowBuilder::new(app, label, url)
        .title("Tandem")
        .inner_size(usual.width, usual.height)
        .min_inner_size(LEAST.width, LEAST.height)
        .always_on_top(apart.on_top)
        .disable_drag_drop_handler()
        .visible(false)
        .on_document_title_changed(|window, title| {
            if let Err(error) = window.set_title(&title) {
                tracing::debug!(%error, "the window's title cannot be changed");
            }
        });
    if let Some(page) = page {
        builder = builder.data_directory(page.clone());
    }
    let window = beside_main(app, builder)?.build()?;
    if let Some(size) = size {
        window.set_size(size)?;
    }
    window::reach(&window)?;
    window.show()?;
    Ok(())
}

type Builder<'a> = WebviewWindowBuilder<'a, tauri::Wry, AppHandle>;

/// In the main window's web process, which saves the memory of another one.
#[cfg(target_os = "linux")]
fn beside_main<'a>(app: &'a AppHandle, builder: Builder<'a>) -> anyhow::Result<Builder<'a>> {
    use gtk::prelude::*;

    let Some(main) = app.get_webview_window(window::WINDOW) else { return Ok(builder) };
    let inside = main.default_vbox()?.children();
    let view = inside.into_iter().find_map(|widget| widget.downcast::<webkit2gtk::WebView>().ok());
    Ok(match view {
        Some(view) => builder.with_related_view(view),
        None => builder,
    })
}

#[cfg(not(target_os = "linux"))]
fn beside_main<'a>(_: &'a AppHandle, builder: Builder<'a>) -> anyhow::Result<Builder<'a>> {
    Ok(builder)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{BOARD_PLACE, Own, place_of, read};

    #[test]
    fn windows_of_one_place_share_their_position() {
        for (label, place) in
            [("main", "main"), ("apart-1-1", "apart-1"), ("apart-8-12", "apart-8"), ("apart-", "apart-")]
        {
            assert_eq!(place_of(label), place);
        }
    }

    #[test]
    fn which_windows_there_are_is_read_from_what_the_desk_says() {
        let id = "0192b0a8-7f4e-7c3a-9d21-5b8e0f1a2b3c";
        let one = json!([{"id": id, "place": 2, "onTop": true}]);
        let said = read(&json!({"apart": one, "boardApart": true, "me": null})).unwrap();
        let [one, board] = &said[..] else { panic!("{said:?}") };
        assert_eq!((one.own.name().as_str(), one.place, one.on_top), (id, 2, true));
        assert_eq!((board.own, board.place), (Own::Board, BOARD_PLACE));
        assert!(read(&json!({"apart": [], "boardApart": false})).unwrap().is_empty());
        assert!(read(&json!({"code": "desk.cache"})).is_err());
    }
}
