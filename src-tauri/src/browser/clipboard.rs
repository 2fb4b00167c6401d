//! Files and pictures on the clipboard: WebKitGTK passes neither to its pages.

use std::fs::File;
use std::io::Cursor;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use gtk::gio;
use tandem_desk::words::say;
use tandem_desk::{BrowserError, Copied};
use tauri::AppHandle;

/// The program that copied may be busy, or gone.
const ANSWERS: Duration = Duration::from_secs(5);

enum Found {
    Addresses(Vec<String>),
    Picture(Vec<u8>),
    Neither,
}

pub(super) fn copied(app: &AppHandle) -> Result<Vec<Result<Copied, BrowserError>>, BrowserError> {
    let (answer, answered) = mpsc::channel();
    let asked = app.run_on_main_thread(move || {
        let clipboard = gtk::Clipboard::get(&gtk::gdk::SELECTION_CLIPBOARD);
        clipboard.request_uris(move |clipboard, addresses| {
            if !addresses.is_empty() {
                let addresses = addresses.iter().map(ToString::to_string).collect();
                let _ = answer.send(Ok(Found::Addresses(addresses)));
                return;
            }
            clipboard.request_image(move |_, picture| {
                let found = match picture.map(|picture| picture.save_to_bufferv("png", &[])) {
                    Some(Ok(bytes)) => Ok(Found::Picture(bytes)),
                    Some(Err(error)) => {
                        Err(BrowserError(say("system-clipboard.picture", &[("reason", error.to_string().into())])))
                    }
                    None => Ok(Found::Neither),
                };
                let _ = answer.send(found);
            });
        });
    });
    asked.map_err(|error| BrowserError(say("system-clipboard", &[("reason", error.to_string().into())])))?;
    let silent = |_| BrowserError(say("system-clipboard.silent", &[]));
    match answered.recv_timeout(ANSWERS).map_err(silent)?? {
        Found::Addresses(addresses) => {
            Ok(addresses.iter().filter_map(|address| path_of(address)).map(|path| file(&path)).collect())
        }
        Found::Picture(bytes) => Ok(vec![Ok(Copied {
            name: "picture.png".into(),
            content_type: "image/png".into(),
            bytes: bytes.len() as u64,
            content: Box::new(Cursor::new(bytes)),
        })]),
        Found::Neither => Ok(Vec::new()),
    }
}

/// The local path of a `file:` address.
fn path_of(address: &str) -> Option<std::path::PathBuf> {
    gtk::glib::filename_from_uri(address).ok().map(|(path, _)| path)
}

fn file(path: &Path) -> Result<Copied, BrowserError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let unreadable = |why: String| BrowserError(format!("{name} cannot be read: {why}."));
    let content = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let about = content.metadata().map_err(|error| unreadable(error.to_string()))?;
    if !about.is_file() {
        return Err(BrowserError(format!("{name} is a folder: only files can be sent.")));
    }
    let content_type = gio::content_type_get_mime_type(&gio::content_type_guess(Some(path), &[]).0);
    let content_type = content_type.map(|kind| kind.to_string()).unwrap_or_default();
    Ok(Copied { name, content_type, bytes: about.len(), content: Box::new(content) })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::{file, path_of};

    #[test]
    fn copied_files_are_read_and_folders_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seat map.png");
        std::fs::write(&path, "12345").unwrap();
        let address = format!("file://{}", path.display()).replace(' ', "%20");
        let mut found = file(&path_of(&address).unwrap()).unwrap();
        let mut bytes = String::new();
        found.content.read_to_string(&mut bytes).unwrap();
        assert_eq!((found.name.as_str(), found.bytes, bytes.as_str()), ("seat map.png", 5, "12345"));
        assert!(file(folder.path()).is_err_and(|error| error.0.contains("is a folder")));
        assert_eq!(path_of("https://northwind.example/a.png"), None);
    }
}
