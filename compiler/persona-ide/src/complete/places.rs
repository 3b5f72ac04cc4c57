//! What stands in places of their own: types, names of declarations of one sort, fields of rows, slots, modules, annotations.

use persona_sema::editor::{PROBE, Spot, lints, plain_types, zones};
use persona_sema::{ArmHash, DropReason, ItemKind, TableDef, TypeKind};

use super::builtin;
use super::context::{Row, Sort, TypePlace};
use super::declared::declared;
use super::item::CompletionKind;
use super::lex::{Kind, word_end};
use super::offer::{Collector, Fit, Near, Offered};
use super::rules::Place;
use super::words;

/// What a row of the profile or an event cannot be given.
const OWN_FIELDS: [&str; 2] = ["at", "id"];

impl Place<'_> {
    /// Declarations of a sort.
    pub(super) fn declared(&self, sort: Sort, out: &mut Collector) {
        let kinds: &[ItemKind] = match sort {
            Sort::Content => &[ItemKind::Content],
            Sort::Channel => &[ItemKind::Channel],
            Sort::Purpose => &[ItemKind::Purpose],
            Sort::TriggerOrContent => &[ItemKind::Trigger, ItemKind::Content],
            Sort::Experiment => &[ItemKind::Experiment],
            Sort::Recommend => &[ItemKind::Recommend],
            Sort::Catalog => &[ItemKind::Catalog],
            Sort::Source => &[ItemKind::Source],
            Sort::Filled => &[ItemKind::Profile, ItemKind::Event, ItemKind::Catalog],
            Sort::Event => &[ItemKind::Event],
        };
        let own = self.own_name().to_owned();
        // A test or an expectation names a content alone; what is sent gets its arguments.
        let with_call = self.context.keyword == "trigger" || sort == Sort::Recommend;
        let all = self.db.offers_near(self.file).filter(|offer| {
            let itself = *offer.name == *own && self.declares(offer.kind);
            kinds.contains(&offer.kind) && !itself
        });
        out.declarations(
            all,
            |_| Fit::Exact,
            |offer| {
                let mut offered = declared(offer, &offer.name);
                if !with_call {
                    offered.snippet = None;
                }
                offered
            },
        );
    }

    /// Events, after `did` or where a clause takes them.
    pub(super) fn events(&self, did: bool, out: &mut Collector) {
        self.event_names(out, Fit::Exact, None);
        if did {
            for word in ["not", "latest"] {
                out.add(
                    Offered::new(word, CompletionKind::Keyword)
                        .snippet(format!("{word} $0"))
                        .fit(Fit::Open)
                        .near(Near::Word)
                        .again(),
                );
            }
        }
    }

    /// Segments, and stages after a partition's dot.
    pub(super) fn segments(&self, out: &mut Collector) {
        match self.last_sign() {
            Some(".") => self.values(out, false),
            _ => self.segment_names(out),
        }
    }

    /// Types.
    pub(super) fn types(&self, at: TypePlace, out: &mut Collector) {
        if at == TypePlace::Currency {
            return self.currency_codes(out);
        }
        let ty = |label: &str, snippet: &str, detail: &str| {
            Offered::new(label, CompletionKind::Type)
                .snippet(snippet)
                .detail(detail)
                .doc(format!("type:{label}"))
                .near(Near::Word)
        };
        for plain in plain_types() {
            let not_in_data = matches!(plain, "Html" | "Period") && at == TypePlace::Field;
            if !not_in_data {
                out.add(ty(plain, "", ""));
            }
        }
        let currencies = self.currencies();
        let currency = currencies.first().map_or("USD", String::as_str);
        out.add(ty(
            "Money",
            &format!("Money<${{1:{currency}}}>"),
            "an amount in a currency",
        ));
        out.add(ty("List", "List<${1:String}>", "elements in order"));
        if at != TypePlace::Shown {
            out.add(ty("Set", "Set<${1:String}>", "each element once"));
        }
        if at == TypePlace::Param {
            out.add(ty("Event", "", "the name of an event"));
            out.add(ty("Field", "Field<${1:Money<USD>}>", "a field of an event"));
        }
        if at == TypePlace::Field {
            out.add(ty("{ … }", "{ $0 }", "fields of its own"));
        }
        let kinds: &[ItemKind] = match at {
            TypePlace::Shown if self.context.keyword == "content" => &[
                ItemKind::Enum,
                ItemKind::Catalog,
                ItemKind::Event,
                ItemKind::Events,
            ],
            TypePlace::Shown => &[ItemKind::Enum, ItemKind::Catalog],
            _ => &[ItemKind::Enum],
        };
        for offer in self.db.offers_near(self.file) {
            if kinds.contains(&offer.kind) && out.wants(&offer.name) {
                out.add(declared(offer, &offer.name).fit(Fit::Exact));
            }
        }
    }

    fn currency_codes(&self, out: &mut Collector) {
        let used = self.currencies();
        for currency in persona_base::currencies() {
            let code = currency.code();
            let fit = match used.iter().any(|known| known == code) {
                true => Fit::Exact,
                false => Fit::Open,
            };
            out.add(
                Offered::new(code, CompletionKind::Type)
                    .detail("currency")
                    .fit(fit)
                    .near(Near::Word),
            );
        }
    }

    pub(super) fn after_type(&self, out: &mut Collector) {
        let default = Offered::new("=", CompletionKind::Keyword).snippet("= $0");
        out.add(
            default
                .detail("used where data lacks the value")
                .near(Near::Word),
        );
        for (name, snippet, says) in ANNOTATIONS_OF_FIELDS {
            out.add(
                Offered::new(format!("@{name}"), CompletionKind::Annotation)
                    .snippet(format!("@{snippet}"))
                    .detail(*says)
                    .doc(format!("annotation:{name}"))
                    .near(Near::Word),
            );
        }
    }

    pub(super) fn annotations(&self, field: bool, out: &mut Collector) {
        let all = match field {
            true => ANNOTATIONS_OF_FIELDS,
            false => ANNOTATIONS_OF_DECLARATIONS,
        };
        for (name, snippet, says) in all {
            out.add(
                Offered::new(*name, CompletionKind::Annotation)
                    .snippet(*snippet)
                    .detail(*says)
                    .doc(format!("annotation:{name}"))
                    .near(Near::Word),
            );
        }
    }

    pub(super) fn lints(&self, out: &mut Collector) {
        for lint in lints() {
            out.add(
                Offered::new(lint.name, CompletionKind::Lint)
                    .detail(lint.id)
                    .doc(format!("lint:{}", lint.name)),
            );
        }
    }

    /// The fields of a row that are not given yet.
    pub(super) fn field_names(&self, row: Row, out: &mut Collector) {
        let sign = match row {
            Row::Each(_) => " = ",
            _ => ": ",
        };
        let (table, prefix) = match row {
            Row::Profile => (Some(&self.schema.profile), String::new()),
            Row::Event(at) => (self.event_at(at), String::new()),
            Row::Each(at) => {
                let name = &self.context.text[at..word_end(self.context.text, at)];
                return self.element_fields(name, sign, out);
            }
            Row::Unknown => self.record_around(),
        };
        let Some(table) = table else { return };
        let is_event = matches!(row, Row::Event(_));
        let written = self.written_fields();
        let mut last = String::new();
        for field in &table.fields {
            let Some(rest) = field.name.strip_prefix(prefix.as_str()) else {
                continue;
            };
            let (first, is_group) = match rest.split_once('.') {
                Some((first, _)) => (first, true),
                None => (rest, false),
            };
            let own = is_event && OWN_FIELDS.contains(&first);
            if last == first || own || written.iter().any(|known| known == first) {
                continue;
            }
            first.clone_into(&mut last);
            let required = !field.ty.optional && field.default.is_none() && !is_group;
            let (detail, value) = match is_group {
                true => ("{ … }".to_owned(), "{ $0 }"),
                false => (self.type_text(&field.ty), "$0"),
            };
            let mut offered = Offered::new(first, CompletionKind::Field)
                .detail(detail)
                .snippet(format!("{first}{sign}{value}"))
                .doc(format!("field:{}:{prefix}{first}", table.name))
                .fit(if required { Fit::Exact } else { Fit::Open })
                .near(Near::Field);
            offered.again = true;
            out.add(offered);
        }
    }

    fn event_at(&self, at: usize) -> Option<&TableDef> {
        let name = &self.context.text[at..word_end(self.context.text, at)];
        let mut events = self.schema.events.iter();
        events.find(|table| *table.name == *name)
    }

    /// A nested record of a row: the table, and what stands before its fields.
    fn record_around(&self) -> (Option<&TableDef>, String) {
        let open = &self.context.before.open;
        let mut names: Vec<&str> = Vec::new();
        for index in open.iter().rev() {
            match self.context.block(*index) {
                super::context::Block::Record => {
                    let tokens = &self.context.before.tokens;
                    let name = index
                        .checked_sub(2)
                        .map(|at| self.context.text_of(tokens[at]));
                    names.extend(name);
                }
                super::context::Block::Row(row) => {
                    names.reverse();
                    let prefix = format!("{}.", names.join("."));
                    let table = match row {
                        Row::Profile => Some(&self.schema.profile),
                        Row::Event(at) => self.event_at(at),
                        Row::Each(_) | Row::Unknown => None,
                    };
                    return (table, prefix);
                }
                _ => break,
            }
        }
        (None, String::new())
    }

    /// The names that are written in the braces around the place already.
    fn written_fields(&self) -> Vec<String> {
        let Some(open) = self.context.before.open.last().copied() else {
            return Vec::new();
        };
        let tokens = &self.context.before.tokens;
        let depth = tokens[open].depth + 1;
        let direct = tokens[open + 1..]
            .iter()
            .filter(|token| token.depth == depth);
        let direct: Vec<_> = direct.collect();
        direct
            .windows(2)
            .filter(|pair| {
                pair[0].kind == Kind::Word && matches!(self.context.text_of(*pair[1]), ":" | "=")
            })
            .map(|pair| self.context.text_of(*pair[0]).to_owned())
            .collect()
    }

    /// The fields of the elements of a list field that a source fills.
    fn element_fields(&self, list: &str, sign: &str, out: &mut Collector) {
        let written = self.written_fields();
        let Some(table) = self.target() else { return };
        let found = table.fields.iter().find(|field| *field.name == *list);
        let Some(TypeKind::Record(record)) = found
            .and_then(|field| field.ty.kind.element())
            .map(|element| &element.kind)
        else {
            return;
        };
        for field in &record.fields {
            if !written.iter().any(|known| **known == *field.name) {
                out.add(
                    Offered::new(&*field.name, CompletionKind::Field)
                        .detail(self.type_text(&field.ty))
                        .snippet(format!("{}{sign}column(\"$1\")", field.name))
                        .fit(Fit::Exact)
                        .near(Near::Field),
                );
            }
        }
    }

    /// The table that the source around the place fills.
    fn target(&self) -> Option<&TableDef> {
        let tokens = &self.context.before.tokens;
        let of = tokens.get(self.context.head + 3)?;
        let name = self.context.text_of(*of);
        if *self.schema.profile.name == *name {
            return Some(&self.schema.profile);
        }
        let mut events = self.schema.events.iter();
        let catalogs = || {
            let mut catalogs = self.schema.catalogs.iter();
            catalogs.find(|catalog| *catalog.table.name == *name)
        };
        events
            .find(|table| *table.name == *name)
            .or_else(|| catalogs().map(|catalog| &catalog.table))
    }

    /// Fields of the table that a source fills.
    pub(super) fn source_fields(&self, out: &mut Collector) {
        let written = self.written_fields();
        let Some(table) = self.target() else { return };
        let is_event = self
            .schema
            .events
            .iter()
            .any(|event| event.name == table.name);
        let mut add = |name: &str, detail: String, value: &str, fit: Fit| {
            if !written.iter().any(|known| known == name) {
                out.add(
                    Offered::new(name, CompletionKind::Field)
                        .detail(detail)
                        .snippet(format!("{name} = {value}"))
                        .doc(format!("field:{}:{name}", table.name))
                        .fit(fit)
                        .near(Near::Field),
                );
            }
        };
        if is_event {
            add(
                "profile",
                "whose event it is".to_owned(),
                "column(\"$1\")",
                Fit::Exact,
            );
        }
        for field in &table.fields {
            let is_list = matches!(
                field.ty.kind.element().map(|element| &element.kind),
                Some(TypeKind::Record(_))
            );
            let value = match is_list {
                true => "each { $0 }",
                false => "column(\"$1\")",
            };
            let fit = match field.ty.optional || field.default.is_some() {
                true => Fit::Open,
                false => Fit::Exact,
            };
            add(&field.name, self.type_text(&field.ty), value, fit);
        }
    }

    /// What may stand over raw columns.
    pub(super) fn raw_values(&self, out: &mut Collector) {
        let after_dot = self.last_sign() == Some(".");
        let (list, all) = match after_dot {
            true => ("raw_method", builtin::RAW_METHODS),
            false => ("raw", builtin::RAW),
        };
        for function in all {
            let snippet = match function.name {
                "column" => "column(\"$1\")".to_owned(),
                "as" => "as(${1:Timestamp})".to_owned(),
                _ => function.snippet(),
            };
            out.add(
                Offered::new(function.name, CompletionKind::Function)
                    .detail(function.form())
                    .snippet(snippet)
                    .doc(format!("function:{list}:{}", function.name))
                    .near(Near::Word),
            );
        }
        if !after_dot {
            out.words("value", words::VALUES, Fit::Leads);
            for word in ["each", "true", "false"] {
                let snippet = if word == "each" { "each { $0 }" } else { "" };
                out.add(
                    Offered::new(word, CompletionKind::Keyword)
                        .snippet(snippet)
                        .near(Near::Word),
                );
            }
        }
    }

    /// Fields of the profile, after `set` or `clear`, perhaps after a dot.
    pub(super) fn set_fields(&self, out: &mut Collector) {
        let tokens = &self.context.before.tokens;
        let mut parts: Vec<&str> = Vec::new();
        let mut at = tokens.len();
        while at >= 2 && self.context.text_of(tokens[at - 1]) == "." {
            parts.push(self.context.text_of(tokens[at - 2]));
            at -= 2;
        }
        parts.reverse();
        let prefix: String = parts.iter().map(|part| format!("{part}.")).collect();
        let table = match self.context.keyword {
            "event" | "catalog" => self.own_table(),
            _ => Some(&self.schema.profile),
        };
        let mut last = String::new();
        for field in table.iter().flat_map(|table| &table.fields) {
            let Some(rest) = field.name.strip_prefix(prefix.as_str()) else {
                continue;
            };
            let (first, is_group) = match rest.split_once('.') {
                Some((first, _)) => (first, true),
                None => (rest, false),
            };
            if last == first {
                continue;
            }
            first.clone_into(&mut last);
            let detail = match is_group {
                true => "{ … }".to_owned(),
                false => self.type_text(&field.ty),
            };
            let mut offered = Offered::new(first, CompletionKind::Field)
                .detail(detail)
                .doc(format!(
                    "field:{}:{prefix}{first}",
                    self.schema.profile.name
                ))
                .near(Near::Field);
            offered.again = is_group;
            out.add(offered);
        }
    }

    fn own_table(&self) -> Option<&TableDef> {
        let own = self.own_name();
        let mut events = self.schema.events.iter();
        let mut catalogs = self.schema.catalogs.iter();
        events.find(|table| *table.name == *own).or_else(|| {
            catalogs
                .find(|one| *one.table.name == *own)
                .map(|one| &one.table)
        })
    }

    /// The slots of the content around the place, which are not filled yet.
    pub(super) fn slots(&self, out: &mut Collector) {
        let Some(shape) = self.db.content_shape(self.own_name()) else {
            return;
        };
        let written = self.written_fields();
        for (name, ty) in &shape.slots {
            if !written.iter().any(|known| **known == **name) {
                let value = match ty.kind {
                    TypeKind::Html => "template \"$1\"",
                    _ if ty.kind.is_text() => "\"$1\"",
                    _ => "$0",
                };
                out.add(
                    Offered::new(&**name, CompletionKind::Slot)
                        .detail(self.type_text(ty))
                        .snippet(format!("{name} = {value}"))
                        .doc(format!("slot:{}:{name}", self.own_name()))
                        .fit(Fit::Exact)
                        .near(Near::Field),
                );
            }
        }
    }

    /// The parameters of what is called around the place, by name.
    pub(super) fn arguments(&self, out: &mut Collector) {
        let Some(call) = crate::signature::call_around(self) else {
            return;
        };
        let written = self.written_fields();
        for param in call.params.iter().skip(call.given) {
            if param.is_named && !written.contains(&param.name) {
                out.add(
                    Offered::new(format!("{}:", param.name), CompletionKind::Parameter)
                        .detail(param.takes.clone())
                        .snippet(format!("{}: $0", param.name))
                        .fit(Fit::Open)
                        .near(Near::Field),
                );
            }
        }
    }

    /// Packages and modules, behind `use`.
    pub(super) fn modules(&self, out: &mut Collector) {
        let tokens = &self.context.before.tokens;
        let path: Vec<&str> = tokens[self.context.head + 1..]
            .iter()
            .filter(|token| token.kind == Kind::Word)
            .map(|token| self.context.text_of(*token))
            .collect();
        if !path.is_empty() && self.last_sign() != Some(".") {
            return;
        }
        let (modules, offers) = self.db.usable(self.space, &path);
        for module in modules {
            let leads = path.is_empty() && &*module == "std";
            let mut offered = Offered::new(&*module, CompletionKind::Module)
                .doc(format!("module:{module}"))
                .fit(Fit::Exact);
            if leads {
                offered = offered.snippet(format!("{module}.$0")).again();
            }
            out.add(offered);
        }
        if !offers.is_empty() {
            out.add(
                Offered::new("{ }", CompletionKind::Snippet)
                    .snippet("{$0}")
                    .detail("some of its names")
                    .again(),
            );
        }
    }

    /// Names of a module, in the braces of a `use`.
    pub(super) fn imports(&self, out: &mut Collector) {
        let tokens = &self.context.before.tokens;
        let words = |token: &&super::lex::Token| token.kind == Kind::Word;
        let own = &tokens[self.context.head + 1..];
        let path = own.iter().filter(|token| token.depth == 0).filter(words);
        let path: Vec<&str> = path.map(|token| self.context.text_of(*token)).collect();
        let inside = own.iter().filter(|token| token.depth > 0).filter(words);
        let inside: Vec<&str> = inside.map(|token| self.context.text_of(*token)).collect();
        let (_, offers) = self.db.usable(self.space, &path);
        for offer in offers {
            if !inside.contains(&&*offer.name) {
                let module = path.last().copied().unwrap_or_default();
                let mut offered = declared(&offer, &offer.name)
                    .doc(format!("decl:{module}.{}", offer.name))
                    .fit(Fit::Exact);
                offered.snippet = None;
                out.add(offered);
            }
        }
    }

    pub(super) fn formats(&self, out: &mut Collector) {
        for spot in self.spots() {
            if let Spot::Format(ty) = spot {
                self.format_names(ty, out);
            }
        }
    }

    /// The variants of the content before `is`.
    pub(super) fn variants(&self, out: &mut Collector) {
        let tokens = &self.context.before.tokens;
        let Some(at) = tokens.len().checked_sub(2) else {
            return;
        };
        let content = self.context.text_of(tokens[at]);
        let Some(shape) = self.db.content_shape(content) else {
            return;
        };
        let otherwise = std::sync::Arc::from("otherwise");
        for variant in shape.variants.iter().chain([&otherwise]) {
            out.add(
                Offered::new(&**variant, CompletionKind::EnumValue)
                    .detail(format!("a variant of `{content}`"))
                    .fit(Fit::Exact)
                    .near(Near::Field),
            );
        }
    }

    /// The arms of the experiment before `=`.
    pub(super) fn arms(&self, out: &mut Collector) {
        let tokens = &self.context.before.tokens;
        let Some(at) = tokens.len().checked_sub(2) else {
            return;
        };
        let name = self.context.text_of(tokens[at]);
        let found = self
            .schema
            .enums
            .iter_enumerated()
            .find(|(_, def)| *def.name == *name);
        if let Some((id, _)) = found {
            self.enum_values(id, Fit::Exact, out);
        }
        out.add(
            Offered::new("missing", CompletionKind::Keyword)
                .detail("the holdout")
                .near(Near::Word),
        );
    }

    /// A pattern of `match`.
    pub(super) fn patterns(&self, out: &mut Collector) {
        let word = self.context.before.word;
        // An arm that is complete tells what is looked at, whatever follows it.
        let spots = self.spots_with(word, &format!("{PROBE} => 0,"));
        for spot in &spots {
            match spot {
                Spot::Value(value) => {
                    if let Some(TypeKind::Enum(id)) = value.want.as_ref().map(|ty| &ty.kind) {
                        self.enum_values(*id, Fit::Exact, out);
                    }
                }
                Spot::EnumValue(id) => self.enum_values(*id, Fit::Exact, out),
                _ => {}
            }
        }
        for (label, says) in [
            ("otherwise", "whatever else it is"),
            ("missing", "where there is no value"),
        ] {
            out.add(
                Offered::new(label, CompletionKind::Keyword)
                    .detail(says)
                    .snippet(format!("{label} => $0"))
                    .near(Near::Word),
            );
        }
    }

    /// Templates of the package, in the text after `template`.
    pub(super) fn template_paths(&self, out: &mut Collector) {
        for path in self.db.template_paths() {
            out.add(
                Offered::new(&*path, CompletionKind::File)
                    .detail("template")
                    .fit(Fit::Exact),
            );
        }
    }

    pub(super) fn locales(&self, out: &mut Collector) {
        for (tag, language) in [
            ("de", "German"),
            ("de_AT", "German, Austria"),
            ("de_CH", "German, Switzerland"),
            ("en", "English"),
            ("en_GB", "English, United Kingdom"),
            ("es", "Spanish"),
            ("fr", "French"),
            ("it", "Italian"),
            ("ja", "Japanese"),
            ("nl", "Dutch"),
            ("pl", "Polish"),
            ("pt", "Portuguese"),
            ("pt_BR", "Portuguese, Brazil"),
            ("sv", "Swedish"),
            ("tr", "Turkish"),
            ("zh", "Chinese"),
        ] {
            out.add(Offered::new(tag, CompletionKind::Value).detail(language));
        }
    }

    pub(super) fn named_values(
        &self,
        names: impl Iterator<Item = &'static str>,
        detail: &str,
        out: &mut Collector,
    ) {
        for name in names {
            out.add(
                Offered::new(name, CompletionKind::Value)
                    .detail(detail)
                    .fit(Fit::Exact),
            );
        }
    }

    pub(super) fn zones(&self, out: &mut Collector) {
        for zone in zones() {
            out.add(Offered::new(zone, CompletionKind::Value).detail("time zone"));
        }
    }
}

/// Annotations of a field: the name, the snippet, what it says.
pub(crate) const ANNOTATIONS_OF_FIELDS: &[(&str, &str, &str)] = &[
    ("key", "key", "tells one row from another"),
    ("pii", "pii", "tells who somebody is"),
    (
        "deprecated",
        "deprecated(\"$1\")",
        "not to be used any more",
    ),
    ("allow", "allow($1)", "a lint says nothing here"),
];
/// Annotations of a declaration.
pub(crate) const ANNOTATIONS_OF_DECLARATIONS: &[(&str, &str, &str)] = &[
    ("owner", "owner(\"${1:team}\")", "who answers for it"),
    (
        "deprecated",
        "deprecated(\"${1:use x}\")",
        "not to be used any more",
    ),
    ("allow", "allow($1)", "a lint says nothing here"),
];

/// Why a message is dropped, as tests name it.
pub(crate) fn drop_reasons() -> impl Iterator<Item = &'static str> {
    DropReason::ALL.iter().map(|(name, _)| *name)
}

/// The hashes of experiments, by name.
pub(crate) fn hashes() -> impl Iterator<Item = &'static str> {
    ArmHash::ALL.iter().map(|(name, _)| *name)
}
