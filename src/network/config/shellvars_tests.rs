//! Variables edited, and read by a real shell.

use std::format;
use std::io::Write;
use std::process::{Command, Stdio};
use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;

use crate::memory::Collect;
use crate::network::config::out::Out;
use crate::network::config::shell::is_one_of;
use crate::network::config::shellvars::{Vars, edit};

/// The variables that go unless they are wanted.
const OURS: &str = "IP# GATEWAY ";

/// The new content for these assignments; `None` where the old one is not complete.
fn edited(old: &str, wanted: &[&str]) -> Option<String> {
    edited_by(old, &mut |vars| wanted.iter().for_each(|text| vars.set("%", &[text])))
}

fn edited_by(old: &str, wanted: &mut dyn FnMut(&mut Vars<'_, '_>)) -> Option<String> {
    let mut new = Collect(Vec::new());
    let mut out = Out::new(&mut new);
    let complete = edit(
        old.as_bytes(),
        &mut |vars| {
            wanted(vars);
            vars.set("-%", &[&OURS]);
        },
        &mut out,
    );
    out.finish().unwrap();
    complete.then(|| String::from_utf8(new.0).unwrap())
}

/// The values that a shell has for `names` after it read `file`; a NUL ends each. `None` if it could not.
fn sourced(shell: &str, file: &str, names: &[&str]) -> Option<Vec<u8>> {
    let script = format!("{file}\nprintf '%s\\0' {}", names.iter().map(|name| format!("\"${name}\" ")).collect::<String>());
    let mut child =
        Command::new(shell).args(["-s"]).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    output.status.success().then_some(output.stdout)
}

#[test]
fn a_value_is_replaced_in_its_place() {
    for (old, new) in [
        ("A=1\nIP0=1\nB=2\n", "A=1\nIP0=7\nB=2\n"),
        ("IP0='1'\n", "IP0=7\n"),
        ("IP0=\"1\n2\" # mine\nB=2", "IP0=7 # mine\nB=2"),
        ("IP0=\n", "IP0=7\n"),
        ("IP0=1", "IP0=7"),
        ("IP0=(1 '2 3'\n 4)\n", "IP0=7\n"),
        ("IP0=( 'a)' # it's (\n b )\nA=1\n", "IP0=7\nA=1\n"),
        ("IP0=$X\n", "IP0=7\n"),
        ("IP0=\\7\n", "IP0=7\n"),
        ("IP0=1\\\n2\n", "IP0=7\n"),
        ("IP0=7\r\nB=1\r\n", "IP0=7\nB=1\r\n"),
        ("IP0=a#b\n", "IP0=7\n"),
    ] {
        assert_eq!(edited(old, &["IP0=7"]).as_deref(), Some(new), "{old:?}");
        assert_eq!(edited(new, &["IP0=7"]).as_deref(), Some(new), "{old:?}");
    }
}

#[test]
fn an_equal_value_keeps_its_quotes() {
    for old in ["IP0=a\n", "IP0='a'\n", "IP0=\"a\" # x\n", "IP0=\"a\""] {
        assert_eq!(edited(old, &["IP0=a"]).as_deref(), Some(old));
        assert_eq!(edited(old, &["IP0='a'"]).as_deref(), Some(old));
        assert_ne!(edited(old, &["IP0=ab"]).as_deref(), Some(old));
        assert_ne!(edited(old, &["IP0="]).as_deref(), Some(old));
    }
    assert_eq!(edited("IP0=\"a\nb\"", &["IP0='a\nb'"]).as_deref(), Some("IP0=\"a\nb\""));
    assert_eq!(edited("IP0=('a b')\n", &["IP0=(a b)"]).as_deref(), Some("IP0=(a b)\n"));
}

#[test]
fn ours_come_and_go() {
    let old = "IP0=1\n#IP1=c\nIP1=2\n\nIP22='3\n4'\nIPX=6\nGATEWAY=7\nOTHER=8";
    assert_eq!(edited(old, &[]).as_deref(), Some("#IP1=c\n\nIPX=6\nOTHER=8"));
    assert_eq!(edited(old, &["NEW=1", "IP2=2"]).as_deref(), Some("#IP1=c\n\nIPX=6\nOTHER=8\nNEW=1\nIP2=2\n"));
    assert_eq!(edited("", &["NEW=1"]).as_deref(), Some("NEW=1\n"));
    assert_eq!(edited("# a\\", &["NEW=1"]).as_deref(), Some("# a\\\nNEW=1\n"));
}

