//! The tray icon: what waits, a menu to get there, and the way back to the window. Optional where there is no tray.
//!
//! The menu is a function of the desk's standing ([`menu::lines`]); this module draws it and updates what differs.
//! Everything happens on the main thread, as the system's menus require.

pub mod host;
mod icon;
mod menu;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use tandem_desk::Desk;
use tauri::image::Image;
use tauri::menu::{CheckMenuItem, IsMenuItem, Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _, Wry};
use tokio::sync::watch;

use crate::standing::Standing;
use crate::window;
use menu::{Choice, Line};

const ID: &str = "tandem";

/// State of the tray; managed by the app.
pub struct Tray {
    host: watch::Receiver<bool>,
    /// Folder of icons for the system to read; one per desk.
    folder: PathBuf,
    /// None until a host appeared.
    drawn: Mutex<Option<Drawn>>,
}

struct Drawn {
    icon: TrayIcon,
    menu: Menu<Wry>,
    items: Vec<(Line, Item)>,
    standing: Standing,
}

enum Item {
    Plain(MenuItem<Wry>),
    Check(CheckMenuItem<Wry>),
    Rule(PredefinedMenuItem<Wry>),
}

impl Tray {
    pub fn new(host: watch::Receiver<bool>, folder: PathBuf) -> Self {
        Self { host, folder, drawn: Mutex::new(None) }
    }

    /// Whether a host shows it right now.
    pub fn host(&self) -> watch::Receiver<bool> {
        self.host.clone()
    }

    /// Whether the tray can bring back the window.
    pub fn is_there(&self) -> bool {
        let is_drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        is_drawn && *self.host.borrow()
    }
}

/// Shows the desk's standing in the tray, as soon as there is one.
pub fn show(app: &AppHandle, standing: Standing) {
    let drawing = app.clone();
    let asked = app.run_on_main_thread(move || {
        if let Err(error) = draw(&drawing, standing) {
            tracing::warn!(%error, "the tray cannot be drawn");
        }
    });
    if let Err(error) = asked {
        tracing::debug!(%error, "the tray is gone with the app");
    }
}

fn draw(app: &AppHandle, standing: Standing) -> tauri::Result<()> {
    let tray = app.state::<Tray>();
    let mut drawn = tray.drawn.lock().unwrap_or_else(PoisonError::into_inner);
    match &mut *drawn {
        Some(drawn) => drawn.change_to(app, standing),
        None if *tray.host.borrow() => {
            *drawn = Some(Drawn::new(app, &tray.folder, standing)?);
            Ok(())
        }
        None => Ok(()),
    }
}

impl Drawn {
    fn new(app: &AppHandle, folder: &std::path::Path, standing: Standing) -> tauri::Result<Self> {
        let menu = Menu::new(app)?;
        let items = fill(app, &menu, menu::lines(&standing))?;
        let tray = TrayIconBuilder::with_id(ID).menu(&menu).temp_dir_path(folder).on_menu_event(|app, event| {
            if let Some(choice) = Choice::of(event.id.as_ref()) {
                chosen(app, choice);
            }
        });
        let tray = match icon(app, standing.waiting() > 0) {
            Some(icon) => tray.icon(icon),
            None => tray,
        };
        let drawn = Self { icon: tray.build(app)?, menu, items, standing };
        drawn.tell()?;
        Ok(drawn)
    }

    /// Updates changed lines, in place where possible.
    fn change_to(&mut self, app: &AppHandle, standing: Standing) -> tauri::Result<()> {
        let before = std::mem::replace(&mut self.standing, standing);
        let lines = menu::lines(&self.standing);
        let is_same_shape = lines.len() == self.items.len()
            && lines.iter().zip(&self.items).all(|(line, (known, _))| line.is_same_place(known));
        if is_same_shape {
            for (line, (known, item)) in lines.into_iter().zip(&mut self.items) {
                if *known != line {
                    write(&line, item)?;
                    *known = line;
                }
            }
        } else {
            for (_, item) in &self.items {
                self.menu.remove(item.native())?;
            }
            self.items = fill(app, &self.menu, lines)?;
        }
        if (before.waiting() > 0) != (self.standing.waiting() > 0) {
            self.icon.set_icon(icon(app, self.standing.waiting() > 0))?;
        }
        self.tell()
    }

