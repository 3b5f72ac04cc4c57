//! Completion in rules: finds the declaration around a place, asks what may stand there, and offers it.

use std::cell::OnceCell;

use persona_base::{FileId, Span};
use persona_sema::editor::{PROBE, Spot};
use persona_sema::{Database, ItemKind, Schema};

use super::context::{Block, Context, Site};
use super::item::{CompletionOptions, Completions};
use super::lex::{self, Inside, before, boundary, offset};
use super::offer::{Collector, Fit};
use super::words;

/// What is asked at one place of a file of rules.
pub(crate) struct Place<'db> {
    pub(crate) db: &'db Database,
    pub(crate) file: FileId,
    /// Which package or module the file belongs to.
    pub(crate) space: &'db str,
    /// Where the declaration's text begins in the file.
    pub(crate) start: u32,
    /// Whether the database knows a declaration there.
    pub(crate) known: bool,
    pub(crate) context: Context<'db>,
    pub(crate) schema: &'db Schema,
    spots: OnceCell<Vec<Spot>>,
}

/// Completion at an offset of a file of rules.
pub(super) fn complete(
    db: &Database,
    file: FileId,
    at: u32,
    options: CompletionOptions,
) -> Completions {
    let Some(place) = Place::find(db, file, at) else {
        return Completions::default();
    };
    let word = place.context.before.word;
    let typed_end =
        (boundary(db.file_text(file), at as usize) as u32 - place.start).max(word.start);
    let typed = &place.context.text[word.start as usize..typed_end as usize];
    let mut out = Collector::new(typed, word.offset(place.start), options);
    for site in place.context.sites() {
        place.offer(site, &mut out);
    }
    out.finish()
}

impl<'db> Place<'db> {
    /// What stands around an offset.
    pub(crate) fn find(db: &'db Database, file: FileId, at: u32) -> Option<Self> {
        let text = db.file_text(file);
        let at = boundary(text, at as usize);
        let spans = db.declaration_spans(file);
        let after = spans.partition_point(|(_, span)| (span.start as usize) < at);
        let found = after.checked_sub(1).map(|index| spans[index].1);
        let next = spans
            .get(after)
            .map_or(text.len(), |(_, span)| span.start as usize);
        let (start, end, known) = match found {
            Some(span) => {
                let end = (span.end as usize).max(lex::word_end(text, at));
                (span.start as usize, end, true)
            }
            None => (
                line_start(text, at),
                lex::word_end(text, at).min(next.max(at)),
                false,
            ),
        };
        let own = &text[start..end];
        let before = before(own, at - start);
        let word_at = start + before.word.start as usize;
        let begins_line = word_at == line_start(text, word_at);
        // A word at the beginning of a line begins a declaration, whatever is still open before it.
        if (begins_line && before.inside == Inside::Code) || !known {
            return Self::between(db, file, word_at, at);
        }
        Some(Self {
            db,
            file,
            space: db.space_of(file).map_or("", |space| space),
            start: offset(start),
            known,
            context: Context::new(own, before),
            schema: db.schema(),
            spots: OnceCell::new(),
        })
    }

    /// A place that belongs to no declaration: only what stands on its line counts.
    fn between(db: &'db Database, file: FileId, word_at: usize, at: usize) -> Option<Self> {
        let text = db.file_text(file);
        let start = line_start(text, word_at);
        let own = &text[start..lex::word_end(text, at)];
        let before = before(own, at - start);
        let alone = own[..before.word.start as usize].trim().is_empty();
        let is_annotation = own[..before.word.start as usize]
            .trim_start()
            .starts_with('@');
        (alone || is_annotation).then(|| Self {
            db,
            file,
            space: db.space_of(file).map_or("", |space| space),
            start: offset(start),
            known: false,
            context: Context::new(own, before),
            schema: db.schema(),
            spots: OnceCell::new(),
        })
    }

    /// What the checker says could stand where the word at the place is.
    pub(crate) fn spots(&self) -> &[Spot] {
        self.spots
            .get_or_init(|| self.spots_with(self.context.before.word, PROBE))
    }

    /// What the checker says of the declaration with another text at a place.
    pub(crate) fn spots_with(&self, replaced: Span, new: &str) -> Vec<Spot> {
        if !self.known {
            return Vec::new();
        }
        let text = self.context.text;
        let mut other = String::with_capacity(text.len() + new.len());
        other.push_str(&text[..replaced.start as usize]);
        other.push_str(new);
        other.push_str(&text[replaced.end as usize..]);
        self.db.spots(self.file, self.start, &other)
    }

