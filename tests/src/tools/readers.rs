//! Readers that configure nothing: real shells, for files that are shell variables, and Augeas, for the syntax of many more.

use std::collections::BTreeMap;

use crate::tools::System;

/// The variables that a file sets, sourced with nothing else in the environment. dash and bash must agree, and neither may say a word.
pub fn variables(system: &System, path: &str) -> BTreeMap<String, String> {
    let read = |shell| {
        let line = "set -a; cd /; . \"$1\"; exec /usr/bin/env -0";
        let output = system.try_run(&["env", "-i", shell, "-ec", line, shell, path]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.is_empty(), "{shell}: {path}: {}\n{said}", output.status);
        let text = String::from_utf8(output.stdout).expect("text");
        let mut variables: BTreeMap<String, String> =
            text.split_terminator('\0').filter_map(|line| line.split_once('=')).map(|(name, value)| (name.into(), value.into())).collect();
        // Shells set these by themselves.
        ["PWD", "OLDPWD", "SHLVL", "_"].iter().for_each(|name| drop(variables.remove(*name)));
        variables
    };
    let (dash, bash) = (read("/bin/dash"), read("/bin/bash"));
    assert_eq!(dash, bash, "{path}");
    dash
}

/// The tree that an Augeas lens such as `Shellvars` makes of a file, as `augtool print` shows it. Fails where the lens does.
pub fn augeas(system: &System, lens: &str, path: &str) -> String {
    let transform = format!("{lens}.lns incl {path}");
    let run = |command: &str| system.run(&["augtool", "--noautoload", "--transform", &transform, command]);
    let errors = run("print /augeas//error");
    assert!(errors.is_empty(), "{errors}");
    let tree = run(&format!("print /files{path}"));
    assert!(!tree.is_empty(), "{lens} has nothing of {path}");
    tree
}
