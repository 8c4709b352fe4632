//! The encoding that Chromium uses for a page is the same with and without the middleware.

use std::collections::BTreeSet;

use actix_consent::markup::Markup;
use actix_web::{HttpResponse, web::Bytes};

use crate::{driver::Browser, site::Site};

/// Markup before a declaration, or around it.
const BEFORE: [&str; 22] = [
    "",
    "<!doctype html><html><head>",
    "<!-- charset=shift_jis -->",
    "<!-- <meta charset=shift_jis> -->",
    "<!-- --!><meta charset=koi8-r> -->",
    "<!-- <meta charset=shift_jis>",
    "<!--><meta charset=koi8-r>-->",
    "<title>charset=shift_jis</title>",
    "<title><meta charset=shift_jis></title>",
    "<script>'<meta charset=shift_jis>'</script>",
    "<script src=/a.js charset=shift_jis></script>",
    "<script><!-- <script> </script> --></script>",
    "<style><meta charset=shift_jis></style>",
    "<noscript><meta charset=koi8-r></noscript>",
    "<a title='<meta charset=shift_jis>'></a>",
    "<a b/c=\"><meta charset=shift_jis>\">",
    "</ <meta charset=koi8-r>",
    "<?xml version='1.0' encoding='koi8-r'?>",
    "<textarea><meta charset=koi8-r></textarea>",
    "<svg><path d=''/></svg>",
    "<body><p>x",
    "<iframe srcdoc='<meta charset=koi8-r>'></iframe>",
];

/// Declarations, and what looks like one.
const DECLARATIONS: [&str; 14] = [
    "",
    "<meta charset=utf-8>",
    "<META CHARSET = 'gbk' >",
    "<meta charset=utf-16>",
    "<meta charset=x-user-defined>",
    "<meta charset=utf8mb4><meta charset=gbk>",
    "<meta http-equiv=content-type content='text/html; charset=gbk'>",
    "<meta content=\"text/html; charset='gbk'\" http-equiv=Content-Type>",
    "<meta content='text/html; charset=gbk'>",
    "<meta name=description content='charset=gbk'>",
    "<meta http-equiv=content-type content='text/html; charset&#61;gbk'>",
    "<meta charset='' http-equiv=content-type content='charset=gbk'>",
    "<meta/charset=\"shift_jis\"/>",
    "<meta charset=gbk charset=utf-8>",
];

const BODIES: [&[u8]; 4] = [
    b"<body><p>plain</p></body>",
    b"<body><p>Gr\xc3\xbc\xc3\x9fe, sch\xc3\xb6ne Gr\xc3\xbc\xc3\x9fe</p></body>",
    b"<body><p>Gr\xfc\xdfe, sch\xf6ne Gr\xfc\xdfe</p></body>",
    b"<body><p>\x93\xfa\x96\x7b\x8c\xea\x82\xcc\x83\x79\x81\x5b\x83\x57\x82\xc5\x82\xb7</p></body>",
];

const TYPES: [&str; 14] = [
    "text/html; charset=utf-8",
    "text/html; charset=\"gbk\"",
    "text/html; charset='gbk'",
    "text/html; charset =gbk",
    "text/html; charset=gbk; charset=utf-8",
    "text/html; charset=; charset=gbk",
    "text/html; charset=utf8mb4",
    "text/html; charset=utf-8,gbk",
    "text/html; charset=gbk, text/html",
    "text/html; x=\"; charset=gbk\"",
    "text/html; charset=\"g\\bk\"",
    "text/html charset=gbk",
    "text/html; CHARSET=iso-8859-1",
    "text/html; charset=x-user-defined",
];