    fn offer(&self, site: Site, out: &mut Collector) {
        match site {
            Site::Declaration => {
                out.words("declaration", words::DECLARATIONS, Fit::Exact);
            }
            Site::Clause(block) => self.clauses(block, out),
            Site::Words(some) => self.single_words(some, out),
            Site::Value | Site::Per => self.values(out, false),
            Site::Aggregated => self.values(out, true),
            Site::List => self.values(out, false),
            Site::Operator(after) => self.operators(after, out),
            Site::Event { did } => self.events(did, out),
            Site::Segment => self.segments(out),
            Site::Window { events } => self.windows(events, out),
            Site::InValue => self.in_value(out),
            Site::Amount { last } => self.amounts(last, out),
            Site::Unit {
                number,
                duration,
                calendar,
            } => self.units(number, duration, calendar, out),
            Site::Named(sort) => self.declared(sort, out),
            Site::Type(at) => self.types(at, out),
            Site::AfterType => self.after_type(out),
            Site::FieldName(row) => self.field_names(row, out),
            Site::SetField => self.set_fields(out),
            Site::SourceField => self.source_fields(out),
            Site::Raw => self.raw_values(out),
            Site::Slot => self.slots(out),
            Site::Argument => self.arguments(out),
            Site::Annotation { field } => self.annotations(field, out),
            Site::Lint => self.lints(out),
            Site::Module => self.modules(out),
            Site::Import => self.imports(out),
            Site::Format => self.formats(out),
            Site::Variant => self.variants(out),
            Site::Arm => self.arms(out),
            Site::Pattern => self.patterns(out),
            Site::TemplatePath => self.template_paths(out),
            Site::Locale => self.locales(out),
            Site::Zone => self.zones(out),
            Site::Reason => {
                self.named_values(super::places::drop_reasons(), "why it was dropped", out);
            }
            Site::Hash => self.named_values(super::places::hashes(), "a hash", out),
        }
    }

    fn clauses(&self, block: Block, out: &mut Collector) {
        match block {
            Block::Table => out.words("table", words::TABLE, Fit::Open),
            Block::Source => out.words("source", words::SOURCE, Fit::Open),
            Block::Segment => out.words("segment", words::SEGMENT, Fit::Exact),
            Block::Partition => out.words("partition", words::PARTITION, Fit::Exact),
            Block::Purpose => out.words("purpose", words::PURPOSE, Fit::Exact),
            Block::Channel => out.words("channel", words::CHANNEL, Fit::Exact),
            Block::Trigger => {
                out.words("trigger", words::TRIGGER, Fit::Exact);
                out.words("step", words::STEPS, Fit::Exact);
            }
            Block::Steps => {
                out.words("step", words::STEPS, Fit::Exact);
            }
            Block::Content => out.words("content", words::CONTENT, Fit::Exact),
            Block::Variant => out.words("variant", words::VARIANT, Fit::Open),
            Block::Recommend => out.words("recommend", words::RECOMMEND, Fit::Exact),
            Block::Experiment => out.words("experiment", words::EXPERIMENT, Fit::Exact),
            Block::Test => out.words("test", words::TEST, Fit::Exact),
            Block::Enum
            | Block::Arms
            | Block::Exclusive
            | Block::Row(_)
            | Block::Match
            | Block::Import
            | Block::Hole
            | Block::RecordType
            | Block::Record => {}
        }
    }

    fn single_words(&self, some: &[&str], out: &mut Collector) {
        use super::item::CompletionKind;
        use super::offer::{Near, Offered};
        for label in some {
            let known = words::SINGLE.iter().find(|word| word.label == *label);
            let mut offered = Offered::new(*label, CompletionKind::Keyword)
                .fit(Fit::Exact)
                .near(Near::Word);
            if let Some(word) = known {
                offered = offered
                    .snippet(word.snippet)
                    .doc(format!("word:word:{label}"));
                offered.again = word.snippet.ends_with(" $0");
            }
            out.add(offered);
        }
    }

    /// Whether what is declared here has this kind.
    pub(crate) fn declares(&self, kind: ItemKind) -> bool {
        matches!(
            (kind, self.context.keyword),
            (ItemKind::Segment, "segment")
                | (ItemKind::Trait, "trait")
                | (ItemKind::Const, "const")
                | (ItemKind::Fn, "fn")
                | (ItemKind::Partition, "partition")
                | (ItemKind::Recommend, "recommend")
                | (ItemKind::Content, "content")
        )
    }

    /// The name of the declaration around the place.
    pub(crate) fn own_name(&self) -> &str {
        let tokens = &self.context.before.tokens;
        let name = tokens.get(self.context.head + 1);
        name.map_or("", |token| self.context.text_of(*token))
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}
