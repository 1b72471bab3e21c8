//! The derive of `Read`, by which types are read from spanned trees.
//!
//! It understands the attributes of `serde` that say what a type looks like in a text, and no others: `rename`,
//! `rename_all`, `default`, `skip`, `deny_unknown_fields`. `schemars` makes the schema from the same attributes, so that a
//! schema can't say anything else than what is read.
//!
//! The code that it makes is small, since there are many such types: a struct is one expression that asks for each field by
//! its number, and whatever does not depend on the field's type is in `paritygate_model::read`, once.

mod attributes;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Data, DataEnum, DeriveInput, Error, Fields, FieldsNamed, Variant};

use attributes::{Absent, Attributes};

/// Makes a type one that is read from a tree.
#[proc_macro_derive(Read, attributes(serde))]
pub fn read(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let made = syn::parse(input).and_then(|input| of_type(&input));
    made.unwrap_or_else(|wrong| wrong.to_compile_error()).into()
}

fn of_type(input: &DeriveInput) -> Result<TokenStream, Error> {
    let attributes = Attributes::of(&input.attrs)?;
    let body = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => of_struct(fields, &attributes)?,
            Fields::Unit => quote! { reader.nothing(); Self },
            Fields::Unnamed(_) => return Err(Error::new_spanned(input, "name the fields")),
        },
        Data::Enum(data) => of_enum(data, &attributes)?,
        Data::Union(_) => return Err(Error::new_spanned(input, "a union can't be read")),
    };
    let name = &input.ident;
    Ok(quote! {
        #[automatically_derived]
        impl ::paritygate_model::read::Read for #name {
            fn read(reader: &::paritygate_model::read::Reader<'_>) -> Self {
                #body
            }
        }
    })
}

fn of_struct(fields: &FieldsNamed, attributes: &Attributes) -> Result<TokenStream, Error> {
    let Asked { names, values } = Asked::of(fields, attributes)?;
    // With a default of the whole, a field that is absent is what it is there.
    if attributes.absent == Absent::Default {
        let set = values.iter().map(|(field, how)| match how {
            How::Skip => TokenStream::new(),
            How::Required(at) | How::Default(at) => quote! { fields.set(#at, &mut value.#field); },
        });
        return Ok(quote! {
            let fields = reader.fields(&[#(#names),*]);
            let mut value = <Self as ::core::default::Default>::default();
            #(#set)*
            value
        });
    }
    let values = values.iter().map(|(field, how)| how.value(field));
    Ok(quote! {
        let fields = reader.fields(&[#(#names),*]);
        Self { #(#values),* }
    })
}

/// How a field comes to its value; with its number among those that are read.
enum How {
    Required(usize),
    Default(usize),
    Skip,
}

impl How {
    fn value(&self, field: &Ident) -> TokenStream {
        match self {
            Self::Required(at) => quote! { #field: fields.required(#at) },
            Self::Default(at) => quote! { #field: fields.or_default(#at) },
            Self::Skip => quote! { #field: ::core::default::Default::default() },
        }
    }
}

/// `MAX_FIELDS` of `paritygate_model::read`.
const MAX_FIELDS: usize = 32;

/// The fields of a struct or a word.
struct Asked<'f> {
    /// Their names in texts, by their numbers.
    names: Vec<String>,
    values: Vec<(&'f Ident, How)>,
}

impl<'f> Asked<'f> {
    fn of(fields: &'f FieldsNamed, around: &Attributes) -> Result<Self, Error> {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for field in &fields.named {
            let Some(ident) = &field.ident else { continue };
            let own = Attributes::of(&field.attrs)?;
            let how = match own.absent {
                Absent::Skip => How::Skip,
                Absent::Default => How::Default(names.len()),
                Absent::Wrong => How::Required(names.len()),
            };
            if !matches!(how, How::Skip) {
                names.push(own.name(around.rename_all.field(&ident.to_string())));
            }
            values.push((ident, how));
        }
        if names.len() > MAX_FIELDS {
            return Err(Error::new_spanned(fields, format!("at most {MAX_FIELDS} fields are read")));
        }
        Ok(Self { names, values })
    }
}

fn of_enum(data: &DataEnum, attributes: &Attributes) -> Result<TokenStream, Error> {
    let named = |variant: &Variant| -> Result<String, Error> {
        let own = Attributes::of(&variant.attrs)?;
        Ok(own.name(attributes.rename_all.variant(&variant.ident.to_string())))
    };
    let words = data.variants.iter().map(named).collect::<Result<Vec<String>, Error>>()?;
    // What stands in for a word that can't be read, and is thrown away.
    let stand_in = data.variants.iter().position(|variant| variant.fields.is_empty()).unwrap_or(0);
    let Some(last) = data.variants.iter().nth(stand_in) else {
        return Err(Error::new_spanned(&data.variants, "an enum without words can't be read"));
    };
    let others = data.variants.iter().enumerate().filter(|(at, _)| *at != stand_in);
    if data.variants.iter().all(|variant| variant.fields.is_empty()) {
        let others = others.map(|(at, Variant { ident, .. })| quote! { #at => Self::#ident });
        let Variant { ident, .. } = last;
        return Ok(quote! {
            match reader.word(&[#(#words),*]) { #(#others,)* _ => Self::#ident }
        });
    }
    let mut arms = Vec::new();
    for (at, variant) in others {
        let value = of_variant(variant)?;
        arms.push(quote! { #at => #value });
    }
    let value = of_variant(last)?;
    Ok(quote! {
        let (word, payload) = reader.variant(&[#(#words),*]);
        match word { #(#arms,)* _ => #value }
    })
}

/// A word with what stands at it.
fn of_variant(variant: &Variant) -> Result<TokenStream, Error> {
    let ident = &variant.ident;
    Ok(match &variant.fields {
        Fields::Unit => quote! { { payload.nothing(); Self::#ident } },
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            quote! { Self::#ident(::paritygate_model::read::Read::read(&payload.value())) }
        }
        Fields::Unnamed(fields) => {
            let len = fields.unnamed.len();
            let items = 0..len;
            quote! { { let items = payload.value().tuple(#len); Self::#ident(#(items.at(#items)),*) } }
        }
        Fields::Named(fields) => {
            let Asked { names, values } = Asked::of(fields, &Attributes::default())?;
            let values = values.iter().map(|(field, how)| how.value(field));
            quote! { {
                let value = payload.value();
                let fields = value.fields(&[#(#names),*]);
                Self::#ident { #(#values),* }
            } }
        }
    })
}