    /// The count beside the icon, and all of it as text, where supported.
    fn tell(&self) -> tauri::Result<()> {
        let waiting = self.standing.waiting();
        self.icon.set_title(Some(if waiting > 0 { waiting.to_string() } else { String::new() }))?;
        self.icon.set_tooltip(Some(format!("Tandem: {}", self.standing.words())))
    }
}

impl Item {
    fn native(&self) -> &dyn IsMenuItem<Wry> {
        match self {
            Self::Plain(item) => item,
            Self::Check(item) => item,
            Self::Rule(item) => item,
        }
    }
}

fn fill(app: &AppHandle, menu: &Menu<Wry>, lines: Vec<Line>) -> tauri::Result<Vec<(Line, Item)>> {
    let none = None::<&str>;
    lines
        .into_iter()
        .map(|line| {
            let item = match &line {
                Line::Words(words) => Item::Plain(MenuItem::new(app, words, false, none)?),
                Line::Rule => Item::Rule(PredefinedMenuItem::separator(app)?),
                Line::Choice(choice, label) => Item::Plain(MenuItem::with_id(app, choice.id(), label, true, none)?),
                Line::Check(choice, label, checked) => {
                    Item::Check(CheckMenuItem::with_id(app, choice.id(), label, true, *checked, none)?)
                }
            };
            menu.append(item.native())?;
            Ok((line, item))
        })
        .collect()
}

fn write(line: &Line, item: &Item) -> tauri::Result<()> {
    match (line, item) {
        (Line::Words(words) | Line::Choice(_, words), Item::Plain(item)) => item.set_text(words),
        (Line::Check(_, words, checked), Item::Check(item)) => {
            item.set_text(words)?;
            item.set_checked(*checked)
        }
        _ => Ok(()),
    }
}

fn icon(app: &AppHandle, waits: bool) -> Option<Image<'static>> {
    let plain = app.default_window_icon()?;
    let (width, height) = (plain.width(), plain.height());
    let pixels = if waits { icon::marked(plain.rgba(), width) } else { plain.rgba().to_vec() };
    Some(Image::new_owned(pixels, width, height))
}

/// The mark alone, as an overlay for another icon.
#[cfg(windows)]
pub fn mark() -> Image<'static> {
    const SIDE: u32 = 32;
    Image::new_owned(icon::marked(&[0; (SIDE * SIDE * 4) as usize], SIDE), SIDE, SIDE)
}

fn chosen(app: &AppHandle, choice: Choice) {
    match choice {
        // The desk raises the window when it has something to show.
        Choice::Show(section) => app.state::<Desk>().show_section(section),
        Choice::Open => window::raise(app),
        Choice::Quit => app.exit(0),
        Choice::Be(availability) => {
            keep_checks(app);
            let desk = app.state::<Desk>().inner().clone();
            tauri::async_runtime::spawn(async move {
                let asked: Result<Value, _> =
                    desk.rpc("me.setAvailability", json!({ "availability": availability })).await;
                if let Err(error) = asked {
                    tracing::warn!(code = error.code, "the availability cannot be changed");
                }
            });
        }
    }
}

/// A press toggles a check by itself; restore the true value until that changes.
fn keep_checks(app: &AppHandle) {
    let tray = app.state::<Tray>();
    let drawn = tray.drawn.lock().unwrap_or_else(PoisonError::into_inner);
    for (line, item) in drawn.iter().flat_map(|drawn| &drawn.items) {
        if matches!(line, Line::Check(..))
            && let Err(error) = write(line, item)
        {
            tracing::debug!(%error, "a check cannot be set back");
        }
    }
}
