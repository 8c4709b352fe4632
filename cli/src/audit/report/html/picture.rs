//! Pictures of pages, inside of the page that shows them.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::super::super::record::{Picture, Record};

/// With what every PNG begins, up to its width.
const START: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

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

/// A picture, unless it is none: what is no PNG is not given to the reader's browser.
fn shot(picture: &Picture) -> Option<Shot> {
    let rest = picture.png.strip_prefix(START)?;
    let number = |at: usize| {
        let bytes = rest.get(at..at + 4)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    };
    Some(Shot {
        caption: picture.caption.clone(),
        source: format!("data:image/png;base64,{}", STANDARD.encode(&picture.png)),
        width: number(0)?,
        height: number(4)?,
    })
}