#[test]
fn the_last_one_stays() {
    assert_eq!(edited("IP0=1 # a\nIP0=7\nB=1\nIP0=3 # b\n", &["IP0=7"]).as_deref(), Some("B=1\nIP0=7 # b\n"));
}

#[test]
fn a_missing_variable_gets_its_value_once() {
    let mut wanted = |vars: &mut Vars<'_, '_>| vars.set("?IP0=yes", &[]);
    for old in ["IP0=no\n", "IP0=\nIP0=maybe", "if :; then IP0=no; fi\n"] {
        assert_eq!(edited_by(old, &mut wanted).as_deref(), Some(old));
    }
    assert_eq!(edited_by("# a", &mut wanted).as_deref(), Some("# a\nIP0=yes\n"));
}

#[test]
fn long_values_are_put_together() {
    let mut wanted = |vars: &mut Vars<'_, '_>| {
        vars.set("IP0=\"", &[]);
        (0..100u32).for_each(|number| vars.add("%\n", &[&number]));
        vars.add("\"", &[]);
        vars.set("B=2", &[]);
    };
    let new = edited_by("IP0=a # x\nB=1\n", &mut wanted).unwrap();
    assert!(new.starts_with("IP0=\"0\n1\n2\n") && new.ends_with("\n99\n\" # x\nB=2\n"), "{new}");
    assert_eq!(edited_by(&new, &mut wanted).unwrap(), new);
    let other = new.replace("57", "'57'");
    assert_eq!(edited_by(&other, &mut wanted).unwrap(), new);
}

#[test]
fn programs_stay_and_ours_follow_them() {
    for old in [
        "IP0=1; IP1=2\n",
        "IP0=1 true\n",
        "[ -f x ] && IP0=1\n",
        "true &&\n\tIP0=1\n",
        "IP0+=1\n",
        "IP0=1;\n",
        "export IP0=1\n",
        "if true\nthen\n IP0=1\nfi\n",
        "preup() {\n  IP0=1\n\treturn 0\n}\npreup\n",
        "case a in\na) IP0=1\n;;\nesac\n",
        "for x in 1 2; do\n\tIP0=$x\ndone\n",
        "while read x; do break; done; IP0=1\n",
        "IP0=$(echo 1 2)\n",
        "true; export IP0=3 B\n",
    ] {
        let new = format!("{old}IP0=7\n");
        assert_eq!(edited(old, &["IP0=7"]).as_deref(), Some(&*new), "{old:?}");
        assert_eq!(edited(&new, &["IP0=7"]).as_deref(), Some(&*new), "{old:?}");
        assert_eq!(edited(&format!("IP0=2\n{old}"), &["IP0=7"]).as_deref(), Some(&*new), "{old:?}");
        assert_eq!(edited(old, &[]).as_deref(), Some(old));
    }
}

#[test]
fn what_a_shell_cannot_read_is_refused() {
    for old in ["A='1\n", "A=\"1\nB=2\n", "A=(1 2\n", "A=1\\", "A=1\\\n", "A=(1 # \n", "A=1 \\\n"] {
        assert_eq!(edited(old, &["IP0=7"]), None, "{old:?}");
    }
    // Nothing in a comment goes on in the next line.
    for old in ["# a'b\\\n", "A=1 # \\\n"] {
        assert_eq!(edited(old, &["IP0=7"]), Some(format!("{old}IP0=7\n")));
    }
}

#[test]
fn patterns() {
    for (name, fits) in
        [("IP0", true), ("IP12", true), ("IP", true), ("IP1a", false), ("XIP1", false), ("GATEWAY", true), ("GATEWAY6", false), ("", false)]
    {
        assert_eq!(is_one_of(name.as_bytes(), OURS), fits, "{name}");
    }
    assert!(is_one_of(b"r_0_x1", "r_#_x# ") && !is_one_of(b"r_a_x1", "r_#_x# "));
    assert!(is_one_of(b"IPADDR_mgmt", "A IPADDR* ") && !is_one_of(b"IPADD", "A IPADDR* "));
}

