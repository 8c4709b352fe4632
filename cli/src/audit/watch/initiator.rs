//! Who asked for a request.

use chromiumoxide::cdp::browser_protocol::network::{Initiator, InitiatorType};

use crate::audit::record::By;

/// The script that asked for it, or the place in the markup.
pub(super) fn initiator(initiator: &Initiator) -> Option<By> {
    let frame = initiator.stack.as_ref().and_then(|stack| {
        let mut stack = stack;
        loop {
            if let Some(frame) = stack.call_frames.iter().find(|frame| !frame.url.is_empty()) {
                return Some(frame);
            }
            stack = stack.parent.as_deref()?;
        }
    });
    if let Some(frame) = frame {
        return Some(By {
            address: frame.url.clone(),
            line: frame.line_number.max(0).unsigned_abs() + 1,
            column: frame.column_number.max(0).unsigned_abs() + 1,
        });
    }
    let address = initiator.url.clone()?;
    let number = |number: Option<f64>| number.map_or(0, |number| number.max(0.0) as u64 + 1);
    (initiator.r#type != InitiatorType::Other).then(|| By {
        address,
        line: number(initiator.line_number),
        column: number(initiator.column_number),
    })
}
