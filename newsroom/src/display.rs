//! Text size and colours that the visitor chose.

use std::{fmt, str::FromStr};

use serde::Deserialize;

/// The size of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Size {
    /// Size of the stylesheet.
    #[default]
    Normal,
    /// A fifth larger.
    Large,
}

/// The colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Colours of the device.
    #[default]
    Auto,
    /// Dark ink on light paper.
    Light,
    /// Light ink on dark paper.
    Dark,
}

/// Text size and colours; `large.dark` on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Display {
    /// The size of the text.
    pub size: Size,
    /// The colours.
    pub theme: Theme,
}

/// One option of the form.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Value of the form field.
    pub id: &'static str,
    /// Label for the visitor.
    pub label: &'static str,
    /// True if the page is rendered with this option.
    pub chosen: bool,
}

impl Size {
    const ALL: [(Self, &str, &str); 2] = [
        (Self::Normal, "normal", "Normal"),
        (Self::Large, "large", "Large"),
    ];
}

impl Theme {
    const ALL: [(Self, &str, &str); 3] = [
        (Self::Auto, "auto", "As the device"),
        (Self::Light, "light", "Light"),
        (Self::Dark, "dark", "Dark"),
    ];
}

impl Display {
    /// Attributes of the root element, which the stylesheet selects by.
    pub fn attributes(&self) -> &'static str {
        match (self.size, self.theme) {
            (Size::Normal, Theme::Auto) => "",
            (Size::Normal, Theme::Light) => r#" data-theme="light""#,
            (Size::Normal, Theme::Dark) => r#" data-theme="dark""#,
            (Size::Large, Theme::Auto) => r#" data-text="large""#,
            (Size::Large, Theme::Light) => r#" data-text="large" data-theme="light""#,
            (Size::Large, Theme::Dark) => r#" data-text="large" data-theme="dark""#,
        }
    }

    /// Options of the text size.
    pub fn sizes(&self) -> impl Iterator<Item = Entry> {
        entries(&Size::ALL, self.size)
    }

    /// Options of the colours.
    pub fn themes(&self) -> impl Iterator<Item = Entry> {
        entries(&Theme::ALL, self.theme)
    }
}

fn entries<T: PartialEq + Copy + 'static>(
    all: &'static [(T, &'static str, &'static str)],
    now: T,
) -> impl Iterator<Item = Entry> {
    all.iter().map(move |&(value, id, label)| Entry {
        id,
        label,
        chosen: value == now,
    })
}

fn named<T: Copy>(all: &[(T, &str, &str)], name: &str) -> Option<T> {
    all.iter()
        .find(|(_, id, _)| *id == name)
        .map(|&(value, ..)| value)
}

impl fmt::Display for Display {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{}",
            Size::ALL[self.size as usize].1,
            Theme::ALL[self.theme as usize].1
        )
    }
}

impl FromStr for Display {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (size, theme) = text.split_once('.').ok_or(())?;
        Ok(Self {
            size: named(&Size::ALL, size).ok_or(())?,
            theme: named(&Theme::ALL, theme).ok_or(())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_it_writes() {
        for (size, ..) in Size::ALL {
            for (theme, ..) in Theme::ALL {
                let display = Display { size, theme };
                assert_eq!(display.to_string().parse(), Ok(display));
            }
        }
    }

    #[test]
    fn rejects_other_values() {
        for text in [
            "",
            ".",
            "large",
            "large.",
            "large.red",
            "huge.dark",
            "large.dark.dark",
        ] {
            assert_eq!(text.parse::<Display>(), Err(()), "{text}");
        }
    }
}
