//! Attributes that mark gated markup.

use lol_html::html_content::Element;

use super::rewriter::verdict::value;

/// Names that no application uses for other purposes.
const CATEGORY: &str = "data-consent-category";
const SERVICE: &str = "data-consent-service";
/// Names that applications also use for catalogues and galleries.
const SHORT: Names = Names {
    category: "data-category",
    service: "data-service",
};

/// Attribute names for a category and a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Names<'a> {
    pub(crate) category: &'a str,
    pub(crate) service: &'a str,
}

/// Attribute names that mark gated markup on one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    category: String,
    service: String,
    /// True if `data-category` and `data-service` are read as well.
    short: bool,
}

/// Mark of one element.
#[derive(Debug)]
pub(crate) struct Mark<'a> {
    pub(crate) names: Names<'a>,
    pub(crate) category: Option<String>,
    pub(crate) service: Option<String>,
    /// True if the application may use the names for other purposes.
    pub(crate) doubtful: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            category: CATEGORY.to_owned(),
            service: SERVICE.to_owned(),
            short: true,
        }
    }
}

impl Dialect {
    pub(crate) fn new(category: String, service: String) -> Self {
        Self {
            category,
            service,
            short: false,
        }
    }

    /// Returns an error message for names that cannot be used.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let fits = |name: &str| {
            name.strip_prefix("data-").is_some_and(|rest| {
                let mut bytes = rest.bytes();
                bytes.next().is_some_and(|byte| byte.is_ascii_lowercase())
                    && bytes.all(|byte| {
                        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
                    })
            })
        };
        if !fits(&self.category) || !fits(&self.service) {
            return Some(
                "an attribute name in `Markup::attributes` that is not `data-` followed by \
                 lower-case letters, digits and hyphens",
            );
        }
        // The dialect stores addresses and types under these names.
        const TAKEN: [&str; 6] = [
            "data-src",
            "data-srcset",
            "data-href",
            "data-poster",
            "data-type",
            "data-placeholder",
        ];
        let taken = |name: &str| TAKEN.contains(&name);
        (self.category == self.service || taken(&self.category) || taken(&self.service)).then_some(
            "two equal attribute names in `Markup::attributes`, or one that the markup uses \
             already, such as `data-src`",
        )
    }

    /// Returns the names for marks that the gate writes.
    pub(crate) fn names(&self) -> Names<'_> {
        Names {
            category: &self.category,
            service: &self.service,
        }
    }

    /// Returns all names that the gate reads, by precedence.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        let short = self.short.then_some([SHORT.category, SHORT.service]);
        [&*self.category, &*self.service]
            .into_iter()
            .chain(short.into_iter().flatten())
    }

    /// Returns the mark of an element. Ambiguous names count only if the others are absent.
    pub(crate) fn mark(&self, element: &Element<'_, '_>) -> Option<Mark<'_>> {
        let of = |names: Names<'_>| {
            let mark = (
                value(element, names.category),
                value(element, names.service),
            );
            (mark.0.is_some() || mark.1.is_some()).then_some(mark)
        };
        let (names, doubtful, (category, service)) = match of(self.names()) {
            Some(mark) => (self.names(), false, mark),
            None if self.short => (SHORT, true, of(SHORT)?),
            None => return None,
        };
        Some(Mark {
            names,
            category,
            service,
            doubtful,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_be_used_are_faults() {
        let fault = |category: &str, service: &str| {
            let dialect = Dialect::new(category.to_owned(), service.to_owned());
            dialect.fault().is_some()
        };
        assert!(!fault("data-gate", "data-gate-service2"));
        assert!(!fault("data-category", "data-service"));
        for (category, service) in [
            ("category", "data-service"),
            ("data-", "data-service"),
            ("data-A", "data-service"),
            ("data-a b", "data-service"),
            ("data-a", "data-a"),
            ("data-src", "data-service"),
        ] {
            assert!(fault(category, service), "{category} {service}");
        }
        assert!(Dialect::default().fault().is_none());
    }
}
