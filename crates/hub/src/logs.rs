//! What is logged: what `RUST_LOG` says, or what is of interest to an operator. Never words of customers.

use tracing_subscriber::EnvFilter;

/// A library that logs whole answers of writing models, which may quote the conversation.
const TALKATIVE: &str = "async_openai=off";

/// The filter of every program in which a hub may run.
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
