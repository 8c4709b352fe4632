//! The body of a response, opaque so that what stands in it can change.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    Error,
    body::{BodySize, BoxBody, MessageBody},
    web::Bytes,
};
use pin_project_lite::pin_project;

pin_project! {
    /// The body of a response that went through [`ConsentMiddleware`](crate::ConsentMiddleware).
    #[derive(Debug)]
    pub struct ConsentBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    #[derive(Debug)]
    enum Kind<B> {
        App { #[pin] body: B },
        Own { #[pin] body: BoxBody },
    }
}

impl<B> ConsentBody<B> {
    pub(crate) fn app(body: B) -> Self {
        let kind = Kind::App { body };
        Self { kind }
    }

    pub(crate) fn own(body: BoxBody) -> Self {
        let kind = Kind::Own { body };
        Self { kind }
    }
}

impl<B: MessageBody> MessageBody for ConsentBody<B> {
    type Error = Error;

    fn size(&self) -> BodySize {
        match &self.kind {
            Kind::App { body } => body.size(),
            Kind::Own { body } => body.size(),
        }
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        match self.kind {
            Kind::App { body } => body.try_into_bytes().map_err(Self::app),
            Kind::Own { body } => body.try_into_bytes().map_err(Self::own),
        }
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Error>>> {
        match self.project().kind.project() {
            KindProjection::App { body } => body
                .poll_next(context)
                .map_err(|error| Error::from(Into::<Box<dyn std::error::Error>>::into(error))),
            KindProjection::Own { body } => body
                .poll_next(context)
                .map_err(|error| Error::from(Into::<Box<dyn std::error::Error>>::into(error))),
        }
    }
}
