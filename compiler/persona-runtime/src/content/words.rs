//! The calendar's words in some languages, as they stand in dates. English takes the place of all others.

use persona_liquid::{MONTHS, NameOf, WEEKDAYS};

/// The words of one language.
struct Words {
    /// Its tag.
    language: &'static str,
    months: [&'static str; 12],
    short_months: [&'static str; 12],
    weekdays: [&'static str; 7],
    short_weekdays: [&'static str; 7],
}

/// Sorted by language.
const WORDS: &[Words] = &[
    Words {
        language: "de",
        months: [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
        short_months: [
            "Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.",
            "Dez.",
        ],
        weekdays: [
            "Montag",
            "Dienstag",
            "Mittwoch",
            "Donnerstag",
            "Freitag",
            "Samstag",
            "Sonntag",
        ],
        short_weekdays: ["Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."],
    },
    Words {
        language: "en",
        months: MONTHS,
        short_months: [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ],
        weekdays: WEEKDAYS,
        short_weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    },
    Words {
        language: "es",
        months: [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ],
        short_months: [
            "ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic",
        ],
        weekdays: [
            "lunes",
            "martes",
            "miércoles",
            "jueves",
            "viernes",
            "sábado",
            "domingo",
        ],
        short_weekdays: ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
    },
    Words {
        language: "fr",
        months: [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
        short_months: [
            "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
            "nov.", "déc.",
        ],
        weekdays: [
            "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
        ],
        short_weekdays: ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
    },
    Words {
        language: "it",
        months: [
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ],
        short_months: [
            "gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic",
        ],
        weekdays: [
            "lunedì",
            "martedì",
            "mercoledì",
            "giovedì",
            "venerdì",
            "sabato",
            "domenica",
        ],
        short_weekdays: ["lun", "mar", "mer", "gio", "ven", "sab", "dom"],
    },
    Words {
        language: "nl",
        months: [
            "januari",
            "februari",
            "maart",
            "april",
            "mei",
            "juni",
            "juli",
            "augustus",
            "september",
            "oktober",
            "november",
            "december",
        ],
        short_months: [
            "jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec",
        ],
        weekdays: [
            "maandag",
            "dinsdag",
            "woensdag",
            "donderdag",
            "vrijdag",
            "zaterdag",
            "zondag",
        ],
        short_weekdays: ["ma", "di", "wo", "do", "vr", "za", "zo"],
    },
    Words {
        language: "pt",
        months: [
            "janeiro",
            "fevereiro",
            "março",
            "abril",
            "maio",
            "junho",
            "julho",
            "agosto",
            "setembro",
            "outubro",
            "novembro",
            "dezembro",
        ],
        short_months: [
            "jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.",
            "dez.",
        ],
        weekdays: [
            "segunda-feira",
            "terça-feira",
            "quarta-feira",
            "quinta-feira",
            "sexta-feira",
            "sábado",
            "domingo",
        ],
        short_weekdays: ["seg.", "ter.", "qua.", "qui.", "sex.", "sáb.", "dom."],
    },
];

const ENGLISH: usize = 1;

/// A word in a language.
pub(super) fn name(language: Option<&str>, name: NameOf) -> &'static str {
    let found = language.and_then(|tag| WORDS.iter().find(|words| words.language == tag));
    let words = found.unwrap_or(&WORDS[ENGLISH]);
    let month = |months: &[&'static str; 12], n: u8| months[usize::from(n.clamp(1, 12)) - 1];
    let weekday = |days: &[&'static str; 7], n: u8| days[usize::from(n.min(6))];
    match name {
        NameOf::Month(n) => month(&words.months, n),
        NameOf::ShortMonth(n) => month(&words.short_months, n),
        NameOf::Weekday(n) => weekday(&words.weekdays, n),
        NameOf::ShortWeekday(n) => weekday(&words.short_weekdays, n),
        NameOf::HalfOfDay(true) => "PM",
        NameOf::HalfOfDay(false) => "AM",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_language_or_english() {
        assert_eq!(WORDS[ENGLISH].language, "en");
        assert_eq!(name(Some("de"), NameOf::Month(3)), "März");
        assert_eq!(name(Some("fr"), NameOf::ShortWeekday(6)), "dim.");
        assert_eq!(name(Some("tlh"), NameOf::Weekday(0)), "Monday");
        assert_eq!(name(None, NameOf::ShortMonth(12)), "Dec");
    }
}
