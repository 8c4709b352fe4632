//! Body of a posted choice, as a form or as JSON.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

use crate::{choice::form_token::FormToken, ledger::Source, markup};

/// The button that the visitor pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Accept,
    Reject,
    Save,
    Dismiss,
    /// Shows blocked content on the next page only.
    Once,
}

impl Action {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "accept" => Self::Accept,
            "reject" => Self::Reject,
            "save" => Self::Save,
            "dismiss" => Self::Dismiss,
            "once" if markup::ENABLED => Self::Once,
            _ => return None,
        })
    }
}

/// A posted choice, from a form or from JSON.
#[derive(Debug, Default)]
pub(crate) struct Posted {
    pub(crate) action: Option<Action>,
    pub(crate) categories: Answers,
    pub(crate) services: Answers,
    pub(crate) form: Form,
    pub(crate) return_to: Option<String>,
    /// Id of the element whose placeholder held the form.
    pub(crate) at: Option<String>,
    pub(crate) source: Source,
    pub(crate) page: bool,
}

/// The contents of the form that the visitor saw.
#[derive(Debug, Default)]
pub(crate) enum Form {
    /// No form: a program posted the choice.
    #[default]
    None,
    /// The contents that the form states.
    Showed(FormToken),
    /// The contents cannot be parsed, or are stated twice, as by a tab that another version of the
    /// library rendered.
    Unreadable,
}

impl Form {
    fn parse(asked: &str) -> Self {
        asked.parse().map_or(Self::Unreadable, Self::Showed)
    }
}

/// Answers by id. An id that occurs twice is rejected.
#[derive(Debug, Default)]
pub(crate) struct Answers(Vec<(String, bool)>);

impl Answers {
    fn add(&mut self, id: String, yes: bool) {
        if let Some((_, accepted)) = self.0.iter_mut().find(|(other, _)| *other == id) {
            *accepted = false;
        } else if self.0.len() < 512 {
            // No policy has more units, so further ids are ignored.
            self.0.push((id, yes));
        }
    }

    /// Returns whether at least one id is accepted.
    pub(crate) fn accept_any(&self) -> bool {
        self.0.iter().any(|(_, yes)| *yes)
    }

    /// The answer for an id; `None` without one.
    pub(crate) fn answer(&self, id: &str) -> Option<bool> {
        let (_, yes) = self.0.iter().find(|(other, _)| other == id)?;
        Some(*yes)
    }
}

impl<'de> Deserialize<'de> for Answers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Answers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of ids and booleans")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Answers, A::Error> {
                let mut answers = Answers::default();
                while let Some((id, yes)) = map.next_entry()? {
                    answers.add(id, yes);
                }
                Ok(answers)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// The JSON that a program posts.
#[derive(Deserialize)]
struct Body {
    action: String,
    #[serde(default)]
    categories: Answers,
    #[serde(default)]
    services: Answers,
    asked: Option<String>,
    return_to: Option<String>,
    #[serde(default)]
    from: String,
    /// True if the script of a page posted the choice, and updates the page.
    #[serde(default)]
    page: bool,
}

/// Parses a posted form.
pub(crate) fn from_form(body: &[u8]) -> Option<Posted> {
    std::str::from_utf8(body).ok()?;
    let mut posted = Posted::default();
    for (key, value) in form_urlencoded::parse(body) {
        match &*key {
            // Two buttons cannot be pressed at once.
            "action" if posted.action.is_some() => return None,
            "action" => posted.action = Some(Action::parse(&value)?),
            "asked" => {
                posted.form = match posted.form {
                    Form::None => Form::parse(&value),
                    _ => Form::Unreadable,
                }
            }
            "from" => posted.source = source(&value),
            "at" => posted.at = is_id(&value).then(|| value.into_owned()),
            "return_to" => posted.return_to = Some(value.into_owned()),
            key => {
                if let Some(id) = key.strip_prefix("cat.") {
                    posted.categories.add(id.to_owned(), value == "1");
                } else if let Some(id) = key.strip_prefix("svc.") {
                    posted.services.add(id.to_owned(), value == "1");
                }
            }
        }
    }
    Some(posted)
}

/// Returns whether the text can be the id of a placeholder.
fn is_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=40).contains(&text.len()) && text.bytes().all(fits)
}

/// Source of a form, by its field `from`.
fn source(from: &str) -> Source {
    match from {
        "banner" => Source::Banner,
        "settings" => Source::Settings,
        "placeholder" => Source::Placeholder,
        _ => Source::Program,
    }
}

/// Parses posted JSON.
pub(crate) fn from_json(body: &[u8]) -> Option<Posted> {
    let body: Body = serde_json::from_slice(body).ok()?;
    Some(Posted {
        action: Some(Action::parse(&body.action)?),
        categories: body.categories,
        services: body.services,
        form: body.asked.map_or(Form::None, |asked| Form::parse(&asked)),
        return_to: body.return_to,
        at: None,
        source: source(&body.from),
        page: body.page,
    })
}
