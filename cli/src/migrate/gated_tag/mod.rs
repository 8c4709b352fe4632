//! A start tag in the new markup.

mod blocking;
mod wrapper;

use super::{
    edit::{self, Edit},
    names::{self, ATTRIBUTES, Names, SHORT},
    systems::{self, Asks, Claim},
    tag::Tag,
};

/// What becomes of a tag.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// How its text changes.
    pub(crate) edits: Vec<Edit>,
    /// What needs a hand.
    pub(crate) warnings: Vec<String>,
}

/// The place of a tag, for what cannot be seen from the tag alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Where its element ends, if it has an end tag.
    pub(crate) element_end: Option<usize>,
    /// Whether template code decides or repeats inside the element.
    pub(crate) decides_inside: bool,
}

/// What the tag needs in the new system.
#[derive(Debug, Default)]
struct Needs {
    categories: Option<Vec<String>>,
    services: Option<Vec<String>>,
}

impl Needs {
    /// Whether it is granted to all.
    fn is_granted(&self) -> bool {
        let categories = self.categories.iter().flatten();
        self.services.is_none() && categories.clone().all(|id| id == "necessary")
    }
}

/// Attributes that are read or written beside those that name something. Where one of them is
/// there twice, browsers read the first one, and the author may have meant the other.
const READ: [&str; 12] = [
    "type",
    "data-type",
    "class",
    "src",
    "data-src",
    "href",
    "data-href",
    ATTRIBUTES.category,
    ATTRIBUTES.service,
    SHORT.category,
    SHORT.service,
    "data",
];

/// Rewrites a tag.
pub(crate) fn rewrite(tag: &Tag<'_>, place: Place, names: &Names) -> Outcome {
    let mut warnings = Vec::new();
    let edits = systems::read(tag, names).and_then(|claims| {
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        edits(tag, place, &claims, names, &mut warnings)
    });
    match edits {
        Ok(edits) => Outcome { edits, warnings },
        Err(why) => Outcome {
            edits: Vec::new(),
            warnings: vec![format!("left as it is: {why}")],
        },
    }
}

