//! Opaque body of a response, so that its contents can change.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
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
        Filtered { #[pin] body: B, filter: Option<Box<dyn Filter>> },
    }
}

/// Filter of a streamed body.
pub(crate) trait Filter: std::fmt::Debug {
    /// Reads `bytes` and returns the output that is ready. After an error the stream ends.
    fn write(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Error>;

    /// Returns the rest of the output after the last byte.
    fn end(&mut self) -> Result<Vec<u8>, Error>;
}

impl<B> ConsentBody<B> {
    pub(crate) fn filtered(body: B, filter: Box<dyn Filter>) -> Self {
        let filter = Some(filter);
        let kind = Kind::Filtered { body, filter };
        Self { kind }
    }

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
            Kind::Filtered { .. } => BodySize::Stream,
        }
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        match self.kind {
            Kind::App { body } => body.try_into_bytes().map_err(Self::app),
            Kind::Own { body } => body.try_into_bytes().map_err(Self::own),
            kind @ Kind::Filtered { .. } => Err(Self { kind }),
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
            KindProjection::Filtered { mut body, filter } => loop {
                let Some(reading) = filter else {
                    return Poll::Ready(None);
                };
                let read = match ready!(body.as_mut().poll_next(context)) {
                    Some(Ok(bytes)) => reading.write(&bytes),
                    Some(Err(error)) => {
                        Err(Error::from(Into::<Box<dyn std::error::Error>>::into(error)))
                    }
                    None => {
                        let end = reading.end();
                        *filter = None;
                        end
                    }
                };
                match read {
                    Ok(bytes) if bytes.is_empty() => {}
                    Ok(bytes) => return Poll::Ready(Some(Ok(bytes.into()))),
                    Err(error) => {
                        *filter = None;
                        return Poll::Ready(Some(Err(error)));
                    }
                }
            },
        }
    }
}
