//! What the rows of a file are (people, what they did, or things), which column is the key, and which says whose and when.

use crate::guess::{is_birthday, is_time};
use crate::model::{Column, Kind, Table, Type};
use crate::names::{snake, words};

const PEOPLE: &[&str] = &[
    "customer",
    "customers",
    "user",
    "users",
    "client",
    "clients",
    "member",
    "members",
    "household",
    "households",
    "person",
    "persons",
    "people",
    "player",
    "players",
    "subscriber",
    "subscribers",
    "contact",
    "contacts",
    "account",
    "accounts",
    "visitor",
    "visitors",
    "buyer",
    "shopper",
    "guest",
    "guests",
    "patient",
    "profile",
    "profiles",
    "lead",
    "leads",
    "reader",
    "readers",
    "kunde",
    "kunden",
    "userid",
    "customerid",
    "demographics",
    "employee",
    "donor",
];
const THINGS: &[&str] = &[
    "product",
    "products",
    "item",
    "items",
    "sku",
    "skus",
    "store",
    "stores",
    "category",
    "categories",
    "article",
    "articles",
    "campaign",
    "campaigns",
    "catalog",
    "catalogue",
    "coupon",
    "coupons",
    "brand",
    "brands",
    "offer",
    "offers",
    "location",
    "locations",
    "movie",
    "movies",
    "book",
    "books",
    "title",
    "titles",
    "shop",
    "shops",
];

/// The name with those of the objects around it: `customer.id` is the id of a customer.
fn names(column: &Column) -> String {
    snake(&column.header)
}

fn has(name: &str, any: &[&str]) -> bool {
    words(name).iter().any(|word| any.contains(word))
}

/// The column that tells one row from another, where one does.
pub(crate) fn key(table: &Table) -> Option<usize> {
    let score = |at: usize, column: &Column| {
        let name = names(column);
        let said = table.said_keys.contains(&column.header);
        let fits = matches!(
            column.ty,
            Type::Text | Type::Int | Type::Email | Type::Phone
        );
        let declared = table.origin.is_none();
        if column.unreadable.is_some()
            || !said && (declared || !column.unique || !column.always || !fits)
        {
            return None;
        }
        let own = snake(&table.title);
        let points = usize::from(said) * 1000
            + usize::from(
                has(&name, PEOPLE)
                    && has(
                        &name,
                        &["id", "userid", "customerid", "no", "number", "key"],
                    ),
            ) * 200
            + usize::from(matches!(
                name.as_str(),
                "id" | "uuid" | "key" | "customer_id" | "user_id"
            )) * 150
            + usize::from(has(
                &name,
                &[
                    "id",
                    "uuid",
                    "guid",
                    "key",
                    "sku",
                    "userid",
                    "customerid",
                    "code",
                    "upc",
                ],
            )) * 100
            + usize::from(
                words(&own)
                    .iter()
                    .any(|word| !word.is_empty() && name.starts_with(&word[..word.len().min(4)])),
            ) * 30
            + usize::from(column.ty == Type::Text) * 5
            + usize::from(matches!(column.ty, Type::Email | Type::Phone)) * 20
            + usize::from(at == 0) * 10;
        // A long text is different by chance.
        Some(points)
    };
    let all = table.columns.iter().enumerate();
    let scored = all.filter_map(|(at, column)| Some((score(at, column)?, std::cmp::Reverse(at))));
    scored.max().map(|(_, at)| at.0)
}

/// The column that says whose a row is.
pub(crate) fn person(table: &Table, key: Option<&str>) -> Option<usize> {
    let find = |test: &dyn Fn(&Column) -> bool| {
        table
            .columns
            .iter()
            .position(|column| usable(column) && often(table, column, 50) && test(column))
    };
    let same = |column: &Column| key.is_some_and(|key| names(column) == *key && key != "id");
    let of_person = |column: &Column| {
        let name = names(column);
        let id = [
            "id",
            "no",
            "number",
            "key",
            "userid",
            "customerid",
            "uuid",
            "nr",
        ];
        has(&name, PEOPLE) && (has(&name, &id) || words(&name).len() == 1)
    };
    find(&same)
        .or_else(|| find(&of_person))
        .or_else(|| find(&|column| column.ty == Type::Email))
}

