//! What the markup of other consent systems asks for.
//!
//! Each of them is read by one file, which says which attribute of a start tag asks for what. The
//! rewriting is the same for all.

mod cookiebot;
mod klaro;
mod onetrust;
mod orejime;
mod vanilla_cookieconsent;

pub(crate) use cookiebot::hides_content;

use super::{
    names::{Names, canonical},
    tag::{Attribute, Tag},
};

/// What an attribute asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// Categories, all of them.
    Category,
    /// Services, all of them.
    Service,
    /// To be left alone by the old system.
    Nothing,
}

/// What one attribute of a tag asks for.
#[derive(Clone, Debug)]
pub(crate) struct Claim<'t> {
    /// What the names are names of.
    pub(crate) asks: Asks,
    /// The names, as the old system has them.
    pub(crate) names: Vec<String>,
    /// The attribute.
    pub(crate) attribute: &'t Attribute,
    /// What stays of the value, where the attribute has other uses as well.
    pub(crate) rest: Option<String>,
    /// The system; none where the attribute is one of the new markup already.
    pub(crate) system: Option<&'static str>,
    /// Whether it speaks of what is in the element, so that a wrapper says the same.
    pub(crate) of_content: bool,
}

impl<'t> Claim<'t> {
    fn new(system: &'static str, asks: Asks, attribute: &'t Attribute, names: Vec<String>) -> Self {
        Self {
            asks,
            names,
            attribute,
            rest: None,
            system: Some(system),
            of_content: false,
        }
    }
}

/// What a tag asks for, or why it has to be left as it is.
type Read<'t> = Result<Vec<Claim<'t>>, String>;

/// All that a tag asks for.
pub(crate) fn read<'t>(tag: &'t Tag<'_>, names: &Names) -> Read<'t> {
    let mut claims = vanilla_cookieconsent::read(tag, names)?;
    claims.extend(cookiebot::read(tag)?);
    claims.extend(onetrust::read(tag)?);
    claims.extend(orejime::read(tag, names)?);
    // The one attribute of Klaro has many other uses: it counts where no other one does.
    if claims.is_empty() {
        claims = klaro::read(tag, names)?;
    }
    Ok(claims)
}

/// Elements that the new markup can hold back by themselves, and the attributes that it keeps for
/// them, as `(kept, live)`.
pub(crate) fn kept(name: &str) -> &'static [(&'static str, &'static str)] {
    match name {
        "iframe" | "img" | "video" | "audio" | "embed" => &[
            ("data-src", "src"),
            ("data-srcset", "srcset"),
            ("data-poster", "poster"),
        ],
        "object" => &[("data-src", "data")],
        "link" => &[("data-href", "href")],
        _ => &[],
    }
}

/// Whether an element has its address out of reach of the browser.
fn is_kept(tag: &Tag<'_>) -> bool {
    kept(&tag.name).iter().any(|(kept, _)| tag.has(kept))
}

/// The attribute of another name in which an old system keeps an address.
pub(crate) fn old_address<'t>(tag: &'t Tag<'_>) -> Option<&'t Attribute> {
    cookiebot::KEPT.iter().find_map(|name| tag.attribute(name))
}

/// Whether the `type` of a tag is this one.
pub(crate) fn has_type(tag: &Tag<'_>, kind: &str) -> bool {
    let value = tag.value("type");
    value.is_some_and(|value| value.trim().eq_ignore_ascii_case(kind))
}

/// The text of a value that holds names.
fn plain<'s>(tag: &Tag<'s>, attribute: &Attribute) -> Result<&'s str, String> {
    if tag.holds_code(attribute) {
        return Err(format!(
            "`{}` holds template code: write the value of the new system there by hand",
            attribute.name
        ));
    }
    Ok(tag.text(attribute))
}

/// The names in the value of an attribute.
fn names_in(
    tag: &Tag<'_>,
    attribute: &Attribute,
    between: fn(char) -> bool,
) -> Result<Vec<String>, String> {
    let names = plain(tag, attribute)?.split(between);
    let names = names.map(str::trim).filter(|name| !name.is_empty());
    checked(&attribute.name, names.map(str::to_owned).collect())
}

/// The one name that the value of an attribute is.
fn name_in(tag: &Tag<'_>, attribute: &Attribute) -> Result<String, String> {
    let name = plain(tag, attribute)?.trim().to_owned();
    checked(&attribute.name, vec![name.clone()])?;
    Ok(name)
}

fn checked(attribute: &str, names: Vec<String>) -> Result<Vec<String>, String> {
    if names.iter().all(String::is_empty) {
        return Err(format!(
            "`{attribute}` names nothing: name a category there"
        ));
    }
    for name in &names {
        if let Some(refused) = name.strip_prefix('!') {
            return Err(format!(
                "`!{refused}` is there for visitors who refuse `{refused}`, which the new markup \
                 cannot say: ask for the category on the server, and print it there"
            ));
        }
        if name.contains(['"', '\'', '`', '<', '>', '&', '\\', '=', '/', '{', '}', '$']) {
            return Err(format!(
                "`{attribute}` has `{}`, which is no name: write it by hand",
                name.chars().take(40).collect::<String>()
            ));
        }
    }
    Ok(names)
}

/// A name that may be one of a category or of a service: the command line says which, or an alias
/// where `by_alias` is set. Otherwise it is a service.
fn either<'t>(
    system: &'static str,
    tag: &'t Tag<'_>,
    attribute: &'t Attribute,
    names: &Names,
    by_alias: bool,
) -> Read<'t> {
    let name = name_in(tag, attribute)?;
    let alias = by_alias && canonical(&name).is_some();
    let asks = match (names.calls_category(&name), names.calls_service(&name)) {
        (true, _) => Asks::Category,
        (false, false) if alias => Asks::Category,
        _ => Asks::Service,
    };
    let known = names.calls_category(&name) || names.calls_service(&name);
    if !known && name.contains(char::is_whitespace) {
        return Err(format!(
            "`{name}` would be read as several names: give it one, as in --service \"{name}=ID\""
        ));
    }
    Ok(vec![Claim::new(system, asks, attribute, vec![name])])
}

/// A class attribute without some of its classes.
fn without(classes: &str, gone: impl Fn(&str) -> bool) -> String {
    let kept = classes
        .split_ascii_whitespace()
        .filter(|class| !gone(class));
    kept.collect::<Vec<_>>().join(" ")
}
