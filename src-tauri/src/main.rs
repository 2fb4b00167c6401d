//! The desktop shell: one window over the desk's command table, a tray, and the system's notifications.
//!
//! Thin on purpose: whatever can be decided without a window is decided in `tandem-desk`.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod attention;
mod embedded;
mod keychain;
mod notifier;
mod settings;
mod shell;
mod tray;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::Value;
use tandem_desk::rpc::RpcError;
use tandem_desk::{Clock, Desk, DeskConfig, Pace};
use tauri::{Manager as _, RunEvent, State, WindowEvent};

use crate::keychain::SystemKeychain;
use crate::notifier::SystemNotifier;
use crate::settings::Settings;

/// The one way from the page into the desk.
#[tauri::command]
async fn rpc(desk: State<'_, Desk>, name: String, request: Value) -> Result<Value, RpcError> {
    desk.rpc(&name, request).await
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    // Another library may have chosen the provider before; both are the same one.
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
    let app = tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![rpc])
        .plugin(shell::stay())
        .setup(|app| {
            let settings = Settings::read(app.path().app_local_data_dir().ok())?;
            let desk = tauri::async_runtime::block_on(start(settings))?;
            app.manage(desk.clone());
            shell::follow(app.handle(), &desk);
            tray::show(app.handle(), &desk);
            Ok(())
        })
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event
                && tray::is_there(window.app_handle())
            {
                api.prevent_close();
                if let Err(error) = window.hide() {
                    tracing::warn!(%error, "the window cannot be hidden");
                }
            }
        })
        .build(tauri::generate_context!())
        .context("the window cannot be made")?;
    app.run(|app, event| {
        if matches!(event, RunEvent::Exit) {
            let desk = app.state::<Desk>().inner().clone();
            tauri::async_runtime::block_on(desk.stop());
        }
    });
    Ok(())
}

/// The desk, connected to the hub that was asked for.
async fn start(settings: Settings) -> anyhow::Result<Desk> {
    let config = DeskConfig {
        data_dir: settings.data.join("desk"),
        clock: Clock::system(),
        notifier: Arc::new(SystemNotifier::default()),
        keychain: Arc::new(SystemKeychain::default()),
        hub: settings.hub.clone(),
        allow_http: settings.allow_http,
        budget_bytes: DeskConfig::BUDGET_BYTES,
        pace: Pace::default(),
    };
    if let Some(embedding) = settings.embed {
        let embedded = embedded::start(settings.data.join("hub"), embedding).await?;
        let desk = Desk::start(DeskConfig { hub: Some(embedded.url.clone()), ..config }).await?;
        desk.adopt(&embedded.url, embedded.tokens).await.map_err(anyhow::Error::msg)?;
        return Ok(desk);
    }
    Ok(Desk::start(config).await?)
}
