//! Names of categories and services of other systems, mapped to ids of `consent.toml`.

/// Standard categories of a policy.
pub(crate) const CATEGORIES: [&str; 4] = ["necessary", "preferences", "analytics", "marketing"];

/// Default attributes of gated markup.
pub(crate) const ATTRIBUTES: Attributes = Attributes {
    category: "data-consent-category",
    service: "data-consent-service",
};

/// Short attributes, which the server reads if the policy declares their value. Catalogues and
/// galleries use them for their own purposes.
pub(crate) const SHORT: Attributes = Attributes {
    category: "data-category",
    service: "data-service",
};

/// Attribute names for a category and a service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attributes {
    pub(crate) category: &'static str,
    pub(crate) service: &'static str,
}

impl Attributes {
    /// Returns whether `name` is one of the attributes.
    pub(crate) fn contain(&self, name: &str) -> bool {
        name == self.category || name == self.service
    }
}

/// Aliases in other systems, by category. OneTrust uses codes; `social` is not a standard category.
const ALIASES: [(&str, &[&str]); 5] = [
    ("necessary", &["strictly-necessary", "essential", "c0001"]),
    (
        "preferences",
        &["functional", "functionality", "personalization", "c0003"],
    ),
    (
        "analytics",
        &["statistics", "measurement", "performance", "c0002"],
    ),
    (
        "marketing",
        &["advertising", "advertisement", "ads", "targeting", "c0004"],
    ),
    ("social", &["c0005"]),
];

/// `OLD=NEW` from the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Renaming {
    old: String,
    new: String,
}

impl Renaming {
    /// Parses `OLD=NEW`. Splits at the last `=`, since old names may contain one and ids may not.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (old, new) = text.rsplit_once('=').ok_or("write it as OLD=NEW")?;
        if old.is_empty() {
            return Err("the old name, before the `=`, is empty".into());
        }
        if !is_id(new) {
            return Err(format!(
                "`{new}` cannot be an id of consent.toml: use a-z, 0-9, `-` and `_`"
            ));
        }
        Ok(Self {
            old: old.into(),
            new: new.into(),
        })
    }
}

/// Returns whether `name` is a valid id in `consent.toml`.
pub(crate) fn is_id(name: &str) -> bool {
    let fits = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
    };
    !name.is_empty() && name.bytes().all(fits)
}

/// A name mapped to an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// Id in `consent.toml`.
    pub(crate) id: String,
    /// True if it is a standard category or was named on the command line.
    pub(crate) known: bool,
}

/// All mappings: the aliases and those of the command line.
#[derive(Debug, Default)]
pub(crate) struct Names {
    categories: Vec<Renaming>,
    services: Vec<Renaming>,
}

impl Names {
    /// Creates the mappings from the command line.
    ///
    /// Returns an error if a new name would itself be mapped, since a second run would change it.
    pub(crate) fn new(categories: Vec<Renaming>, services: Vec<Renaming>) -> Result<Self, String> {
        let names = Self {
            categories,
            services,
        };
        for (option, given) in [
            ("category", &names.categories),
            ("service", &names.services),
        ] {
            for one in given {
                if given
                    .iter()
                    .any(|other| other.old == one.old && other.new != one.new)
                {
                    return Err(format!("--{option} names `{}` twice", one.old));
                }
                let again = match option {
                    "category" => names.category(&one.new).id,
                    _ => names.service(&one.new).id,
                };
                if again != one.new {
                    return Err(format!(
                        "--{option} {}={}: a second run would change `{2}` to `{again}`; add \
                         --{option} {2}={2} if `{2}` is the id, or choose another id",
                        one.old, one.new, one.new,
                    ));
                }
            }
        }
        Ok(names)
    }

    /// Returns the category for `old`.
    pub(crate) fn category(&self, old: &str) -> Name {
        if let Some(name) = renamed(&self.categories, old) {
            return name;
        }
        let id = canonical(old).unwrap_or(old);
        Name {
            id: id.into(),
            known: CATEGORIES.contains(&id) || self.categories.iter().any(|given| given.new == id),
        }
    }

