//! Names of declarations: of the package, of modules that are used, and of those that are not yet.

use std::sync::Arc;

use persona_base::{Edit, Span};
use persona_sema::editor::Offer;
use persona_sema::{Global, ItemKind, Type};

use super::item::{CompletionKind, escaped};
use super::offer::{Collector, Fit, Near, Offered};
use super::rules::Place;
use super::values::Wanted;

impl Place<'_> {
    /// Constants, traits, partitions, functions, enums and recommendations of the package and of modules.
    pub(super) fn declared_values(&self, wanted: Wanted<'_>, pure: bool, out: &mut Collector) {
        const ALL: [ItemKind; 6] = [
            ItemKind::Const,
            ItemKind::Fn,
            ItemKind::Enum,
            ItemKind::Trait,
            ItemKind::Partition,
            ItemKind::Catalog,
        ];
        // A function sees neither the profile nor what rests on it.
        let kinds = if pure { &ALL[..3] } else { &ALL[..] };
        let own = self.own_name().to_owned();
        let written = wanted.written(self);
        let inferred = self.infers();
        let fit = |offer: &Offer| match offer.kind {
            ItemKind::Trait if offer.ty.is_none() && inferred => {
                let ty = self.inferred_type(offer);
                wanted.fit(ty.as_ref())
            }
            ItemKind::Const | ItemKind::Trait | ItemKind::Fn => {
                wanted.fit_written(written.as_deref(), offer.ty.as_deref())
            }
            ItemKind::Partition => match wanted.ty {
                Some(_) if !wanted.begins => Fit::Other,
                _ => Fit::Open,
            },
            _ => Fit::Leads,
        };
        let all = self.db.offers_near(self.file).filter(|offer| {
            let itself = *offer.name == *own && self.declares(offer.kind);
            kinds.contains(&offer.kind) && !itself
        });
        out.declarations(all, fit, |offer| {
            let mut offered = declared(offer, &offer.name);
            if offer.kind == ItemKind::Trait && offer.ty.is_none() {
                let ty = self.inferred_type(offer).map(|ty| self.type_text(&ty));
                let params = offer.params.as_deref();
                let params = params
                    .map(|params| format!("{params}: "))
                    .unwrap_or_default();
                offered.detail = ty.map(|ty| format!("{params}{ty}")).or(offered.detail);
            }
            offered
        });
        self.of_modules(kinds, fit, out);
    }

    /// Whether there are so few traits without a written type that each may be asked for its own.
    fn infers(&self) -> bool {
        const FEW: usize = 200;
        let all = self.db.offers_near(self.file);
        let unknown = all.filter(|offer| offer.kind == ItemKind::Trait && offer.ty.is_none());
        unknown.take(FEW + 1).count() <= FEW
    }

    /// The type of a trait that does not write it.
    fn inferred_type(&self, offer: &Offer) -> Option<Type> {
        match self.db.global(self.space, &offer.name)? {
            Global::Trait(signature) if !signature.ty.is_error() => Some(signature.ty.clone()),
            _ => None,
        }
    }

    /// What modules offer: those that are used, and, once something is typed, those that are not.
    pub(super) fn of_modules(
        &self,
        kinds: &[ItemKind],
        fit: impl Fn(&Offer) -> Fit,
        out: &mut Collector,
    ) {
        let used = self.db.used_offers(self.space);
        let mut modules: Vec<String> = Vec::new();
        for (written, offer) in &used {
            if !kinds.contains(&offer.kind) {
                continue;
            }
            match written.rsplit_once('.') {
                // The module is offered instead, and its names after the dot.
                Some((module, _)) => {
                    if !modules.iter().any(|known| known == module) {
                        modules.push(module.to_owned());
                        out.add(
                            Offered::new(module, CompletionKind::Module)
                                .doc(format!("module:{module}"))
                                .fit(Fit::Leads)
                                .near(Near::Used)
                                .again(),
                        );
                    }
                    if !out.typed().is_empty() && out.wants(written) {
                        out.add(declared(offer, written).fit(fit(offer)).near(Near::Used));
                    }
                }
                None => out.add(declared(offer, written).fit(fit(offer)).near(Near::Used)),
            }
        }
        if out.typed().len() >= 2 && self.space.is_empty() {
            self.of_unused_modules(kinds, &fit, out);
        }
    }

    fn of_unused_modules(
        &self,
        kinds: &[ItemKind],
        fit: &impl Fn(&Offer) -> Fit,
        out: &mut Collector,
    ) {
        let used = self.db.used_modules(self.space);
        for module in self.db.modules(self.space) {
            if used.contains(&module.path) {
                continue;
            }
            for offer in &module.offers {
                let written = format!("{}.{}", module.name, offer.name);
                if !kinds.contains(&offer.kind) || !out.wants(&written) {
                    continue;
                }
                let mut offered = declared(offer, &written).fit(fit(offer)).near(Near::Unused);
                offered.detail = Some(format!("use {}", module.path));
                offered.also = vec![self.add_use(&module.path)];
                out.add(offered);
            }
        }
    }

    /// The edit that adds a `use` to the file.
    fn add_use(&self, path: &str) -> Edit {
        let spans = self.db.declaration_spans(self.file);
        let mut uses = spans.iter().filter(|(kind, _)| *kind == ItemKind::Use);
        let (at, text) = match (uses.next_back(), spans.first()) {
            (Some((_, last)), _) => (last.end, format!("\nuse {path}")),
            (None, Some((_, first))) => (first.start, format!("use {path}\n\n")),
            (None, None) => (0, format!("use {path}\n\n")),
        };
        Edit {
            file: self.file,
            span: Span::at(at),
            text,
        }
    }

    /// The declarations of a module after its dot.
    pub(super) fn module_members(&self, module: &str, out: &mut Collector) {
        let segments = self.asks_for_segment();
        for (written, offer) in self.db.used_offers(self.space) {
            let Some((of, name)) = written.rsplit_once('.') else {
                continue;
            };
            let fits = matches!(offer.kind, ItemKind::Segment | ItemKind::Partition) == segments
                || offer.kind == ItemKind::Partition;
            if of == module && fits {
                let key = format!("decl:{written}");
                out.add(declared(&offer, name).doc(key).near(Near::Used));
            }
        }
    }

    /// Whether `in` without a value stands before the names at the place.
    fn asks_for_segment(&self) -> bool {
        let tokens = &self.context.before.tokens;
        let mut at = tokens.len();
        while at >= 2 && self.context.text_of(tokens[at - 1]) == "." {
            at -= 2;
        }
        let text = |back: usize| {
            at.checked_sub(back)
                .and_then(|at| tokens.get(at))
                .map(|token| (self.context.text_of(*token), self.context.completes(*token)))
        };
        let before_in = text(2).is_none_or(|(_, completes)| !completes);
        matches!(text(1), Some(("in", _))) && before_in
            || matches!(text(1), Some(("among" | "enter" | "leave", _)))
    }

    /// Declarations of these kinds, of the package alone.
    pub(super) fn offer_kinds(&self, kinds: &[ItemKind], fit: Fit, out: &mut Collector) {
        let all = self.db.offers_near(self.file);
        let all = all.filter(|offer| kinds.contains(&offer.kind));
        out.declarations(all, |_| fit, |offer| declared(offer, &offer.name));
    }

    /// Segments, and partitions whose stages follow.
    pub(super) fn segment_names(&self, out: &mut Collector) {
        let kinds = [ItemKind::Segment, ItemKind::Partition];
        let own = self.own_name().to_owned();
        let all = self.db.offers_near(self.file).filter(|offer| {
            let itself = *offer.name == *own && self.declares(offer.kind);
            kinds.contains(&offer.kind) && !itself
        });
        let fit = |offer: &Offer| match offer.kind {
            ItemKind::Partition => Fit::Leads,
            _ => Fit::Open,
        };
        out.declarations(all, fit, |offer| segment(offer, &offer.name));
        self.of_modules(&kinds, |_| Fit::Open, out);
    }

    /// Events and groups of events; `field` asks for those that have a field of a type.
    pub(super) fn event_names(&self, out: &mut Collector, fit: Fit, field: Option<&Type>) {
        for offer in self.db.offers_near(self.file) {
            if !matches!(offer.kind, ItemKind::Event | ItemKind::Events) || !out.wants(&offer.name)
            {
                continue;
            }
            let fit = match field {
                Some(ty) if !self.has_field_of(&offer.name, ty) => Fit::Other,
                _ => fit,
            };
            let mut offered = declared(offer, &offer.name).fit(fit);
            offered.again = field.is_some();
            out.add(offered);
        }
        if field.is_none() {
            out.add(
                Offered::new("any event", CompletionKind::Event)
                    .doc("name:any event")
                    .fit(fit)
                    .near(Near::Word),
            );
            out.add(
                Offered::new("Sent", CompletionKind::Event)
                    .detail("what persona itself sent")
                    .doc("name:Sent")
                    .fit(fit)
                    .near(Near::Word),
            );
        }
        for param in self.event_params() {
            out.add(
                Offered::new(param, CompletionKind::Parameter)
                    .detail("events that a parameter stands for")
                    .fit(fit)
                    .near(Near::Here),
            );
        }
    }

    /// The declaration's parameters that stand for events or a field of them.
    fn event_params(&self) -> Vec<&str> {
        let tokens = &self.context.before.tokens;
        let head = tokens.get(self.context.head..).unwrap_or_default();
        let inside = head.iter().take_while(|token| {
            token.depth > 0 || !matches!(self.context.text_of(**token), "{" | "=")
        });
        let inside: Vec<_> = inside.filter(|token| token.depth == 1).collect();
        inside
            .windows(3)
            .filter(|three| {
                self.context.text_of(*three[1]) == ":"
                    && matches!(self.context.text_of(*three[2]), "Event" | "Field")
            })
            .map(|three| self.context.text_of(*three[0]))
            .collect()
    }

    fn has_field_of(&self, event: &str, ty: &Type) -> bool {
        let mut events = self.schema.events.iter();
        let found = events.find(|table| *table.name == *event);
        found.is_none_or(|table| table.fields.iter().any(|field| field.ty.kind == ty.kind))
    }
}

