//! Files of `[Section]` and `Key=value` lines: our keys in them are replaced, every other line stays byte for byte.
//!
//! The part of the syntax that systemd.syntax(7) and GKeyFile (NetworkManager's keyfiles) share: a section may come more than once, and
//! comments start with `#` or `;`. What the keys mean is the renderer's.

use crate::network::config::edited::Edited;
use crate::network::config::marker::{Marker, marked};
use crate::network::config::shellvars::is_any;
use crate::network::config::{Interface, template};
use crate::network::lines::take_line;

/// A section that has keys of ours.
pub struct Section {
    /// Its name, without brackets.
    pub name: &'static str,
    /// Whether a key in it is ours.
    pub keys: &'static [&'static str],
    /// Adds our lines.
    pub template: &'static str,
}

/// Puts an interface's file: the marker, our lines in `sections`, and from `old` what is not ours. A section that is missing comes at the
/// end. One that is not in `sections` is shown to `other`, which may put something for it and answer `true`.
pub fn edit(
    old: &[u8],
    interface: &Interface,
    sections: &[Section],
    other: &mut dyn FnMut(&[u8], &mut Edited<'_, '_>) -> bool,
    file: &mut Edited<'_, '_>,
) {
    let mut rest = old;
    let preamble = take_preamble(&mut rest);
    replace(preamble, &mut |line| marked(line).is_some(), &mut |file| file.add("%", &[&Marker(interface)]), file);

    // By bit, which sections were there.
    let mut seen = 0u32;
    while let Some(text) = take_section(&mut rest) {
        let mut known = false;
        for (bit, section) in sections.iter().enumerate() {
            if name(text) == Some(section.name.as_bytes()) {
                let is_first = seen >> bit & 1 == 0;
                let put: &mut dyn FnMut(&mut Edited<'_, '_>) = &mut |file| {
                    if is_first {
                        template::put(section.template, interface, file)
                    }
                };
                replace(text, &mut |line| is_any(key(line), section.keys), put, file);
                seen |= 1 << bit;
                known = true;
            }
        }
        if !known && !other(text, file) {
            file.keep(text);
        }
    }
    for (bit, section) in sections.iter().enumerate() {
        if seen >> bit & 1 == 0 {
            // The marker is close to the first section.
            if bit > 0 || !old.is_empty() {
                file.add("", &[]);
            }
            file.add("[%]", &[&section.name]);
            template::put(section.template, interface, file);
        }
    }
}

/// Keeps the lines that are not ours. What `put` adds takes the place of the first that is, or comes at the end.
#[inline(never)]
pub fn replace(text: &[u8], is_ours: &mut dyn FnMut(&[u8]) -> bool, put: &mut dyn FnMut(&mut Edited<'_, '_>), file: &mut Edited<'_, '_>) {
    let (mut rest, mut waits) = (text, true);
    while let Some(line) = take_line(&mut rest) {
        if !is_ours(line) {
            file.keep(line);
        } else if waits {
            put(file);
            waits = false;
        }
    }
    if waits {
        put(file);
    }
}

/// Takes a section from the front of `text`: its header and what follows up to the next one, whose are the comments and the empty line
/// right before it.
#[inline(never)]
pub fn take_section<'a>(text: &mut &'a [u8]) -> Option<&'a [u8]> {
    // Behind the last line that can only be of this section, and whether an empty line followed.
    let (mut rest, mut end, mut gap) = (*text, 0, false);
    while let Some(line) = take_line(&mut rest) {
        match line.trim_ascii() {
            [] => gap = end > 0,
            [b'#' | b';', ..] if gap || end == 0 => {}
            _ if end > 0 && header(line).is_some() => {
                let (section, after) = text.split_at_checked(end)?;
                *text = after;
                return Some(section);
            }
            _ => {
                end = text.len() - rest.len();
                gap = false;
            }
        }
    }
    let section = core::mem::take(text);
    if section.is_empty() { None } else { Some(section) }
}

/// Takes what is before the first header, up to the last line that is not empty.
fn take_preamble<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let (mut rest, mut len) = (*text, 0);
    while let Some(line) = take_line(&mut rest) {
        if header(line).is_some() {
            break;
        }
        if !line.trim_ascii().is_empty() {
            len = text.len() - rest.len();
        }
    }
    let (preamble, after) = text.split_at_checked(len).unwrap_or_default();
    *text = after;
    preamble
}

/// The name of a section.
#[inline(never)]
pub fn name(mut section: &[u8]) -> Option<&[u8]> {
    while let Some(line) = take_line(&mut section) {
        if let Some(name) = header(line) {
            return Some(name);
        }
    }
    None
}

fn header(line: &[u8]) -> Option<&[u8]> {
    line.trim_ascii().strip_prefix(b"[")?.strip_suffix(b"]")
}

/// What is before the `=` of a line; nothing where there is none.
#[inline(never)]
pub fn key(line: &[u8]) -> &[u8] {
    let len = line.iter().position(|&byte| byte == b'=').unwrap_or(0);
    line.get(..len).unwrap_or_default().trim_ascii()
}

