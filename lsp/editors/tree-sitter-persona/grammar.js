/**
 * The persona language for tree-sitter: one rule for each form of declaration, clause and expression.
 *
 * Words of clauses are contextual in persona (a field may be called `limit`), and newlines are white space. Both fall
 * out of how this grammar is written: a word is a keyword only where the grammar has room for it, and where a clause's
 * word and a name may both stand, the token behind it decides. Units (`10 km`) are read by `src/scanner.c`, because they
 * must stand on their number's line.
 *
 * It reads what the compiler accepts. What is wrong with a text, the compiler says better.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const PREC = { clause: -1, or: 1, and: 2, not: 3, compare: 4, add: 5, multiply: 6, coalesce: 7, sign: 8, postfix: 9 };

/** One or more, separated by commas; one may follow the last. */
const commaSep1 = (rule) => seq(rule, repeat(seq(',', rule)), optional(','));

/** Any number, separated by commas or by nothing, as lists on lines of their own are. */
const loose = (rule) => repeat(seq(rule, optional(',')));

/** Two words of one keyword, on any number of lines. */
const words = (first, ...others) => token(prec(1, seq(first, ...others.map((word) => seq(/\s+/, word)))));

/** A name, also where a clause of this word could begin. */
const nameOr = ($, ...keywords) => choice($.identifier, ...keywords.map((word) => alias(word, $.identifier)));