/// A declaration as an offer, under the name that it is written by.
pub(crate) fn declared(offer: &Offer, written: &str) -> Offered {
    let kind = kind_of(offer.kind);
    let params = offer.params.as_deref().unwrap_or_default();
    let detail = match (&offer.ty, &offer.title) {
        (Some(ty), _) if offer.kind == ItemKind::Fn => format!("{params} -> {ty}"),
        (Some(ty), _) => format!("{params}{}{ty}", if params.is_empty() { "" } else { ": " }),
        (None, Some(title)) => format!("\"{title}\""),
        (None, None) => match offer.kind {
            ItemKind::Trait | ItemKind::Segment | ItemKind::Content => params.to_owned(),
            kind => kind
                .described()
                .split_once(' ')
                .map_or("", |(_, noun)| noun)
                .to_owned(),
        },
    };
    let mut offered = Offered::new(written, kind)
        .detail(detail)
        .doc(format!("decl:{written}"));
    let calls = matches!(
        offer.kind,
        ItemKind::Fn
            | ItemKind::Trait
            | ItemKind::Segment
            | ItemKind::Content
            | ItemKind::Recommend
    );
    if calls && offer.params.is_some() {
        offered = offered.snippet(call(written, &offer.required));
    }
    offered.deprecated = offer.deprecated;
    offered
}

