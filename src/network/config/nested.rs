//! What the user added to a route of ours stays with it: a metric, a table, an MTU.

use crate::network::config::edited::Edited;
use crate::network::config::ini::TAG;
use crate::network::config::shell::is_one_of;
use crate::network::config::template::Lines;
use crate::network::lines::{key, take_line};

/// What of a route is ours: systemd.network(5) and netplan(5).
const OURS: &str = "Gateway GatewayOnlink GatewayOnLink via on-link ";

/// Puts lines, and behind one that begins a route what was behind the same line of ours in `old`.
pub struct Nested<'a, 'f, 'e, 'o> {
    /// What there was.
    pub old: &'a [u8],
    /// Where it goes.
    pub file: &'f mut Edited<'e, 'o>,
}

impl Lines for Nested<'_, '_, '_, '_> {
    fn piece(&mut self, route: &str, ends: bool) {
        self.file.piece(route, ends);
        let route = route.as_bytes().trim_ascii();
        let is_item = route.starts_with(b"- to:");
        if !is_item && !route.starts_with(b"Destination=") {
            return;
        }
        let (mut rest, mut before, mut is_inside) = (self.old, &[][..], false);
        while let Some(line) = take_line(&mut rest) {
            let text = line.trim_ascii();
            if is_inside {
                // The next section or item, or what is not indented as far.
                if matches!(text, [] | [b'[' | b'-', ..]) || is_item && !line.starts_with(b"          ") {
                    return;
                }
                if !text.starts_with(b"#") && !is_one_of(key(text), OURS) {
                    self.file.keep(line);
                }
            }
            is_inside |= text == route && (is_item || before == TAG);
            before = text;
        }
    }
}
