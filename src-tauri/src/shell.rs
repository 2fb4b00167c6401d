//! Passes changes to the windows, opens those of single conversations, and shows the desk's standing outside.

use std::time::Duration;

use serde_json::Value;
use tandem_desk::Desk;
use tandem_desk::view::Change;
use tandem_desk::words::{Spoken, spoken};
use tauri::{AppHandle, Emitter as _, Manager as _};
use tokio::time::Instant;

use crate::apart::{self, Own};
use crate::badge::Badge;
use crate::call::Call;
use crate::standing::Standing;
use crate::tray::{self, Tray};
use crate::window::raise;

/// At login, the tray may start after us.
const TRAY_COMES: Duration = Duration::from_secs(10);
/// Between two looks at the standing, at least: a supervisor's desk changes several times a second.
const REST: Duration = Duration::from_millis(500);

/// Handles a start of the program, the first or a later one.
pub fn answer(app: &AppHandle, desk: &Desk, call: Call) {
    match call {
        // The desk raises the window when it has something to show.
        Call { link: Some(link), .. } => desk.follow_link(&link),
        Call { hidden: true, .. } => {}
        Call { hidden: false, .. } => raise(app),
    }
}

/// Shows a window that was to hide in a tray, if no tray appears.
pub fn show_without_tray(app: &AppHandle) {
    let (app, mut host) = (app.clone(), app.state::<Tray>().host());
    tauri::async_runtime::spawn(async move {
        if !matches!(tokio::time::timeout(TRAY_COMES, host.wait_for(|is_there| *is_there)).await, Ok(Ok(_))) {
            tracing::info!("this system shows no tray: the window cannot hide there");
            raise(&app);
        }
    });
}

/// Forwards every batch of changes, and shows the desk's standing outside the window, while the app runs.
pub fn follow(app: &AppHandle, desk: &Desk) {
    let (app, desk) = (app.clone(), desk.clone());
    let (mut changes, mut host) = (desk.changes(), app.state::<Tray>().host());
    tauri::async_runtime::spawn(async move {
        let badge = Badge::new(&app).await;
        let (mut shown, mut due) = (None, None);
        show_standing(&app, &desk, &badge, &mut shown).await;
        let mut looked = Instant::now();
        loop {
            let mut raised = None;
            tokio::select! {
                batch = changes.next() => {
                    let Some(batch) = batch else { return };
                    pass_on(&app, &batch);
                    let concerns = |change: &Change| {
                        matches!(
                            change,
                            Change::App | Change::Everything | Change::Raise { .. } | Change::RaiseBoard
                        )
                    };
                    if !batch.iter().any(concerns) {
                        continue;
                    }
                    raised = batch.iter().find_map(|change| match change {
                        Change::Raise { id } => Some(Own::Conversation(*id)),
                        Change::RaiseBoard => Some(Own::Board),
                        _ => None,
                    });
                    if raised.is_none() && looked.elapsed() < REST {
                        due.get_or_insert(looked + REST);
                        continue;
                    }
                }
                () = until(due) => {}
                // A new tray host needs everything.
                Ok(()) = host.changed() => shown = None,
            }
            due = None;
            show_standing(&app, &desk, &badge, &mut shown).await;
            looked = Instant::now();
            // Its window may have been opened just now, on the main thread, where it is looked for.
            if let Some(own) = raised {
                apart::raise_when_open(&app, own);
            }
        }
    });
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

fn pass_on(app: &AppHandle, batch: &[Change]) {
    for change in batch {
        match change {
            Change::Open { id, .. } if apart::raise(app, Own::Conversation(*id)) => {}
            Change::Open { .. } | Change::Wanted => raise(app),
            _ => {}
        }
    }
    if let Err(error) = app.emit("changes", batch) {
        tracing::warn!(%error, "the page cannot be told what changed");
    }
}

/// Reads the standing from the cache and draws what differs from `shown`.
async fn show_standing(app: &AppHandle, desk: &Desk, badge: &Badge, shown: &mut Option<(Standing, Spoken)>) {
    let Ok(state) = desk.rpc("app.state", Value::Null).await else { return };
    match apart::read(&state) {
        Ok(apart) => apart::show(app, apart, state.get("me").is_some_and(|me| !me.is_null())),
        Err(error) => tracing::error!(%error, "BUG: the windows cannot be read from the desk's state"),
    }
    let standing = match Standing::read(state) {
        Ok(standing) => standing,
        Err(error) => return tracing::error!(%error, "BUG: the desk's state cannot be read"),
    };
    let now = (standing, spoken());
    if shown.as_ref() != Some(&now) {
        tray::show(app, now.0.clone());
        badge.show(now.0.waiting()).await;
        *shown = Some(now);
    }
}
