//! Migration of one start tag.

mod blocking;
mod wrapper;

use super::{
    edit::{self, Edit},
    names::{self, ATTRIBUTES, Names, SHORT},
    systems::{self, Asks, Claim},
    tag::Tag,
};

/// Edits and warnings for a tag.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Edits of the tag.
    pub(crate) edits: Vec<Edit>,
    /// Warnings.
    pub(crate) warnings: Vec<String>,
}

/// Facts about the element that the tag alone does not show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// End of the element, if it has an end tag.
    pub(crate) element_end: Option<usize>,
    /// True if a template statement is inside the element.
    pub(crate) decides_inside: bool,
}

/// Categories and services that the tag requires.
#[derive(Debug, Default)]
struct Needs {
    categories: Option<Vec<String>>,
    services: Option<Vec<String>>,
}

impl Needs {
    /// Returns whether no consent is required.
    fn is_granted(&self) -> bool {
        let categories = self.categories.iter().flatten();
        self.services.is_none() && categories.clone().all(|id| id == "necessary")
    }
}

/// Attributes that are read or written besides those with names. Browsers use only the first of
/// two, and the author may have meant the second.
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

/// Migrates a tag.
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
            warnings: vec![format!("unchanged: {why}")],
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
            "`{twice}` is given twice and browsers ignore the second: remove one"
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
    // Edits of names and values come in any order.
    edit::sort(&mut edits);
    doubts(claims, names, warnings);
    Ok(edits)
}

/// Collects the ids. Returns an error if two attributes require different things, since one of them
/// may be out of date.
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
                "two attributes require different things, `{}` and `{}`: keep the right one",
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
                "two systems use its `{}`: migrate it by hand",
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
                "its `{other}` seems to have another purpose: rename that attribute"
            ));
        }
        match rest {
            Some(rest) => {
                edits.extend(tag.set(attribute, rest));
                edits.push(tag.add_after(attribute, name, &ids.join(" ")));
            }
            // Keep the spacing of an attribute that is already right.
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

/// Adds warnings about names that the policy may not declare.
fn doubts(claims: &[Claim<'_>], names: &Names, warnings: &mut Vec<String>) {
    for claim in claims {
        for old in &claim.names {
            let warning = match claim.asks {
                Asks::Nothing => continue,
                Asks::Category => {
                    let new = names.category(old);
                    (!new.known).then(|| {
                        format!(
                            "unknown category `{0}` (known: {1}): declare it in consent.toml and pass \
                             --category {0}={0}, or map it, as in --category {0}=marketing",
                            new.id,
                            names::CATEGORIES.join(", "),
                        )
                    })
                }
                Asks::Service => {
                    let new = names.service(old);
                    if !names::is_id(&new.id) {
                        Some(format!(
                            "`{old}` is not a valid id of a service: map it with --service \"{old}=ID\""
                        ))
                    } else if let Some(system) = claim.system.filter(|_| !new.known) {
                        Some(format!(
                            "the markup of {system} does not name the category of `{old}`: declare the \
                             service `{0}` in consent.toml, and pass --service {old}={0} once it is",
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
