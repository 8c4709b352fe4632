//! Markup of other consent systems, one file per system.
//!
//! Each file finds the attributes of a start tag that require consent. The rewriting is the same
//! for all systems.

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

/// Requirement of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// All of the named categories.
    Category,
    /// All of the named services.
    Service,
    /// Nothing: the old system ignores the element.
    Nothing,
}

/// Consent that one attribute of a tag requires.
#[derive(Clone, Debug)]
pub(crate) struct Claim<'t> {
    /// Kind of the names.
    pub(crate) asks: Asks,
    /// Names in the old system.
    pub(crate) names: Vec<String>,
    /// Attribute with the names.
    pub(crate) attribute: &'t Attribute,
    /// Remaining value, if the attribute has other uses as well.
    pub(crate) rest: Option<String>,
    /// Name of the system; `None` if the attribute is already migrated.
    pub(crate) system: Option<&'static str>,
    /// True if it concerns the content of the element, so that a wrapper is equivalent.
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

/// Claims of a tag, or the reason to leave it unchanged.
type Read<'t> = Result<Vec<Claim<'t>>, String>;

/// Finds the claims of all systems in a tag.
pub(crate) fn read<'t>(tag: &'t Tag<'_>, names: &Names) -> Read<'t> {
    let mut claims = vanilla_cookieconsent::read(tag, names)?;
    claims.extend(cookiebot::read(tag)?);
    claims.extend(onetrust::read(tag)?);
    claims.extend(orejime::read(tag, names)?);
    // The attribute of Klaro has many other uses, so it counts only without any other claim.
    if claims.is_empty() {
        claims = klaro::read(tag, names)?;
    }
    Ok(claims)
}

/// Attributes that block an element, as `(blocked, live)`. Empty if the element cannot be gated by
/// itself.
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

/// Returns whether the address of an element is in a blocked attribute.
fn is_kept(tag: &Tag<'_>) -> bool {
    kept(&tag.name).iter().any(|(kept, _)| tag.has(kept))
}

/// Returns the attribute in which an old system stores a blocked address.
pub(crate) fn old_address<'t>(tag: &'t Tag<'_>) -> Option<&'t Attribute> {
    cookiebot::KEPT.iter().find_map(|name| tag.attribute(name))
}

/// Returns whether the tag has this `type`.
pub(crate) fn has_type(tag: &Tag<'_>, kind: &str) -> bool {
    let value = tag.value("type");
    value.is_some_and(|value| value.trim().eq_ignore_ascii_case(kind))
}

/// Returns a value with names; an error if it contains template code.
fn plain<'s>(tag: &Tag<'s>, attribute: &Attribute) -> Result<&'s str, String> {
    if tag.holds_code(attribute) {
        return Err(format!(
            "`{}` contains template code: change it to print the new value by hand",
            attribute.name
        ));
    }
    Ok(tag.text(attribute))
}

/// Splits the value of an attribute into names.
fn names_in(
    tag: &Tag<'_>,
    attribute: &Attribute,
    between: fn(char) -> bool,
) -> Result<Vec<String>, String> {
    let names = plain(tag, attribute)?.split(between);
    let names = names.map(str::trim).filter(|name| !name.is_empty());
    checked(&attribute.name, names.map(str::to_owned).collect())
}

/// Reads the value of an attribute as one name.
fn name_in(tag: &Tag<'_>, attribute: &Attribute) -> Result<String, String> {
    let name = plain(tag, attribute)?.trim().to_owned();
    checked(&attribute.name, vec![name.clone()])?;
    Ok(name)
}

fn checked(attribute: &str, names: Vec<String>) -> Result<Vec<String>, String> {
    if names.iter().all(String::is_empty) {
        return Err(format!("`{attribute}` is empty: name a category there"));
    }
    for name in &names {
        if let Some(refused) = name.strip_prefix('!') {
            return Err(format!(
                "`!{refused}` is for visitors who reject `{refused}`, which has no equivalent in \
                 the new markup: check the category on the server and render it there"
            ));
        }
        if name.contains(['"', '\'', '`', '<', '>', '&', '\\', '=', '/', '{', '}', '$']) {
            return Err(format!(
                "`{attribute}` has `{}`, which is not a valid name: change it by hand",
                name.chars().take(40).collect::<String>()
            ));
        }
    }
    Ok(names)
}

/// Reads a name that may be a category or a service, by the command line or, with `by_alias`, by an
/// alias. Otherwise it is a service.
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
            "`{name}` would be read as several names: map it with --service \"{name}=ID\""
        ));
    }
    Ok(vec![Claim::new(system, asks, attribute, vec![name])])
}

/// Removes some classes from a class attribute.
fn without(classes: &str, gone: impl Fn(&str) -> bool) -> String {
    let kept = classes
        .split_ascii_whitespace()
        .filter(|class| !gone(class));
    kept.collect::<Vec<_>>().join(" ")
}
