//! What time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use paritygate::Timestamp;

use crate::terminal::{Error, error};

/// The instant that a user wrote.
///
/// # Errors
///
/// If the text is none.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    let wrong = || "an instant has a date, a time and a zone, as in 2026-03-01T09:00:00Z".to_owned();
    text.parse().map_err(|_| wrong())
}

/// The clock's instant, in whole seconds.
///
/// # Errors
///
/// If the clock is wrong.
pub(crate) fn now() -> Result<Timestamp, Error> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_secs()).ok());
    let now = since.and_then(|seconds| Timestamp::from_second(seconds).ok());
    now.ok_or_else(|| error("clock", "the clock of this machine is wrong").help("name the instant with `--now`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_need_a_zone() {
        assert!(instant("2026-03-01T09:00:00Z").is_ok());
        assert!(instant("2026-03-01T09:00:00+01:00").is_ok());
        assert!(instant("2026-03-01").is_err());
        assert!(instant("yesterday").is_err());
    }
}