    /// Returns the service for `old`.
    pub(crate) fn service(&self, old: &str) -> Name {
        renamed(&self.services, old).unwrap_or_else(|| Name {
            id: old.into(),
            known: self.services.iter().any(|given| given.new == old),
        })
    }

    /// Returns whether the command line names `old` as a category.
    pub(crate) fn calls_category(&self, old: &str) -> bool {
        renamed(&self.categories, old).is_some()
    }

    /// Returns whether the command line names `old` as a service.
    pub(crate) fn calls_service(&self, old: &str) -> bool {
        renamed(&self.services, old).is_some()
    }
}

/// Returns the category of which `name` is the id or an alias, ignoring case.
pub(crate) fn canonical(name: &str) -> Option<&'static str> {
    let is = |other: &&str| name.eq_ignore_ascii_case(other);
    let found = ALIASES
        .iter()
        .find(|(id, aliases)| is(id) || aliases.iter().any(&is));
    found.map(|(id, _)| *id)
}

fn renamed(given: &[Renaming], old: &str) -> Option<Name> {
    let found = given.iter().find(|one| one.old == old)?;
    Some(Name {
        id: found.new.clone(),
        known: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(pairs: &[&str]) -> Vec<Renaming> {
        let parse = |text: &&str| Renaming::parse(text).expect("it is OLD=NEW");
        pairs.iter().map(parse).collect()
    }

    #[test]
    fn every_alias_leads_to_its_category_in_any_case() {
        let names = Names::default();
        for (old, new) in [
            ("C0001", "necessary"),
            ("Strictly-Necessary", "necessary"),
            ("essential", "necessary"),
            ("functionality", "preferences"),
            ("c0003", "preferences"),
            ("statistics", "analytics"),
            ("performance", "analytics"),
            ("C0002", "analytics"),
            ("ads", "marketing"),
            ("C0004", "marketing"),
            ("marketing", "marketing"),
        ] {
            let name = names.category(old);
            assert_eq!((name.id.as_str(), name.known), (new, true), "{old}");
        }
    }

    #[test]
    fn a_name_that_no_alias_has_stays_and_is_not_known() {
        let names = Names::default();
        assert_eq!(names.category("C0005").id, "social");
        assert!(!names.category("C0005").known);
        assert_eq!(names.category("Statistic").id, "Statistic");
        assert!(!names.category("Statistic").known);
    }

    #[test]
    fn the_command_line_goes_before_the_aliases() {
        let names = Names::new(given(&["performance=speed", "social=social"]), Vec::new())
            .expect("the renamings stand");
        assert_eq!(names.category("performance").id, "speed");
        assert!(names.category("speed").known);
        assert!(names.category("social").known);
        assert_eq!(names.category("statistics").id, "analytics");
    }

    #[test]
    fn what_a_second_run_would_rename_again_is_refused() {
        for chain in [
            &["a=b", "b=c"][..],
            &["a=b", "b=a"],
            &["a=ads"],
            &["a=b", "a=c"],
        ] {
            assert!(Names::new(given(chain), Vec::new()).is_err(), "{chain:?}");
        }
        for fine in [&["a=b", "c=b"][..], &["a=ads", "ads=ads"], &["a=marketing"]] {
            assert!(Names::new(given(fine), Vec::new()).is_ok(), "{fine:?}");
        }
        assert!(Names::new(Vec::new(), given(&["a=b", "b=c"])).is_err());
        assert!(Names::new(Vec::new(), given(&["a=ads"])).is_ok());
    }

    #[test]
    fn a_renaming_needs_both_sides_and_an_id() {
        for bad in ["matomo", "=matomo", "a=", "a=b c", "a=B", "a=\""] {
            assert!(Renaming::parse(bad).is_err(), "{bad}");
        }
        let odd = Renaming::parse("Tag=Manager 2=tag-manager").expect("the last = divides");
        assert_eq!(odd.old, "Tag=Manager 2");
    }
}
