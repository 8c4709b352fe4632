//! View of the request for the markup gate.

use std::sync::Arc;

use url::Url;

use super::RequestConsent;
use crate::{
    decision::{ConsentModel, Decision},
    http::{navigation::Reader, origin::Origin},
    markup::visit::{Finding, Visit, address},
};

impl Visit for RequestConsent {
    fn address(&self) -> Url {
        let path = self.uri.path_and_query();
        let path = path.map_or("/", |path| path.as_str());
        address(self.config.secure, &self.authority(), path)
    }

    fn configured_origin(&self) -> Option<&Origin> {
        self.config.origin.as_ref()
    }

    fn host_in_doubt(&self) -> bool {
        self.config.origin.is_none() && self.host_in_doubt
    }

    fn model(&self) -> ConsentModel {
        self.placement.model
    }

    fn gpc(&self) -> bool {
        self.signals.gpc
    }

    fn decision(&self) -> Arc<Decision> {
        self.state().decision.clone()
    }

    fn shows_once(&self, unit: usize) -> bool {
        self.once.borrow().contains(&unit)
    }

    fn way_back(&self) -> String {
        RequestConsent::way_back(self)
    }

    fn is_framed(&self) -> bool {
        self.reader == Reader::Frame
    }

    fn report(&self, finding: Finding<'_>) {
        self.config.report_markup(self.uri.path(), finding);
    }
}
