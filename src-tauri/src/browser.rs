//! The system's programs and clipboard: the browser, programs that open files, the save dialog, and copied files.

#[cfg(target_os = "linux")]
mod clipboard;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use tandem_desk::words::say;
use tandem_desk::{Browser, BrowserError, Copied, Saving};
use tauri::AppHandle;

/// A starter that runs longer than this has started something.
const STARTS: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub struct SystemBrowser {
    app: AppHandle,
}

impl SystemBrowser {
    pub fn new(app: AppHandle) -> Self {
        Self { app }
    }
}

impl Browser for SystemBrowser {
    fn open(&self, url: &str) -> Result<(), BrowserError> {
        // Other schemes may start arbitrary programs.
        if !is_web(url) {
            return Err(BrowserError(say("system-browser.web", &[])));
        }
        start(open::commands(url))
            .map_err(|why| BrowserError(say("system-browser", &[("reason", why.to_string().into())])))
    }

    fn open_file(&self, path: &Path) -> Result<(), BrowserError> {
        start(open::commands(path))
            .map_err(|why| BrowserError(say("system-file", &[("reason", why.to_string().into())])))
    }

    #[cfg(target_os = "linux")]
    fn copied(&self) -> Result<Vec<Result<Copied, BrowserError>>, BrowserError> {
        clipboard::copied(&self.app)
    }

    fn save_as(&self, name: &str) -> Result<Saving, BrowserError> {
        ask(&self.app, name)
    }
}

/// Runs the first of these commands that does not fail. Their output is ignored.
fn start(commands: Vec<Command>) -> Result<(), String> {
    let mut why = "no program on this system opens it".to_owned();
    for mut command in commands {
        let name = command.get_program().to_string_lossy().into_owned();
        restore_environment(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                why = format!("{name}: {error}");
                continue;
            }
        };
        let (ended, end) = mpsc::channel();
        // Some browsers stay in the foreground; the thread ends with them.
        std::thread::spawn(move || ended.send(child.wait()));
        match end.recv_timeout(STARTS) {
            Ok(Ok(status)) if !status.success() => why = format!("{name} failed ({status})"),
            Ok(Err(error)) => why = format!("{name}: {error}"),
            Ok(Ok(_)) | Err(_) => return Ok(()),
        }
    }
    Err(why)
}

/// An AppImage puts its own libraries and folders before the system's; other programs must not use them.
fn restore_environment(command: &mut Command) {
    let Some(own) = std::env::var_os("APPDIR").filter(|folder| !folder.is_empty()) else { return };
    for (name, value) in std::env::vars_os() {
        match (name.to_str(), value.to_str(), own.to_str()) {
            (Some("APPDIR" | "APPIMAGE" | "ARGV0" | "OWD"), ..) => {
                command.env_remove(&name);
            }
            (_, Some(value), Some(own)) if value.contains(own) => match without(value, own) {
                Some(rest) => {
                    command.env(&name, rest);
                }
                None => {
                    command.env_remove(&name);
                }
            },
            _ => {}
        }
    }
}

/// A list of folders without those below `own`; none if nothing is left.
fn without(list: &str, own: &str) -> Option<String> {
    let own = Path::new(own);
    let rest: Vec<_> =
        list.split(':').filter(|entry| !entry.is_empty() && !Path::new(entry).starts_with(own)).collect();
    (!rest.is_empty()).then(|| rest.join(":"))
}

/// Without a dialog, the downloads folder is used.
#[cfg(not(target_os = "linux"))]
fn ask(_: &AppHandle, _: &str) -> Result<Saving, BrowserError> {
    downloads()
}

/// GTK's native dialog, which uses the portal where available.
#[cfg(target_os = "linux")]
fn ask(app: &AppHandle, name: &str) -> Result<Saving, BrowserError> {
    use gtk::prelude::*;
    use tauri::Manager as _;

    let (answer, answered) = mpsc::channel();
    let (asking, name) = (app.clone(), name.to_owned());
    let asked = app.run_on_main_thread(move || {
        let parent = asking.get_webview_window(crate::window::WINDOW).and_then(|window| window.gtk_window().ok());
        let action = gtk::FileChooserAction::Save;
        let (title, save) = (say("save-as", &[]), format!("_{}", say("save-as.do", &[])));
        let dialog = gtk::FileChooserNative::new(Some(&title), parent.as_ref(), action, Some(&save), None);
        dialog.set_modal(true);
        dialog.set_do_overwrite_confirmation(true);
        if let Some(folder) = dirs::download_dir() {
            dialog.set_current_folder(folder);
        }
        dialog.set_current_name(&name);
        // The dialog lives as long as the closure that handles its response.
        let kept = dialog.clone();
        dialog.connect_response(move |_, response| {
            let chosen = (response == gtk::ResponseType::Accept).then(|| kept.filename()).flatten();
            let _ = answer.send(chosen);
            kept.destroy();
        });
        dialog.show();
    });
    asked.map_err(|error| BrowserError(say("system-dialog", &[("reason", error.to_string().into())])))?;
    match answered.recv() {
        Ok(Some(path)) => Ok(Saving::At(path)),
        Ok(None) => Ok(Saving::Nowhere),
        Err(_) => downloads(),
    }
}

fn downloads() -> Result<Saving, BrowserError> {
    let folder = dirs::download_dir().or_else(dirs::home_dir);
    folder.map(Saving::In).ok_or_else(|| BrowserError(say("system-downloads", &[])))
}

fn is_web(url: &str) -> bool {
    url.parse::<tauri::Url>().is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_reach_the_system() {
        for (url, web) in [
            ("https://example.com/a?b=c#d", true),
            ("http://127.0.0.1:7700", true),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
            ("tandem://conversation/1", false),
            ("/usr/bin/true", false),
            ("--help", false),
        ] {
            assert_eq!(is_web(url), web, "{url}");
        }
    }

    #[test]
    fn a_starter_that_fails_is_told_and_the_next_one_is_tried() {
        let command = |program: &str| Command::new(program);
        assert_eq!(start(vec![command("true")]), Ok(()));
        assert_eq!(start(vec![command("no-such-program"), command("false"), command("true")]), Ok(()));
        assert!(start(vec![command("false")]).is_err_and(|why| why.contains("false failed")));
        assert!(start(vec![command("no-such-program")]).is_err());
    }

    #[test]
    fn folders_of_an_appimage_are_not_handed_on() {
        let own = "/tmp/.mount_tandem";
        assert_eq!(without("/tmp/.mount_tandem/usr/lib:/usr/lib", own).as_deref(), Some("/usr/lib"));
        assert_eq!(without("/tmp/.mount_tandem/usr/lib:/tmp/.mount_tandem/lib", own), None);
        assert_eq!(without("/tmp/.mount_tandem2/lib", own).as_deref(), Some("/tmp/.mount_tandem2/lib"));
    }
}
