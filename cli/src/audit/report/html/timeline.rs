//! Timeline of a visit: third-party requests, cookies and storage.

use super::super::{
    super::record::{Event, Visit, What},
    time_format,
};

/// Left edge of the time axis, beside the names of the lanes.
const LEFT: u64 = 136;
/// Width of the time axis.
const WIDTH: u64 = 652;
/// Width of a text such as `withdrawn`.
const TEXT: u64 = 80;
/// Width of a page number such as `p. 12`.
const NUMBER: u64 = 44;
/// Distance below which marks are merged.
const STEP: u64 = 6;
/// Maximum number of events named by one mark.
const MOST_NAMES: usize = 8;

/// A chart 800 units wide, with rows at fixed heights: answers, pages, three lanes of events, time.
#[derive(Debug)]
pub(super) struct Timeline {
    /// Text alternative.
    pub(super) label: String,
    /// Width of the time before the first answer.
    pub(super) unanswered: u64,
    pub(super) ticks: Vec<Label>,
    pub(super) pages: Vec<Label>,
    pub(super) answers: Vec<Label>,
    pub(super) marks: Vec<Mark>,
}

/// A text at a point in time.
#[derive(Debug)]
pub(super) struct Label {
    pub(super) x: u64,
    pub(super) text: String,
    /// True if the text is to the left of its position.
    pub(super) is_before: bool,
}

impl Label {
    /// Places the text to the right of its position, or to the left at the edge.
    fn new(x: u64, text: String) -> Self {
        let is_before = x > LEFT + WIDTH - TEXT;
        Self { x, text, is_before }
    }
}

/// One event, or several at almost the same time.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) lane: Lane,
    pub(super) x: u64,
    /// Width for its duration.
    pub(super) width: u64,
    /// True if it concerns a third party.
    pub(super) third: bool,
    pub(super) title: String,
    names: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    Others,
    Cookies,
    Storage,
}

/// Conversion from time to position.
struct Scale {
    total: u64,
}

impl Scale {
    fn x(&self, at: u64) -> u64 {
        LEFT + self.length(at)
    }

    fn length(&self, time: u64) -> u64 {
        let length = u128::from(time) * u128::from(WIDTH) / u128::from(self.total);
        u64::try_from(length).unwrap_or(WIDTH).min(WIDTH)
    }

    /// Tick marks at round times, at most eight steps.
    fn ticks(&self) -> Vec<Label> {
        let steps =
            (0..).flat_map(|power| [1, 2, 5].map(|step: u64| step * 100 * 10u64.pow(power)));
        let step = steps.take(40).find(|step| self.total / step <= 8);
        let step = step.unwrap_or(self.total).max(1);
        let places = (0..=self.total / step).map(|at| at * step);
        let label = |at: u64| match step >= 1000 {
            true => format!("{} s", at / 1000),
            false => format!("{}.{} s", at / 1000, at % 1000 / 100),
        };
        places.map(|at| Label::new(self.x(at), label(at))).collect()
    }
}

pub(super) fn timeline(visit: &Visit) -> Timeline {
    let scale = Scale {
        total: time_format::length_of(visit).max(1000),
    };
    let answered = |event: &&Event| matches!(event.what, What::Answered(_));
    let answers: Vec<&Event> = visit.events.iter().filter(answered).collect();
    let first = answers.first().map_or(scale.total, |event| event.at);
    let mut marks: Vec<Mark> = Vec::new();
    for event in &visit.events {
        if let Some(mark) = mark(event, &scale) {
            add(&mut marks, mark);
        }
    }
    Timeline {
        label: label(visit),
        unanswered: scale.length(first),
        ticks: scale.ticks(),
        pages: pages(visit, &scale),
        answers: said(&answers, &scale),
        marks,
    }
}

fn label(visit: &Visit) -> String {
    let count = |is: fn(&What) -> bool| visit.events.iter().filter(|event| is(&event.what)).count();
    format!(
        "Timeline of the visit “{}”: {} to third parties, {} of cookies, {} of storage. The table below \
         has the same data.",
        visit.circumstances,
        super::many(
            count(|what| matches!(what, What::Requested(request) if request.third_party)),
            "request"
        ),
        super::many(count(|what| matches!(what, What::Set(_))), "change"),
        super::many(
            count(|what| matches!(what, What::Stored(_) | What::Worker(_))),
            "change"
        ),
    )
}

/// Labels of the answers. A text that would overlap the next one moves to the left.
fn said(answers: &[&Event], scale: &Scale) -> Vec<Label> {
    let label = |event: &&Event| Label::new(scale.x(event.at), event.said.to_string());
    let mut labels: Vec<Label> = answers.iter().map(label).collect();
    for at in 1..labels.len() {
        let room = labels[at].x - labels[at - 1].x;
        labels[at - 1].is_before |= room < TEXT;
    }
    labels
}