fn segment(offer: &Offer, written: &str) -> Offered {
    let mut offered = declared(offer, written);
    if offer.kind == ItemKind::Partition {
        offered = offered.snippet(format!("{}.$0", escaped(written))).again();
    }
    offered
}

/// `recent(${1:topic})`
fn call(name: &str, required: &[Arc<str>]) -> String {
    let params: Vec<String> = required
        .iter()
        .enumerate()
        .map(|(index, name)| format!("${{{}:{name}}}", index + 1))
        .collect();
    match params.is_empty() {
        true => format!("{}($0)", escaped(name)),
        false => format!("{}({})", escaped(name), params.join(", ")),
    }
}

pub(super) fn kind_of(kind: ItemKind) -> CompletionKind {
    match kind {
        ItemKind::Const => CompletionKind::Constant,
        ItemKind::Trait => CompletionKind::Trait,
        ItemKind::Fn => CompletionKind::Function,
        ItemKind::Segment => CompletionKind::Segment,
        ItemKind::Partition => CompletionKind::Partition,
        ItemKind::Enum => CompletionKind::Enum,
        ItemKind::Event | ItemKind::Events => CompletionKind::Event,
        ItemKind::Catalog => CompletionKind::Catalog,
        ItemKind::Channel | ItemKind::Purpose => CompletionKind::Channel,
        ItemKind::Content => CompletionKind::Content,
        ItemKind::Trigger => CompletionKind::Trigger,
        ItemKind::Experiment => CompletionKind::Experiment,
        ItemKind::Recommend => CompletionKind::Recommend,
        ItemKind::Source => CompletionKind::Source,
        ItemKind::Use => CompletionKind::Module,
        ItemKind::Profile | ItemKind::Error | ItemKind::Exclusive | ItemKind::Test => {
            CompletionKind::Type
        }
    }
}
