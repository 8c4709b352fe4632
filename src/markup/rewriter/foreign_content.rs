//! Open SVG and MathML elements, as browsers see them (HTML, 13.2.6.5).
//!
//! The tokenizer tracks them by tag names alone. If the two disagree, or an element is not closed
//! by its own end tag, the markup is ambiguous.

use std::{cell::RefCell, rc::Rc};

use lol_html::html_content::Element;

use super::{HandlerResult, ambiguity::ends_foreign_content, verdict::value};
use crate::markup::MarkupError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Svg,
    Math,
    /// An SVG or MathML element with HTML content.
    Html,
}

/// Open roots, and the elements in them with HTML content.
#[derive(Debug, Default)]
pub(crate) struct Foreign {
    open: Vec<(u64, Kind)>,
    last: u64,
}

impl Foreign {
    /// Returns whether the next element is SVG or MathML.
    pub(crate) fn is_foreign(&self) -> bool {
        matches!(self.open.last(), Some((_, Kind::Svg | Kind::Math)))
    }

    pub(crate) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Returns whether a root is the direct child of a root.
    pub(crate) fn is_nested(&self) -> bool {
        self.open
            .windows(2)
            .any(|pair| pair[0].1 != Kind::Html && pair[1].1 != Kind::Html)
    }
}

fn holds_html(kind: Kind, tag: &str) -> bool {
    match kind {
        Kind::Svg => matches!(tag, "desc" | "title" | "foreignobject"),
        Kind::Math => matches!(tag, "mi" | "mo" | "mn" | "ms" | "mtext"),
        Kind::Html => false,
    }
}

fn is_mark(tag: &str) -> bool {
    matches!(tag, "svg" | "math" | "annotation-xml")
        || holds_html(Kind::Svg, tag)
        || holds_html(Kind::Math, tag)
}

fn own_end(
    foreign: &Rc<RefCell<Foreign>>,
    element: &mut Element<'_, '_>,
    tag: &str,
    id: Option<u64>,
) -> HandlerResult {
    if !element.can_have_content() {
        return Ok(());
    }
    let foreign = foreign.clone();
    let own = tag.to_owned();
    element.on_end_tag(lol_html::end_tag!(move |end| {
        let name = end.name();
        if name != own && (id.is_some() || is_mark(&name)) {
            return Err(MarkupError::new(format_args!(
                "</{name}> stands where </{own}> of SVG or MathML is expected; close the element"
            ))
            .into());
        }
        if let Some(id) = id {
            let mut foreign = foreign.borrow_mut();
            if let Some(at) = foreign.open.iter().position(|(other, _)| *other == id) {
                foreign.open.truncate(at);
            }
        }
        Ok(())
    }))?;
    Ok(())
}

/// Records that an element opens or ends foreign content. Returns whether the element itself is SVG
/// or MathML.
pub(crate) fn enter(
    foreign: &Rc<RefCell<Foreign>>,
    element: &mut Element<'_, '_>,
    tag: &str,
) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
    let body_end_done = element.is_self_closing();
    let top = foreign.borrow().open.last().map(|(_, kind)| *kind);
    let root = match tag {
        "svg" => Some(Kind::Svg),
        "math" => Some(Kind::Math),
        _ => None,
    };
    if let Some(kind) = root {
        if !body_end_done {
            let id = open(foreign, kind);
            own_end(foreign, element, tag, Some(id))?;
        }
        return Ok(true);
    }
    let Some(kind @ (Kind::Svg | Kind::Math)) = top else {
        // The tokenizer takes their end tags for the end of the HTML content.
        let taken = top.is_some() && is_mark(tag);
        if taken || matches!(tag, "mglyph" | "malignmark") {
            return Err(MarkupError::new(format_args!(
                "<{tag}> in HTML in SVG or MathML; move it out of there"
            ))
            .into());
        }
        own_end(foreign, element, tag, None)?;
        return Ok(false);
    };
    let breaks = ends_foreign_content(tag)
        || (tag == "font"
            && ["color", "face", "size"]
                .iter()
                .any(|name| element.has_attribute(name)));
    if breaks {
        let mut foreign = foreign.borrow_mut();
        while foreign.is_foreign() {
            foreign.open.pop();
        }
        return Ok(false);
    }
    if tag == "annotation-xml" && element.has_attribute("encoding") {
        let plain = value(element, "encoding")
            .is_some_and(|value| value == "MathML-Content" || value == "MathML-Presentation");
        if !plain {
            return Err(MarkupError::new("<annotation-xml> may contain HTML; remove it").into());
        }
    }
    if holds_html(kind, tag) && !body_end_done {
        let id = open(foreign, Kind::Html);
        own_end(foreign, element, tag, Some(id))?;
        // The tokenizer reports the namespace of its content.
        return Ok(false);
    }
    Ok(true)
}

fn open(foreign: &Rc<RefCell<Foreign>>, kind: Kind) -> u64 {
    let mut foreign = foreign.borrow_mut();
    foreign.last += 1;
    let id = foreign.last;
    foreign.open.push((id, kind));
    id
}
