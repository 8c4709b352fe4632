//! Chart of the share of acceptances over time.

use super::{
    batches::{Month, Share},
    groups::Series,
    percent,
};

/// Width and height of the chart, with margins for labels.
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 150.0;
const LEFT: f64 = 42.0;
const RIGHT: f64 = WIDTH - 10.0;
const TOP: f64 = 10.0;
const FOOT: f64 = HEIGHT - 26.0;

#[derive(Debug)]
pub(super) struct Chart {
    pub(super) name: String,
    pub(super) all: u64,
    pub(super) total: String,
    /// Text alternative of the chart.
    pub(super) told: String,
    /// SVG paths of the curve and of the area below it.
    pub(super) line: String,
    pub(super) area: String,
    pub(super) dots: Vec<Dot>,
    /// Position of each month, and whether it starts a year.
    pub(super) ticks: Vec<(String, bool)>,
    pub(super) first: String,
    pub(super) last: String,
}

#[derive(Debug)]
pub(super) struct Dot {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) told: String,
}

impl Chart {
    /// Creates a chart. All charts of a report share the same months.
    pub(super) fn new(name: String, series: &Series, months: &[Month]) -> Self {
        let x = |month: Month| match months {
            [first, .., last] => {
                let along = f64::from(month.0 - first.0) / f64::from(last.0 - first.0);
                LEFT + along * (RIGHT - LEFT)
            }
            _ => (LEFT + RIGHT) / 2.0,
        };
        let dots: Vec<Dot> = series
            .months
            .iter()
            .filter_map(|(month, share)| {
                Some(Dot {
                    x: format!("{:.1}", x(*month)),
                    y: format!("{:.1}", y(share.percent()?)),
                    told: format!("{month}: {} of {}", percent(*share), share.all),
                })
            })
            .collect();
        let line = dots.iter().enumerate().map(|(at, dot)| {
            let command = if at == 0 { 'M' } else { 'L' };
            format!("{command}{} {}", dot.x, dot.y)
        });
        let line: String = line.collect();
        let area = match dots.as_slice() {
            [first, .., _] => format!("{line}V{FOOT}H{}Z", first.x),
            _ => String::new(),
        };
        let name_of = |month: Option<&Month>| month.map(Month::to_string).unwrap_or_default();
        Self {
            all: series.total().all,
            total: percent(series.total()),
            told: told(&name, series),
            line,
            area,
            ticks: months
                .iter()
                .map(|month| (format!("{:.1}", x(*month)), month.0.rem_euclid(12) == 0))
                .collect(),
            first: name_of(months.first()),
            last: name_of(months.last()),
            dots,
            name,
        }
    }
}

/// Vertical position of a percentage.
fn y(percent: f64) -> f64 {
    FOOT - percent / 100.0 * (FOOT - TOP)
}

fn told(name: &str, series: &Series) -> String {
    let ends = (
        series.months.first_key_value(),
        series.months.last_key_value(),
    );
    let at = |(month, share): (&Month, &Share)| format!("{} in {month}", percent(*share));
    match ends {
        (Some(first), Some(last)) if first.0 != last.0 => format!(
            "{name}, acceptances by month: {}, {}. The table lists all months.",
            at(first),
            at(last)
        ),
        (Some(only), _) => format!("{name}, acceptances: {}.", at(only)),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(months: &[(i32, u64, u64)]) -> Series {
        let months = months.iter().map(|(month, yes, all)| {
            (
                Month(*month),
                Share {
                    yes: *yes,
                    all: *all,
                },
            )
        });
        Series {
            months: months.collect(),
            ..Series::default()
        }
    }

    #[test]
    fn a_month_stands_where_it_is_in_time_and_all_stands_within_the_picture() {
        let months: Vec<Month> = (24300..=24310).map(Month).collect();
        let series = series(&[(24300, 10, 10), (24305, 0, 40), (24310, 20, 40)]);
        let chart = Chart::new("analytics".to_owned(), &series, &months);
        let number = |text: &str| text.parse().expect("a number");
        let at: Vec<(f64, f64)> = chart
            .dots
            .iter()
            .map(|dot| (number(&dot.x), number(&dot.y)))
            .collect();
        assert_eq!(at[0], (LEFT, TOP), "all, at the start");
        assert_eq!(at[1], ((LEFT + RIGHT) / 2.0, FOOT), "none, half-way");
        assert_eq!(at[2], (RIGHT, (TOP + FOOT) / 2.0), "half, at the end");
        assert_eq!(chart.ticks.len(), 11, "also months without choices");
        assert_eq!(chart.line.matches(['M', 'L']).count(), 3);
        assert_eq!((chart.all, chart.total.as_str()), (90, "33.3 %"));
        assert!(chart.told.contains("100.0 % in 2025-01, 50.0 % in 2025-11"));
    }

    #[test]
    fn one_month_stands_in_the_middle() {
        let chart = Chart::new("en".to_owned(), &series(&[(24300, 5, 10)]), &[Month(24300)]);
        assert_eq!(chart.dots[0].x, format!("{:.1}", (LEFT + RIGHT) / 2.0));
        assert_eq!(chart.first, chart.last);
    }
}
