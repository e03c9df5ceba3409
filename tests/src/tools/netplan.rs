//! netplan, which turns its own files into those of networkd or NetworkManager.

use crate::tools::System;

/// What a boot runs, and `netplan generate` after it; gives what it complained of. Its files are in /run then.
pub fn generate(system: &System) -> String {
    let output = system.try_run(&["/lib/netplan/generate"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "netplan generate: {}\n{said}", output.status);
    said
}
