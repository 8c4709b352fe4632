//! The `Cookie` headers of a request, kept as they came.

use actix_web::{
    dev::RequestHead,
    http::header::{self, HeaderValue},
};

use crate::gate;

/// The `Cookie` headers of a request: none or one in HTTP/1, any number in HTTP/2.
#[derive(Debug)]
pub(super) enum Cookies {
    One(Option<HeaderValue>),
    Many(Box<[HeaderValue]>),
}

impl Cookies {
    pub(super) fn of(head: &RequestHead) -> Self {
        let mut headers = head.headers.get_all(header::COOKIE);
        match (headers.next(), headers.next()) {
            (one, None) => Self::One(one.cloned()),
            _ => Self::Many(head.headers.get_all(header::COOKIE).cloned().collect()),
        }
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let headers = match self {
            Self::One(one) => one.as_slice(),
            Self::Many(many) => many,
        };
        headers
            .iter()
            .flat_map(|header| gate::pairs(header.as_bytes()))
    }
}
