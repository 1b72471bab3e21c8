//! What the attributes of a type, a field or a word say of how it is written.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, LitStr};

/// What the attributes say.
#[derive(Default)]
pub(crate) struct Attributes {
    rename: Option<String>,
    pub(crate) rename_all: Case,
    pub(crate) absent: Absent,
}

/// What it means that a field is absent.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Absent {
    /// It is wrong, unless its type is an `Option`.
    #[default]
    Wrong,
    /// It has its default; on a struct: that of the struct's own default.
    Default,
    /// It always is: it is no part of a text.
    Skip,
}

/// How the names of fields and words are written.
#[derive(Clone, Copy, Default)]
pub(crate) enum Case {
    /// As in Rust.
    #[default]
    Same,
    Camel,
    Kebab,
    Lower,
}

impl Attributes {
    pub(crate) fn of(attributes: &[Attribute]) -> Result<Self, Error> {
        let mut found = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| found.add(&meta))?;
        }
        Ok(found)
    }

    fn add(&mut self, meta: &ParseNestedMeta<'_>) -> Result<(), Error> {
        let text = |meta: &ParseNestedMeta<'_>| meta.value()?.parse::<LitStr>();
        if meta.path.is_ident("rename") {
            self.rename = Some(text(meta)?.value());
        } else if meta.path.is_ident("rename_all") {
            let case = text(meta)?;
            self.rename_all = match case.value().as_str() {
                "camelCase" => Case::Camel,
                "kebab-case" => Case::Kebab,
                "lowercase" => Case::Lower,
                _ => return Err(Error::new_spanned(case, "`Read` knows `camelCase`, `kebab-case` and `lowercase`")),
            };
        } else if meta.path.is_ident("default") && !meta.input.peek(syn::Token![=]) {
            self.absent = Absent::Default;
        } else if meta.path.is_ident("skip") {
            self.absent = Absent::Skip;
        } else if !meta.path.is_ident("deny_unknown_fields") {
            // Unknown fields are refused anyway; the attribute is for the schema.
            return Err(meta.error("`Read` does not know this attribute"));
        }
        Ok(())
    }

    /// The name in texts, where `plain` is the one without an attribute of its own.
    pub(crate) fn name(self, plain: String) -> String {
        self.rename.unwrap_or(plain)
    }
}

impl Case {
    /// The name of a field, which is written in snake_case in Rust.
    pub(crate) fn field(self, name: &str) -> String {
        let name = name.trim_start_matches("r#");
        match self {
            Self::Same | Self::Lower => name.to_owned(),
            Self::Kebab => name.replace('_', "-"),
            Self::Camel => {
                let mut words = name.split('_');
                let first = words.next().unwrap_or_default().to_owned();
                words.fold(first, |mut name, word| {
                    let mut letters = word.chars();
                    name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
                    name + letters.as_str()
                })
            }
        }
    }

    /// The name of a word, which is written in PascalCase in Rust.
    pub(crate) fn variant(self, name: &str) -> String {
        match self {
            Self::Same => name.to_owned(),
            Self::Lower => name.to_lowercase(),
            Self::Camel => {
                let mut letters = name.chars();
                letters.next().map(|letter| letter.to_ascii_lowercase()).into_iter().chain(letters).collect()
            }
            Self::Kebab => {
                let dash = |(at, letter): (usize, char)| (at > 0 && letter.is_uppercase()).then_some('-');
                let letters = name.char_indices();
                letters.flat_map(|(at, letter)| dash((at, letter)).into_iter().chain(letter.to_lowercase())).collect()
            }
        }
    }
}
