//! Screenshots, embedded in the page.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::super::super::record::{Picture, Record};

/// Screenshots of one visit.
#[derive(Debug)]
pub(super) struct Album {
    pub(super) title: String,
    pub(super) shots: Vec<Shot>,
}

#[derive(Debug)]
pub(super) struct Shot {
    pub(super) caption: String,
    /// A `data:` URI.
    pub(super) source: String,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// Screenshots of each visit that has any.
pub(super) fn albums(record: &Record) -> Vec<Album> {
    let albums = record.visits.iter().map(|visit| Album {
        title: visit.circumstances.to_string(),
        shots: visit.pictures.iter().filter_map(shot).collect(),
    });
    albums.filter(|album| !album.shots.is_empty()).collect()
}

/// Converts a screenshot; `None` if it is not WebP.
fn shot(picture: &Picture) -> Option<Shot> {
    let (width, height) = size(&picture.webp)?;
    Some(Shot {
        caption: picture.caption.clone(),
        source: format!("data:image/webp;base64,{}", STANDARD.encode(&picture.webp)),
        width,
        height,
    })
}

/// Reads width and height of a WebP with an extended header (RFC 9649, 2.7), as Chromium writes it.
fn size(webp: &[u8]) -> Option<(u32, u32)> {
    let rest = webp.strip_prefix(b"RIFF")?.get(4..)?;
    let rest = rest.strip_prefix(b"WEBPVP8X")?;
    // Skip the chunk size and flags. Both numbers are stored minus one.
    let number = |at: usize| {
        let bytes = rest.get(at..at + 3)?;
        Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]) + 1)
    };
    Some((number(8)?, number(11)?))
}
