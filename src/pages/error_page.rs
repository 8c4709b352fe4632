//! The page for a rejected form.

use askama::Template;

use super::{
    DefaultPages,
    labels::Languages,
    sentences::Sentences,
    view::{Frame, RejectedPostView, Rejection},
    words::Words,
};

#[derive(Template)]
#[template(path = "consent/rejected_post.html", whitespace = "minimize")]
struct RejectedPostPage<'a> {
    pages: &'a DefaultPages,
    frame: &'a Frame<'a>,
    site: &'a str,
    title: &'a str,
    words: &'a Words,
    lang: Languages<'a>,
    reason: &'a str,
    framed: bool,
    link: &'a str,
    open: &'a str,
}

impl DefaultPages {
    pub(super) fn render_rejected_post(&self, view: &RejectedPostView<'_>) -> String {
        let (words, lang) = self.words_for(view.frame.language);
        super::render(&RejectedPostPage {
            pages: self,
            frame: &view.frame,
            site: Sentences::of(&view.frame, words).site(),
            title: match view.reason {
                Rejection::NotRecorded => &words.rejected_not_recorded_title,
                Rejection::Framed => &words.rejected_framed_title,
                _ => &words.rejected_title,
            },
            words,
            lang,
            reason: match view.reason {
                Rejection::CrossSite => &words.rejected_cross_site,
                Rejection::Malformed => &words.rejected_malformed,
                Rejection::TooSlow => &words.rejected_too_slow,
                Rejection::TooLarge => &words.rejected_too_large,
                Rejection::UnsupportedType => &words.rejected_type,
                Rejection::NotRecorded => &words.rejected_not_recorded,
                Rejection::Framed => &words.rejected_framed,
            },
            framed: view.framed,
            link: match view.reason {
                Rejection::Framed => view.frame.return_to,
                _ => view.frame.settings_path,
            },
            open: match view.reason {
                Rejection::Framed => &words.rejected_framed_open,
                _ => &words.rejected_open,
            },
        })
    }
}
