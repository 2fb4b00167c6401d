//! The load generator: named measurements, each with a target.
//!
//! A measurement returns one or more [`Figure`]s. To add one, write its function and list it in [`MEASUREMENTS`].

mod analytics;
mod app;
mod board;
mod chat_js;
mod clock;
mod crowd;
pub mod desk;
mod desks;
mod desktop;
mod fold;
mod help;
mod idle;
mod junk;
mod kept;
mod keys;
mod logic;
mod messages;
mod past;
pub mod raw;
mod report;
mod returning;
mod sockets;
mod standin;
mod story;
mod waiting;
mod whatsapp;
mod words;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

pub use report::{Better, Figure, table};

/// Parameters of measurements.
#[derive(Clone, Debug)]
pub struct Bench {
    /// Root of the repository.
    pub root: PathBuf,
    /// Duration over which rates are measured, in seconds.
    pub seconds: f64,
    /// Number of runs of short measurements.
    pub runs: usize,
    /// Turns in the desk's large cache.
    pub turns: u32,
    /// Conversations behind figures.
    pub conversations: u32,
}

type Running<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Vec<Figure>>> + 'a>>;

/// A measurement that can be requested by name.
pub struct Measurement {
    /// Names of its figures; the first is its own.
    pub names: &'static [&'static str],
    pub run: fn(&Bench) -> Running<'_>,
}

pub const MEASUREMENTS: &[Measurement] = &[
    Measurement { names: &["fold_events_per_s"], run: |bench| Box::pin(fold::measure(bench)) },
    Measurement { names: &["chat_js_gzip_kib"], run: |bench| Box::pin(chat_js::measure(bench)) },
    Measurement {
        names: &["hub_messages_per_s", "hub_messages_p99_ms", "hub_messages_raw_per_s", "hub_messages_vs_raw"],
        run: |bench| Box::pin(messages::throughput(bench)),
    },
    Measurement {
        names: &["pg_messages_per_s", "pg_messages_p99_ms", "pg_messages_raw_per_s", "pg_messages_vs_raw"],
        run: |bench| Box::pin(messages::on_postgres(bench)),
    },
    Measurement { names: &["hub_message_p99_ms"], run: |bench| Box::pin(messages::latency(bench)) },
    Measurement { names: &["hub_junk_frames"], run: |bench| Box::pin(junk::measure(bench)) },
    Measurement { names: &["hub_idle_connection_kib"], run: |bench| Box::pin(idle::measure(bench)) },
    Measurement {
        names: &["help_to_notification_p50_ms", "help_to_notification_p99_ms", "withdraw_p99_ms"],
        run: |bench| Box::pin(help::measure(bench)),
    },
    Measurement {
        names: &["help_to_supervisor_p50_ms", "help_to_supervisor_p99_ms"],
        run: |bench| Box::pin(help::measure_for_supervisor(bench)),
    },
    Measurement {
        names: &["figures_1m_p99_ms", "export_rows_per_s", "analytics_rebuild_events_per_s"],
        run: |bench| Box::pin(analytics::measure(bench)),
    },
    Measurement { names: &["analytics_lag_p99_ms"], run: |bench| Box::pin(analytics::lag(bench)) },
    Measurement { names: &["logic_overhead_p99_ms"], run: |bench| Box::pin(logic::overhead(bench)) },
    Measurement { names: &["logic_round_trips_per_s"], run: |bench| Box::pin(logic::throughput(bench)) },
    Measurement { names: &["logic_down_5000_s"], run: |bench| Box::pin(waiting::logic_down(bench)) },
    Measurement { names: &["timers_10000_s"], run: |bench| Box::pin(waiting::timers(bench)) },
    Measurement {
        names: &["whatsapp_webhook_p99_ms", "whatsapp_inbound_to_desk_p99_ms"],
        run: |bench| Box::pin(whatsapp::inbound(bench)),
    },
    Measurement { names: &["whatsapp_outbound_per_s"], run: |bench| Box::pin(whatsapp::outbound(bench)) },
    Measurement { names: &["whatsapp_beside_blocked_p99_ms"], run: |bench| Box::pin(whatsapp::beside_blocked(bench)) },
    Measurement { names: &["whatsapp_rest_cpu_ms_per_s"], run: |bench| Box::pin(whatsapp::rest(bench)) },
    Measurement { names: &["help_to_desks_p99_ms"], run: |bench| Box::pin(desks::measure(bench)) },
    Measurement {
        names: &["desk_catchup_vs_raw", "desk_catchup_per_s", "desk_catchup_raw_per_s"],
        run: |bench| Box::pin(desk::catchup(bench)),
    },
    Measurement {
        names: &[
            "desk_bytes_per_turn",
            "desk_open_10k_p99_ms",
            "desk_list_10k_p99_ms",
            "desk_search_1m_p99_ms",
            "desk_core_start_1m_ms",
        ],
        run: |bench| Box::pin(desk::cached(bench)),
    },
    Measurement { names: &["desk_library_2000_p99_ms"], run: |bench| Box::pin(desk::library(bench)) },
    Measurement {
        names: &["catch_up_200_desks_p99_s", "catch_up_customers_p99_ms"],
        run: |bench| Box::pin(returning::measure(bench)),
    },
    Measurement { names: &["reconnect_8h_s"], run: |bench| Box::pin(desk::reconnect(bench)) },
    Measurement {
        names: &["desk_window_start_ms", "desk_memory_pss_mib", "desk_memory_3_windows_pss_mib"],
        run: |bench| Box::pin(app::measure(bench)),
    },
    Measurement {
        names: &["board_4000_paint_p99_ms", "board_4000_cpu_percent"],
        run: |bench| Box::pin(board::measure(bench)),
    },
    Measurement { names: &["desk_key_to_paint_ms"], run: |bench| Box::pin(keys::measure(bench)) },
];

impl Measurement {
    /// Whether any of its figures is requested.
    #[must_use]
    pub fn is_asked(&self, pattern: Option<&str>) -> bool {
        pattern.is_none_or(|pattern| self.names.iter().any(|name| name.contains(pattern)))
    }
}
