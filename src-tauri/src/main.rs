//! The desktop shell: windows over the desk's command table, a tray, and the system's notifications.
//!
//! Thin on purpose: everything that needs no window is decided in `tandem-desk`.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod apart;
mod attention;
mod badge;
mod browser;
mod call;
mod embedded;
mod instance;
mod keychain;
mod language;
mod notifier;
mod placement;
mod settings;
mod shell;
mod spelling;
mod standing;
mod startup;
mod tray;
mod window;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use serde_json::value::RawValue;
use tandem_desk::rpc::RpcError;
use tandem_desk::{Clock, Desk, DeskConfig, NoStartup, Pace, Startup};
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager as _, RunEvent, State, WindowEvent};
use tauri_plugin_window_state::StateFlags;

use crate::apart::Windows;
use crate::browser::SystemBrowser;
use crate::call::Call;
use crate::instance::First;
use crate::keychain::SystemKeychain;
use crate::notifier::SystemNotifier;
use crate::settings::Settings;
use crate::startup::LoginItem;
use crate::tray::Tray;

/// The only path from the page to the desk.
#[tauri::command]
async fn rpc(desk: State<'_, Desk>, name: String, request: Value) -> Result<Box<RawValue>, RpcError> {
    desk.rpc_text(&name, request).await
}

fn main() -> ExitCode {
    if let Some(answer) = call::answer(std::env::args().skip(1)) {
        // Whoever asked may be gone.
        let _ = std::io::stdout().write_all(answer.as_bytes());
        return ExitCode::SUCCESS;
    }
    let (log, _written_at_the_end) = tandem_hub::terminal::log();
    tracing_subscriber::fmt().with_env_filter(tandem_hub::log_filter()).with_writer(log).init();
    // Another library may have installed the same provider before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Tandem cannot start: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let context = tauri::generate_context!();
    let platform = dirs::data_local_dir().map(|folder| folder.join(&context.config().identifier));
    let settings = Settings::read(platform)?;
    let call = Call::of(std::env::args().skip(1));
    let Some(first) = instance::enter(&settings.data, &call)? else { return Ok(()) };
    ensure!(has_display(), "there is no display: start it in a desktop session, or set DISPLAY or WAYLAND_DISPLAY");
    let app = tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![rpc])
        .plugin(window::stay())
        .plugin(stands_again(&settings))
        .setup(|app| Ok(set_up(app.handle(), settings, call, first)?))
        .on_window_event(|window, event| {
            let WindowEvent::CloseRequested { api, .. } = event else { return };
            if window.label() != window::WINDOW {
                if apart::close(window) {
                    api.prevent_close();
                }
            } else if window.state::<Tray>().is_there() {
                api.prevent_close();
                if let Err(error) = window.hide() {
                    tracing::warn!(%error, "the window cannot be hidden");
                }
            } else if !window.state::<Windows>().is_empty() {
                // The others come back with the next start.
                window.app_handle().exit(0);
            }
        })
        .build(context)
        .context("the window cannot be made")?;
    app.run(|app, event| match event {
        RunEvent::Exit => {
            let desk = app.state::<Desk>().inner().clone();
            tauri::async_runtime::block_on(desk.stop());
        }
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            if let Some(desk) = app.try_state::<Desk>() {
                urls.iter().for_each(|url| desk.follow_link(url.as_str()));
            }
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::raise(app),
        _ => {}
    });
    Ok(())
}

/// Without a display GTK panics.
fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// Keeps sizes and positions of windows beside the desk's data.
fn stands_again<R: tauri::Runtime>(settings: &Settings) -> TauriPlugin<R> {
    let file = settings.data.join("window.json").to_string_lossy().into_owned();
    let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    tauri_plugin_window_state::Builder::new()
        .with_filename(file)
        .with_state_flags(kept)
        .map_label(apart::place_of)
        .build()
}

fn set_up(app: &AppHandle, settings: Settings, call: Call, first: First) -> anyhow::Result<()> {
    let First { mut calls, place } = first;
    #[cfg(unix)]
    end_when_told(app);
    app.manage(place);
    let host = tauri::async_runtime::block_on(tray::host::follow());
    app.manage(Tray::new(host, settings.data.join("tray")));
    app.manage(Windows::new(&settings));
    window::open(app, &settings)?;
    if call.hidden {
        shell::show_without_tray(app);
    } else {
        window::raise(app);
    }
    let desk = tauri::async_runtime::block_on(start(app, settings))?;
    app.manage(desk.clone());
    shell::follow(app, &desk);
    if let Some(link) = call.link {
        desk.follow_link(&link);
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        while let Some(call) = calls.recv().await {
            shell::answer(&app, &desk, call);
        }
    });
    Ok(())
}

/// Ends in order at the end of a session and when told so by a signal: what is on screen is withdrawn, what is held back
/// is sent.
#[cfg(unix)]
fn end_when_told(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};

    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            match signal(kind) {
                Ok(mut told) => {
                    if told.recv().await.is_some() {
                        app.exit(0);
                    }
                }
                Err(error) => tracing::warn!(%error, "a signal will end Tandem at once"),
            }
        });
    }
}

/// The desk, connected to the requested hub.
async fn start(app: &AppHandle, settings: Settings) -> anyhow::Result<Desk> {
    let startup: Arc<dyn Startup> = match settings.embed {
        // An embedded hub is for trials only.
        Some(_) => Arc::new(NoStartup),
        None => Arc::new(LoginItem::new(settings.is_named.then_some(&*settings.data))),
    };
    let config = DeskConfig {
        data_dir: settings.data.join("desk"),
        clock: Clock::system(),
        notifier: Arc::new(SystemNotifier::new(settings.data.join("on-screen.json"))),
        keychain: Arc::new(SystemKeychain::default()),
        startup,
        browser: Arc::new(SystemBrowser::new(app.clone())),
        hub: settings.hub.clone(),
        allow_http: settings.allow_http,
        language: language::of_system(),
        budget_bytes: DeskConfig::BUDGET_BYTES,
        pace: Pace::default(),
    };
    if let Some(embedding) = settings.embed {
        let embedded = embedded::start(settings.data.join("hub"), embedding).await?;
        let desk = Desk::start(DeskConfig { hub: Some(embedded.url.clone()), ..config }).await?;
        desk.adopt(&embedded.url, embedded.tokens).await.map_err(anyhow::Error::msg)?;
        let told = desk.clone();
        tauri::async_runtime::spawn(async move {
            // Without a word it has panicked.
            let reason = embedded.ended.await.unwrap_or_else(|_| "It failed unexpectedly; the log says why.".into());
            told.hub_has_ended(reason);
        });
        return Ok(desk);
    }
    Ok(Desk::start(config).await?)
}
