//! Questions about the history: event queries, `did` with its counts, and sequences.

use persona_base::{Applicability, Span, syntax};

use super::{Builder, P};
use crate::SyntaxError;
use crate::ast::{
    Bound, CalendarUnit, Did, Expr, ExprKind, Literal, Name, Query, Regular, Step, Times, Window,
    WindowKind,
};
use crate::grammar::Rule;

/// The clauses behind the kind of a question, whatever their order.
#[derive(Default)]
struct Clauses {
    alias: Option<(Name, Span)>,
    window: Option<(Window, Span)>,
    condition: Option<(Box<Expr>, Span)>,
    times: Option<(Times, Span)>,
    per: Option<(Name, Span)>,
    regular: Option<(Regular, Span)>,
    within: Option<(Box<Expr>, Span)>,
    lasting: Option<(Box<Expr>, Span)>,
    end: u32,
}

/// What stands before the clauses.
struct Subject {
    kinds: Vec<Name>,
    any_event: bool,
    path: Vec<Name>,
    span: Span,
}

impl Builder<'_> {
    /// The question in an aggregate.
    pub(super) fn query(&mut self, pair: P<'_>) -> Query {
        let (subject, mut clauses) = self.subject_and_clauses(pair);
        let span = Span::new(subject.span.start, clauses.end.max(subject.span.end));
        self.did_clauses_misplaced(&mut clauses, "an aggregate");
        self.step_clauses_misplaced(&mut clauses);
        query_of(subject, clauses, span)
    }

    /// `did …`.
    pub(super) fn did(&mut self, pair: P<'_>) -> Expr {
        let span = self.span(&pair);
        let mut negated = None;
        let mut latest = false;
        let mut steps = Vec::new();
        let mut rest = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kw_did => {}
                Rule::kw_has_done => negated = self.has_done(&inner),
                Rule::did_not => {
                    self.never(&inner);
                    negated = Some(self.exact(&inner));
                }
                Rule::q_latest => {
                    latest = true;
                    self.latest_behind(&inner, span);
                }
                Rule::kw_done => {
                    let place = self.exact(&inner);
                    self.push(
                        SyntaxError::new(syntax::HAS_DONE, place, "`did` stands right before the event: `did Purchase`, `did not Purchase`")
                            .fix("remove it", Applicability::Always, place, ""),
                    );
                }
                Rule::did_latest => latest = true,
                Rule::step => steps.push(self.step(inner)),
                _ => rest.push(inner),
            }
        }
        let (subject, mut clauses) = self.parts(rest, span);
        self.step_clauses_misplaced(&mut clauses);
        let times = clauses.times.take().map(|(times, _)| times);
        let per = clauses.per.take().map(|(per, _)| per);
        let regular = clauses.regular.take().map(|(regular, _)| regular);
        let query_span = Span::new(subject.span.start, clauses.end.max(subject.span.end));
        let query = query_of(subject, clauses, query_span);
        self.steps_in_order(&steps);
        Expr {
            kind: ExprKind::Did(Box::new(Did {
                negated,
                latest,
                query,
                times,
                per,
                regular,
                steps,
            })),
            span,
        }
    }

    /// `has done`, `has not done`.
    fn has_done(&mut self, pair: &P<'_>) -> Option<Span> {
        let span = self.exact(pair);
        let not = pair.as_str().contains("not") || pair.as_str().contains("never");
        let meant = if not { "did not" } else { "did" };
        let message = format!("`{}` is said `{meant}`", pair.as_str());
        self.habit(syntax::HAS_DONE, span, message, meant);
        not.then_some(span)
    }

    /// `never` for `not`.
    fn never(&mut self, pair: &P<'_>) {
        if pair.as_str() == "no" {
            let span = self.exact(pair);
            self.habit(
                syntax::HAS_DONE,
                span,
                "that something did not happen is said `not`, not `no`",
                "not",
            );
        } else if pair.as_str() == "never" {
            let span = self.exact(pair);
            self.habit(
                syntax::HAS_DONE,
                span,
                "`did never` is said `did not`",
                "not",
            );
        } else {
            self.upper_case(pair);
        }
    }

    /// `did Cart latest`: the word stands before the event.
    fn latest_behind(&mut self, pair: &P<'_>, did: Span) {
        let place = self.exact(pair);
        let cut = Span::new(self.gap(pair).start, place.end);
        let before = Span::at(did.start + "did".len() as u32);
        let mut error = SyntaxError::new(
            syntax::MISPLACED_CLAUSE,
            place,
            "`latest` stands before the event: `did latest Purchase`",
        );
        if self.written(did).starts_with("did ") {
            let edits = vec![(before, " latest".to_owned()), (cut, String::new())];
            error = error.edits("move it", Applicability::Always, edits);
        }
        self.push(error);
    }

    /// `and then`, `followed by`, `not then`: where the step must not happen, the place that says so.
    fn step_word(&mut self, pair: &P<'_>) -> Option<Span> {
        let words: Vec<&str> = pair.as_str().split_whitespace().collect();
        if words == ["then"] {
            return None;
        }
        let span = self.exact(pair);
        let not = words[0] == "not";
        let meant = if not { "then not" } else { "then" };
        let message = format!("`{}` is said `{meant}`", words.join(" "));
        self.habit(syntax::FOREIGN_WORDS, span, message, meant);
        not.then_some(span)
    }

    /// `Purchase in last 30d where …` without its `did`.
    pub(super) fn bare_query(&mut self, pair: P<'_>) -> Expr {
        let span = self.span(&pair);
        let Some(query) = pair.into_inner().last().map(|query| self.query(query)) else {
            return Expr {
                kind: ExprKind::Error,
                span,
            };
        };
        let name = query.kinds.first();
        let place = name.map_or(span, |name| name.span);
        let message = format!(
            "`{}` is an event; say what is asked about it",
            self.written(place)
        );
        self.push(
            SyntaxError::new(persona_base::history::QUERY_WITHOUT_DID, place, message).fix(
                "ask with `did`",
                Applicability::Always,
                Span::at(span.start),
                "did ",
            ),
        );
        Expr {
            kind: ExprKind::Did(Box::new(Did {
                negated: None,
                latest: false,
                query,
                times: None,
                per: None,
                regular: None,
                steps: Vec::new(),
            })),
            span,
        }
    }

    /// `then not` comes last.
    fn steps_in_order(&mut self, steps: &[Step]) {
        for pair in steps.windows(2) {
            if let Some(not) = pair[0].negated {
                self.push(
                    SyntaxError::new(
                        syntax::MISPLACED_CLAUSE,
                        pair[1].span,
                        "nothing can follow a step that must not happen",
                    )
                    .secondary(not, "this step says that something does not happen")
                    .help("`then not` stands at the end of a sequence"),
                );
            }
        }
    }

    fn step(&mut self, pair: P<'_>) -> Step {
        let span = self.span(&pair);
        let mut negated = None;
        let mut rest = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::step_then => negated = self.step_word(&inner),
                Rule::q_latest => self.junk(&inner, "only the first event can be the latest"),
                Rule::kw_did | Rule::kw_has_done => {
                    let place = self.exact(&inner);
                    if inner.as_str().contains("not") {
                        negated = Some(place);
                    }
                    let meant = if inner.as_str().contains("not") {
                        "not"
                    } else {
                        ""
                    };
                    let place = Span::new(place.start, place.end);
                    self.push(
                        SyntaxError::new(syntax::HAS_DONE, place, "behind `then` stands the event itself: `then Purchase`, `then not Purchase`")
                            .fix("leave it out", Applicability::Always, place, meant),
                    );
                }
                Rule::did_not => {
                    self.never(&inner);
                    negated = Some(self.exact(&inner));
                }
                _ => rest.push(inner),
            }
        }
        let (subject, mut clauses) = self.parts(rest, span);
        self.did_clauses_misplaced(&mut clauses, "a step after `then`");
        let within = clauses.within.take();
        let lasting = clauses.lasting.take();
        if let (Some((_, place)), None) = (&lasting, negated) {
            self.push(
                SyntaxError::new(
                    syntax::MISPLACED_CLAUSE,
                    *place,
                    "`for` says how long something did not happen: it belongs to `then not`",
                )
                .help("`within` says how soon something happened"),
            );
        }
        if let Some((window, _)) = &clauses.window {
            self.window_of_step(window);
        }
        let query_span = Span::new(subject.span.start, clauses.end.max(subject.span.end));
        let query = query_of(subject, clauses, query_span);
        Step {
            negated,
            query,
            within: within.map(|(within, _)| within),
            lasting: lasting.map(|(lasting, _)| lasting),
            span,
        }
    }

    /// `then Purchase in 1h`, `then Purchase in last 1h`.
    fn window_of_step(&mut self, window: &Window) {
        let place = window.span;
        let inside =
            |error: &SyntaxError| place.start <= error.span.start && error.span.end <= place.end;
        self.errors
            .retain(|error| error.code != syntax::WINDOW_WORDS || !inside(error));
        let mut error = SyntaxError::new(
            syntax::MISPLACED_CLAUSE,
            place,
            "a step after `then` has no window of its own",
        )
        .help("say `within 24h` for how soon it follows, and put the window at the first event");
        if let WindowKind::Last(length) = &window.kind
            && !length.span.is_empty()
        {
            let meant = format!("within {}", self.written(length.span));
            error = error.fix(
                format!("write `{meant}`"),
                Applicability::Maybe,
                place,
                meant,
            );
        }
        self.push(error);
    }

    fn subject_and_clauses(&mut self, pair: P<'_>) -> (Subject, Clauses) {
        let span = self.span(&pair);
        self.parts(pair.into_inner().collect(), span)
    }

    fn parts(&mut self, pairs: Vec<P<'_>>, span: Span) -> (Subject, Clauses) {
        let mut subject = Subject {
            kinds: Vec::new(),
            any_event: false,
            path: Vec::new(),
            span,
        };
        let mut clauses = Clauses::default();
        for pair in pairs {
            if pair.as_rule() == Rule::q_head {
                subject = self.subject(pair);
            } else if pair.as_rule() != Rule::bare_or {
                clauses.end = self.span(&pair).end;
                self.clause(pair, &mut clauses);
            }
        }
        (subject, clauses)
    }

    fn subject(&mut self, pair: P<'_>) -> Subject {
        let span = self.span(&pair);
        let mut subject = Subject {
            kinds: Vec::new(),
            any_event: false,
            path: Vec::new(),
            span,
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::any_event => subject.any_event = true,
                Rule::kinds => subject.kinds = self.kinds(inner),
                Rule::kind => subject
                    .kinds
                    .push(self.expect_name(&inner, "the name of an event")),
                _ => subject.path.push(self.dot_name(&inner)),
            }
        }
        if subject.kinds.iter().all(Name::is_missing) && !subject.any_event {
            subject.span = subject.kinds.first().map_or(span, |name| name.span);
        }
        subject
    }

    /// Kinds joined with `or`, in parentheses or behind `events A =`.
    pub(super) fn kinds(&mut self, pair: P<'_>) -> Vec<Name> {
        let mut kinds = Vec::new();
        for inner in pair.into_inner() {
            self.kind_or_separator(&inner, &mut kinds);
        }
        kinds
    }

    pub(super) fn kind_or_separator(&mut self, pair: &P<'_>, kinds: &mut Vec<Name>) {
        match pair.as_rule() {
            Rule::kind => kinds.push(self.expect_name(pair, "the name of an event")),
            Rule::kw_or => {
                if pair.as_str().starts_with('|') {
                    let span = self.exact(pair);
                    self.habit(
                        syntax::FOREIGN_SEPARATOR,
                        span,
                        "events are joined with `or`",
                        "or",
                    );
                } else {
                    self.upper_case(pair);
                }
            }
            Rule::kind_sep => {
                let span = self.exact(pair);
                self.habit(
                    syntax::FOREIGN_SEPARATOR,
                    span,
                    "events are joined with `or`",
                    "or",
                );
            }
            _ => self.junk(pair, "expected `or` and another event"),
        }
    }

    fn clause(&mut self, pair: P<'_>, clauses: &mut Clauses) {
        let span = self.span(&pair);
        let is_where = matches!(pair.as_rule(), Rule::q_where | Rule::q_where_c);
        let repeated = match pair.as_rule() {
            Rule::q_as => {
                let name = self.last_name(&pair, "a name");
                clauses.alias.replace((name, span)).map(|(_, old)| old)
            }
            Rule::q_window => {
                let window = self.query_window(pair);
                clauses.window.replace((window, span)).map(|(_, old)| old)
            }
            Rule::q_where | Rule::q_where_c => {
                let (condition, late) = self.filter(pair, Self::last_expr);
                if clauses.window.is_none() {
                    clauses.window = late;
                }
                clauses
                    .condition
                    .replace((Box::new(condition), span))
                    .map(|(_, old)| old)
            }
            Rule::q_times => {
                let times = self.times(&pair);
                clauses.times.replace((times, span)).map(|(_, old)| old)
            }
            Rule::q_per => {
                if let Some(word) = super::first(&pair).filter(|word| word.as_str() != "per") {
                    let place = self.exact(&word);
                    self.habit(
                        syntax::FOREIGN_WORDS,
                        place,
                        "`for each` is said `per`",
                        "per",
                    );
                }
                let name = self.last_name(&pair, "the name of a field");
                clauses.per.replace((name, span)).map(|(_, old)| old)
            }
            Rule::q_regular => {
                let regular = self.regular(pair);
                clauses.regular.replace((regular, span)).map(|(_, old)| old)
            }
            Rule::q_within => {
                let operand = self.last_expr(pair);
                clauses
                    .within
                    .replace((Box::new(operand), span))
                    .map(|(_, old)| old)
            }
            _ => {
                let operand = self.last_expr(pair);
                clauses
                    .lasting
                    .replace((Box::new(operand), span))
                    .map(|(_, old)| old)
            }
        };
        if let Some(old) = repeated {
            let mut error =
                SyntaxError::new(syntax::REPEATED_CLAUSE, span, "this clause stands twice")
                    .secondary(old, "it stands here already");
            if is_where {
                let word = Span::new(span.start, span.start + "where".len() as u32);
                error = error.fix(
                    "join the conditions with `and`",
                    Applicability::Always,
                    word,
                    "and",
                );
            }
            self.push(error);
        }
    }

    pub(super) fn last_name(&mut self, pair: &P<'_>, what: &str) -> Name {
        match pair.clone().into_inner().last() {
            Some(name) => self.expect_name(&name, what),
            None => self.name(pair),
        }
    }

    /// The operand or condition behind a clause's word.
    pub(super) fn last_expr(&mut self, pair: P<'_>) -> Expr {
        let span = self.span(&pair);
        let mut found = Expr {
            kind: ExprKind::Error,
            span,
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::operand => found = self.operand(inner),
                Rule::expr | Rule::expr_c => found = self.expr(inner),
                Rule::kw_where => self.upper_case(&inner),
                _ => {}
            }
        }
        found
    }

    fn times(&mut self, pair: &P<'_>) -> Times {
        let span = self.span(pair);
        let mut bound = Bound::AtLeast;
        let mut count = Expr {
            kind: ExprKind::Error,
            span,
        };
        let mut stricter = None;
        let mut counted = false;
        let (mut unbounded, mut open_end) = (None, None);
        for inner in pair.clone().into_inner() {
            match inner.as_rule() {
                Rule::bound => {
                    let words: Vec<&str> = inner.as_str().split_whitespace().collect();
                    bound = match words[..] {
                        ["at", "most"] => Bound::AtMost,
                        ["exactly"] => Bound::Exactly,
                        ["at", _] => Bound::AtLeast,
                        [sign] => self.sign_of_count(&inner, sign),
                        [word, _] => {
                            stricter = Some((word == "more", self.exact(&inner)));
                            if word == "more" {
                                Bound::AtLeast
                            } else {
                                Bound::AtMost
                            }
                        }
                        _ => Bound::AtLeast,
                    };
                }
                Rule::amount => count = self.amount(inner, true),
                Rule::kw_times => counted = true,
                Rule::often => {
                    count = self.often(&inner);
                    counted = true;
                }
                Rule::or_more => open_end = Some(self.exact(&inner)),
                Rule::no_bound => unbounded = Some(self.gap(&inner)),
                _ => {}
            }
        }
        if let Some(gap) = unbounded {
            self.count_without_bound(gap, &count, open_end, span);
        }
        if let Some((more, place)) = stricter {
            self.stricter_bound(more, place, &mut count);
        }
        // `3x` is said to be `3 times` already.
        let counted = counted || self.written(count.span).ends_with('x');
        if !counted && !matches!(count.kind, ExprKind::Error) {
            let gap = Span::at(count.span.end);
            self.push(
                SyntaxError::new(
                    syntax::EXPECTED_SIGN,
                    gap,
                    "`times` is missing: `at least 3 times`",
                )
                .label("expected here")
                .fix("add `times`", Applicability::Always, gap, " times"),
            );
        }
        Times {
            bound,
            count: Box::new(count),
            span,
        }
    }

    /// `>= 3 times`.
    fn sign_of_count(&mut self, pair: &P<'_>, sign: &str) -> Bound {
        let (bound, meant) = match sign {
            "<=" => (Bound::AtMost, "at most"),
            ">=" => (Bound::AtLeast, "at least"),
            _ => (Bound::Exactly, "exactly"),
        };
        let span = self.exact(pair);
        let message = format!("how often something happened is bounded in words: `{meant}`");
        self.habit(syntax::FOREIGN_COMPARISON, span, message, meant);
        bound
    }

    /// `at least once`, `at least twice`.
    fn often(&mut self, pair: &P<'_>) -> Expr {
        let span = self.exact(pair);
        let (count, meant) = if pair.as_str() == "once" {
            (1, "1 time")
        } else {
            (2, "2 times")
        };
        let message = format!("`{}` is written `{meant}`", pair.as_str());
        self.habit(syntax::WORDS_RUN_TOGETHER, span, message, meant);
        Expr {
            kind: ExprKind::Literal(Literal::Int(count)),
            span,
        }
    }

    /// `3 times`, `3 or more times`.
    fn count_without_bound(&mut self, gap: Span, count: &Expr, or_more: Option<Span>, whole: Span) {
        let error = match or_more {
            None => SyntaxError::new(
                syntax::EXPECTED_SIGN,
                gap,
                "a number of times has a bound: `at least`, `at most` or `exactly`",
            )
            .label("expected here")
            .fix("add `at least`", Applicability::Maybe, gap, " at least"),
            Some(words) => SyntaxError::new(
                syntax::WORDS_RUN_TOGETHER,
                whole,
                format!(
                    "this is written `at least {} times`",
                    self.written(count.span)
                ),
            )
            .edits(
                "write `at least`",
                Applicability::Always,
                vec![
                    (Span::at(count.span.start), "at least ".to_owned()),
                    (Span::new(count.span.end, words.end), String::new()),
                ],
            ),
        };
        self.push(error);
    }

    /// `more than 3 times` is `at least 4 times`.
    fn stricter_bound(&mut self, more: bool, place: Span, count: &mut Expr) {
        let (words, one) = if more {
            ("at least", 1)
        } else {
            ("at most", -1)
        };
        let mut error = SyntaxError::new(
            syntax::EXPECTED_SIGN,
            place,
            format!("a count is bounded with `{words}`, which includes its number"),
        );
        if let ExprKind::Literal(Literal::Int(value)) = &mut count.kind {
            *value = value.saturating_add(one);
            let edits = vec![(place, words.to_owned()), (count.span, value.to_string())];
            error = error.edits(
                format!("write `{words} {value}`"),
                Applicability::Always,
                edits,
            );
        }
        self.push(error);
    }

    fn regular(&mut self, pair: P<'_>) -> Regular {
        let span = self.span(&pair);
        let mut amounts = Vec::new();
        let mut unit = None;
        let mut calendar = false;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::amount => amounts.push(self.amount(inner, true)),
                Rule::kw_calendar => calendar = true,
                Rule::cal_unit => {
                    if !calendar && let Some(found) = self.period_for_units(amounts.last()) {
                        unit = Some(found);
                        if let Some(last) = amounts.last_mut() {
                            last.kind = ExprKind::Error;
                        }
                        continue;
                    }
                    if !calendar {
                        self.missing_sign(
                            &inner,
                            "`calendar` is missing: `in at least 3 of last 4 calendar weeks`",
                            " calendar",
                        );
                    }
                    unit = self.calendar_unit(&inner);
                }
                Rule::none => {
                    self.missing_sign(
                        &inner,
                        "`of last` is missing: `in at least 3 of last 4 calendar weeks`",
                        " of last",
                    );
                }
                _ => {}
            }
        }
        let mut amounts = amounts.into_iter();
        let error = || Expr {
            kind: ExprKind::Error,
            span: Span::at(span.end),
        };
        let at_least = Box::new(amounts.next().unwrap_or_else(error));
        let of_last = Box::new(amounts.next().unwrap_or_else(error));
        Regular {
            at_least,
            of_last,
            unit: unit.unwrap_or(CalendarUnit::Week),
            span,
        }
    }

    /// `of last 6 months`: months of the calendar are meant.
    fn period_for_units(&mut self, amount: Option<&Expr>) -> Option<CalendarUnit> {
        let amount = amount?;
        let written = self.written(amount.span);
        let (count, unit) = written.split_once(' ')?;
        let found = super::window::unit_of(unit.trim())?;
        let gap = Span::at(amount.span.start + count.len() as u32);
        let message = "`calendar` is missing: `in at least 3 of last 4 calendar weeks`";
        self.errors.retain(|error| error.span != amount.span);
        self.push(
            SyntaxError::new(syntax::EXPECTED_SIGN, gap, message)
                .label("expected here")
                .fix("add `calendar`", Applicability::Always, gap, " calendar"),
        );
        Some(found)
    }

    /// Reports clauses that only `did` has.
    fn did_clauses_misplaced(&mut self, clauses: &mut Clauses, of: &str) {
        let times = clauses
            .times
            .take()
            .map(|(_, span)| (span, "a number of times"));
        let per = clauses.per.take().map(|(_, span)| (span, "`per`"));
        let regular = clauses
            .regular
            .take()
            .map(|(_, span)| (span, "a number of weeks or months"));
        for (span, what) in [times, per, regular].into_iter().flatten() {
            self.push(
                SyntaxError::new(
                    syntax::MISPLACED_CLAUSE,
                    span,
                    format!("{what} belongs to `did`, not to {of}"),
                )
                .help("compare a number instead: `count(Purchase in last 30d) >= 3`"),
            );
        }
    }

    /// Reports clauses that only a step after `then` has.
    fn step_clauses_misplaced(&mut self, clauses: &mut Clauses) {
        if let Some((within, span)) = clauses.within.take() {
            let window = format!("in last {}", self.written(within.span));
            self.push(
                SyntaxError::new(
                    syntax::MISPLACED_CLAUSE,
                    span,
                    "`within` belongs to a step after `then`",
                )
                .fix(
                    format!("write `{window}`"),
                    Applicability::Maybe,
                    span,
                    window,
                ),
            );
        }
        if let Some((_, span)) = clauses.lasting.take() {
            self.push(SyntaxError::new(
                syntax::MISPLACED_CLAUSE,
                span,
                "`for` belongs to a step after `then not`",
            ));
        }
    }
}

fn query_of(subject: Subject, clauses: Clauses, span: Span) -> Query {
    Query {
        kinds: subject.kinds,
        any_event: subject.any_event,
        path: subject.path,
        alias: clauses.alias.map(|(alias, _)| alias),
        window: clauses.window.map(|(window, _)| window),
        condition: clauses.condition.map(|(condition, _)| condition),
        span,
    }
}
