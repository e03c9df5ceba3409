//! Link arguments of the static musl binary: no unwinding tables, no build id, sections packed into few pages, and a start of its own.

fn main() {
    let directory = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let is = |name, value: &str| std::env::var(name).is_ok_and(|v| v == value);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=targets/sections.ld");
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "musl") {
        let script = format!("-T{directory}/targets/sections.ld");
        for argument in [
            &script,
            "--no-eh-frame-hdr",
            "--build-id=none",
            "-znorelro",
            "-znoseparate-code",
            "--no-rosegment",
            "-lc",
            "--entry=nova_agent_start",
        ] {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
}
