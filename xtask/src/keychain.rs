//! GNOME's keychain, unlocked, on the surrounding message bus, with its files in `$KEYCHAIN`.

/// For a shell: returns once the keychain answers, or after five seconds.
pub const START: &str = r#"command -v gnome-keyring-daemon >/dev/null && {
    mkdir -p -m 700 "$KEYCHAIN"
    printf tandem | XDG_DATA_HOME="$KEYCHAIN" gnome-keyring-daemon --foreground --unlock --components=secrets \
        --control-directory="$KEYCHAIN" >/dev/null 2>&1 &
    waited=0
    until dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
        string:org.freedesktop.secrets 2>/dev/null | grep -q true || [ "$waited" -ge 100 ]
    do waited=$((waited + 1)); sleep 0.05; done
}
"#;
