//! What this site is.

super::plain_page!("Answers `/about`.", "about.html");
