//! The system's language, for what is said before the window has loaded.

use tandem_desk::words::Spoken;

/// The locale of this process as GTK has set it, which is also the window's. Call it after GTK has begun.
#[cfg(target_os = "linux")]
pub fn of_system() -> Spoken {
    Spoken::for_tag(&gtk::pango::Language::default().to_string())
}

#[cfg(not(target_os = "linux"))]
pub fn of_system() -> Spoken {
    sys_locale::get_locale().map_or(Spoken::En, |tag| Spoken::for_tag(&tag))
}
