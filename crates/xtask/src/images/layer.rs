//! Entries as one layer: a tar file whose bytes depend on the entries alone.

use std::collections::BTreeSet;
use std::io::Write as _;

use anyhow::Result;
use flate2::{Compression, GzBuilder};
use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

use super::content::Entry;

/// One layer as it is stored.
pub(super) struct Layer {
    pub(super) bytes: Vec<u8>,
    pub(super) media_type: &'static str,
    /// Digest of the tar file, compressed or not.
    pub(super) diff_id: String,
}

impl Layer {
    pub(super) fn new(entries: &[Entry], compress: bool) -> Result<Self> {
        let tar = tar(entries)?;
        let diff_id = digest(&tar);
        if !compress {
            let media_type = "application/vnd.oci.image.layer.v1.tar";
            return Ok(Self { bytes: tar, media_type, diff_id });
        }
        let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
        gzip.write_all(&tar)?;
        let media_type = "application/vnd.oci.image.layer.v1.tar+gzip";
        Ok(Self { bytes: gzip.finish()?, media_type, diff_id })
    }
}

/// How digests are written everywhere in OCI.
pub(super) fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// Sorted, of root, of the year 1970, every folder before what lies in it.
fn tar(entries: &[Entry]) -> Result<Vec<u8>> {
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let mut builder = Builder::new(Vec::new());
    let mut folders = BTreeSet::new();
    for entry in sorted {
        for (at, _) in entry.path.match_indices('/') {
            let folder = entry.path.split_at(at + 1).0;
            if folder != entry.path && folders.insert(folder) {
                add(&mut builder, folder, 0o755, &[])?;
            }
        }
        add(&mut builder, &entry.path, entry.mode, &entry.bytes)?;
    }
    Ok(builder.into_inner()?)
}

/// Also writes the files of the archive around the layer.
pub(super) fn add(
    builder: &mut Builder<Vec<u8>>,
    path: &str,
    mode: u32,
    bytes: &[u8],
) -> Result<()> {
    let mut header = Header::new_ustar();
    header.set_entry_type(match path.ends_with('/') {
        true => EntryType::Directory,
        false => EntryType::Regular,
    });
    header.set_mode(mode);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(bytes.len().try_into()?);
    Ok(builder.append_data(&mut header, path, bytes)?)
}
