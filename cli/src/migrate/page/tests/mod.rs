mod chance;
mod odd;
mod systems;

use super::*;
use crate::migrate::names::Renaming;

fn names() -> Names {
    Names::default()
}

fn renaming(categories: &[&str], services: &[&str]) -> Names {
    let parse = |text: &&str| Renaming::parse(text).expect("it is OLD=NEW");
    let all = |given: &[&str]| given.iter().map(parse).collect();
    Names::new(all(categories), all(services)).expect("the renamings stand")
}

fn rewritten(source: &str, names: &Names) -> Rewritten {
    let first = rewrite(source, names).expect("the page can be read");
    let second = rewrite(&first.text, names).expect("what was written can be read");
    assert_eq!(second.text, first.text, "a second run changes nothing");
    first
}

/// Checks pages that are migrated without warnings.
fn done(names: &Names, cases: &[(&str, &str)]) {
    for (before, after) in cases {
        let found = rewritten(before, names);
        assert_eq!(found.text, *after, "{before}");
        assert_eq!(found.warnings, [], "{before}");
    }
}

/// Checks pages that stay unchanged with a warning.
fn left(names: &Names, cases: &[(&str, &str)]) {
    for (before, why) in cases {
        let found = rewritten(before, names);
        assert_eq!(found.text, *before);
        let told = found
            .warnings
            .iter()
            .any(|warning| warning.text.contains(why));
        assert!(told, "{before}: {:?}", found.warnings);
    }
}
