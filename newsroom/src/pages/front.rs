//! The front page.

super::plain_page!("Answers `/`.", "front.html");
