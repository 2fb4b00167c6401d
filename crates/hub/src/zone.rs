//! Time zones by their names.

use jiff::tz::TimeZone;

/// A zone of the IANA database. Offsets and rules without a name have no history, and are refused.
pub(crate) fn named(name: &str) -> Result<TimeZone, String> {
    let wrong = || format!("'{name}' is no time zone: use a name of the IANA database, such as Europe/Madrid");
    let is_name = name == "UTC" || (name.contains('/') && !name.starts_with('/') && !name.contains(".."));
    if !is_name {
        return Err(wrong());
    }
    TimeZone::get(name).map_err(|_| wrong())
}
