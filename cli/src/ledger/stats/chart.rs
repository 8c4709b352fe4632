//! The share of yes over time, as a picture and a table.

use std::collections::BTreeMap;

use super::{Share, percent};

/// The picture is so wide and high, and leaves room for the numbers beside it.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 160.0;
const LEFT: f64 = 44.0;

#[derive(Debug)]
pub(super) struct Chart {
    pub(super) unit: String,
    pub(super) total: String,
    /// `M` and `L` of a path; a gap where a month is too small to be shown.
    pub(super) line: String,
    pub(super) dots: Vec<(f64, f64, String)>,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) rows: Vec<(String, u64, String)>,
    pub(super) label: String,
}

impl Chart {
    pub(super) fn new(unit: &str, total: Share, months: &BTreeMap<String, Share>) -> Self {
        let step = (WIDTH - LEFT - 12.0) / (months.len().max(2) - 1) as f64;
        let (mut line, mut dots, mut drawn) = (String::new(), Vec::new(), false);
        for (at, (month, share)) in months.iter().enumerate() {
            let Some(yes) = share.percent() else {
                drawn = false;
                continue;
            };
            let (x, y) = (LEFT + step * at as f64, place(yes));
            let command = if drawn { 'L' } else { 'M' };
            line.push_str(&format!("{command}{x:.1} {y:.1}"));
            dots.push((x, y, format!("{month}: {}", percent(*share))));
            drawn = true;
        }
        Self {
            unit: unit.to_owned(),
            total: percent(total),
            line,
            dots,
            first: months.keys().next().cloned().unwrap_or_default(),
            last: months.keys().next_back().cloned().unwrap_or_default(),
            rows: months
                .iter()
                .map(|(month, share)| (month.clone(), share.all, percent(*share)))
                .collect(),
            label: format!(
                "How many said yes to {unit}, by month. The table below it tells the same."
            ),
        }
    }
}

/// Where a share stands: none at the foot, all at the top.
fn place(percent: f64) -> f64 {
    HEIGHT - 20.0 - percent / 100.0 * (HEIGHT - 32.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_that_is_too_small_is_a_gap_and_all_stands_within_the_picture() {
        let share = |yes, all| Share { yes, all };
        let months = [
            ("2026-01", share(10, 10)),
            ("2026-02", share(1, 2)),
            ("2026-03", share(0, 40)),
            ("2026-04", share(20, 40)),
        ];
        let months = months
            .map(|(month, share)| (month.to_owned(), share))
            .into();
        let chart = Chart::new("analytics", share(31, 92), &months);
        assert_eq!(chart.line.matches('M').count(), 2, "{}", chart.line);
        assert_eq!(chart.line.matches('L').count(), 1, "{}", chart.line);
        assert!(
            chart
                .dots
                .iter()
                .all(|(x, y, _)| (0.0..=WIDTH).contains(x) && (0.0..=HEIGHT).contains(y))
        );
        assert_eq!(chart.rows[1].2, "–");
    }
}
