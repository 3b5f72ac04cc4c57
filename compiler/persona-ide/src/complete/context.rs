//! Where in a declaration a place is, by the words and signs before it: which block, which clause of it, and whether an operand or
//! an operator stands there. Half-typed and broken text has words, too; nothing here needs a tree.

use super::clauses;
use super::lex::{Before, Inside, Kind, Token};

/// What may be written at a place. Several can be true at once: a line's first word begins a clause or continues an
/// expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    /// A declaration.
    Declaration,
    /// A clause of a block.
    Clause(Block),
    /// A value; what exactly, the checker says.
    Value,
    /// A value that is a list to go through.
    List,
    /// What an aggregate goes over: events or a list.
    Aggregated,
    /// What follows a complete operand.
    Operator(After),
    /// An event or a group of events.
    Event {
        /// Whether `not` and `latest` may stand here, too.
        did: bool,
    },
    /// A segment, or a stage of a partition.
    Segment,
    /// A window, after `in`.
    Window {
        /// Of events: then the latest ones, and regular use.
        events: bool,
    },
    /// A window or a list, after a value and `in`.
    InValue,
    /// A length of time; after `last`, calendar units as well.
    Amount {
        /// After `in last`.
        last: bool,
    },
    /// A unit after a number.
    Unit {
        /// Where the number begins.
        number: usize,
        /// Whether a length of time is meant for sure.
        duration: bool,
        /// Whether calendar units fit.
        calendar: bool,
    },
    /// One of these words.
    Words(&'static [&'static str]),
    /// The name of a declaration of one of these sorts.
    Named(Sort),
    /// A type.
    Type(TypePlace),
    /// What follows a field's type.
    AfterType,
    /// A field of the table that a row is of.
    FieldName(Row),
    /// A field of the profile that is set, perhaps nested.
    SetField,
    /// A field of the source's target.
    SourceField,
    /// A value over raw columns.
    Raw,
    /// A slot of the content around.
    Slot,
    /// A named argument of a call.
    Argument,
    /// An annotation, after `@`.
    Annotation {
        /// Of a field, not of a declaration.
        field: bool,
    },
    /// A lint, in `@allow(…)`.
    Lint,
    /// What stands behind `use`.
    Module,
    /// A name in the braces of a `use`.
    Import,
    /// A format, after the colon in a hole of a text.
    Format,
    /// A field of the events of a query, after `per`.
    Per,
    /// A variant of the content before `is`.
    Variant,
    /// An arm of the experiment before `=`.
    Arm,
    /// A pattern of `match`.
    Pattern,
    /// The path of a template or a data file, in a text.
    TemplatePath,
    /// A language, behind `locale`.
    Locale,
    /// A time zone, in a text.
    Zone,
    /// Why a message is dropped.
    Reason,
    /// A hash of an experiment.
    Hash,
}

/// Sorts of declarations that a clause names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Content,
    Channel,
    Purpose,
    TriggerOrContent,
    Experiment,
    Recommend,
    Catalog,
    Source,
    Filled,
    Event,
}

/// Where a type stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypePlace {
    /// Of a field.
    Field,
    /// Of a value: a constant, a function.
    Value,
    /// Of a parameter of a trait or a segment.
    Param,
    /// Of a slot or a parameter of a content, or a recommendation.
    Shown,
    /// A currency.
    Currency,
}

/// What follows an operand, besides operators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct After {
    /// It is an event query.
    pub(crate) query: bool,
    /// It begins with `did`.
    pub(crate) did: bool,
    /// It has a window already.
    pub(crate) windowed: bool,
    /// It is a step behind the first: `then A`.
    pub(crate) step: bool,
    /// Only the query's own words: the clause takes no condition.
    pub(crate) bare: bool,
    /// Words of the clause that may follow.
    pub(crate) words: &'static [&'static str],
}

/// Which row's fields stand at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// The profile's.
    Profile,
    /// Those of the event whose name is this token.
    Event(usize),
    /// Those of an element, in `each { … }` of the field whose name is this token.
    Each(usize),
    /// Those of a record, which nobody knows here.
    Unknown,
}

/// A block in braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Table,
    Enum,
    Source,
    Segment,
    Partition,
    Purpose,
    Channel,
    Trigger,
    Steps,
    Content,
    Variant,
    Recommend,
    Experiment,
    Arms,
    Exclusive,
    Test,
    Row(Row),
    Match,
    Import,
    Hole,
    RecordType,
    Record,
}

/// A place in a declaration.
#[derive(Debug)]
pub(crate) struct Context<'t> {
    /// The declaration's text.
    pub(crate) text: &'t str,
    /// What stands before the place.
    pub(crate) before: Before,
    /// The declaration's keyword; empty where there is none.
    pub(crate) keyword: &'t str,
    /// Where the keyword is among the tokens.
    pub(crate) head: usize,
}