/// A statement of any kind that such files may have.
fn any_statement() -> impl Strategy<Value = String> {
    let name = prop::sample::select(&["IP0", "IP1", "IP22", "GATEWAY", "A", "B", "IPX"][..]);
    let word = "[a-z0-9./:#-]{0,5}|'[a-z \"#;\n\\\\$]{0,6}'|\"[a-z '#;\n]{0,6}\"|a'b c'\"d;\"|\\\\.x|\\$A|\\$\\{B\\}";
    let tail = prop::sample::select(&["", " ", ";", " # it's", "\t;  # \"", "\r"][..]);
    let assignment = (prop::sample::select(&["", " ", "export ", "\texport  "][..]), name.clone(), word, tail)
        .prop_map(|(export, name, word, tail)| format!("{export}{name}={word}{tail}"));
    let program = (name, 0usize..9).prop_map(|(name, kind)| match kind {
        0 => format!("if true; then {name}=p; fi"),
        1 => format!("if false\nthen\n\t{name}=p\nelse\n\t:\nfi"),
        2 => format!("f() {{\n {name}=p\n}}\nf"),
        3 => format!("{name}=p; {name}=q"),
        4 => format!("for x in 1 2; do\n\t{name}=$x\ndone"),
        5 => format!("case a in\nb) {name}=1 ;;\n*) {name}=2\nesac"),
        6 => format!("true &&\n {name}=p"),
        7 => format!("{name}=p :"),
        _ => format!("{name}=$(echo a b)"),
    });
    let rest = prop::sample::select(&["", "# it's \"", "\t# IP0=1", ":", ": ' IP0=2\n'", "\\\n"][..]).prop_map(String::from);
    prop_oneof![4 => assignment, 2 => program, 1 => rest]
}

fn any_file() -> impl Strategy<Value = String> {
    (prop::collection::vec(any_statement(), 0..9), any::<bool>())
        .prop_map(|(statements, ends)| statements.join("\n") + if ends { "\n" } else { "" })
        .prop_filter("a backslash at the end", |file| !file.trim_end().ends_with('\\'))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_shell_reads_what_is_wanted(old in any_file(), values in prop::collection::vec("[a-z0-9./:]{1,4}|'[a-z0-9 ]{0,4}'", 4), which in 0usize..16) {
        const NAMES: [&str; 4] = ["IP0", "IP1", "GATEWAY", "NEW"];
        let wanted: Vec<String> = (0..4).filter(|bit| which >> bit & 1 != 0).map(|bit| format!("{}={}", NAMES[bit], values[bit])).collect();
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let new = edited(&old, &wanted).unwrap();
        prop_assert_eq!(edited(&new, &wanted).unwrap(), new.clone());
        let expected: Vec<u8> = wanted.iter().flat_map(|text| {
            let value = text.split_once('=').unwrap().1.replace('\'', "");
            value.into_bytes().into_iter().chain([0])
        }).collect();
        let others = ["A", "B", "IPX"];
        let names: Vec<&str> = wanted.iter().map(|text| text.split_once('=').unwrap().0).chain(others).collect();
        for shell in ["dash", "bash"] {
            let theirs = sourced(shell, &old, &others).map(|theirs| [expected.clone(), theirs].concat());
            prop_assert_eq!(sourced(shell, &new, &names), theirs, "{}", shell);
        }
    }

    #[test]
    fn every_other_byte_stays(old in any_file()) {
        // What is not a statement of its own for a variable of ours is kept, whatever else is wanted.
        let kept = edited(&old, &[]).unwrap();
        let ours = edited(&old, &["NEW=1"]).unwrap();
        let parting = if kept.is_empty() || kept.ends_with('\n') { "" } else { "\n" };
        prop_assert_eq!(ours, format!("{kept}{parting}NEW=1\n"));
        let mut rest = old.as_str();
        for line in kept.split_inclusive('\n') {
            let at = rest.find(line);
            prop_assert!(at.is_some(), "{line:?} is not of the old file");
            rest = &rest[at.unwrap() + line.len()..];
        }
    }

    #[test]
    fn any_bytes(old in "([A-Z]{1,2}|IP0|[ \t\n=;&|()'\"#$\\\\{}]|if|fi|done|export ){0,24}") {
        if let Some(new) = edited(&old, &["IP0=7", "A='b c'"]) {
            prop_assert_eq!(edited(&new, &["IP0=7", "A='b c'"]), Some(new.to_string()));
        }
        if let Some(new) = edited(&old, &["B=1"]) {
            prop_assert!(edited(&new, &["B=1"]).is_some());
        }
    }
}
