//! How made-up text looks, decided by a field's validation and its name.

use std::fmt::Write;

use persona_ir::Validate;

use super::person::Person;
use super::rng::Rng;
use super::words::{
    BRANDS, CATEGORIES, CHANNELS, COUPONS, DEVICES, MATERIALS, STREETS, TAGS, THINGS,
};

/// How the text of a field looks.
#[derive(Clone, Debug)]
pub(super) enum Look {
    Email,
    Phone,
    Url,
    Zone,
    Locale,
    FirstName,
    LastName,
    FullName,
    City,
    Country,
    CountryName,
    Zip,
    Street,
    /// What a thing is called.
    Thing,
    /// One of these, the first more often.
    OneOf(&'static [&'static str]),
    /// A prefix and a number that belongs to the row alone.
    Number(String),
    /// A prefix and one of so many numbers, the first more often.
    Some(String, usize),
    /// Mostly one of these texts, which rules name; sometimes something else.
    Named(Vec<String>, Box<Look>),
}

impl Look {
    /// The look of a field of this name: of people and what they do, or of things.
    pub(super) fn of(name: &str, validate: Option<Validate>, named: &[&str], things: bool) -> Self {
        let look = match validate {
            Some(Validate::Email) => return Self::Email,
            Some(Validate::Phone) => return Self::Phone,
            Some(Validate::TimeZone) => return Self::Zone,
            Some(Validate::Locale) => Self::Locale,
            Some(Validate::Url) => Self::Url,
            None if things => Self::of_thing(name),
            None => Self::by_name(name),
        };
        if named.is_empty() {
            return look;
        }
        let named = named.iter().map(|text| (*text).to_owned()).collect();
        Self::Named(named, Box::new(look))
    }

    fn of_thing(name: &str) -> Self {
        let last = name.rsplit('.').next().unwrap_or(name).to_lowercase();
        let words: Vec<&str> = last.split('_').collect();
        let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
        match () {
            () if has(&["name", "title", "label", "description"]) => Self::Thing,
            () if has(&["category", "department", "section", "group", "type"]) => {
                Self::OneOf(CATEGORIES)
            }
            () if has(&["brand", "maker", "vendor", "manufacturer"]) => Self::OneOf(BRANDS),
            () => Self::by_name(name),
        }
    }

    fn by_name(name: &str) -> Self {
        let last = name.rsplit('.').next().unwrap_or(name).to_lowercase();
        let words: Vec<&str> = last.split('_').collect();
        let has = |word: &str| words.contains(&word);
        let prefix = |letters: &str| format!("{}-", letters.to_uppercase());
        match () {
            () if last.contains("email") || has("mail") => Self::Email,
            () if has("phone") || has("mobile") => Self::Phone,
            () if has("url") || has("link") || has("page") || has("referrer") => Self::Url,
            () if has("first") || has("given") || has("forename") => Self::FirstName,
            () if has("last") || has("family") || has("surname") => Self::LastName,
            () if has("name") && words.len() == 1 || has("full") => Self::FullName,
            () if has("city") || has("town") => Self::City,
            () if has("country") && has("name") => Self::CountryName,
            () if has("country") || has("nation") => Self::Country,
            () if has("zip") || has("postcode") || has("postal") => Self::Zip,
            () if has("street") || has("address") => Self::Street,
            () if has("language") || has("locale") => Self::Locale,
            () if has("timezone") || has("zone") => Self::Zone,
            () if has("tag") || has("tags") || has("labels") => Self::OneOf(TAGS),
            () if has("channel") || has("medium") || has("source") => Self::OneOf(CHANNELS),
            () if has("device") || has("platform") || has("os") => Self::OneOf(DEVICES),
            () if has("coupon") || has("voucher") || has("promo") => Self::OneOf(COUPONS),
            () if has("sku") || has("product") || has("article") || has("item") => {
                Self::Some("SKU-".to_owned(), 400)
            }
            () if has("campaign") || has("newsletter") => Self::Some("campaign-".to_owned(), 60),
            () if has("id") || has("number") => {
                Self::Number(prefix(&words[0].chars().take(2).collect::<String>()))
            }
            () => Self::Some(format!("{last}-"), 50),
        }
    }

    /// Writes a text.
    pub(super) fn write(&self, rng: &mut Rng, person: &Person, row: usize, out: &mut String) {
        let place = person.place;
        let written = match self {
            Self::Email => {
                ascii(person.first, out);
                out.push('.');
                ascii(person.last, out);
                write!(out, "{}@{}", rng.below(1_000), person.domain)
            }
            Self::Phone => write!(out, "{} {:07}", place.dial, rng.below(10_000_000)),
            Self::Url => write!(out, "https://example.com/p/{}", rng.popular(400)),
            Self::Zone => out.write_str(place.zone),
            Self::Locale => out.write_str(place.locale),
            Self::FirstName => out.write_str(person.first),
            Self::LastName => out.write_str(person.last),
            Self::FullName => write!(out, "{} {}", person.first, person.last),
            Self::City => out.write_str(place.city),
            Self::Country => out.write_str(place.country),
            Self::CountryName => out.write_str(place.country_name),
            Self::Zip => write!(out, "{}{:03}", place.zip, rng.below(1_000)),
            Self::Street => write!(
                out,
                "{} {}",
                STREETS[rng.below(STREETS.len())],
                rng.below(200) + 1
            ),
            Self::Thing => write!(
                out,
                "{} {}",
                MATERIALS[rng.below(MATERIALS.len())],
                THINGS[rng.popular(THINGS.len())]
            ),
            Self::OneOf(words) => out.write_str(words[rng.popular(words.len())]),
            Self::Number(prefix) => write!(out, "{prefix}{row:07}"),
            Self::Some(prefix, most) => write!(out, "{prefix}{:03}", rng.popular(*most) + 1),
            Self::Named(named, otherwise) => {
                if rng.percent(60) {
                    out.write_str(&named[rng.below(named.len())])
                } else {
                    otherwise.write(rng, person, row, out);
                    Ok(())
                }
            }
        };
        written.expect("memory can be written to");
    }
}

/// A name as an address of electronic mail has it.
fn ascii(name: &str, out: &mut String) {
    let plain = persona_runtime::text::fold(name);
    out.extend(plain.chars().filter(char::is_ascii_alphanumeric));
}