fn edits(
    tag: &Tag<'_>,
    place: Place,
    claims: &[Claim<'_>],
    names: &Names,
    warnings: &mut Vec<String>,
) -> Result<Vec<Edit>, String> {
    let claimed = claims.iter().map(|claim| claim.attribute.name.as_str());
    let is_old = claims.iter().any(|claim| claim.system.is_some());
    let read = READ.into_iter().filter(|_| is_old);
    if let Some(twice) = claimed.chain(read).find(|name| tag.count(name) > 1) {
        return Err(format!(
            "`{twice}` is there twice, and the second one counts for nothing: remove one"
        ));
    }
    let needs = needs(claims, names)?;
    let mut edits = if wrapper::is_for(tag, claims) && !needs.is_granted() {
        wrapper::edits(
            tag,
            place,
            claims,
            needs.categories.as_deref().unwrap_or_default(),
        )?
    } else {
        let mut edits = naming(tag, claims, &needs, names)?;
        if is_old {
            edits.extend(blocking::edits(tag, claims, &needs)?);
        }
        edits
    };
    // Attributes are edited by name and by value, in any order.
    edit::sort(&mut edits);
    doubts(claims, names, warnings);
    Ok(edits)
}

/// The names of the new system. Two attributes that ask for different things are not merged: one
/// of them may be out of date.
fn needs(claims: &[Claim<'_>], names: &Names) -> Result<Needs, String> {
    let mut needs = Needs::default();
    for claim in claims {
        let (place, new): (_, fn(&Names, &str) -> names::Name) = match claim.asks {
            Asks::Category => (&mut needs.categories, Names::category),
            Asks::Service => (&mut needs.services, Names::service),
            Asks::Nothing => continue,
        };
        let mut ids: Vec<String> = Vec::new();
        for id in claim.names.iter().map(|name| new(names, name).id) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let differs = |known: &Vec<String>| {
            known.len() != ids.len() || ids.iter().any(|id| !known.contains(id))
        };
        if let Some(known) = place.as_ref().filter(|known| differs(known)) {
            return Err(format!(
                "two attributes ask for different things, `{}` and `{}`: decide which of them holds",
                known.join(" "),
                ids.join(" ")
            ));
        }
        place.get_or_insert(ids);
    }
    if claims.iter().any(|claim| claim.asks == Asks::Nothing) && claims.len() > 1 {
        return Err("`ignore` beside other attributes: decide which of them holds".into());
    }
    Ok(needs)
}

/// The attributes that name categories and services.
fn naming(
    tag: &Tag<'_>,
    claims: &[Claim<'_>],
    needs: &Needs,
    names: &Names,
) -> Result<Vec<Edit>, String> {
    let written = match is_meant(tag, claims, names) {
        true => ATTRIBUTES,
        false => SHORT,
    };
    let mut edits = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    let mut attributes: Vec<&str> = Vec::new();
    for claim in claims {
        let attribute = claim.attribute;
        if attributes.contains(&attribute.name.as_str()) {
            return Err(format!(
                "two systems use its `{}`: write it by hand",
                attribute.name
            ));
        }
        attributes.push(&attribute.name);
        let (name, short, ids) = match claim.asks {
            Asks::Category => (
                written.category,
                SHORT.category,
                needs.categories.as_deref(),
            ),
            Asks::Service => (written.service, SHORT.service, needs.services.as_deref()),
            Asks::Nothing => ("", "", None),
        };
        let rest = claim.rest.as_deref().filter(|rest| !rest.is_empty());
        let Some(ids) = ids.filter(|_| !done.contains(&name)) else {
            match rest {
                Some(rest) => edits.extend(tag.set(attribute, rest)),
                None => edits.push(tag.remove(attribute)),
            }
            continue;
        };
        done.push(name);
        let is_claimed = |name: &str| claims.iter().any(|claim| claim.attribute.name == name);
        let other = |other: &&str| tag.has(other) && !is_claimed(other);
        if attribute.name != name
            && let Some(other) = [name, short].into_iter().find(other)
        {
            return Err(format!(
                "it has a `{other}` that seems to be about something else: give that one another name"
            ));
        }
        match rest {
            Some(rest) => {
                edits.extend(tag.set(attribute, rest));
                edits.push(tag.add_after(attribute, name, &ids.join(" ")));
            }
            // What is there already keeps its spaces.
            None if claim.system.is_none() && claim.names == ids => {
                edits.extend(tag.rename(attribute, name));
            }
            None => {
                edits.extend(tag.rename(attribute, name));
                edits.extend(tag.set(attribute, &ids.join(" ")));
            }
        }
    }
    Ok(edits)
}

/// Returns whether the tag is about consent for certain, so that it gets the default names.
///
/// The server blocks every undeclared value under a default name. Renaming the `data-category` of
/// a gallery would remove its pictures.
fn is_meant(tag: &Tag<'_>, claims: &[Claim<'_>], names: &Names) -> bool {
    let named = |claim: &Claim<'_>| !SHORT.contain(&claim.attribute.name);
    if claims.iter().any(named) {
        return true;
    }
    let (mut has_known, mut fits) = (false, true);
    for claim in claims {
        for old in &claim.names {
            let (new, needs_known) = match claim.asks {
                Asks::Service => (names.service(old), false),
                _ => (names.category(old), true),
            };
            has_known |= new.known;
            fits &= names::is_id(&new.id) && (new.known || !needs_known);
        }
    }
    let waits = tag.name == "script" && systems::has_type(tag, "text/plain");
    fits && (has_known || waits || tag.has("data-placeholder"))
}

/// Names that the site's policy may not have.
fn doubts(claims: &[Claim<'_>], names: &Names, warnings: &mut Vec<String>) {
    for claim in claims {
        for old in &claim.names {
            let warning = match claim.asks {
                Asks::Nothing => continue,
                Asks::Category => {
                    let new = names.category(old);
                    (!new.known).then(|| {
                        format!(
                            "`{0}` is none of {1}: declare it in consent.toml and say --category \
                             {0}={0}, or say which one it is, as in --category {0}=marketing",
                            new.id,
                            names::CATEGORIES.join(", "),
                        )
                    })
                }
                Asks::Service => {
                    let new = names.service(old);
                    if !names::is_id(&new.id) {
                        Some(format!(
                            "`{old}` cannot be the id of a service: give it one, as in --service \
                             \"{old}=ID\""
                        ))
                    } else if let Some(system) = claim.system.filter(|_| !new.known) {
                        Some(format!(
                            "{system} does not say in the markup which category `{old}` is in: \
                             declare the service `{0}` in consent.toml (--service {old}={0} says \
                             that it is)",
                            new.id
                        ))
                    } else {
                        None
                    }
                }
            };
            warnings.extend(warning.filter(|text| !warnings.contains(text)));
        }
    }
}
