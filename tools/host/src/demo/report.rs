//! What the demo prints: headings, exchanges, facts and checks, for a terminal of 100 columns. Colours only where a person looks.

use std::io::IsTerminal;

const WIDTH: usize = 100;
/// Where text behind a label starts.
const INDENT: usize = 14;

/// The output, and how much of it was wrong.
pub struct Report {
    colour: bool,
    checked: usize,
    wrong: usize,
}

impl Report {
    /// To standard output.
    pub fn new() -> Self {
        Self { colour: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()), checked: 0, wrong: 0 }
    }

    /// A part of the demo.
    pub fn heading(&self, text: &str) {
        println!("\n{}", self.paint("1", text));
    }

    /// A request or a group of checks, and what it took.
    pub fn item(&self, text: &str, took: &str) {
        let gap = if took.is_empty() { 0 } else { (WIDTH - 2).saturating_sub(text.len() + took.len()) };
        println!("\n  {}{}{}", self.paint("36", text), " ".repeat(gap), self.paint("2", took));
    }

    /// Something to know.
    pub fn fact(&self, label: &str, text: &str) {
        self.labelled(label, None, text);
    }

    /// Something that must be so.
    pub fn check(&mut self, right: bool, text: &str) {
        self.checked += 1;
        self.wrong += usize::from(!right);
        if right { self.labelled("ok", Some("32"), text) } else { self.labelled("WRONG", Some("1;31"), text) }
    }

    /// Things that must be there, and nothing else.
    pub fn compare(&mut self, expected: &[&str], seen: &[String]) {
        for line in expected {
            self.check(seen.iter().any(|s| s == line), line);
        }
        for line in seen.iter().filter(|s| !expected.contains(&s.as_str())) {
            self.check(false, &format!("{line} should not be there"));
        }
    }

    /// The last line; whether everything was right.
    pub fn end(&self) -> bool {
        let text = format!("{} of {} checks right", self.checked - self.wrong, self.checked);
        println!("\n{}\n", self.paint(if self.wrong == 0 { "1;32" } else { "1;31" }, &text));
        self.wrong == 0
    }

    fn labelled(&self, label: &str, colour: Option<&str>, text: &str) {
        let lines: Vec<String> = text.lines().flat_map(|line| wrap(line, WIDTH - INDENT)).collect();
        let gap = " ".repeat((INDENT - 4).saturating_sub(label.len()));
        println!("    {}{gap}{}", self.paint(colour.unwrap_or("2"), label), lines.join(&format!("\n{}", " ".repeat(INDENT))));
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colour && !text.is_empty() { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.into() }
    }
}

/// Lines of at most `width` columns, broken at a space or behind a comma where there is one in the right half.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest: Vec<char> = text.chars().collect();
    while rest.len() > width {
        let at = rest.iter().take(width).rposition(|c| matches!(c, ' ' | ',')).filter(|at| *at > width / 2);
        let tail = rest.split_off(at.map_or(width, |at| at + 1));
        lines.push(rest.into_iter().collect::<String>().trim_end().into());
        rest = tail;
    }
    lines.push(rest.into_iter().collect());
    lines
}

/// Octets that may be anything, on one line.
pub fn shown(octets: &[u8]) -> String {
    octets.escape_ascii().to_string().replace("\\\"", "\"").replace("\\'", "'")
}
