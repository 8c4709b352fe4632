//! Pictures of pages, inside of the page that shows them.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::super::super::record::{Picture, Record};

/// What stands in a lossy WebP behind its first eight bytes, which have its length (RFC 9649, 2.5).
const KIND: &[u8] = b"WEBPVP8 ";

/// The pictures of one visit.
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

/// The pictures of each visit that has any.
pub(super) fn albums(record: &Record) -> Vec<Album> {
    let albums = record.visits.iter().map(|visit| Album {
        title: visit.circumstances.to_string(),
        shots: visit.pictures.iter().filter_map(shot).collect(),
    });
    albums.filter(|album| !album.shots.is_empty()).collect()
}

/// A picture, unless it is none: what is no WebP is not given to the reader's browser.
fn shot(picture: &Picture) -> Option<Shot> {
    let rest = picture.webp.strip_prefix(b"RIFF")?.get(4..)?;
    let rest = rest.strip_prefix(KIND)?;
    // Length of the part, tag of the frame and its start code come first; two bits are a scale.
    let number = |at: usize| {
        let bytes = rest.get(at..at + 2)?;
        Some(u32::from(
            u16::from_le_bytes(bytes.try_into().ok()?) & 0x3fff,
        ))
    };
    Some(Shot {
        caption: picture.caption.clone(),
        source: format!("data:image/webp;base64,{}", STANDARD.encode(&picture.webp)),
        width: number(10)?,
        height: number(12)?,
    })
}