/// Labels of the starts of further pages, without overlapping numbers.
fn pages(visit: &Visit, scale: &Scale) -> Vec<Label> {
    let mut pages: Vec<Label> = Vec::new();
    // Page of the previous event, and end of the last number.
    let (mut page, mut end) = (0, LEFT);
    for event in &visit.events {
        if event.page <= page {
            continue;
        }
        page = event.page;
        let x = scale.x(event.at);
        let is_before = x > LEFT + WIDTH - NUMBER;
        let start = if is_before { x - NUMBER } else { x };
        let fits = start >= end;
        if fits {
            end = start + NUMBER;
        }
        let text = fits.then(|| format!("p. {}", page + 1));
        pages.push(Label {
            x,
            text: text.unwrap_or_default(),
            is_before,
        });
    }
    pages
}

fn mark(event: &Event, scale: &Scale) -> Option<Mark> {
    let (lane, took, third, name) = match &event.what {
        What::Requested(request) if request.third_party => {
            let name = format!("{} ({})", request.host, request.kind);
            (Lane::Others, request.took.unwrap_or(0), true, name)
        }
        What::Set(set) => {
            let name = format!("{} ({})", set.cookie.name, set.host);
            (Lane::Cookies, 0, set.third_party, name)
        }
        What::Stored(stored) => {
            let name = format!("{} in {}", stored.key, stored.kind);
            (Lane::Storage, 0, stored.third_party, name)
        }
        What::Worker(address) => (Lane::Storage, 0, false, format!("service worker {address}")),
        _ => return None,
    };
    let name = super::sanitize::cut(&name, 100);
    Some(Mark {
        lane,
        x: scale.x(event.at),
        width: scale.length(took),
        third,
        title: format!("{}: {name}", time_format::seconds(event.at)),
        names: 1,
    })
}

/// Adds a mark, or merges it with a close one.
fn add(marks: &mut Vec<Mark>, mark: Mark) {
    let near = |other: &&mut Mark| {
        (other.lane, other.third) == (mark.lane, mark.third) && mark.x.abs_diff(other.x) < STEP
    };
    let Some(other) = marks.iter_mut().rev().find(near) else {
        marks.push(mark);
        return;
    };
    other.width = other.width.max(mark.x + mark.width - other.x.min(mark.x));
    if other.names < MOST_NAMES {
        other.title.push('\n');
        other.title.push_str(&mark.title);
    } else if other.names == MOST_NAMES {
        other.title.push_str("\nand more");
    }
    other.names += 1;
}

#[cfg(test)]
mod tests {
    use super::{super::super::fixture, *};

    #[test]
    fn everything_stands_within_the_picture() {
        for visit in &fixture::record().visits {
            let picture = timeline(visit);
            assert!(
                picture
                    .marks
                    .iter()
                    .all(|mark| mark.x >= LEFT && mark.x <= LEFT + WIDTH)
            );
            assert!(picture.ticks.len() <= 9);
            assert!(picture.unanswered <= WIDTH);
        }
    }

    #[test]
    fn what_happens_almost_at_once_is_one_mark_that_names_it_all() {
        let accepted = &fixture::record().visits[2];
        let picture = timeline(accepted);
        let titles: Vec<&str> = picture
            .marks
            .iter()
            .map(|mark| mark.title.as_str())
            .collect();
        let both = "4.20 s: ads.example (image)\n4.20 s: video.example (image)";
        assert!(titles.contains(&both), "{titles:?}");
    }

    #[test]
    fn the_time_before_the_answer_is_told_from_the_time_after() {
        let record = fixture::record();
        let (silent, rejected) = (timeline(&record.visits[0]), timeline(&record.visits[1]));
        assert_eq!((silent.answers.len(), silent.unanswered), (0, WIDTH));
        assert_eq!(rejected.answers[0].text, "rejected");
        assert!(rejected.unanswered < WIDTH / 2);
    }

    #[test]
    fn numbers_of_pages_do_not_stand_on_each_other() {
        let mut visit = fixture::record().visits.remove(2);
        let last = visit.events.last().expect("it has events").clone();
        for (page, at) in (3..40).zip((0..).step_by(90)) {
            let at = last.at + at;
            visit.events.push(Event {
                at,
                page,
                ..last.clone()
            });
        }
        let pages = timeline(&visit).pages;
        let mut shown = Vec::new();
        for page in pages.iter().filter(|page| !page.text.is_empty()) {
            shown.push(if page.is_before {
                page.x - NUMBER
            } else {
                page.x
            });
        }
        assert!(shown.len() > 3 && shown.len() < pages.len(), "{shown:?}");
        assert!(
            shown.windows(2).all(|pair| pair[0] + NUMBER <= pair[1]),
            "{shown:?}"
        );
    }

    #[test]
    fn answers_that_follow_each_other_do_not_stand_on_each_other() {
        let mut visit = fixture::record().visits.remove(1);
        let answered = |event: &Event| matches!(event.what, What::Answered(_));
        let at = visit.events.iter().position(answered).expect("it answers");
        let mut second = visit.events[at].clone();
        second.at += 100;
        visit.events.insert(at + 1, second);
        let answers = timeline(&visit).answers;
        let before: Vec<bool> = answers.iter().map(|answer| answer.is_before).collect();
        assert_eq!(before, [true, false]);
    }
}