impl<'t> Context<'t> {
    /// The place in a declaration's text.
    pub(crate) fn new(text: &'t str, before: Before) -> Self {
        let mut context = Self {
            text,
            before,
            keyword: "",
            head: 0,
        };
        let tokens = &context.before.tokens;
        let head = tokens
            .iter()
            .position(|token| token.kind == Kind::Word && token.depth == 0);
        if let Some(head) = head {
            context.head = head;
            context.keyword = context.text_of(tokens[head]);
            if context.keyword == "ordered" {
                context.keyword = "enum";
            }
        }
        context
    }

    pub(crate) fn text_of(&self, token: Token) -> &'t str {
        &self.text[token.start..token.end]
    }

    /// What may be written at the place.
    pub(crate) fn sites(&self) -> Vec<Site> {
        if self.before.inside == Inside::Text {
            return self.in_text();
        }
        if self.before.inside == Inside::Comment {
            return Vec::new();
        }
        let tokens = &self.before.tokens;
        let last = tokens.last().copied();
        let word_at = self.before.word.start as usize;
        if let Some(last) = last
            && last.kind == Kind::Annotation
            && last.end == word_at
        {
            return vec![Site::Annotation {
                field: last.depth > 0,
            }];
        }
        if let Some(open) = self.before.open.last().copied() {
            return self.in_bracket(open);
        }
        if tokens.is_empty() || self.keyword.is_empty() {
            return vec![Site::Declaration];
        }
        let body = self.body();
        clauses::head(self, &tokens[self.head..], body)
    }

    /// Whether the declaration's body was closed before the place.
    fn body(&self) -> bool {
        let tokens = &self.before.tokens;
        let closed = |token: &Token| token.kind == Kind::Close && self.text_of(*token) == "}";
        tokens.iter().any(|token| token.depth <= 1 && closed(token))
    }

    /// The words and signs directly in a bracket, or before all brackets: what is in brackets of their own is left out but for
    /// these.
    pub(crate) fn direct(&self, from: usize, depth: usize) -> Vec<Token> {
        let tokens = self.before.tokens[from.min(self.before.tokens.len())..].iter();
        let at_level = |token: &&Token| match token.kind {
            Kind::Close => token.depth == depth || token.depth == depth + 1,
            _ => token.depth == depth,
        };
        tokens.filter(at_level).copied().collect()
    }

    fn in_bracket(&self, open: usize) -> Vec<Site> {
        let tokens = &self.before.tokens;
        let opener = self.text_of(tokens[open]);
        let direct = self.direct(open + 1, tokens[open].depth + 1);
        match opener {
            "(" => clauses::in_round(self, open, &direct),
            "[" => clauses::in_square(self, &direct),
            _ => {
                let block = self.block(open);
                clauses::in_block(self, block, &direct)
            }
        }
    }

    /// The tokens before a bracket that belong to its clause, at its level.
    pub(crate) fn leading(&self, open: usize) -> Vec<Token> {
        let token = self.before.tokens[open];
        let outer = self
            .before
            .open
            .iter()
            .rev()
            .find(|other| **other < open)
            .map_or(self.head, |outer| outer + 1);
        self.before.tokens[outer..open]
            .iter()
            .filter(|other| other.depth == token.depth)
            .copied()
            .collect()
    }

    /// What a brace opens.
    pub(crate) fn block(&self, open: usize) -> Block {
        let token = self.before.tokens[open];
        if self.is_hole(open) {
            return Block::Hole;
        }
        let leading = self.leading(open);
        let word = |back: usize| {
            let index = leading.len().checked_sub(back + 1)?;
            Some(self.text_of(leading[index]))
        };
        if self.keyword == "use" {
            return Block::Import;
        }
        if token.depth == 0
            && let Some(block) = body_of(self.keyword)
        {
            return block;
        }
        match (word(0), word(1)) {
            (Some("given"), _) => return Block::Row(Row::Profile),
            (Some("each"), _) => {
                let field = leading.len().checked_sub(3).map(|at| leading[at].start);
                return Block::Row(Row::Each(field.unwrap_or(0)));
            }
            (Some("arms"), _) if self.keyword == "experiment" => return Block::Arms,
            (Some("<" | ":"), _) if is_table(self.keyword) => return Block::RecordType,
            (_, Some("event" | "emit")) => {
                let at = leading.last().map_or(0, |token| token.start);
                return Block::Row(Row::Event(at));
            }
            _ => {}
        }
        let clause = self.clause_of(&leading);
        let first = clause.first().map(|token| self.text_of(*token));
        let parent = self
            .before
            .open
            .iter()
            .rev()
            .find(|other| **other < open)
            .map(|outer| self.block(*outer));
        match (self.keyword, parent, first) {
            ("trigger", Some(Block::Trigger | Block::Steps), Some("if" | "else")) => Block::Steps,
            ("content", Some(Block::Content), Some("variant" | "otherwise")) => Block::Variant,
            ("content", Some(Block::Variant), Some("locale")) => Block::Variant,
            ("test", _, Some("event")) => {
                let at = clause.get(1).map_or(0, |token| token.start);
                Block::Row(Row::Event(at))
            }
            _ => {
                let matched = clause.iter().rev().find(|token| {
                    token.kind == Kind::Word && matches!(self.text_of(**token), "match" | "then")
                });
                match matched.map(|token| self.text_of(*token)) {
                    Some("match") => Block::Match,
                    _ => Block::Record,
                }
            }
        }
    }

    fn is_hole(&self, open: usize) -> bool {
        // A brace that begins a hole stands directly in a text: the lexer knows the innermost one.
        self.before.in_hole && self.before.open.last() == Some(&open)
    }

    /// The last clause of these words: from its first word.
    pub(crate) fn clause_of<'a>(&self, direct: &'a [Token]) -> &'a [Token] {
        let start = (0..direct.len())
            .rev()
            .find(|index| self.begins_clause(direct, *index));
        &direct[start.unwrap_or(0)..]
    }

    fn begins_clause(&self, direct: &[Token], index: usize) -> bool {
        let token = direct[index];
        if token.kind != Kind::Word {
            return false;
        }
        let text = self.text_of(token);
        let Some(before) = index.checked_sub(1).map(|at| direct[at]) else {
            return true;
        };
        let next = direct.get(index + 1).map(|token| self.text_of(*token));
        let of_clause = matches!(self.text_of(before), "." | "arm" | "set");
        let named = matches!(next, Some("=" | ":")) && !of_clause;
        if !self.completes(before) {
            return named && self.text_of(before) == ",";
        }
        let continues = is_operator(text)
            || matches!(
                text,
                "where" | "then" | "within" | "as" | "via" | "for" | "per" | "times" | "else"
            ) && !matches!(text, "where" if self.keyword == "recommend" || self.keyword == "source")
                && !(text == "per" && self.keyword == "trigger" && token.first)
                && !(text == "else" && self.keyword == "trigger");
        (token.first && !continues) || named || clauses::begins_anywhere(self.keyword, text)
    }

    /// Whether an expression, a type or a name can end with a token.
    pub(crate) fn completes(&self, token: Token) -> bool {
        match token.kind {
            Kind::Number | Kind::Text | Kind::Close | Kind::Annotation => true,
            Kind::Open => false,
            // A type ends with these; elsewhere `>` compares.
            Kind::Sign => {
                let of_types = is_table(self.keyword) || self.keyword == "content";
                self.text_of(token) == "?" || (of_types && self.text_of(token) == ">")
            }
            Kind::Word => ends_operand(self.text_of(token)),
        }
    }

    /// Whether the word at the place is the first of its line, or of its block.
    pub(crate) fn starts_line(&self, direct: &[Token]) -> bool {
        direct.is_empty() || self.before.first
    }

    fn in_text(&self) -> Vec<Site> {
        let tokens = &self.before.tokens;
        let last = tokens.last().map(|token| self.text_of(*token));
        let opened = self.before.open.last().map(|open| tokens[*open]);
        match (last, opened) {
            (Some("template"), _) => vec![Site::TemplatePath],
            (Some(","), Some(_)) | (Some("="), _)
                if self.keyword == "profile" && self.is_zone_default() =>
            {
                vec![Site::Zone]
            }
            _ => Vec::new(),
        }
    }

    /// `timezone: TimeZone = "…`
    fn is_zone_default(&self) -> bool {
        let tokens = &self.before.tokens;
        let at = tokens.len();
        at >= 2 && self.text_of(tokens[at - 2]) == "TimeZone"
    }
}

