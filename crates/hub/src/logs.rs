//! The log filter: `RUST_LOG`, or what concerns an operator. Never customers' words.

use tracing_subscriber::EnvFilter;

/// This library logs whole model answers, which may quote the conversation.
const TALKATIVE: &str = "async_openai=off";

/// The filter for every program that runs a hub.
#[must_use]
pub fn log_filter() -> EnvFilter {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    match TALKATIVE.parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn whoever_quotes_conversations_is_silent() {
        assert!(super::log_filter().to_string().contains(super::TALKATIVE));
    }
}