module.exports = grammar({
  name: 'persona',

  word: ($) => $.identifier,

  // `_end` is where the expression of a clause ends: it takes no room, and what follows decides (`src/scanner.c`). The
  // last one is never used: it tells the scanner that the parser is lost.
  externals: ($) => [$.unit, $._end, $._lost],

  extras: ($) => [/\s/, $.comment, $.doc_comment],

  supertypes: ($) => [$.declaration, $.expression, $.type],

  inline: ($) => [$._title, $._amount],

  conflicts: ($) => [
    // `if did A then B else C`: the condition's `then`, or the next step of a sequence.
    [$.did_expression],
    // `.as(Money<EUR>)`: a type, or a comparison that is not finished.
    [$._generic_type, $._primary],
    // `from "a" delimiter ";"` and `id = …` on the next line.
    [$.source_from],
  ],

  rules: {
    source_file: ($) => repeat($.declaration),

    declaration: ($) =>
      choice(
        $.profile,
        $.event,
        $.events,
        $.enum,
        $.const,
        $.catalog,
        $.source,
        $.trait,
        $.fn,
        $.segment,
        $.partition,
        $.exclusive,
        $.use,
        $.purpose,
        $.channel,
        $.trigger,
        $.content,
        $.recommend,
        $.experiment,
        $.test,
      ),

    // ------------------------------------------------------------------ what every declaration may have
    annotation: ($) => seq('@', field('name', $.identifier), optional($.arguments)),
    _title: ($) => field('title', $.string),
    parameters: ($) => seq('(', optional(commaSep1($.parameter)), ')'),
    parameter: ($) =>
      seq(field('name', $.identifier), ':', field('type', $.type), optional(seq('=', field('default', $.expression)))),

    // ------------------------------------------------------------------ tables
    profile: ($) => seq(repeat($.annotation), 'profile', field('name', $.identifier), $.table_body),
    event: ($) => seq(repeat($.annotation), 'event', field('name', $.identifier), $.table_body),
    catalog: ($) => seq(repeat($.annotation), 'catalog', field('name', $.identifier), $.table_body),
    table_body: ($) => seq('{', loose(choice($.field, $.check)), '}'),
    field: ($) =>
      seq(
        field('name', nameOr($, 'check')),
        ':',
        field('type', $.type),
        repeat(choice($.annotation, seq('=', field('default', $.expression), $._end))),
      ),
    check: ($) =>
      seq(
        'check',
        field('condition', $.expression),
        $._end,
        optional(field('message', $.string)),
        optional(seq('else', choice('reject', 'warn', seq('clear', field('field', $.identifier))))),
      ),
    events: ($) =>
      seq(
        repeat($.annotation),
        'events',
        field('name', $.identifier),
        '=',
        field('member', $.identifier),
        repeat(seq('or', field('member', $.identifier))),
      ),
    enum: ($) =>
      seq(
        repeat($.annotation),
        optional('ordered'),
        'enum',
        field('name', $.identifier),
        '{',
        loose($.enum_value),
        '}',
      ),
    enum_value: ($) => seq(field('name', $.identifier), optional($._title)),
    const: ($) =>
      seq(
        repeat($.annotation),
        'const',
        field('name', $.identifier),
        optional(seq(':', field('type', $.type))),
        '=',
        field('value', $.expression),
        $._end,
      ),

    // ------------------------------------------------------------------ sources
    source: ($) =>
      seq(
        repeat($.annotation),
        'source',
        field('name', $.identifier),
        'of',
        field('of', $.identifier),
        '{',
        loose(choice($.source_from, $.source_where, $.source_group, $.source_prefer, $.source_field)),
        '}',
      ),
    source_from: ($) =>
      seq('from', optional(field('format', $.identifier)), field('path', $._text), repeat($.source_option)),
    source_option: ($) =>
      seq(field('name', $.identifier), field('value', choice($._text, $.number, $.true, $.false, $.identifier))),
    source_where: ($) => seq('where', $.expression, $._end),
    source_group: ($) => prec.right(seq('group', 'by', $.expression, $._end, repeat(seq(',', $.expression, $._end)))),
    source_prefer: ($) => seq('prefer', field('winner', $.identifier), 'over', field('loser', $.identifier)),
    source_field: ($) =>
      seq(
        field('name', nameOr($, 'from', 'group', 'prefer')),
        repeat(seq('.', field('name', $.identifier))),
        '=',
        choice(field('value', $.each), seq(field('value', $.expression), $._end)),
      ),
    each: ($) => seq('each', '{', loose($.each_field), '}'),
    each_field: ($) => seq(field('name', $.identifier), '=', field('value', $.expression), $._end),

    // ------------------------------------------------------------------ values and rules
    trait: ($) =>
      seq(
        repeat($.annotation),
        'trait',
        field('name', $.identifier),
        optional($.parameters),
        optional(seq(':', field('type', $.type))),
        '=',
        field('value', $.expression),
        $._end,
      ),
    fn: ($) =>
      seq(
        repeat($.annotation),
        'fn',
        field('name', $.identifier),
        $.parameters,
        '->',
        field('type', $.type),
        '=',
        field('value', $.expression),
        $._end,
      ),
    segment: ($) =>
      seq(
        repeat($.annotation),
        'segment',
        field('name', $.identifier),
        optional($.parameters),
        optional($._title),
        '{',
        repeat($.when_clause),
        '}',
      ),
    when_clause: ($) => seq('when', field('condition', $.expression), $._end),
    partition: ($) =>
      seq(
        repeat($.annotation),
        'partition',
        field('name', $.identifier),
        optional($._title),
        '{',
        loose(choice($.stage, $.last_stage)),
        '}',
      ),
    stage: ($) => seq(field('name', $.identifier), optional($._title), 'when', field('condition', $.expression), $._end),
    last_stage: ($) => seq('otherwise', field('name', $.identifier), optional($._title)),
    exclusive: ($) => seq(repeat($.annotation), 'exclusive', '{', loose(seq($.expression, $._end)), '}'),
    use: ($) =>
      seq(
        repeat($.annotation),
        'use',
        field('path', $.identifier),
        repeat(seq('.', field('path', $.identifier))),
        optional(seq('.', '{', optional(commaSep1(field('item', $.identifier))), '}')),
      ),

    // ------------------------------------------------------------------ channels
    purpose: ($) =>
      seq(
        repeat($.annotation),
        'purpose',
        field('name', $.identifier),
        optional($._title),
        '{',
        loose($.requires_clause),
        '}',
      ),
    requires_clause: ($) => seq('requires', choice('nothing', seq(field('condition', $.expression), $._end))),
    channel: ($) =>
      seq(
        repeat($.annotation),
        'channel',
        field('name', $.identifier),
        optional($._title),
        '{',
        loose(
          choice(
            $.to_clause,
            $.requires_clause,
            $.quiet_clause,
            $.limit_clause,
            $.full_clause,
            $.skip_clause,
            $.transactional_clause,
          ),
        ),
        '}',
      ),
    to_clause: ($) => seq('to', field('value', $.expression), $._end),
    quiet_clause: ($) =>
      seq(
        'quiet',
        field('from', $.expression),
        'to',
        field('to', $.expression),
        optional(seq('when', field('condition', $.expression))),
        $._end,
      ),
    limit_clause: ($) =>
      prec.right(
        seq(
          'limit',
          field('count', $._amount),
          'per',
          $._rate,
          optional(seq('across', $.identifier, repeat(seq(',', $.identifier)))),
        ),
      ),
    full_clause: ($) => seq('when', 'full', choice('drop', 'defer')),
    skip_clause: ($) =>
      seq('skip', 'when', field('condition', $.expression), $._end, optional(field('reason', $.string))),
    transactional_clause: (_) => 'transactional',
    _rate: ($) => choice($.calendar_unit, seq($.expression, $._end)),

    // ------------------------------------------------------------------ triggers
    trigger: ($) =>
      seq(
        repeat($.annotation),
        'trigger',
        field('name', $.identifier),
        optional($._title),
        '{',
        repeat(choice($._trigger_clause, $._step)),
        '}',
      ),
    _trigger_clause: ($) =>
      choice(
        $.on_clause,
        $.when_clause,
        $.per_clause,
        $.enter_clause,
        $.again_clause,
        $.stop_clause,
        $.priority_clause,
      ),
    on_clause: ($) =>
      seq(
        'on',
        choice(
          seq($.query, $._end),
          seq(choice('enter', 'leave'), field('segment', $.expression), $._end, optional(seq('including', 'current'))),
          seq('inactivity', 'of', $.query, $._end),
          seq('anniversary', 'of', field('date', $.expression), $._end, optional($.at_time)),
          seq('every', field('unit', $.identifier), optional($.at_time)),
          seq(
            'change',
            'of',
            field('value', $.expression),
            optional(seq('as', field('alias', $.identifier))),
            optional(seq('where', field('condition', $.expression))),
            $._end,
          ),
        ),
      ),
    at_time: ($) => seq('at', $.expression, $._end),
    per_clause: ($) => seq('per', $.expression, $._end),
    enter_clause: ($) => seq('enter', choice('once', 'always', seq($._amount, 'per', $._rate))),
    again_clause: (_) => seq('again', choice('ignore', 'restart')),
    stop_clause: ($) =>
      prec(1, seq('stop', choice(seq('on', $.query, $._end), seq('when', field('condition', $.expression), $._end)))),
    priority_clause: ($) => seq('priority', $.expression, $._end),

    _step: ($) => choice($.send_step, $.wait_step, $.if_step, $.emit_step, $.set_step, $.stop_step),
    block: ($) => seq('{', repeat($._step), '}'),
    send_step: ($) =>
      seq(
        'send',
        field('content', $.identifier),
        optional($.arguments),
        repeat(
          choice(
            seq('via', field('channel', $.identifier)),
            seq('for', field('purpose', $.identifier)),
            seq('as', field('alias', $.identifier)),
            seq(optional(','), choice('within', 'before'), field('limit', $.expression), $._end),
          ),
        ),
      ),
    wait_step: ($) =>
      seq(
        'wait',
        choice(
          seq($.expression, $._end),
          seq(
            'until',
            choice($.expression, $.query_argument),
            $._end,
            optional($.at_time),
            optional(seq(optional(','), $._at_most, $.expression, $._end)),
          ),
        ),
      ),
    _at_most: ($) => alias(words('at', 'most'), $.bound),
    if_step: ($) => seq('if', field('condition', $.expression), $.block, optional($.else_branch)),
    else_branch: ($) => seq('else', choice($.block, $.if_step)),
    emit_step: ($) => seq('emit', field('event', $.identifier), optional($.record)),
    set_step: ($) =>
      seq(
        'set',
        field('field', $.identifier),
        repeat(seq('.', field('field', $.identifier))),
        '=',
        field('value', $.expression),
        $._end,
      ),
    stop_step: (_) => prec(-1, 'stop'),

    // ------------------------------------------------------------------ contents
    content: ($) =>
      seq(
        repeat($.annotation),
        'content',
        field('name', $.identifier),
        optional($.parameters),
        optional($._title),
        '{',
        loose(choice($.slot, $.slot_value, $.skip_clause, $.variant, $.otherwise_variant)),
        '}',
      ),
    slot: ($) =>
      seq(
        field('name', nameOr($, 'skip', 'variant')),
        ':',
        field('type', $.type),
        repeat(choice($.annotation, seq('=', field('default', $.expression), $._end))),
      ),
    variant: ($) =>
      seq(
        'variant',
        field('name', $.identifier),
        optional($._title),
        'when',
        field('condition', $.expression),
        $.slots,
      ),
    otherwise_variant: ($) => seq('otherwise', $.slots),
    slots: ($) => seq('{', loose(choice($.slot_value, $.locale_block)), '}'),
    slot_value: ($) =>
      seq(field('name', nameOr($, 'locale')), '=', choice(field('value', $.template), seq(field('value', $.expression), $._end))),
    template: ($) => seq('template', field('path', $._text)),
    locale_block: ($) => seq('locale', field('tag', choice($.locale_tag, $.string)), $.slots),
    locale_tag: (_) => /[A-Za-z]\w*(-\w+)*/,

    // ------------------------------------------------------------------ recommendations and experiments
    recommend: ($) =>
      seq(
        repeat($.annotation),
        'recommend',
        field('name', $.identifier),
        optional($.parameters),
        optional(seq(':', field('type', $.type))),
        optional($._title),
        '{',
        loose(
          choice(
            $.from_clause,
            $.where_clause,
            $.exclude_clause,
            $.rank_clause,
            $.take_clause,
            $.fallback_clause,
          ),
        ),
        '}',
      ),
    from_clause: ($) => seq('from', field('catalog', $.identifier)),
    where_clause: ($) => seq('where', field('condition', $.expression), $._end),
    exclude_clause: ($) => seq('exclude', choice($.expression, $.query_argument), $._end),
    rank_clause: ($) => prec.right(seq('rank', 'by', $.rank_key, repeat(seq(',', $.rank_key)))),
    rank_key: ($) => seq($.expression, $._end, optional(choice('asc', 'desc'))),
    take_clause: ($) => seq('take', $.expression, $._end),
    fallback_clause: ($) => seq('otherwise', choice(seq($.expression, $._end), seq('skip', optional(field('reason', $.string))))),

    experiment: ($) =>
      seq(
        repeat($.annotation),
        'experiment',
        field('name', $.identifier),
        optional($._title),
        '{',
        loose(
          choice(
            $.experiment_on,
            $.arms_clause,
            $.holdout_clause,
            $.goal_clause,
            $.layer_clause,
            $.hash_clause,
            $.salt_clause,
          ),
        ),
        '}',
      ),
    experiment_on: ($) =>
      prec.right(seq('on', field('trigger', $.identifier), repeat(seq(',', field('trigger', $.identifier))))),
    arms_clause: ($) => seq('arms', '{', loose($.arm), '}'),
    arm: ($) => seq(field('name', $.identifier), optional(field('share', choice($.number, $.percentage, $.parenthesized)))),
    holdout_clause: ($) => seq('holdout', $.expression, $._end),
    goal_clause: ($) => seq('goal', $.query, $._end),
    layer_clause: ($) => seq('layer', field('name', $.identifier), optional(seq($.expression, 'to', $.expression, $._end))),
    hash_clause: ($) => seq('hash', $.identifier),
    salt_clause: ($) => seq('salt', $._text),

    // ------------------------------------------------------------------ tests
    test: ($) =>
      seq(
        repeat($.annotation),
        'test',
        field('title', $.string),
        '{',
        loose(
          choice($.given_step, $.at_step, $.event_step, $.set_step, $.advance_step, $.arm_step, $.expect_step),
        ),
        '}',
      ),
    given_step: ($) => seq('given', $.record),
    at_step: ($) => seq('at', $.expression, $._end),
    event_step: ($) =>
      seq('event', field('event', $.identifier), optional(seq('of', field('of', $._text))), optional($.record)),
    advance_step: ($) => seq('wait', $.expression, $._end),
    arm_step: ($) =>
      seq('arm', field('experiment', $.identifier), '=', choice(field('arm', $.identifier), $.missing)),
    expect_step: ($) => seq('expect', choice(seq($.expression, $._end), $.sent_expectation, $.dropped_expectation)),
    sent_expectation: ($) =>
      seq(
        optional('not'),
        'sent',
        field('content', $.identifier),
        optional(seq('via', field('channel', $.identifier))),
      ),
    dropped_expectation: ($) =>
      seq(
        optional('not'),
        'dropped',
        field('content', $.identifier),
        optional(seq('because', field('reason', $.identifier))),
      ),

    // ------------------------------------------------------------------ types
    type: ($) => choice($.named_type, $.record_type, $.optional_type),
    named_type: ($) => prec.right(seq(field('name', $.identifier), optional($.type_arguments))),
    type_arguments: ($) => seq('<', commaSep1($.type), '>'),
    record_type: ($) => seq('{', loose($.field), '}'),
    optional_type: ($) => prec(1, seq($.type, '?')),

    // ------------------------------------------------------------------ expressions
    expression: ($) =>
      choice(
        $._operand,
        $.or_expression,
        $.and_expression,
        $.not_expression,
        $.comparison,
        $.segment_test,
        $.did_expression,
        $.quantifier,
      ),

    // What a comparison compares.
    _operand: ($) => choice($._primary, $.binary_expression, $.sign_expression, $.if_expression),

    _primary: ($) =>
      choice(
        $.identifier,
        $.number,
        $.percentage,
        $.duration,
        $.date,
        $.time,
        $.timestamp,
        $.money,
        $.quantity,
        $.string,
        $.raw_string,
        $.true,
        $.false,
        $.missing,
        $.parenthesized,
        $.list,
        $.record,
        $.call,
        $.member,
        $.index,
        $.relative_time,
        $.match_expression,
      ),

    or_expression: ($) => prec.left(PREC.or, seq($.expression, 'or', $.expression)),
    and_expression: ($) => prec.left(PREC.and, seq($.expression, 'and', $.expression)),
    not_expression: ($) => prec(PREC.not, seq('not', $.expression)),

    comparison: ($) =>
      prec.left(
        PREC.compare,
        seq(
          field('left', $._operand),
          choice(
            seq(
              field('operator', choice('==', '!=', '=~', '<', '<=', '>', '>=', 'before', 'after')),
              field('right', $._operand),
            ),
            seq(optional('not'), field('operator', 'in'), field('right', $._operand)),
            seq(
              optional('not'),
              field('operator', choice('contains', $._starts_with, $._ends_with, 'matches')),
              optional(choice('any', 'all')),
              field('right', $._operand),
            ),
            seq(
              optional('not'),
              field('operator', 'between'),
              field('low', $._operand),
              'and',
              field('high', $._operand),
            ),
            seq('is', optional('not'), choice('known', 'otherwise', $.missing, field('right', $._operand))),
            seq(optional('not'), $.window),
          ),
        ),
      ),
    _starts_with: (_) => seq('starts', 'with'),
    _ends_with: (_) => seq('ends', 'with'),

    segment_test: ($) => prec(PREC.compare, seq('in', field('segment', $._operand))),

    quantifier: ($) =>
      prec.right(
        PREC.clause,
        seq(
          choice('any', 'all'),
          field('item', $.identifier),
          'in',
          field('list', $._operand),
          optional(seq('where', field('condition', $.expression))),
        ),
      ),

    binary_expression: ($) =>
      choice(
        prec.left(PREC.coalesce, seq($._operand, '??', $._operand)),
        prec.left(PREC.multiply, seq($._operand, choice('*', '/', 'div', 'mod'), $._operand)),
        prec.left(PREC.add, seq($._operand, choice('+', '-'), $._operand)),
      ),
    sign_expression: ($) => prec(PREC.sign, seq('-', $._operand)),
    relative_time: ($) => prec(PREC.postfix, seq($._primary, choice('ago', $.from_now))),
    from_now: (_) => words('from', 'now'),

    if_expression: ($) =>
      prec.right(
        PREC.clause,
        seq(
          'if',
          field('condition', $.expression),
          'then',
          field('then', $.expression),
          'else',
          field('else', $.expression),
        ),
      ),
    match_expression: ($) => seq('match', field('subject', $._operand), '{', loose($.match_arm), '}'),
    match_arm: ($) =>
      seq(
        choice('otherwise', seq($._pattern, repeat(seq('or', $._pattern)))),
        '=>',
        field('result', $.expression),
        $._end,
      ),
    _pattern: ($) =>
      choice(
        $.identifier,
        $.member,
        $.number,
        $.percentage,
        $.duration,
        $.date,
        $.money,
        $.quantity,
        $.string,
        $.true,
        $.false,
        $.missing,
        $.sign_expression,
      ),

    parenthesized: ($) => seq('(', $.expression, ')'),
    list: ($) => seq('[', optional(commaSep1($.expression)), ']'),
    record: ($) => seq('{', loose($.entry), '}'),
    entry: ($) => seq(field('name', choice($.identifier, $.string)), ':', field('value', $.expression), $._end),

    call: ($) => prec(PREC.postfix, seq(field('function', choice($.identifier, $.member)), $.arguments)),
    member: ($) => prec(PREC.postfix, seq($._primary, '.', field('name', $.identifier))),
    index: ($) => prec(PREC.postfix, seq($._primary, '[', $.expression, ']')),
    arguments: ($) => seq('(', optional(commaSep1($.argument)), ')'),
    argument: ($) =>
      seq(
        optional(seq(field('name', $.identifier), ':')),
        choice($.expression, $.query_argument, alias($._generic_type, $.named_type)),
        optional(seq('among', field('among', $._operand))),
      ),
    _generic_type: ($) => seq(field('name', $.identifier), $.type_arguments),

    // ------------------------------------------------------------------ history
    did_expression: ($) => seq('did', optional('not'), optional('latest'), $.query, repeat($.then_step)),
    then_step: ($) => seq('then', optional('not'), $.query),
    query: ($) => prec.right(seq($._subject, repeat($._query_clause))),
    _subject: ($) =>
      prec.right(seq(choice($.any_event, $.kinds, $.event_kind), repeat(seq('.', field('path', $.identifier))))),
    any_event: (_) => seq('any', 'event'),
    kinds: ($) => seq('(', $.event_kind, repeat(seq('or', $.event_kind)), ')'),
    event_kind: ($) => $.identifier,
    _query_clause: ($) =>
      choice(
        seq('as', field('alias', $.identifier)),
        $.window,
        $.query_where,
        $.times,
        seq('per', field('per', $.identifier)),
        seq('within', $._amount),
        seq('for', $._amount),
        $.regular,
      ),
    query_where: ($) => prec.right(PREC.clause, seq('where', field('condition', $.expression))),
    times: ($) => seq($.bound, $._amount, choice('times', 'time')),
    bound: (_) => choice(words('at', 'least'), words('at', 'most'), 'exactly'),
    regular: ($) =>
      seq(
        'in',
        alias(words('at', 'least'), $.bound),
        $._amount,
        'of',
        'last',
        $._amount,
        'calendar',
        $.calendar_unit,
      ),
    // The argument of an aggregate: what is written like an expression, with clauses behind it. A window right behind it
    // reads like a comparison (`signed_up_at in last 30d`), and is one here.
    query_argument: ($) =>
      prec.right(
        choice(
          seq($.expression, repeat1($._argument_clause)),
          seq($.any_event, optional($.window), repeat($._argument_clause)),
        ),
      ),
    _argument_clause: ($) =>
      prec.right(choice(seq('as', field('alias', $.identifier), optional($.window)), $.query_where)),

    window: ($) =>
      prec.right(
        choice(
          seq(
            'in',
            choice(
              seq('last', $._amount),
              seq('last', optional($._amount), 'calendar', $.calendar_unit),
              seq('next', $._amount),
              seq('this', $.calendar_unit),
              seq('latest', $._amount),
            ),
          ),
          seq('from', $._amount, 'ago', 'to', $._amount, 'ago'),
        ),
      ),
    _amount: ($) => choice($.number, $.duration, $.quantity, $.parenthesized, $.identifier),
    calendar_unit: (_) =>
      choice('day', 'days', 'week', 'weeks', 'month', 'months', 'quarter', 'quarters', 'year', 'years', 'hour', 'minute'),

    // ------------------------------------------------------------------ literals
    identifier: (_) => /[\p{L}_][\p{L}\p{N}_]*/,
    number: (_) => /\d[\d_]*(\.\d[\d_]*)?/,
    percentage: (_) => /\d[\d_]*(\.\d[\d_]*)?%/,
    duration: (_) => /\d[\d_]*(\.\d[\d_]*)?[a-z][a-z0-9]*/,
    money: (_) => /\d[\d_]*(\.\d[\d_]*)?[ \t]*[A-Z]{3}/,
    quantity: ($) => seq($.number, $.unit),
    date: (_) => /\d{4}-\d{2}-\d{2}/,
    time: (_) => /\d{1,2}:\d{2}(:\d{2})?/,
    timestamp: (_) => /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?/,
    true: (_) => 'true',
    false: (_) => 'false',
    missing: (_) => 'missing',

    string: ($) =>
      choice(
        seq('"', repeat(choice($.escape, $.interpolation, alias($._text_part, $.text))), token.immediate('"')),
        seq(
          '"""',
          repeat(choice($.escape, $.interpolation, alias($._multi_part, $.text), alias($._quotes, $.text))),
          token.immediate('"""'),
        ),
      ),
    _text_part: (_) => token.immediate(prec(1, /[^"{\\\n]+/)),
    _multi_part: (_) => token.immediate(prec(1, /[^"{\\]+/)),
    // Fewer quotes than close it.
    _quotes: (_) => token.immediate(/"|""/),
    escape: (_) => token.immediate(/\\(u\{[0-9A-Fa-f]*\}|[^u]|u)/),
    interpolation: ($) =>
      seq(
        token.immediate('{'),
        field('value', $.expression),
        optional(seq(':', field('format', $.identifier))),
        '}',
      ),
    raw_string: (_) => token(prec(1, /r"[^"]*"/)),
    _text: ($) => choice($.string, $.raw_string),

    doc_comment: (_) => token(prec(1, /\/\/\/[^\n]*/)),
    comment: (_) => token(/\/\/[^\n]*/),
  },
});