/// Whether a declaration has fields with types.
fn is_table(keyword: &str) -> bool {
    matches!(keyword, "profile" | "event" | "catalog")
}

/// The block that a declaration's braces are.
fn body_of(keyword: &str) -> Option<Block> {
    Some(match keyword {
        "profile" | "event" | "catalog" => Block::Table,
        "enum" => Block::Enum,
        "source" => Block::Source,
        "segment" => Block::Segment,
        "partition" => Block::Partition,
        "purpose" => Block::Purpose,
        "channel" => Block::Channel,
        "trigger" => Block::Trigger,
        "content" => Block::Content,
        "recommend" => Block::Recommend,
        "experiment" => Block::Experiment,
        "exclusive" => Block::Exclusive,
        "test" => Block::Test,
        _ => return None,
    })
}

/// Words that stand between operands, or before one.
pub(crate) fn is_operator(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "or"
            | "in"
            | "is"
            | "not"
            | "between"
            | "contains"
            | "starts"
            | "ends"
            | "matches"
            | "before"
            | "after"
            | "div"
            | "mod"
    )
}

/// Whether an operand can end with a word.
pub(crate) fn ends_operand(word: &str) -> bool {
    !is_operator(word)
        && !matches!(
            word,
            "where"
                | "within"
                | "then"
                | "if"
                | "else"
                | "match"
                | "did"
                | "any"
                | "all"
                | "when"
                | "otherwise"
                | "requires"
                | "check"
                | "with"
        )
}
