//! Statistics as an HTML page.

use askama::Template;
use time::OffsetDateTime;

use super::{
    Counts,
    batches::{Month, SMALLEST, Share},
    chart::Chart,
    groups::{Group, Groups, Kind, Series},
    number, percent, share_of,
};

#[derive(Template)]
#[template(path = "ledger/stats.html")]
struct Page {
    made: String,
    /// Number of choices and share of acceptances; `None` before the first batch.
    all: Option<(u64, String)>,
    first: String,
    last: String,
    numbers: Vec<(&'static str, String)>,
    sections: Vec<Section>,
    smallest: u64,
    version: &'static str,
}

struct Section {
    heading: &'static str,
    yes: &'static str,
    charts: Vec<Chart>,
    months: Table,
    /// Acceptances by category or service over all months.
    units: Option<Table>,
}

struct Table {
    columns: Vec<String>,
    rows: Vec<(String, Vec<Cell>)>,
    total: Vec<Cell>,
}

/// Share of acceptances and number of choices of a table cell.
struct Cell {
    yes: String,
    all: Option<String>,
}

impl Cell {
    fn of(share: Option<&Share>) -> Self {
        let (all, yes) = share_of(share);
        Self {
            yes,
            all: share.map(|_| all),
        }
    }
}

pub(super) fn page(counts: &Counts, groups: &Groups) -> Result<String, askama::Error> {
    let months = groups.months();
    let name = |month: Option<&Month>| month.map(Month::to_string).unwrap_or_default();
    let sections = groups.sections().into_iter();
    let page = Page {
        made: OffsetDateTime::now_utc().date().to_string(),
        all: (groups.all.all > 0).then(|| (groups.all.all, percent(groups.all))),
        first: name(months.first()),
        last: name(months.last()),
        numbers: counts
            .others()
            .map(|(name, count)| (name, number(count)))
            .into(),
        sections: sections
            .map(|(kind, groups)| section(kind, &groups, &months))
            .collect(),
        smallest: SMALLEST,
        version: env!("CARGO_PKG_VERSION"),
    };
    page.render()
}

fn section(kind: Kind, groups: &[(&Group, &Series)], months: &[Month]) -> Section {
    let charts = groups.iter();
    let charts = charts.map(|(group, series)| Chart::new(group.name(), series, months));
    Section {
        heading: kind.heading(),
        yes: kind.yes(),
        charts: charts.collect(),
        months: by_month(groups, months),
        units: (kind != Kind::Unit).then(|| by_unit(groups)),
    }
}

fn by_month(groups: &[(&Group, &Series)], months: &[Month]) -> Table {
    let row = |month: &Month| {
        let cells = groups.iter();
        let cells = cells.map(|(_, series)| Cell::of(series.months.get(month)));
        (month.to_string(), cells.collect())
    };
    let totals = groups.iter().map(|(_, series)| series.total());
    Table {
        columns: groups.iter().map(|(group, _)| group.name()).collect(),
        rows: months.iter().map(row).collect(),
        total: totals.map(|total| Cell::of(Some(&total))).collect(),
    }
}

fn by_unit(groups: &[(&Group, &Series)]) -> Table {
    let mut columns: Vec<String> = groups
        .iter()
        .flat_map(|(_, series)| series.units.keys().cloned())
        .collect();
    columns.sort();
    columns.dedup();
    let row = |(group, series): &(&Group, &Series)| {
        let cells = columns.iter();
        let cells = cells.map(|unit| Cell::of(series.units.get(unit)));
        (group.name(), cells.collect())
    };
    Table {
        rows: groups.iter().map(row).collect(),
        total: Vec::new(),
        columns,
    }
}
