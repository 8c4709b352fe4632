//! Destination of a request: whether browsers may show the response as a document.

use actix_web::{
    dev::RequestHead,
    http::header::{self, HeaderName},
};

const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Destinations whose responses browsers never show as documents (Fetch, "request destination").
const RESOURCES: [&[u8]; 18] = [
    b"audio",
    b"audioworklet",
    b"dictionary",
    b"font",
    b"image",
    b"json",
    b"manifest",
    b"paintworklet",
    b"report",
    b"script",
    b"serviceworker",
    b"sharedworker",
    b"speculationrules",
    b"style",
    b"track",
    b"video",
    b"worker",
    b"xslt",
];

/// Destination of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// A document in a window, a frame or an `<object>`.
    Document,
    /// A script's own request. A service worker may answer a navigation with the response.
    Script,
    /// A script, a style sheet, an image or another resource.
    Resource,
    /// Not stated and not clear from `Accept`, for example for Chromium over plain http to a host
    /// other than loopback.
    Unknown,
}

impl Destination {
    pub(crate) fn of(head: &RequestHead) -> Self {
        if let Some(destination) = head.headers.get(SEC_FETCH_DEST) {
            return match destination.as_bytes() {
                b"document" | b"iframe" | b"frame" | b"object" | b"embed" | b"fencedframe" => {
                    Self::Document
                }
                other if RESOURCES.contains(&other) => Self::Resource,
                _ => Self::Script,
            };
        }
        let Some(accept) = head.headers.get(header::ACCEPT) else {
            return Self::Document;
        };
        let accepts =
            |kind: &str| memchr::memmem::find(accept.as_bytes(), kind.as_bytes()).is_some();
        if accepts("text/html") || accepts("application/xhtml+xml") {
            return Self::Document;
        }
        if accepts("image/") || accepts("text/css") {
            Self::Resource
        } else {
            Self::Unknown
        }
    }

    /// Returns whether a browser may show the response as a document.
    pub(crate) fn may_be_shown(self) -> bool {
        matches!(self, Self::Document | Self::Script)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn of(headers: &[(&'static str, &'static str)]) -> Destination {
        let mut request = TestRequest::get();
        for header in headers {
            request = request.insert_header(*header);
        }
        Destination::of(request.to_http_request().head())
    }

    #[test]
    fn is_told_by_the_destination_else_by_accept() {
        use Destination::{Document, Resource, Script, Unknown};
        for (name, value, purpose) in [
            ("sec-fetch-dest", "document", Document),
            ("sec-fetch-dest", "iframe", Document),
            ("sec-fetch-dest", "object", Document),
            ("sec-fetch-dest", "empty", Script),
            ("sec-fetch-dest", "new-in-2030", Script),
            ("sec-fetch-dest", "script", Resource),
            ("sec-fetch-dest", "style", Resource),
            ("sec-fetch-dest", "image", Resource),
            (
                "accept",
                "text/html,application/xhtml+xml,*/*;q=0.8",
                Document,
            ),
            ("accept", "text/css,*/*;q=0.1", Resource),
            ("accept", "image/avif,image/webp,*/*;q=0.8", Resource),
            ("accept", "*/*", Unknown),
            ("x", "no Accept at all", Document),
        ] {
            assert_eq!(of(&[(name, value)]), purpose, "{name}: {value}");
        }
        let both = [("sec-fetch-dest", "script"), ("accept", "text/html")];
        assert_eq!(of(&both), Resource, "the destination outweighs Accept");
    }
}
