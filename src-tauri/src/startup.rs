//! Start at login, as stored by the system. The program then starts in the tray.

pub use system::LoginItem;

/// An entry in the freedesktop autostart folder. Other programs may disable it there, and that is respected.
#[cfg(target_os = "linux")]
mod system {
    use std::path::{Path, PathBuf};

    use tandem_desk::words::say;
    use tandem_desk::{Startup, StartupError};

    use crate::call::HIDDEN;

    const FILE: &str = "Tandem.desktop";

    pub struct LoginItem {
        folder: Option<PathBuf>,
        /// The command that starts this desk.
        start: Result<String, String>,
    }

    impl LoginItem {
        /// For the desk on `data`, if it is not the default folder.
        pub fn new(data: Option<&Path>) -> Self {
            let folder = dirs::config_dir().map(|folder| folder.join("autostart"));
            // An AppImage is mounted elsewhere at each start.
            let bundle = std::env::var_os("APPIMAGE").map(PathBuf::from);
            let program = bundle.map_or_else(std::env::current_exe, Ok);
            let start = program.map_err(|error| error.to_string()).and_then(|program| start(&program, data));
            Self { folder, start }
        }

        fn file(&self) -> Result<PathBuf, StartupError> {
            let folder = self.folder.as_ref().map(|folder| folder.join(FILE));
            folder.ok_or_else(|| StartupError(say("system-login.no-folder", &[])))
        }

        fn start(&self) -> Result<&str, StartupError> {
            self.start
                .as_deref()
                .map_err(|error| StartupError(say("system-login.no-name", &[("reason", error.to_string().into())])))
        }
    }

