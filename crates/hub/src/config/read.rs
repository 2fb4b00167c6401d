//! The list of settings: one line each.

use tandem_conversation::{Ladder, PERSON_SILENT_MS};

use super::settings::Settings;
use super::{
    AnalyticsConfig, Config, ConfigError, Environment, Flags, ImproveConfig, LogicConfig, MIB, MailConfig, MediaConfig,
    REQUEST_BYTES, Retention, check, whatsapp,
};

impl Config {
    /// Reads flags, then the environment, then the named file (or `tandem.toml` in the working folder).
    ///
    /// # Errors
    /// All invalid settings.
    pub fn load(flags: &Flags, environment: &Environment) -> Result<Self, ConfigError> {
        let mut read = Settings::new(flags, environment);
        let settings = &mut read;
        let data = settings.get("data", check::folder).unwrap_or_else(|| "tandem-data".into());
        let data = std::path::absolute(&data).unwrap_or_else(|_| data.into());
        let otherwise = Self::new(data);
        let public_url = settings.get("public_url", check::origin);
        let listen = settings.get("listen", check::address).unwrap_or(otherwise.listen);
        let config = Self {
            data_from: settings.place("data"),
            postgres: settings.get("postgres", check::postgres),
            metrics: settings.get("metrics", |text| check::other_address(text, &listen)),
            listen,
            account: settings.get("account", check::label).unwrap_or(otherwise.account),
            rate_limits: settings.get("rate_limits", check::switch).unwrap_or(otherwise.rate_limits),
            trusted_proxies: settings.get("trusted_proxies", check::networks).unwrap_or(otherwise.trusted_proxies),
            max_connections: settings
                .get("max_connections", check::number(64..=1_000_000))
                .and_then(|number| usize::try_from(number).ok()),
            logic: logic(settings),
            logic_name: settings.get("logic.name", check::name),
            mail: mail(settings, public_url.as_deref()),
            improve: improve(settings),
            ladder: ladder(settings, otherwise.ladder),
            reasons: settings.get("reasons", check::reasons).unwrap_or(otherwise.reasons),
            media: media(settings, otherwise.media),
            retention: retention(settings, otherwise.retention),
            analytics: AnalyticsConfig {
                zone: settings.get("analytics.zone", check::zone).unwrap_or(otherwise.analytics.zone),
            },
            whatsapp: whatsapp::numbers(settings),
            home: settings.get("home", check::home).unwrap_or_default(),
            docs: settings.get("docs", check::switch).unwrap_or(otherwise.docs),
            tells_watching: settings.get("tells_watching", check::switch).unwrap_or(otherwise.tells_watching),
            patience: otherwise.patience,
            data: otherwise.data,
            public_url,
        };
        read.finish()?;
        Ok(config)
    }
}

fn logic(settings: &mut Settings) -> Option<LogicConfig> {
    let allow_private = settings.get("logic.allow_private", check::truth);
    let timeout_ms = settings.get("logic.timeout_ms", check::number(100..=120_000)).unwrap_or(8_000);
    let typing = settings.get("logic.typing", check::truth).unwrap_or(false);
    let silent = check::number(1_000..=86_400_000);
    let person_silent_ms = settings.get("logic.person_silent_ms", silent).unwrap_or(PERSON_SILENT_MS);
    let bytes = check::number(500_000..=16_000_000);
    let request_bytes = settings.get("logic.request_bytes", bytes).unwrap_or(REQUEST_BYTES);
    let (named, given) = (settings.text("logic.url").is_some(), settings.text("logic.secret").is_some());
    match (named, given) {
        (true, false) => settings.missing("logic.secret", "needed when logic.url is set"),
        (false, true) => settings.missing("logic.url", "needed when logic.secret is set"),
        _ => {}
    }
    // Sending customers' words unencrypted must be a deliberate choice.
    let url = settings.get("logic.url", |text| check::logic_url(text, allow_private == Some(true)));
    let secret = settings.get("logic.secret", check::secret);
    let allow_private = allow_private.unwrap_or(true);
    Some(LogicConfig {
        timeout_ms,
        allow_private,
        typing,
        person_silent_ms,
        request_bytes,
        ..LogicConfig::at(url?, secret?)
    })
}