/// Type and bytes of a page.
fn head(number: usize) -> Option<(&'static str, Vec<u8>)> {
    let declared = BEFORE.len() * DECLARATIONS.len();
    if number < declared {
        let (before, declaration) = (
            BEFORE[number / DECLARATIONS.len()],
            DECLARATIONS[number % DECLARATIONS.len()],
        );
        let body = BODIES[number % BODIES.len()];
        return Some((
            "text/html",
            [before.as_bytes(), declaration.as_bytes(), body].concat(),
        ));
    }
    let number = number - declared;
    if let Some(kind) = TYPES.get(number) {
        let page = [b"<meta charset=koi8-r>", BODIES[number % BODIES.len()]].concat();
        return Some((kind, page));
    }
    let far = |length: usize, before: &str| {
        let page = format!("{before}{}<meta charset=gbk><body>x", " ".repeat(length));
        Some(("text/html", page.into_bytes()))
    };
    let wide: Vec<u8> = "<!doctype html><p>some text"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    match number - TYPES.len() {
        0 => far(1000, ""),
        1 => far(1010, ""),
        2 => far(3000, "<title>x</title>"),
        3 => far(3000, "<body>"),
        4 => far(900, "<!doctype html><body>"),
        5 => Some(("text/html; charset=gbk", b"\xef\xbb\xbf<p>x".to_vec())),
        6 => Some(("text/html", b"\xef\xbb\xbf<meta charset=gbk><p>x".to_vec())),
        7 => Some(("text/html", wide)),
        _ => None,
    }
}

/// The page of this number as a handler sends it, whole or in pieces; the last one is an attack.
pub fn answer(number: usize, way: &str) -> HttpResponse {
    let (kind, page) = head(number).unwrap_or(("text/html", ATTACK.to_vec()));
    let kind = match way {
        "shift_jis" => "text/html; charset=shift_jis",
        _ => kind,
    };
    let mut response = HttpResponse::Ok();
    response.insert_header(("content-type", kind));
    let size = match way {
        "streamed" => 400,
        "trickled" => 7,
        _ => usize::MAX,
    };
    match size == usize::MAX {
        true => response.body(page),
        false => {
            let pieces: Vec<Result<Bytes, actix_web::Error>> = page
                .chunks(size)
                .map(|piece| Ok(Bytes::copy_from_slice(piece)))
                .collect();
            response.streaming(futures_util::stream::iter(pieces))
        }
    }
}

/// Text of a visitor, escaped as it has to be. In Shift_JIS the backslash is part of a letter.
const ATTACK: &[u8] = b"<!doctype html><html><head><title>Search: charset=shift_jis</title>\
    <meta charset=utf-8></head><body><script>var q=\"charset=shift_jis \xc3\x81\\\";\
    document.title='pwned'//\";</script></body></html>";

fn encoding(browser: &Browser, address: &str) -> String {
    browser.open(address);
    let name = browser.run("return document.characterSet", &[]);
    name.as_str().unwrap().to_owned()
}

#[test]
#[ignore = "needs Chromium"]
fn pages_have_the_same_encoding_as_without_the_middleware() {
    let (site, browser) = (Site::start(Markup::new(), None), Browser::start());
    let mut seen = BTreeSet::new();
    let mut differ = Vec::new();
    let mut count = 0;
    while let Some((kind, page)) = head(count) {
        let bare = encoding(&browser, &site.bare(&format!("/heads/{count}/whole")));
        let mut ways = vec!["whole"];
        if count % 3 == 0 || kind != "text/html" {
            ways.extend(["streamed", "trickled"]);
        }
        for way in ways {
            let own = encoding(&browser, &site.address(&format!("/heads/{count}/{way}")));
            if own != bare {
                let page = String::from_utf8_lossy(&page).into_owned();
                differ.push(format!(
                    "{count} {way}: {bare} became {own}: {kind}: {page:.200}"
                ));
            }
        }
        seen.insert(bare);
        count += 1;
    }
    assert_eq!(differ, [""; 0], "{}", differ.join("\n"));
    assert!(count >= 200, "{count} heads");
    for name in ["UTF-8", "GBK", "KOI8-R", "Shift_JIS", "windows-1252"] {
        assert!(
            seen.contains(name),
            "the heads lead to different encodings: {seen:?}"
        );
    }
    let attack = site.address(&format!("/heads/{count}/whole"));
    assert_eq!(encoding(&browser, &attack), "UTF-8");
    let title = browser.title();
    assert_eq!(title, "Search: charset=shift_jis");
    // The control: in Shift_JIS the text of the visitor runs.
    let control = site.bare(&format!("/heads/{count}/shift_jis"));
    assert_eq!(encoding(&browser, &control), "Shift_JIS");
    assert_eq!(browser.title(), "pwned");
}
