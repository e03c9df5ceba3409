//! The form of a log line: UTC time, level, event. Pure; the sinks are in `sys`.
//!
//! Nothing at [`Level::Info`] or above ever holds request data, secrets, file contents or addresses.

use crate::text::{Line, Parts, Show};

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
        ["debug", "info", "warning"].get(self as usize).copied().unwrap_or_default()
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

/// Puts together the line for `event`, newline included.
pub fn line(out: &mut Line, unix_time: u64, level: Level, event: &str, parts: &Parts<'_>) {
    out.fill("% % ", &[&Utc(unix_time), &level.as_str()]);
    out.fill(event, parts);
    out.end_line();
}

/// Seconds since 1970 in the form of RFC 3339.
struct Utc(u64);

impl Show for Utc {
    fn show(&self, line: &mut Line) {
        // Years of March to February, so that the leap day is the last: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
        // civil_from_days, within the era of 1970 and those after it.
        const DAYS_BEFORE_1970: u32 = 719_468;
        const DAYS_AN_ERA: u32 = 146_097;
        // Right until 2262. A clock beyond that is wrong anyway.
        let seconds = self.0.min(MAX_SECONDS);
        let (days, second) = ((seconds / SECONDS_A_DAY) as u32 + DAYS_BEFORE_1970, (seconds % SECONDS_A_DAY) as u32);
        let (era, day) = (days / DAYS_AN_ERA, days % DAYS_AN_ERA);
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let (turn, month_of_year) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
        line.put_number(u64::from(era * 400 + year + turn), 10, 4);
        let day = day - (153 * month + 2) / 5 + 1;
        for &(mark, number) in &[(b'-', month_of_year), (b'-', day), (b'T', second / 3600), (b':', second / 60 % 60), (b':', second % 60)] {
            line.put_byte(mark);
            line.put_number(u64::from(number), 10, 2);
        }
        line.put("Z");
    }
}

const SECONDS_A_DAY: u64 = 86_400;
const MAX_SECONDS: u64 = 292 * 366 * SECONDS_A_DAY;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::LOG_LINE_LEN;
    use crate::text::Text;

    fn line(unix_time: u64, level: Level, event: &str, parts: &Parts<'_>) -> Text<LOG_LINE_LEN> {
        let mut out = Text::new();
        super::line(&mut out, unix_time, level, event, parts);
        out
    }

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
