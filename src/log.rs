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
        const MONTH_DAYS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        // Gregorian, and right until 2262. A clock beyond that is wrong anyway.
        let seconds = self.0.min(MAX_SECONDS);
        let (mut day, mut second) = ((seconds / SECONDS_A_DAY) as u32, (seconds % SECONDS_A_DAY) as u32);
        let mut year = 1970;
        let leap = |year: u32| u32::from(year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)));
        while day >= 365 + leap(year) {
            day -= 365 + leap(year);
            year += 1;
        }
        let mut month = 1;
        for (i, days) in MONTH_DAYS.into_iter().enumerate() {
            let days = days + if i == 1 { leap(year) } else { 0 };
            if day < days {
                break;
            }
            day -= days;
            month += 1;
        }
        line.put_number(u64::from(year), 10, 4);
        pair(line, "-", month);
        pair(line, "-", day + 1);
        for (mark, unit) in [("T", 3600), (":", 60), (":", 1)] {
            pair(line, mark, second / unit);
            second %= unit;
        }
        line.put("Z");
    }
}

const SECONDS_A_DAY: u64 = 86_400;
const MAX_SECONDS: u64 = 292 * 366 * SECONDS_A_DAY;

/// A mark and a number of two digits.
#[inline(never)]
fn pair(line: &mut Line<'_>, mark: &str, number: u32) {
    line.put(mark);
    line.put_number(u64::from(number), 10, 2);
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
