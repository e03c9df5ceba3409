//! Link arguments of the static musl binary: no unwinding tables, no build id, sections packed.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name, value: &str| std::env::var(name).is_ok_and(|v| v == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "musl") {
        for argument in ["--build-id=none", "-znorelro", "-znoseparate-code", "-lc"] {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
}
