//! Short descriptions of the circumstances of an observation.

use super::super::record::Record;

/// All circumstances of an audit, including the states before the answer of a visit.
#[derive(Clone, Debug)]
pub(crate) struct States(Vec<String>);

impl States {
    pub(crate) fn new(record: &Record) -> Self {
        let mut states = Vec::new();
        for visit in &record.visits {
            let mut circumstances = visit.circumstances.clone();
            let said = visit.events.iter().map(|event| &event.said);
            let mut last = None;
            for said in said.chain([&visit.circumstances.state]) {
                // Skip repeated states of successive events.
                if last.replace(said) == Some(said) {
                    continue;
                }
                circumstances.state = said.clone();
                let state = circumstances.to_string();
                if !states.contains(&state) {
                    states.push(state);
                }
            }
        }
        Self(states)
    }

    /// Formats the circumstances in which something was observed.
    pub(crate) fn seen(&self, states: &[String]) -> String {
        let missing = self.0.iter().filter(|state| !states.contains(state));
        let missing: Vec<&str> = missing.map(String::as_str).collect();
        match (states.len(), missing.as_slice()) {
            (2.., []) => "always".to_owned(),
            // The exception is shorter.
            (3.., [one]) => format!("always except “{one}”"),
            _ => states.join("; "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};

    #[test]
    fn where_it_was_seen_is_said_in_few_words() {
        let list = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let all = list("silent rejected accepted withdrawn");
        let states = States(all.clone());
        assert_eq!(states.seen(&all), "always");
        assert_eq!(states.seen(&all[1..]), "always except “silent”");
        assert_eq!(states.seen(&all[2..]), "accepted; withdrawn");
        assert_eq!(States(list("silent")).seen(&all[..1]), "silent");
        assert_eq!(states.seen(&[]), "");
    }

    #[test]
    fn what_had_not_been_said_yet_is_a_state_too() {
        let mut record = fixture::record();
        record.visits.drain(..1);
        record.visits.truncate(1);
        assert_eq!(States::new(&record).0, ["no choice", "rejected"]);
    }
}
