//! What is told of a withdrawal.

use crate::choice::consent_id::ConsentId;

/// A withdrawal that counts: for
/// [`ConsentBuilder::on_withdrawal`](crate::ConsentBuilder::on_withdrawal).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Withdrawal<'w> {
    /// Who, where a ledger is mounted.
    pub subject: Option<ConsentId>,
    /// Ids of the categories and services that were on and are off.
    pub units: Vec<&'w str>,
}
