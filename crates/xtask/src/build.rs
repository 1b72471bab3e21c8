//! `cargo xtask build`: the packages of all hosts, in `target/dist/`, with their sizes.

use std::path::Path;

use crate::hosts;
use crate::workspace::Workspace;

/// Builds what is published.
///
/// # Errors
///
/// If a part can't be built.
pub(crate) fn run(workspace: &Workspace) -> Result<(), String> {
    let mut packages = Vec::new();
    for host in hosts::ALL {
        (host.setup)(workspace)?;
        packages.extend((host.build)(workspace)?);
    }
    println!("{:<56} {:>10} {:>10} {:>10}", "target/dist", "raw", "gzip", "brotli");
    for package in packages {
        println!("{}", sizes(&package)?);
    }
    Ok(())
}

/// A file with its size: as it is, compressed with gzip, and with brotli.
pub(crate) fn sizes(path: &Path) -> Result<String, String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let bytes = std::fs::read(path).map_err(|error| format!("can't read `{name}`: {error}"))?;
    Ok(format!("{name:<56} {:>10} {:>10} {:>10}", bytes.len(), gzip(&bytes)?, brotli(&bytes)?))
}

/// A checksum of some bytes.
pub(crate) fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// How many bytes are left of some under `gzip -9`.
pub(crate) fn gzip(bytes: &[u8]) -> Result<usize, String> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    packed.map(|packed| packed.len()).map_err(|error| format!("can't compress: {error}"))
}

/// How many bytes are left of some under brotli at its best (quality 11, window 22).
pub(crate) fn brotli(bytes: &[u8]) -> Result<usize, String> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &parameters)
        .map_err(|error| format!("can't compress: {error}"))?;
    Ok(packed.len())
}
