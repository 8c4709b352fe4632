//! Banner, notice and confirmation.

use askama::Template;

use crate::policy::NECESSARY;

use super::{
    DefaultPages, choice_summary,
    labels::{Labels, Languages},
    sentences::Sentences,
    view::{BannerKind, BannerView, Frame},
    words::{Words, around, fill},
};
use crate::choice::note::Outcome;

#[derive(Template)]
#[template(path = "consent/banner.html", whitespace = "suppress")]
struct BannerPage<'a> {
    frame: &'a Frame<'a>,
    style: &'a str,
    words: &'a Words,
    lang: Languages<'a>,
    labels: Labels,
    heading: String,
    takes_focus: bool,
    message: Message<'a>,
}

enum Message<'a> {
    Ask(String),
    Notice {
        before: String,
        around: (&'a str, &'a str),
    },
    Saved {
        around: (&'a str, &'a str),
        withdrawal_note: Option<String>,
    },
}

impl DefaultPages {
    pub(super) fn render_banner(&self, view: &BannerView<'_>) -> String {
        let (words, lang) = self.words_for(view.frame.language);
        let sentences = Sentences::of(&view.frame, words);
        let page = BannerPage {
            frame: &view.frame,
            style: &self.banner_style,
            words,
            lang,
            labels: Labels::of(view.frame.language),
            heading: fill(&words.banner_heading, &[("site", sentences.site())]),
            takes_focus: view.takes_focus,
            message: match view.kind {
                BannerKind::Ask => Message::Ask(question(&sentences, view)),
                BannerKind::Notice => Message::Notice {
                    before: notice(&sentences, view),
                    around: around(&words.notice_change, "settings"),
                },
                BannerKind::Saved(outcome) => Message::Saved {
                    around: saved(&sentences, outcome),
                    withdrawal_note: (view.former_consent_id)
                        .map(|id| fill(&words.saved_left, &[("id", id)])),
                },
            },
        };
        super::render(&page)
    }
}

/// The text of the question, without the link at its end.
fn question(sentences: &Sentences<'_>, view: &BannerView<'_>) -> String {
    let mut categories = sentences.policy.categories().iter();
    let necessary = categories
        .find(|category| category.id == NECESSARY)
        .map(|category| sentences.summary(category).to_owned());
    [
        news(sentences, view),
        open(sentences, view),
        necessary,
        sentences.uses_asked(),
        signal(sentences, view),
        Some(sentences.words.banner_change.to_string()),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" ")
}

/// The text of the notice, without the sentence on how to change the setting.
fn notice(sentences: &Sentences<'_>, view: &BannerView<'_>) -> String {
    [
        news(sentences, view),
        open(sentences, view),
        sentences.uses_implied(),
        signal(sentences, view),
        Some(sentences.words.notice_agree.to_string()),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" ")
}

fn saved<'a>(sentences: &Sentences<'a>, outcome: Outcome) -> (&'a str, &'a str) {
    around(choice_summary::saved_line(sentences, outcome), "settings")
}

fn news(sentences: &Sentences<'_>, view: &BannerView<'_>) -> Option<String> {
    let what = sentences.list_in_sentence(&view.news);
    (!what.is_empty()).then(|| fill(&sentences.words.banner_news, &[("what", &what)]))
}

fn open(sentences: &Sentences<'_>, view: &BannerView<'_>) -> Option<String> {
    let what = sentences.list_in_sentence(&view.open);
    (!what.is_empty()).then(|| fill(&sentences.words.banner_open, &[("what", &what)]))
}

