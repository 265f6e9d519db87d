//! Makes the C header, and compiles what stands between the pcap crate and
//! libpcap.

use std::path::{Path, PathBuf};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    libpcap_shim();
    header();
    // A thread of the library may run while the program lets go of it: it
    // stays loaded.
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}

/// Writes `include/ipmon.h`, when it differs from what is there.
///
/// A build never fails for want of a header that can be written: the source
/// tree may be read-only, and then holds the header that was released with it.
fn header() {
    println!("cargo:rerun-if-changed=src/ffi");
    println!("cargo:rerun-if-changed=cbindgen.toml");
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default());
    if let Err(error) = write_header(&root) {
        println!("cargo:warning=include/ipmon.h was not written: {error}");
    }
}

fn write_header(root: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut config = cbindgen::Config::from_file(root.join("cbindgen.toml"))?;
    let [version, major, minor, patch] = ["", "_MAJOR", "_MINOR", "_PATCH"]
        .map(|part| std::env::var(format!("CARGO_PKG_VERSION{part}")).unwrap_or_default());
    let macros = config.after_includes.get_or_insert_default();
    *macros = format!(
        "\n/* The version of this header; ipmon_version() has the library's. */\n\
         #define IPMON_VERSION \"{version}\"\n\
         #define IPMON_VERSION_MAJOR {major}\n\
         #define IPMON_VERSION_MINOR {minor}\n\
         #define IPMON_VERSION_PATCH {patch}\n{macros}"
    );
    let header = cbindgen::Builder::new()
        .with_config(config)
        .with_src(root.join("src/ffi/mod.rs"))
        .generate()?;
    let mut text = Vec::new();
    header.write(&mut text);
    let text = negatives_in_parentheses(&String::from_utf8(text)?);
    let path = root.join("include/ipmon.h");
    if std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    std::fs::create_dir_all(root.join("include"))?;
    Ok(std::fs::write(path, text)?)
}

/// A macro for -1 has to hold together wherever it is put.
fn negatives_in_parentheses(header: &str) -> String {
    let line = |line: &str| match line.rsplit_once(' ') {
        Some((start, number)) if line.starts_with("#define") && number.starts_with('-') => {
            format!("{start} ({number})\n")
        }
        _ => format!("{line}\n"),
    };
    header.lines().map(line).collect()
}

/// Links the forwarding functions of `libpcap_shim.c` in the place of libpcap.
///
/// The pcap crate asks the linker for a library named `pcap`; the archive of
/// that name in the output folder is found before the system's. Everything is
/// written there and nothing into the source tree, which may be read-only.
fn libpcap_shim() {
    const SHIM: &str = "src/sys/libpcap_shim.c";
    println!("cargo:rerun-if-changed={SHIM}");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux") {
        return;
    }
    cc::Build::new()
        .file(SHIM)
        .std("c11")
        .warnings(true)
        .flag_if_supported("-fvisibility=hidden")
        .compile("pcap");
}
