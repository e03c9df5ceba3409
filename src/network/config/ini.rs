//! Files of `[Section]` and `Key=value` lines: our keys in them are replaced, every other line stays byte for byte.
//!
//! The part of the syntax that systemd.syntax(7) and GKeyFile (NetworkManager's keyfiles) share: a section may come more than once, and
//! comments start with `#` or `;`. What the keys mean is the renderer's.

use crate::network::config::edited::Edited;
use crate::network::config::marker::marked;
use crate::network::config::nested::Nested;
use crate::network::config::own::Own;
use crate::network::config::{Interface, template};
use crate::network::lines::{key, take_line};
use crate::packed::Packed;

/// A section that has keys of ours.
pub struct Section {
    /// Its first line.
    pub header: &'static str,
    /// The keys that are ours, as [`template::lists`] takes them.
    pub keys: Packed,
    /// Adds our lines.
    pub template: Packed,
}

/// The comment right behind the header of a section that is all ours.
pub const TAG: &[u8] = b"# nova-agent";

/// Puts an interface's file: the marker in front of the first section, our lines behind the headers of `own.sections`, those that are
/// missing and `own.more` (see [`Nested`]) at the end, and from `old` what is not ours.
pub fn edit(old: &[u8], interface: &Interface, own: &Own, file: &mut Edited<'_, '_>) {
    // By bit, which sections were there. The last empty line is not put before it is known what comes behind it.
    let (mut seen, mut has_marker, mut gap) = (0u32, false, &[][..]);
    let (mut keys, mut is_ours) = (Packed::new(b""), false);
    let mut rest = old;
    while let Some(line) = take_line(&mut rest) {
        let text = line.trim_ascii();
        let is_header = text.starts_with(b"[");
        if is_header {
            let mut next = rest;
            is_ours = take_line(&mut next).is_some_and(|line| line.trim_ascii() == TAG);
            keys = Packed::new(b"");
        }
        let is_comment = matches!(text, [b'#' | b';', ..]) && text != TAG;
        if marked(line).is_some() || is_ours && !is_comment || template::lists(keys, interface, key(text)) {
            continue;
        }
        file.keep(gap);
        gap = &[];
        if text.is_empty() {
            gap = line;
            continue;
        }
        if is_header && !has_marker {
            file.mark(interface);
            has_marker = true;
        }
        file.keep(line);
        for (bit, section) in own.sections.iter().enumerate() {
            if section.header.as_bytes() == text {
                keys = section.keys;
                if seen >> bit & 1 == 0 {
                    template::put(section.template, interface, file);
                }
                seen |= 1 << bit;
            }
        }
    }
    for (bit, section) in own.sections.iter().enumerate() {
        if seen >> bit & 1 == 0 {
            if has_marker {
                file.add("", &[]);
            } else {
                file.mark(interface);
                has_marker = true;
            }
            file.add(section.header, &[]);
            template::put(section.template, interface, file);
        }
    }
    template::put(own.more, interface, &mut Nested { old, file });
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

    const OWN: Own = Own {
        directory: "",
        prefix: "",
        suffix: "",
        mode: 0,
        sections: &[
            Section { header: "[A]", keys: Packed::new(b"|mac type \n"), template: Packed::new(b"|mac=%H\n") },
            Section { header: "[B]", keys: Packed::new(b"|address# \n"), template: Packed::new(b"|address1=x\n|address2=y\n") },
        ],
        more: Packed::new(b"|%/[R]%/# nova-agent%/r=1\n"),
    };

    fn edited(old: &str) -> String {
        let mut new = Collect(Vec::new());
        let mut out = Out::new(&mut new);
        edit(old.as_bytes(), &interface("eth0", 1), &OWN, &mut Edited::new(old.as_bytes(), &mut out));
        out.finish().unwrap();
        String::from_utf8(new.0).unwrap()
    }

    const NEW: &str =
        "# nova-agent 40:40:aa:bb:cc:01\n[A]\nmac=40:40:aa:bb:cc:01\n\n[B]\naddress1=x\naddress2=y\n\n[R]\n# nova-agent\nr=1\n";

    #[test]
    fn a_new_file_is_marker_and_sections() {
        assert_eq!(edited(""), NEW);
        assert_eq!(edited(NEW), NEW);
        assert_eq!(edited(&NEW.replace('\n', "\r\n")), NEW.replace('\n', "\r\n"));
        assert_eq!(edited(NEW.trim_end()), NEW);
    }

    #[test]
    fn what_is_not_ours_stays() {
        for (old, new) in [
            // Around ours, and in a section of its own.
            (
                "; hi\n# nova-agent 40:40:aa:bb:cc:01 old\n\n[A]\nmtu=1\nmac = 2\n# why\ntype=x\nzone=a\n\n[B]\naddress7=a\naddress8=b\n#address9=c\n\n\n[C]\nmac=1\n",
                "; hi\n\n# nova-agent 40:40:aa:bb:cc:01\n[A]\nmac=40:40:aa:bb:cc:01\nmtu=1\n# why\nzone=a\n\n[B]\naddress1=x\naddress2=y\n#address9=c\n\n\n[C]\nmac=1\n",
            ),
            // Where there was nothing of ours.
            (
                "[A]\nmtu=1\n\n[C]\nx=1",
                "# nova-agent 40:40:aa:bb:cc:01\n[A]\nmac=40:40:aa:bb:cc:01\nmtu=1\n\n[C]\nx=1\n\n[B]\naddress1=x\naddress2=y\n",
            ),
            // A section that comes twice, and one that is all ours.
            (
                "#a\n[B]\naddress1=1\n\n[R]\n# nova-agent\nx=1\n#b\n\n[B]\naddress1=1\nk=1\n\n[R]\nx=1\n# nova-agent\n",
                "#a\n# nova-agent 40:40:aa:bb:cc:01\n[B]\naddress1=x\naddress2=y\n\n#b\n[B]\nk=1\n\n[R]\nx=1\n# nova-agent\n\n[A]\nmac=40:40:aa:bb:cc:01\n",
            ),
        ] {
            let new = String::from(new) + "\n[R]\n# nova-agent\nr=1\n";
            assert_eq!(edited(old), new, "{old}");
            assert_eq!(edited(&new), new);
        }
    }

    proptest! {
        #[test]
        fn foreign_lines_stay_and_a_second_edit_changes_nothing(old in "([#; a-c=]{0,6}\n|\\[[ABCR]\\]\n(# nova-agent\n)?|(mac|address1|key)=[a-z]{0,3}\n){0,12}[a-z=]{0,5}") {
            let new = edited(&old);
            prop_assert_eq!(edited(&new), new.as_str());
            let comments = |text: &str| -> Vec<String> {
                text.lines().filter(|line| line.starts_with(['#', ';']) && !line.contains("nova-agent")).map(Into::into).collect()
            };
            prop_assert_eq!(comments(&new), comments(&old));
        }
    }
}