/// Whether so many of a hundred rows have a value.
fn often(table: &Table, column: &Column, percent: usize) -> bool {
    table.origin.is_none() || column.known * 100 >= table.rows * percent
}

fn usable(column: &Column) -> bool {
    let fits = matches!(
        column.ty,
        Type::Text | Type::Int | Type::Email | Type::Phone | Type::Float
    );
    column.unreadable.is_none() && fits && column.known > 0 || column.known == 0 && column.always
}

/// The column that says when.
pub(crate) fn time(table: &Table) -> Option<usize> {
    let score = |at: usize, column: &Column| {
        let name = names(column);
        let parts = words(&name);
        if column.unreadable.is_some() || is_birthday(&parts) || !often(table, column, 90) {
            return None;
        }
        let kind = match column.ty {
            Type::Timestamp => 100,
            Type::Date => 50,
            _ => return None,
        };
        let named = usize::from(is_time(&parts)) * 20
            + usize::from(has(
                &name,
                &["timestamp", "occurred", "at", "datetime", "event"],
            )) * 10
            + usize::from(column.always) * 30;
        let later = usize::from(has(
            &name,
            &["updated", "end", "until", "expires", "modified", "last"],
        )) * 60;
        Some((kind + named).saturating_sub(later + at.min(20)))
    };
    let all = table.columns.iter().enumerate();
    let scored = all.filter_map(|(at, column)| Some((score(at, column)?, std::cmp::Reverse(at))));
    scored.max().map(|(_, at)| at.0)
}

/// What the rows are, unless somebody has said so; and why nobody can be sure.
pub(crate) fn kind(table: &Table) -> (Kind, Option<String>) {
    let (key, person, time) = (key(table), person(table, None), time(table));
    let title = snake(&table.title);
    let key_name = key.map(|at| names(&table.columns[at]));
    let of_people = has(&title, PEOPLE)
        || key_name.as_deref().is_some_and(|name| has(name, PEOPLE))
        || table.columns.iter().any(|column| {
            column.pii && matches!(column.ty, Type::Email | Type::Date)
                || ["first_name", "last_name", "given_name", "surname"]
                    .contains(&names(column).as_str())
        });
    if let (Some(person), Some(_)) = (person, time)
        && key != Some(person)
        && !(of_people && key.is_some() && has(&title, PEOPLE))
        && !has(&title, THINGS)
    {
        return (Kind::Event, None);
    }
    let of_things =
        has(&title, THINGS) || key_name.as_deref().is_some_and(|name| has(name, THINGS));
    match (of_people, of_things) {
        (false, true) => (Kind::Catalog, None),
        (true, _) => (Kind::Profile, None),
        _ => (
            Kind::Profile,
            Some("nothing says whether these are people or things: `--as catalog` takes them as things".to_owned()),
        ),
    }
}

/// How likely a table is that of the people.
pub(crate) fn likeness(table: &Table, all: &[Table]) -> usize {
    let Some(key) = key(table) else { return 0 };
    let key = &table.columns[key];
    let name = names(key);
    let referred = all.iter().filter(|other| {
        other.title != table.title
            && (other.refers.iter().any(|(_, to)| *to == table.title)
                || other
                    .columns
                    .iter()
                    .any(|column| names(column) == name && name != "id"))
    });
    1 + referred.count() * 10
        + usize::from(has(&snake(&table.title), PEOPLE)) * 100
        + usize::from(has(&name, PEOPLE)) * 50
        + table.columns.iter().filter(|column| column.pii).count()
}

/// Whether a column holds what another one does: more than half of its values.
pub(crate) fn overlaps(one: &Column, other: &Column) -> bool {
    if one.sample.is_empty() || other.sample.is_empty() {
        return false;
    }
    let found = one
        .sample
        .iter()
        .filter(|hash| other.sample.binary_search(hash).is_ok());
    let found = found.count();
    found * 2 > one.sample.len() && found > 1 || found == one.sample.len()
}
