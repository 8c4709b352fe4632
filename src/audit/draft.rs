//! Drafts of declarations for undeclared cookies.

use std::{collections::BTreeSet, fmt};

use super::{
    jar::default_path,
    rules::{Judge, Life, Observation, Seen},
};
use crate::policy::{Lifetime, TimeUnit, quoted, written};

/// An incomplete `[[cookie]]` entry.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    name: String,
    /// The longest observed lifetime; `None` if the cookie was withheld.
    life: Option<Life>,
    paths: BTreeSet<String>,
    domains: BTreeSet<String>,
    partitioned: bool,
}

/// One draft for each cookie that is not declared, by name.
pub(crate) fn drafts(seen: &[Observation], withheld: &[String], judge: &Judge<'_>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for observation in seen {
        match &observation.seen {
            Seen::Set(cookie) if !cookie.is_removal() && judge.declared(&cookie.name).is_none() => {
                let draft = of_name(&mut drafts, &cookie.name);
                draft.life = draft.life.max(Some(cookie.life));
                let requested = observation
                    .visit
                    .source
                    .split(' ')
                    .next_back()
                    .unwrap_or("/");
                let path = cookie
                    .path
                    .clone()
                    .unwrap_or_else(|| default_path(requested));
                draft.paths.insert(path);
                draft.domains.extend(cookie.domain.clone());
                draft.partitioned |= cookie.partitioned;
            }
            Seen::Withheld(name) => {
                of_name(&mut drafts, name);
            }
            _ => {}
        }
    }
    for name in withheld {
        of_name(&mut drafts, name);
    }
    // Names that no policy can declare are left out: such a cookie has to be renamed.
    drafts.retain(|draft| written(draft.name.as_bytes()).is_some());
    drafts.sort_by(|a, b| a.name.cmp(&b.name));
    drafts
}

fn of_name<'d>(drafts: &'d mut Vec<Draft>, name: &str) -> &'d mut Draft {
    let at = drafts.iter().position(|draft| draft.name == name);
    let at = at.unwrap_or_else(|| {
        drafts.push(Draft {
            name: name.to_owned(),
            life: None,
            paths: BTreeSet::new(),
            domains: BTreeSet::new(),
            partitioned: false,
        });
        drafts.len() - 1
    });
    &mut drafts[at]
}

impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "[[cookie]]")?;
        let name = written(self.name.as_bytes()).unwrap_or_default();
        writeln!(f, "name = {}", quoted(&name))?;
        writeln!(f, "category = \"\" # one of the policy's")?;
        writeln!(f, "purpose = \"\" # a sentence that visitors read")?;
        match self.life {
            Some(life) => writeln!(f, "duration = \"{}\"", lifetime(life))?,
            None => writeln!(f, "duration = \"\" # not known: the cookie was withheld")?,
        }
        if self.paths.iter().any(|path| path != "/") {
            writeln!(f, "path = {}", list(&self.paths))?;
        }
        if !self.domains.is_empty() {
            writeln!(f, "domains = {}", list(&self.domains))?;
        }
        if self.partitioned {
            writeln!(f, "partitioned = true")?;
        }
        Ok(())
    }
}

fn list(values: &BTreeSet<String>) -> String {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    format!("[{}]", values.join(", "))
}

/// The shortest declaration that covers a lifetime. From one day on it is in whole days.
fn lifetime(life: Life) -> Lifetime {
    let Life::Seconds(seconds) = life else {
        return Lifetime::Session;
    };
    let (unit, length) = match seconds {
        0..60 => (TimeUnit::Second, 1),
        60..3_600 => (TimeUnit::Minute, 60),
        3_600..86_400 => (TimeUnit::Hour, 3_600),
        _ => (TimeUnit::Day, 86_400),
    };
    Lifetime::For {
        count: u32::try_from(seconds.div_ceil(length)).unwrap_or(u32::MAX),
        unit,
    }
}
