//! The difference of two texts, as `patch` and `git apply` read it.

use std::path::Path;

use similar::TextDiff;

/// The unified difference; empty where the texts are equal.
pub(crate) fn unified(path: &Path, old: &str, new: &str) -> String {
    // Lines end at line feeds alone, as they do for `patch`: a carriage return belongs to its line.
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let path = path.to_string_lossy();
    let path = path.trim_start_matches('/');
    let diff = TextDiff::configure()
        .newline_terminated(true)
        .diff_slices(&old, &new);
    diff.unified_diff()
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carriage_return_belongs_to_its_line_and_a_missing_end_is_told() {
        let diff = unified(Path::new("/srv/x.html"), "a\r\nb\rc", "a\r\nB\rc");
        assert_eq!(
            diff,
            "--- a/srv/x.html\n+++ b/srv/x.html\n@@ -1,2 +1,2 @@\n a\r\n-b\rc\n\
             \\ No newline at end of file\n+B\rc\n\\ No newline at end of file\n"
        );
        assert_eq!(unified(Path::new("x"), "a", "a"), "");
    }
}
