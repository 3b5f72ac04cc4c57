//! How values print in what people read: as everywhere ([`crate::display`]), but for money, which follows the language
//! that the content is read in. The rules of languages are those of the Unicode CLDR.

use fixed_decimal::{Decimal, SignedRoundingMode, UnsignedRoundingMode};
use icu_decimal::DecimalFormatter;
use icu_experimental::dimension::currency::CurrencyType;
use icu_experimental::dimension::currency::formatter::CurrencyFormatter;
use icu_locale_core::Locale;
use icu_locale_core::extensions::unicode;
use persona_base::Currency;
use persona_ir::{Schema, Ty};

use crate::time::Zone;
use crate::{Value, display};

/// Prints values for one reader.
#[derive(Debug)]
pub struct Printer<'p> {
    schema: &'p Schema,
    zone: &'p Zone,
    /// The language of what is read; absent where the content is read as it was written.
    locale: Option<Locale>,
}

impl<'p> Printer<'p> {
    /// A printer. A tag that is none prints as no language at all.
    pub fn new(schema: &'p Schema, zone: &'p Zone, tag: Option<&str>) -> Self {
        Self {
            schema,
            zone,
            locale: tag.and_then(|tag| tag.parse().ok()),
        }
    }

    /// The person's zone.
    pub fn zone(&self) -> &Zone {
        self.zone
    }

    /// The tables, whose enums have titles.
    pub fn schema(&self) -> &Schema {
        self.schema
    }

    /// The language's tag without its country: `de` of `de-AT`.
    pub fn language(&self) -> Option<&str> {
        self.locale
            .as_ref()
            .map(|locale| locale.id.language.as_str())
    }

    /// How a value of a type prints. A missing value prints as nothing.
    pub fn print(&self, value: &Value, ty: &Ty, format: Option<&str>) -> String {
        match (value, ty) {
            (Value::Int(minor), Ty::Money(currency)) => self.money(*minor, *currency, format),
            (Value::List(values), Ty::List(element) | Ty::Set(element)) => {
                let parts: Vec<_> = values
                    .iter()
                    .map(|value| self.print(value, element, format))
                    .collect();
                parts.join(", ")
            }
            _ => display::display(value, ty, format, self.schema, self.zone),
        }
    }

    fn money(&self, minor: i64, currency: Currency, format: Option<&str>) -> String {
        let in_language = self.locale.as_ref().and_then(|locale| {
            let mut amount = Decimal::from(minor);
            amount.multiply_pow10(-i16::try_from(currency.decimals()).unwrap_or(0));
            match format {
                Some("amount") => plain(locale, &amount),
                Some("whole") => {
                    let mode = SignedRoundingMode::Unsigned(UnsignedRoundingMode::HalfEven);
                    amount.round_with_mode(0, mode);
                    with_currency(locale, currency, &amount)
                }
                _ => with_currency(locale, currency, &amount),
            }
        });
        let as_everywhere = || {
            let value = Value::Int(minor);
            display::display(&value, &Ty::Money(currency), format, self.schema, self.zone)
        };
        in_language.unwrap_or_else(as_everywhere)
    }
}

fn plain(locale: &Locale, amount: &Decimal) -> Option<String> {
    let formatter = DecimalFormatter::try_new(locale.into(), Default::default()).ok()?;
    Some(formatter.format(amount).to_string())
}

fn with_currency(locale: &Locale, currency: Currency, amount: &Decimal) -> Option<String> {
    let code = unicode::Value::try_from_str(&currency.code().to_ascii_lowercase()).ok()?;
    let code = CurrencyType::try_from(&code).ok()?;
    let formatter = CurrencyFormatter::try_new_symbol(locale.into(), code, Default::default());
    Some(formatter.ok()?.format_fixed_decimal(amount).to_string())
}

#[cfg(test)]
mod tests {
    use persona_base::IndexVec;
    use persona_ir::{ColId, Table};

    use super::*;

    fn printed(tag: Option<&str>, minor: i64, code: &str, format: Option<&str>) -> String {
        let schema = Schema {
            catalogs: Default::default(),
            enums: IndexVec::new(),
            profile: Table {
                name: "P".into(),
                columns: IndexVec::new(),
            },
            key: ColId(0),
            zone: None,
            events: IndexVec::new(),
        };
        let zone = Zone::utc();
        let currency = Currency::from_code(code).expect("a currency");
        Printer::new(&schema, &zone, tag).print(&Value::Int(minor), &Ty::Money(currency), format)
    }

    #[test]
    fn money_follows_the_language_that_is_read() {
        assert_eq!(printed(None, 123_450, "EUR", None), "1234.50 EUR");
        assert_eq!(printed(Some("de"), 123_450, "EUR", None), "1.234,50\u{a0}€");
        assert_eq!(printed(Some("en"), 123_450, "EUR", None), "€1,234.50");
        assert_eq!(printed(Some("de-AT"), 99, "EUR", None), "€\u{a0}0,99");
        assert_eq!(printed(Some("ja"), 3_000, "JPY", None), "￥3,000");
        assert_eq!(
            printed(Some("fr"), -123_450, "EUR", None),
            "-1\u{202f}234,50\u{a0}€"
        );
    }

    #[test]
    fn formats_of_money_hold_in_every_language() {
        assert_eq!(
            printed(Some("de"), 123_450, "EUR", Some("amount")),
            "1.234,50"
        );
        assert_eq!(
            printed(Some("de"), 1_950, "EUR", Some("whole")),
            "20,00\u{a0}€"
        );
        assert_eq!(printed(None, 1_950, "EUR", Some("whole")), "20 EUR");
    }

    #[test]
    fn what_is_no_language_prints_as_written() {
        assert_eq!(printed(Some("not a tag"), 500, "EUR", None), "5.00 EUR");
    }
}