/// The statement of the signal, if the signal makes a difference. Only a choice on a form that
/// states it can later count against the signal.
fn signal(sentences: &Sentences<'_>, view: &BannerView<'_>) -> Option<String> {
    let what = sentences.list_in_sentence(&sentences.sold_or_shared());
    let text = match view.kind {
        BannerKind::Notice => &sentences.words.notice_signal,
        _ => &sentences.words.banner_signal,
    };
    (view.frame.gpc && !what.is_empty()).then(|| fill(text, &[("what", &what)]))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{frame, policy, words_in};
    use super::*;

    fn view(kind: BannerKind, gpc: bool, news: Vec<&'static str>) -> BannerView<'static> {
        let mut frame = frame();
        frame.gpc = gpc;
        BannerView {
            frame,
            kind,
            news,
            open: Vec::new(),
            former_consent_id: None,
            takes_focus: true,
        }
    }

    fn text(view: &BannerView<'_>) -> String {
        let words = Words::english();
        let sentences = Sentences::of(&view.frame, &words);
        match view.kind {
            BannerKind::Notice => format!("{} {}", notice(&sentences, view), words.notice_change),
            _ => question(&sentences, view),
        }
    }

    #[test]
    fn the_question_is_composed_from_the_policy() {
        assert_eq!(
            text(&view(BannerKind::Ask, false, vec![])),
            "A necessary cookie keeps your reading list. With your permission we also remember \
             your settings, count visits and see which letter brought you here. Example Video \
             may then set cookies to measure and show advertising. You can change your mind at \
             any time under Cookie settings."
        );
    }

    #[test]
    fn the_notice_is_composed_from_the_policy() {
        assert_eq!(
            text(&view(BannerKind::Notice, false, vec![])),
            "Using this site stores small files (cookies), some by Example Video, on your device, to \
             offer a high-quality service, remember your settings, count visits and see which \
             letter brought you here. Reading on counts as consent, including to processing \
             personal data you send us electronically. You can change your browser settings any \
             time, or use {settings}."
        );
    }

    #[test]
    fn the_signal_is_stated_where_it_makes_a_difference() {
        let stated = text(&view(BannerKind::Ask, true, vec![]));
        assert!(stated.contains(
            "Your browser sends Global Privacy Control, so this stays off unless you accept it: \
             marketing."
        ));
        assert!(!text(&view(BannerKind::Ask, false, vec![])).contains("Global Privacy Control"));
    }

    #[test]
    fn what_is_new_comes_first() {
        let asked = text(&view(
            BannerKind::Ask,
            false,
            vec!["Marketing", "Example Video"],
        ));
        assert!(
            asked.starts_with(
                "New or changed since you last chose: marketing and Example Video. A "
            )
        );
    }

    #[test]
    fn what_has_no_answer_yet_is_not_called_new() {
        for kind in [BannerKind::Ask, BannerKind::Notice] {
            let mut view = view(kind, false, vec![]);
            view.open = vec!["Marketing"];
            let asked = text(&view);
            assert!(
                asked.starts_with("You have not yet decided about marketing. "),
                "{asked}"
            );
            assert!(!asked.contains("New"), "{asked}");
        }
    }

    #[test]
    fn banner_and_notice_have_at_most_sixty_words() {
        for kind in [BannerKind::Ask, BannerKind::Notice] {
            let mut view = view(kind, false, vec![]);
            view.frame.policy = policy(false);
            let text = text(&view).replace("{settings}", "Cookie settings");
            let words = words_in(&text) + words_in("Privacy policy and cookie list");
            assert!(words <= 60, "{words}");
        }
    }

    #[test]
    fn reject_and_accept_are_equal_buttons_in_that_order() {
        let html = DefaultPages::new().render_banner(&view(BannerKind::Ask, false, vec![]));
        let reject = html.find("<button name=\"action\" value=\"reject\">Reject all</button>");
        let accept = html.find("<button name=\"action\" value=\"accept\">Accept all</button>");
        assert!(reject.expect("a button that rejects") < accept.expect("a button that accepts"));
        assert_eq!(html.matches("<button").count(), 2);
    }

    #[test]
    fn the_notice_has_one_button_and_it_agrees_to_nothing() {
        let html = DefaultPages::new().render_banner(&view(BannerKind::Notice, false, vec![]));
        assert_eq!(html.matches("<button").count(), 1);
        assert!(html.contains("<button name=\"action\" value=\"dismiss\">Close</button>"));
    }

    #[test]
    fn confirmations_differ_in_one_word() {
        let draw = |outcome| {
            DefaultPages::new().render_banner(&view(BannerKind::Saved(outcome), false, vec![]))
        };
        let (off, on) = (draw(Outcome::Off), draw(Outcome::On));
        assert_eq!(off.replace("cookies are off.", "cookies are on."), on);
        assert!(off.contains("role=\"status\" tabindex=\"-1\" autofocus"));
    }

    #[test]
    fn a_confirmation_leaves_the_focus_to_the_shown_element() {
        let mut view = view(BannerKind::Saved(Outcome::Some), false, vec![]);
        view.takes_focus = false;
        let html = DefaultPages::new().render_banner(&view);
        assert!(
            html.contains("role=\"status\" tabindex=\"-1\" lang="),
            "{html}"
        );
        assert!(!html.contains("autofocus"), "{html}");
    }

    #[test]
    fn texts_of_the_policy_are_escaped() {
        let mut view = view(BannerKind::Ask, false, vec!["<b>"]);
        view.frame.asked = "\"><script>";
        let html = DefaultPages::new().render_banner(&view);
        assert!(
            !html.contains("<b>") && !html.contains("<script>"),
            "{html}"
        );
    }
}