/// The value of the first line with this key.
#[inline(never)]
pub fn value<'a>(mut section: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    while let Some(line) = take_line(&mut section) {
        if key(line) == wanted
            && let Some(at) = line.iter().position(|&byte| byte == b'=')
        {
            return line.get(at + 1..).map(<[u8]>::trim_ascii);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Collect;
    use crate::network::config::out::Out;
    use crate::network::config::testing::interface;
    use proptest::prelude::*;
    use std::string::String;
    use std::vec::Vec;

    const SECTIONS: &[Section] = &[
        Section { name: "A", keys: &["mac", "type"], template: "|mac=%H\n" },
        Section { name: "B", keys: &["address#"], template: "|address1=x\n|address2=y\n" },
    ];

    fn edited(old: &str) -> String {
        let mut new = Collect(Vec::new());
        let mut out = Out::new(&mut new);
        let mut file = Edited::new(old.as_bytes(), &mut out);
        edit(old.as_bytes(), &interface("eth0", 1), SECTIONS, &mut |text, _| name(text) == Some(b"Gone"), &mut file);
        out.finish().unwrap();
        String::from_utf8(new.0).unwrap()
    }

    const NEW: &str = "# nova-agent 40:40:aa:bb:cc:01\n[A]\nmac=40:40:aa:bb:cc:01\n\n[B]\naddress1=x\naddress2=y\n";

    #[test]
    fn a_new_file_is_marker_and_sections() {
        assert_eq!(edited(""), NEW);
        assert_eq!(edited(NEW), NEW);
        assert_eq!(edited(&NEW.replace('\n', "\r\n")), NEW.replace('\n', "\r\n"));
        assert_eq!(edited(NEW.trim_end()), NEW);
    }

    #[test]
    fn what_is_not_ours_stays_where_it_is() {
        for (old, new) in [
            // Around ours, and in a section of its own.
            (
                "; hi\n# nova-agent 40:40:aa:bb:cc:01 old\n\n[A]\nmtu=1\nmac=2\n# why\ntype=x\nzone=a\n\n[B]\naddress7=a\naddress8=b\n#address9=c\n\n[C]\nmac=1\n",
                "; hi\n# nova-agent 40:40:aa:bb:cc:01\n\n[A]\nmtu=1\nmac=40:40:aa:bb:cc:01\n# why\nzone=a\n\n[B]\naddress1=x\naddress2=y\n#address9=c\n\n[C]\nmac=1\n",
            ),
            // Where there was nothing of ours.
            (
                "[A]\nmtu=1\n\n[C]\nx=1",
                "# nova-agent 40:40:aa:bb:cc:01\n[A]\nmtu=1\nmac=40:40:aa:bb:cc:01\n\n[C]\nx=1\n\n[B]\naddress1=x\naddress2=y\n",
            ),
            // Comments go with the section they are in front of.
            (
                "#a\n\n#b\n[A]\nmtu=1\n#c\n\n#d\n[Gone]\n#e\nx=1\n\n;f\n\n#g\n[B]\n#h\n[C]\n",
                "#a\n\n#b\n# nova-agent 40:40:aa:bb:cc:01\n[A]\nmtu=1\n#c\nmac=40:40:aa:bb:cc:01\n\n;f\n\n#g\n[B]\n#h\naddress1=x\naddress2=y\n[C]\n",
            ),
            // A section that comes twice, and one that goes.
            (
                "#a\n[B]\naddress1=1\n\n[Gone]\nx=1\n\n[B]\naddress1=1\nk=1\n",
                "#a\n# nova-agent 40:40:aa:bb:cc:01\n[B]\naddress1=x\naddress2=y\n\n[B]\nk=1\n\n[A]\nmac=40:40:aa:bb:cc:01\n",
            ),
        ] {
            assert_eq!(edited(old), new, "{old}");
            assert_eq!(edited(new), new);
        }
    }

    #[test]
    fn values() {
        let section = b"\n\n[A]\n#k=1\n k = 2 \r\nk=3\nempty=\n";
        assert_eq!(
            (name(section), value(section, b"k"), value(section, b"empty"), value(section, b"x")),
            (Some(&b"A"[..]), Some(&b"2"[..]), Some(&b""[..]), None)
        );
        assert_eq!((name(b"# [A]\n[B]\n"), name(b"\n"), name(b"[]\n")), (Some(&b"B"[..]), None, Some(&b""[..])));
    }

    proptest! {
        #[test]
        fn foreign_lines_stay_and_a_second_edit_changes_nothing(old in "([#; a-c=]{0,6}\r?\n|\\[[ABC]\\]\n|(mac|address1|key)=[a-z]{0,3}\n){0,12}[a-z=]{0,5}") {
            let new = edited(&old);
            prop_assert_eq!(edited(&new), new.as_str());
            let foreign = |text: &str| -> Vec<String> {
                text.lines().filter(|line| !line.is_empty() && !line.starts_with(['[', 'm']) && !line.starts_with("address") && marked(line.as_bytes()).is_none()).map(Into::into).collect()
            };
            prop_assert_eq!(foreign(&new), foreign(&old));
        }

        #[test]
        fn sections_are_the_whole_file(old in "([# a-c=]{0,6}\r?\n|\\[[ABC]\\]\n){0,12}[a-z=]{0,5}") {
            let (mut rest, mut all) = (old.as_bytes(), Vec::new());
            while let Some(section) = take_section(&mut rest) {
                prop_assert!(!section.is_empty());
                all.extend_from_slice(section);
            }
            prop_assert_eq!(all, old.as_bytes());
        }
    }
}