    impl Startup for LoginItem {
        fn is_on(&self) -> Result<bool, StartupError> {
            let (file, start) = (self.file()?, self.start()?);
            match std::fs::read_to_string(&file) {
                Ok(entry) => Ok(starts(&entry, start)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
                Err(error) => Err(failed("system-login.read", &file, &error)),
            }
        }

        fn turn(&self, on: bool) -> Result<(), StartupError> {
            let file = self.file()?;
            if !on {
                return match std::fs::remove_file(&file) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        Err(failed("system-login.remove", &file, &error))
                    }
                    _ => Ok(()),
                };
            }
            let entry = entry(self.start()?);
            let made = file.parent().map_or(Ok(()), std::fs::create_dir_all);
            made.and_then(|()| std::fs::write(&file, entry))
                .map_err(|error| failed("system-login.write", &file, &error))
        }
    }

    fn failed(what: &str, file: &Path, error: &std::io::Error) -> StartupError {
        let args = [("file", file.display().to_string().into()), ("reason", error.to_string().into())];
        StartupError(say(what, &args))
    }

    fn entry(start: &str) -> String {
        format!(
            "[Desktop Entry]\nType=Application\nName=Tandem\nComment=Conversations that need you\n\
             Exec={start}\nIcon=tandem\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
        )
    }

    /// Whether the entry starts us and is enabled.
    fn starts(entry: &str, start: &str) -> bool {
        let value = |name: &str| {
            let of = |line: &'_ str| {
                line.split_once('=').filter(|(key, _)| key.trim() == name).map(|(_, v)| v.trim().to_owned())
            };
            entry.lines().find_map(of)
        };
        let is_off = value("Hidden").as_deref() == Some("true")
            || value("X-GNOME-Autostart-enabled").as_deref() == Some("false");
        value("Exec").as_deref() == Some(start) && !is_off
    }

    /// The command that starts the desk in the tray.
    fn start(program: &Path, data: Option<&Path>) -> Result<String, String> {
        let text = |path: &Path| path.to_str().map(str::to_owned).ok_or_else(|| "its path is not text".to_owned());
        let program = quoted(&text(program)?)?;
        Ok(match data {
            None => format!("{program} {HIDDEN}"),
            Some(data) => format!("env {} {program} {HIDDEN}", quoted(&format!("TANDEM_DESK_DATA={}", text(data)?))?),
        })
    }

    /// A word of a command in a desktop entry: quoted for the command, then for the file.
    fn quoted(word: &str) -> Result<String, String> {
        if word.chars().any(char::is_control) {
            return Err("its path has a line break or the like".into());
        }
        let mut quoted = String::from("\"");
        for letter in word.chars() {
            match letter {
                '"' | '`' | '$' => quoted.extend(["\\\\", letter.encode_utf8(&mut [0; 4])]),
                '\\' => quoted.push_str("\\\\\\\\"),
                '%' => quoted.push_str("%%"),
                plain => quoted.push(plain),
            }
        }
        quoted.push('"');
        Ok(quoted)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn item(folder: &Path) -> LoginItem {
            LoginItem { folder: Some(folder.join("autostart")), start: start(Path::new("/opt/tandem"), None) }
        }

        #[test]
        fn it_is_on_as_long_as_the_system_would_start_it() {
            let home = tempfile::tempdir().unwrap();
            let item = item(home.path());
            let file = home.path().join("autostart/Tandem.desktop");
            assert_eq!(item.is_on(), Ok(false));
            item.turn(true).unwrap();
            assert_eq!(item.is_on(), Ok(true));
            let entry = std::fs::read_to_string(&file).unwrap();
            for off in [
                entry.replace("enabled=true", "enabled=false"),
                format!("{entry}Hidden=true\n"),
                entry.replace("/opt/tandem", "/opt/an-older-tandem"),
            ] {
                std::fs::write(&file, off).unwrap();
                assert_eq!(item.is_on(), Ok(false));
            }
            item.turn(true).unwrap();
            assert_eq!(item.is_on(), Ok(true));
            item.turn(false).unwrap();
            assert!(!file.exists());
            item.turn(false).unwrap();
        }

        #[test]
        fn what_cannot_be_kept_says_why() {
            let home = tempfile::tempdir().unwrap();
            std::fs::write(home.path().join("autostart"), "a file").unwrap();
            let StartupError(words) = item(home.path()).turn(true).unwrap_err();
            assert!(words.starts_with("Cannot write") && words.contains("Tandem.desktop"), "{words}");
        }

        #[test]
        fn paths_are_quoted_as_desktop_entries_want_it() {
            for (program, data, command) in [
                ("/usr/bin/tandem", None, r#""/usr/bin/tandem" --hidden"#),
                ("/opt/My Apps/tandem", None, r#""/opt/My Apps/tandem" --hidden"#),
                ("/opt/100%/a$b`c\"d\\e", None, r#""/opt/100%%/a\\$b\\`c\\"d\\\\e" --hidden"#),
                ("/t", Some("/two words"), r#"env "TANDEM_DESK_DATA=/two words" "/t" --hidden"#),
            ] {
                assert_eq!(start(Path::new(program), data.map(Path::new)), Ok(command.to_owned()));
            }
            assert!(start(Path::new("/opt/a\nExec=evil"), None).is_err());
        }
    }
}

/// The registry on Windows, a launch agent on macOS.
#[cfg(not(target_os = "linux"))]
mod system {
    use std::path::Path;

    use auto_launch::{AutoLaunch, AutoLaunchBuilder};
    use tandem_desk::words::say;
    use tandem_desk::{Startup, StartupError};

    use crate::call::HIDDEN;

    pub struct LoginItem(Result<AutoLaunch, StartupError>);

    impl LoginItem {
        /// Here the entry cannot name a data folder.
        pub fn new(data: Option<&Path>) -> Self {
            if data.is_some() {
                return Self(Err(StartupError(say("system-login.named", &[]))));
            }
            let program = std::env::current_exe().map_err(|error| StartupError(error.to_string()));
            Self(program.and_then(|program| {
                let mut builder = AutoLaunchBuilder::new();
                builder.set_app_name("Tandem").set_app_path(&program.display().to_string());
                builder.set_args(&[HIDDEN]).set_use_launch_agent(true).build().map_err(refused)
            }))
        }

        fn item(&self) -> Result<&AutoLaunch, StartupError> {
            self.0.as_ref().map_err(Clone::clone)
        }
    }

    impl Startup for LoginItem {
        fn is_on(&self) -> Result<bool, StartupError> {
            self.item()?.is_enabled().map_err(refused)
        }

        fn turn(&self, on: bool) -> Result<(), StartupError> {
            let item = self.item()?;
            // Windows reports an error when removing an absent entry.
            if item.is_enabled().map_err(refused)? == on {
                return Ok(());
            }
            if on { item.enable().map_err(refused) } else { item.disable().map_err(refused) }
        }
    }

    fn refused(error: auto_launch::Error) -> StartupError {
        StartupError(say("system-login", &[("reason", error.to_string().into())]))
    }
}