fn mail(settings: &mut Settings, public_url: Option<&str>) -> Option<MailConfig> {
    let url = settings.get("mail.url", check::mail_url);
    let from = settings.get("mail.from", check::mailbox);
    if settings.text("mail.url").is_some() {
        if settings.text("mail.from").is_none() {
            settings.missing("mail.from", "needed when mail.url is set");
        }
        if settings.text("public_url").is_none() {
            settings.missing("public_url", "needed when mail.url is set, for the links in mails");
        }
    } else if settings.text("mail.from").is_some() {
        settings.missing("mail.url", "needed when mail.from is set");
    }
    Some(MailConfig { url: url?, from: from?, public_url: public_url?.to_owned() })
}

fn improve(settings: &mut Settings) -> Option<ImproveConfig> {
    let base_url = settings.get("improve.base_url", check::base_url);
    let model = settings.text("improve.model");
    let key = settings.get("improve.key", check::header);
    match (settings.text("improve.base_url").is_some(), &model) {
        (true, None) => settings.missing("improve.model", "needed when improve.base_url is set"),
        (false, Some(_)) => settings.missing("improve.base_url", "needed when improve.model is set"),
        (false, None) if key.is_some() => settings.missing("improve.base_url", "needed when improve.key is set"),
        _ => {}
    }
    Some(ImproveConfig { base_url: base_url?, model: model?, key: key.unwrap_or_default() })
}

fn ladder(settings: &mut Settings, otherwise: Ladder) -> Ladder {
    let step = || check::number(1_000..=3_600_000);
    let Ladder { everyone_after_ms, supervisors_after_ms, logic_after_ms } = otherwise;
    Ladder {
        everyone_after_ms: settings.get("calls.everyone_after_ms", step()).unwrap_or(everyone_after_ms),
        supervisors_after_ms: settings.get("calls.supervisors_after_ms", step()).unwrap_or(supervisors_after_ms),
        logic_after_ms: settings.get("calls.logic_after_ms", step()).unwrap_or(logic_after_ms),
    }
}

fn media(settings: &mut Settings, otherwise: MediaConfig) -> MediaConfig {
    let mut number = |name, least: i64, most, unit: u64, otherwise| {
        let given = settings.get(name, check::number(least..=most));
        given.map_or(otherwise, |given| given.unsigned_abs() * unit)
    };
    let (day_mib, day_files, disk_mib) = (1_048_576, 100_000, 1_073_741_824);
    MediaConfig {
        max_bytes: number("media.max_mib", 1, 1_024, MIB, otherwise.max_bytes),
        visitor_day_bytes: number("media.visitor_day_mib", 0, day_mib, MIB, otherwise.visitor_day_bytes),
        visitor_day_files: number("media.visitor_day_files", 0, day_files, 1, otherwise.visitor_day_files),
        link_day_bytes: number("media.link_day_mib", 0, day_mib, MIB, otherwise.link_day_bytes),
        link_day_files: number("media.link_day_files", 0, day_files, 1, otherwise.link_day_files),
        hub_day_bytes: number("media.hub_day_mib", 0, disk_mib, MIB, otherwise.hub_day_bytes),
        free_bytes: number("media.free_mib", 0, disk_mib, MIB, otherwise.free_bytes),
        allow_private: settings.get("media.allow_private", check::truth).unwrap_or(otherwise.allow_private),
    }
}

fn retention(settings: &mut Settings, otherwise: Retention) -> Retention {
    let mut days = |name, otherwise| settings.get(name, check::number(1..=3650)).unwrap_or(otherwise);
    Retention {
        commands_days: days("retention.commands_days", otherwise.commands_days),
        sessions_days: days("retention.sessions_days", otherwise.sessions_days),
        requests_days: days("retention.requests_days", otherwise.requests_days),
        alerts_days: days("retention.alerts_days", otherwise.alerts_days),
        activity_days: days("retention.activity_days", otherwise.activity_days),
        links_days: days("retention.links_days", otherwise.links_days),
        withdrawn_days: days("retention.withdrawn_days", otherwise.withdrawn_days),
    }
}
