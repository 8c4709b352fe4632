//! Unified diff of two texts, for `patch` and `git apply`.

use std::{fmt::Write, path::Path};

use similar::{DiffOp, group_diff_ops, udiff::UnifiedHunkHeader};

use super::edit::Edit;
use crate::text::Lines;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// Formats the unified diff between `old` and `new`, which is `old` after the sorted `edits`.
///
/// The edits already give the changed lines. Comparing the texts would take minutes for a large
/// file with thousands of changes.
pub(crate) fn unified(path: &Path, old: &str, new: &str, edits: &[Edit]) -> String {
    // As in `patch`, only a line feed ends a line; a carriage return belongs to its line.
    let before: Vec<&str> = old.split_inclusive('\n').collect();
    let after: Vec<&str> = new.split_inclusive('\n').collect();
    let path = path.to_string_lossy();
    let path = path.trim_start_matches('/');
    let mut diff = format!("--- a/{path}\n+++ b/{path}\n");
    let changes = changes(old, before.len(), edits);
    for hunk in group_diff_ops(changes, CONTEXT) {
        // Writing to a string does not fail.
        let _ = writeln!(diff, "{}", UnifiedHunkHeader::new(&hunk));
        for op in &hunk {
            if matches!(op, DiffOp::Equal { .. }) {
                lines(&mut diff, ' ', &before[op.old_range()]);
            } else {
                lines(&mut diff, '-', &before[op.old_range()]);
                lines(&mut diff, '+', &after[op.new_range()]);
            }
        }
    }
    diff
}

/// Equal and replaced lines, in order.
fn changes(old: &str, count: usize, edits: &[Edit]) -> Vec<DiffOp> {
    let all = Lines::of(old.as_bytes());
    let line = |at: usize| (all.line(at) - 1).min(count.saturating_sub(1));
    let breaks = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
    // First and last line of each change, and its number of lines afterwards.
    let mut changed: Vec<(usize, usize, usize)> = Vec::new();
    for edit in edits {
        let (first, last) = (line(edit.range.start), line(edit.range.end));
        let more = breaks(&edit.text);
        let fewer = breaks(&old[edit.range.clone()]);
        match changed.last_mut() {
            Some((_, end, length)) if first <= *end + 1 => {
                let joined = last.saturating_sub(*end);
                *length = *length + joined + more - fewer;
                *end = last.max(*end);
            }
            _ => changed.push((first, last, last + 1 - first + more - fewer)),
        }
    }
    let (mut ops, mut old_index, mut new_index) = (Vec::new(), 0, 0);
    for (first, last, new_len) in changed.into_iter().chain([(count, count, 0)]) {
        if let Some(len @ 1..) = first.checked_sub(old_index) {
            ops.push(DiffOp::Equal {
                old_index,
                new_index,
                len,
            });
            new_index += len;
        }
        if first < count {
            ops.push(DiffOp::Replace {
                old_index: first,
                old_len: last + 1 - first,
                new_index,
                new_len,
            });
            new_index += new_len;
            old_index = last + 1;
        }
    }
    ops
}

fn lines(diff: &mut String, sign: char, lines: &[&str]) {
    for line in lines {
        diff.push(sign);
        diff.push_str(line);
        if !line.ends_with('\n') {
            diff.push_str("\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::edit::apply;
    use super::*;

    fn diff(old: &str, edits: &[Edit]) -> String {
        unified(Path::new("/srv/x.html"), old, &apply(old, edits), edits)
    }

    #[test]
    fn a_carriage_return_belongs_to_its_line_and_a_missing_end_is_told() {
        assert_eq!(
            diff("a\r\nb\rc", &[Edit::new(3..4, "B")]),
            "--- a/srv/x.html\n+++ b/srv/x.html\n@@ -1,2 +1,2 @@\n a\r\n-b\rc\n\
             \\ No newline at end of file\n+B\rc\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn lines_that_are_joined_are_told_as_one() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let edits = [
            Edit::new(1..3, ""),
            Edit::insert(4, "+"),
            Edit::insert(17, "\n!"),
        ];
        assert_eq!(
            diff(old, &edits),
            "--- a/srv/x.html\n+++ b/srv/x.html\n@@ -1,9 +1,9 @@\n-1\n-2\n-3\n+1\n+\
             +3\n 4\n 5\n 6\n 7\n 8\n-9\n+9\n+!\n"
        );
    }
}
