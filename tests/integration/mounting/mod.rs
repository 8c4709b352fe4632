//! How the middleware is mounted: where, how often, round what; and what handlers are given.

mod bodies;
mod composition;
mod handlers;
mod mistakes;
mod prefixes;
mod scopes;
mod shadowed;

use crate::helpers::Answer;

/// A visitor learns nothing about the inside of the site.
fn is_opaque(answer: &Answer) {
    let mut all = answer.text().to_owned();
    for (name, value) in &answer.headers {
        all.push_str(&format!(
            "\n{name}: {}",
            String::from_utf8_lossy(value.as_bytes())
        ));
    }
    for word in ["onsent", "iddleware", "wrap", "ession", "actix", "visits"] {
        assert!(!all.contains(word), "{word}: {all}");
    }
}
