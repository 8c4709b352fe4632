//! Statistics as text.

use std::fmt::Write as _;

use super::{Counts, batches::SMALLEST, groups::Groups, number, percent, share_of};

pub(super) fn in_terminal(counts: &Counts, groups: &Groups) -> String {
    let months = groups.months();
    let mut text = match (months.first(), months.last()) {
        (Some(first), Some(last)) => {
            let span = if first == last {
                format!("in {first}")
            } else {
                format!("from {first} to {last}")
            };
            let (all, yes) = (groups.all.all, percent(groups.all));
            format!("{all} choices {span}; {yes} accepted anything.\n")
        }
        _ => format!("Nothing to show yet: there are fewer than {SMALLEST} similar choices.\n"),
    };
    for (name, count) in counts.others() {
        let _ = writeln!(text, "{name}: {}.", number(count));
    }
    let names = groups.series.iter().flat_map(|(group, series)| {
        let units = series.units.keys().map(|unit| unit.chars().count() + 4);
        units.chain([group.name().chars().count()])
    });
    let wide = names.max().unwrap_or(0).max(24);
    let mut row = |name: &str, all: &str, yes: &str| {
        let _ = writeln!(text, "{name:wide$}  {all:>9}  {yes:>9}");
    };
    for (kind, groups) in groups.sections() {
        row("", "", "");
        row(kind.heading(), "choices", "accepted");
        for (group, series) in groups {
            row(&group.name(), "", "");
            for month in &months {
                let (all, yes) = share_of(series.months.get(month));
                row(&format!("  {month}"), &all, &yes);
            }
            let (all, yes) = share_of(Some(&series.total()));
            row("  all months", &all, &yes);
            for (unit, share) in &series.units {
                let (all, yes) = share_of(Some(share));
                row(&format!("    {unit}"), &all, &yes);
            }
        }
    }
    let _ = writeln!(
        text,
        "\nNo number includes a group of fewer than {SMALLEST} choices. A choice is counted in the \
         month in which\nthere are {SMALLEST} similar ones. “Accepted” means the category or service, \
         in other tables anything.\nA choice is not a visitor."
    );
    // Remove trailing spaces of rows without numbers.
    text.lines()
        .fold(String::new(), |all, line| all + line.trim_end() + "\n")
}
