//! The form or JSON of a choice.

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
    /// Shows what is held back on the next page, and on no other.
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
    pub(crate) categories: Said,
    pub(crate) services: Said,
    pub(crate) form: Form,
    pub(crate) return_to: Option<String>,
    /// Id of the element that the form stood for.
    pub(crate) at: Option<String>,
    pub(crate) source: Source,
    pub(crate) page: bool,
}

/// The contents of the form that the visitor saw.
#[derive(Debug, Default)]
pub(crate) enum Form {
    /// There was none: a program posted.
    #[default]
    None,
    /// The contents that the form states.
    Showed(FormToken),
    /// It says so in a way that is not ours, or twice: a tab of another version of the library.
    Unreadable,
}

impl Form {
    fn parse(asked: &str) -> Self {
        asked.parse().map_or(Self::Unreadable, Self::Showed)
    }
}

/// Ids with what was said about them. One that occurs twice is a no, whatever it says.
#[derive(Debug, Default)]
pub(crate) struct Said(Vec<(String, bool)>);

impl Said {
    fn add(&mut self, id: String, yes: bool) {
        if let Some((_, said)) = self.0.iter_mut().find(|(other, _)| *other == id) {
            *said = false;
        } else if self.0.len() < 512 {
            // More than any policy has are nobody's answers.
            self.0.push((id, yes));
        }
    }

    pub(crate) fn any_yes(&self) -> bool {
        self.0.iter().any(|(_, yes)| *yes)
    }

    pub(crate) fn about(&self, id: &str) -> Option<bool> {
        let (_, yes) = self.0.iter().find(|(other, _)| other == id)?;
        Some(*yes)
    }
}

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Said;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of ids and booleans")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Said, A::Error> {
                let mut said = Said::default();
                while let Some((id, yes)) = map.next_entry()? {
                    said.add(id, yes);
                }
                Ok(said)
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
    categories: Said,
    #[serde(default)]
    services: Said,
    asked: Option<String>,
    return_to: Option<String>,
    #[serde(default)]
    from: String,
    /// The script of a page posts, and goes on with the page.
    #[serde(default)]
    page: bool,
}

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
