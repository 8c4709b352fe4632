//! Table with aligned columns.

use super::super::sanitize;

/// Maximum width of a column.
const MOST: usize = 34;

/// Maximum width of the last column.
const MOST_AT_THE_END: usize = 56;

/// Formats a table, the header line first.
pub(super) fn lines<const COLUMNS: usize>(
    head: [String; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) -> Vec<String> {
    let rows: Vec<[String; COLUMNS]> = std::iter::once(head).chain(rows).map(fit).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let line = |row: &[String; COLUMNS]| {
        let cells = row.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Sanitises and cuts the cells.
fn fit<const COLUMNS: usize>(row: [String; COLUMNS]) -> [String; COLUMNS] {
    let mut row = row;
    for (column, cell) in row.iter_mut().enumerate() {
        let most = match column + 1 == COLUMNS {
            true => MOST_AT_THE_END,
            false => MOST,
        };
        *cell = sanitize::line(&sanitize::cut(cell, most)).into_owned();
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_whatever_the_script() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned);
        let lines = lines(
            row(["name", "host"]),
            [row(["żółw", "a"]), row(["x", "b"])].into_iter(),
        );
        assert_eq!(lines, ["name  host", "żółw  a", "x     b"]);
    }

    #[test]
    fn a_long_name_is_cut() {
        let row = |cell: &str| [cell.to_owned(), cell.to_owned()];
        let lines = lines(row("n"), [row(&"x".repeat(999))].into_iter());
        assert_eq!(lines[1].chars().count(), MOST + 2 + MOST_AT_THE_END);
        assert!(lines[1].ends_with('…'));
    }
}
