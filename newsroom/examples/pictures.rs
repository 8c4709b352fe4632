//! Captures the pictures of the README from the running site: `cargo run -p newsroom --example
//! pictures`.
//!
//! Needs `chromium` and `chromedriver`, as the browser tests do.

use std::{collections::HashMap, fs, io::Cursor, path::Path, process::Command};

use base64::{Engine as _, prelude::BASE64_STANDARD};

#[path = "../tests/browser/driver.rs"]
#[allow(dead_code, reason = "the browser tests use the rest")]
mod driver;
#[path = "../tests/support/mod.rs"]
mod support;

use driver::Browser;
use support::site::Site;

/// Size in CSS pixels: the banner, the masthead and the headlines. The lower edge is between two
/// lines of both columns.
const SIZE: (u32, u32) = (1200, 388);

fn main() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("docs");
    // On Unix `cargo run` replaces itself by the site, so the id of the child is the site's.
    let mut site = Command::new(env!("CARGO"));
    site.args([
        "run", "--quiet", "-p", "newsroom", "--bin", "newsroom", "--",
    ]);
    let site = Site::start(site, &[]);
    let browser = Browser::start();
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        browser.resize(SIZE.0, SIZE.1);
        browser.open(&format!("http://127.0.0.1:{}/", site.port));
        let picture = BASE64_STANDARD
            .decode(browser.picture(SIZE.0, Some(SIZE.1), 2))
            .expect("it is base64");
        let picture = smaller(&picture).expect("Chromium draws what can be read");
        let file = docs.join(format!("banner-{scheme}.png"));
        fs::write(&file, &picture).expect("docs can be written");
        println!("{}: {} bytes", file.display(), picture.len());
    }
}

/// Reduces the picture to 256 colours, which halves its size: paper, ink, links and the shades that
/// smooth the letters. Rare shades become the nearest one.
fn smaller(picture: &[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut reader = png::Decoder::new(Cursor::new(picture)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or("it is too large")?];
    let info = reader.next_frame(&mut pixels)?;
    let pixels: Vec<_> = pixels[..info.buffer_size()]
        .chunks_exact(info.color_type.samples())
        .map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect();

    let mut shades: HashMap<[u8; 3], usize> = HashMap::new();
    for pixel in &pixels {
        *shades.entry(*pixel).or_default() += 1;
    }
    let mut palette: Vec<_> = shades.keys().copied().collect();
    // Equally frequent colours are ordered by value, so that a page always gives the same file.
    palette.sort_by_key(|shade| (usize::MAX - shades[shade], *shade));
    palette.truncate(256);
    let nearest = |shade: [u8; 3]| {
        let apart = |known: &[u8; 3]| -> u32 {
            let sides = known.iter().zip(shade);
            sides.map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
        };
        (0u8..=255)
            .zip(&palette)
            .min_by_key(|(_, known)| apart(known))
            .map_or(0, |(index, _)| index)
    };
    let indices: HashMap<_, _> = shades
        .keys()
        .map(|shade| (*shade, nearest(*shade)))
        .collect();
    let indices: Vec<_> = pixels.iter().map(|pixel| indices[pixel]).collect();

    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, info.width, info.height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.write_header()?.write_image_data(&indices)?;
    Ok(file)
}
