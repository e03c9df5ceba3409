//! The form of a log line: UTC time, level, event. Pure; the sinks are in `sys`.
//!
//! Nothing at [`Level::Info`] or above ever holds request data, secrets, file contents or addresses.

use crate::limits::LOG_LINE_LEN;
use crate::text::{Line, Parts, Show, Text};

/// How much the log tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What helps to find a fault in the agent or its host.
    Debug,
    /// One line a request, and what was decided.
    Info,
    /// What an administrator should look at.
    Warning,
}

impl Level {
    /// The word in the line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
        }
    }

    /// The level as syslog(3) and the kernel's log number it.
    pub fn priority(self) -> u8 {
        match self {
            Self::Debug => 7,
            Self::Info => 6,
            Self::Warning => 4,
        }
    }
}

/// The line for `event`, newline included.
pub fn line(unix_time: u64, level: Level, event: &str, parts: &Parts<'_>) -> Text<LOG_LINE_LEN> {
    let mut text = Text::<LOG_LINE_LEN>::of("% % ", &[&Utc(unix_time), &level.as_str()]);
    text.add(event, parts);
    text.end_line();
    text
}

/// Seconds since 1970 in the form of RFC 3339.
struct Utc(u64);

impl Show for Utc {
    fn show(&self, line: &mut Line<'_>) {
        let (days, second) = (self.0 / 86_400, self.0 % 86_400);
        let (year, month, day) = date(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        for (number, width, end) in [(year, 4, "-"), (month, 2, "-"), (day, 2, "T"), (hour, 2, ":"), (minute, 2, ":"), (second, 2, "Z")] {
            line.put_number(number, 10, width);
            line.put(end);
        }
    }
}

/// Year, month and day of the `days`th day since 1970-01-01 (Gregorian). Years begin in March here, so that a leap day comes last.
fn date(days: u64) -> (u64, u64, u64) {
    const ERA_DAYS: u64 = 146_097; // 400 years
    const FROM_MARCH_0: u64 = 719_468; // 0000-03-01 to 1970-01-01
    let days = days + FROM_MARCH_0;
    let (era, day) = (days / ERA_DAYS, days % ERA_DAYS);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + carry, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_utc_time_and_level() {
        for (time, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_700_000_000, "2023-11-14T22:13:20Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(line(time, Level::Info, "x=1", &[]).as_str(), std::format!("{text} info x=1\n"));
        }
    }

    #[test]
    fn a_long_line_is_marked_and_ends() {
        let text = line(0, Level::Warning, "%", &[&"x".repeat(600).as_str()]);
        assert_eq!(text.as_str().len(), LOG_LINE_LEN);
        assert!(text.as_str().ends_with("...\n"));
    }
}
