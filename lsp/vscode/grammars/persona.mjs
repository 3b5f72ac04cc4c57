// The TextMate grammar of `.persona` files, as data. `scripts/build.mjs` writes it as JSON.
//
// TextMate sees one line at a time and knows no tree, so contextual words are told apart by the declaration they stand
// in and by what stands beside them: `limit` is a keyword in a channel, and a name where `:`, `=`, `.` or `(` follows.
// `test/agree.mjs` holds every word to what the parser says it is. The language server's semantic tokens lie over this.

const IDENT = '[\\p{L}_][\\p{L}\\p{N}_]*';

const DECLARATIONS = [
  'profile', 'events', 'event', 'enum', 'const', 'catalog', 'source', 'trait', 'fn', 'segment', 'partition', 'exclusive', 'use',
  'purpose', 'channel', 'trigger', 'content', 'recommend', 'experiment', 'test',
];

// A declaration's first word at column 0 ends whatever is open: one that is broken never colours the next.
const NEXT = `(?=^(?:@|///|(?:ordered\\s+enum|${DECLARATIONS.join('|')})\\s+[\\p{L}_"]|exclusive\\s*\\{))`;

// Not part of a path, and not used as a name.
const NO_NAME = '(?!\\(|\\s*(?:[:.\\[]|=(?![=~>])|[!=<>]=|[<>]\\s))';
const WORD = (words) => `(?<![.\\w@])(${words.join('|')})\\b`;
const CLAUSE = (...words) => ({ match: WORD(words) + NO_NAME, name: 'keyword.control.clause.persona' });

const include = (...names) => names.map((name) => ({ include: `#${name}` }));

/** A region that also ends where the next declaration begins. */
const region = (begin, end, rest) => ({ begin, end: `${end}|${NEXT}`, ...rest });

const captures = (...names) =>
  Object.fromEntries(names.flatMap((name, index) => (name ? [[String(index + 1), { name: `${name}.persona` }]] : [])));

/** A declaration with braces: what stands before them, and what in them. */
const braced = (keyword, kind, head, body) =>
  region(`(?<![.\\w@])(${keyword})\\s+(?:of\\s+)?(${IDENT})`, '(?<=\\})', {
    name: `meta.${kind}.persona`,
    beginCaptures: captures('storage.type', ENTITY[kind] ?? 'entity.name.function'),
    patterns: [...include('comments', ...head), block(body)],
  });

const block = (body) =>
  region('\\{', '\\}', {
    beginCaptures: { 0: { name: 'punctuation.section.block.begin.persona' } },
    endCaptures: { 0: { name: 'punctuation.section.block.end.persona' } },
    patterns: body,
  });

/** A declaration that ends where the next one begins. */
const open = (keyword, kind, patterns) =>
  region(`(?<![.\\w@])(${keyword})\\s+(${IDENT})`, '(?!)', {
    name: `meta.${kind}.persona`,
    beginCaptures: captures('storage.type', ENTITY[kind] ?? 'entity.name.function'),
    patterns,
  });

const ENTITY = {
  profile: 'entity.name.type', event: 'entity.name.type', catalog: 'entity.name.type', enum: 'entity.name.type.enum',
  events: 'entity.name.type', const: 'variable.other.constant', use: 'entity.name.namespace',
};

const UNITS = 'seconds?|minutes?|hours?|days?|weeks?|months?|quarters?|years?|km|mi|m';
const CALENDAR = '(?:days?|weeks?|months?|quarters?|years?|hours?|minutes?)';

const repository = {
  comments: {
    patterns: [
      { match: '///(?!/).*$', name: 'comment.line.documentation.persona' },
      { match: '//.*$', name: 'comment.line.double-slash.persona' },
    ],
  },

  // ---------------------------------------------------------------- declarations
  annotation: {
    patterns: [
      region(`(@)(${IDENT})(\\()`, '\\)', {
        beginCaptures: captures('punctuation.definition.annotation', 'entity.name.function.annotation', 'punctuation.parens'),
        endCaptures: { 0: { name: 'punctuation.parens.persona' } },
        patterns: include('expression'),
      }),
      { match: `(@)(${IDENT})`, captures: captures('punctuation.definition.annotation', 'entity.name.function.annotation') },
    ],
  },
  declarations: {
    patterns: [
      braced('profile', 'profile', ['annotation'], include('table')),
      braced('event', 'event', ['annotation'], include('table')),
      braced('catalog', 'catalog', ['annotation'], include('table')),
      open('events', 'events', [
        ...include('comments'),
        { match: '\\bor\\b', name: 'keyword.operator.wordlike.persona' },
        { match: IDENT, name: 'entity.name.type.persona' },
        ...include('signs'),
      ]),
      region(`(?<![.\\w@])(?:(ordered)\\s+)?(enum)\\s+(${IDENT})`, '(?<=\\})', {
        name: 'meta.enum.persona',
        beginCaptures: captures('storage.modifier', 'storage.type', 'entity.name.type.enum'),
        patterns: [
          ...include('comments'),
          block([...include('comments', 'strings'), { match: IDENT, name: 'variable.other.enummember.persona' }, ...include('signs')]),
        ],
      }),
      open('const', 'const', include('typed')),
      open('trait', 'trait', include('parameters', 'typed')),
      open('fn', 'fn', include('parameters', 'typed')),
      region(`(?<![.\\w@])(use)\\s+(${IDENT})`, '(?!)', {
        name: 'meta.use.persona',
        beginCaptures: captures('keyword.control.import', 'entity.name.namespace'),
        patterns: [...include('comments'), { match: IDENT, name: 'entity.name.namespace.persona' }, ...include('signs')],
      }),
      region(`(?<![.\\w@])(source)\\s+(${IDENT})\\s+(of)\\s+(${IDENT})`, '(?<=\\})', {
        name: 'meta.source.persona',
        beginCaptures: captures('storage.type', 'entity.name.function', 'keyword.control.clause', 'entity.name.type'),
        patterns: [...include('comments'), block(include('sources'))],
      }),
      braced('segment', 'segment', ['parameters', 'strings'], [CLAUSE('when'), ...include('expression')]),
      braced('partition', 'partition', ['strings'], include('stages')),
      region('(?<![.\\w@])(exclusive)\\s*(?=\\{)', '(?<=\\})', {
        name: 'meta.exclusive.persona',
        beginCaptures: captures('storage.type'),
        patterns: [block(include('expression'))],
      }),
      braced('purpose', 'purpose', ['strings'], [CLAUSE('requires', 'nothing'), ...include('expression')]),
      braced('channel', 'channel', ['strings'], include('channels')),
      braced('trigger', 'trigger', ['strings'], include('steps')),
      braced('content', 'content', ['parameters', 'strings'], include('contents')),
      braced('recommend', 'recommend', ['parameters', 'type-colon', 'strings'], include('recommendations')),
      braced('experiment', 'experiment', ['strings'], include('experiments')),
      region('(?<![.\\w@])(test)\\s*(?=")', '(?<=\\})', {
        name: 'meta.test.persona',
        beginCaptures: captures('storage.type'),
        patterns: [...include('comments', 'strings'), block(include('timeline'))],
      }),
    ],
  },

  // ---------------------------------------------------------------- fields and types
  parameters: region('\\(', '\\)', {
    beginCaptures: { 0: { name: 'punctuation.parens.persona' } },
    endCaptures: { 0: { name: 'punctuation.parens.persona' } },
    patterns: [
      ...include('comments'),
      region(`(${IDENT})\\s*(:)`, '(?=[,)])', {
        beginCaptures: captures('variable.parameter', 'punctuation.separator.colon'),
        patterns: include('typed-value'),
      }),
      ...include('signs'),
    ],
  }),
  table: {
    patterns: [
      ...include('comments', 'annotation', 'field'),
      {
        match: `${WORD(['else'])}\\s+(reject|warn|clear)\\b`,
        captures: captures('keyword.control.conditional', 'keyword.control.clause'),
      },
      CLAUSE('check'),
      ...include('expression'),
    ],
  },
  // `name: Type = value`; it ends with its line, or before the next field on it.
  field: region(`(?<![.\\w])(${IDENT})\\s*(:)(?!:)`, `(?=[,}])|$|(?=\\s(?:check\\b${NO_NAME}|${IDENT}\\s*:))`, {
    beginCaptures: captures('variable.other.property', 'punctuation.separator.colon'),
    patterns: include('annotation', 'typed-value'),
  }),
  // A type, and behind `=` a value.
  'typed-value': {
    patterns: [
      ...include('comments'),
      region('(?<![=!<>])=(?![=~>])', `(?=[,)}@])|$|(?=\\s${IDENT}\\s*:)`, {
        beginCaptures: { 0: { name: 'keyword.operator.assignment.persona' } },
        patterns: include('expression'),
      }),
      ...include('types'),
    ],
  },
  // Behind a declaration's name: `: Type = value`, `-> Type = value`.
  typed: {
    patterns: [
      ...include('comments'),
      region('(?<![=!<>])=(?![=~>])', '(?!)', {
        beginCaptures: { 0: { name: 'keyword.operator.assignment.persona' } },
        patterns: include('expression'),
      }),
      ...include('types'),
    ],
  },
  'type-colon': region(':', '(?=[{"])', {
    beginCaptures: { 0: { name: 'punctuation.separator.colon.persona' } },
    patterns: include('types'),
  }),
  types: {
    patterns: [
      ...include('comments'),
      region('\\{', '\\}', {
        beginCaptures: { 0: { name: 'punctuation.section.block.begin.persona' } },
        endCaptures: { 0: { name: 'punctuation.section.block.end.persona' } },
        patterns: include('comments', 'annotation', 'field', 'signs'),
      }),
      {
        match:
          '\\b(Bool|Int|Float|String|Date|TimeOfDay|Timestamp|Duration|Period|Length|Geo|TimeZone|Locale|Email|Phone|Url|Html|Money|List|Set|Event|Field)\\b',
        name: 'support.type.persona',
      },
      { match: IDENT, name: 'entity.name.type.persona' },
      ...include('signs'),
    ],
  },

  // ---------------------------------------------------------------- what stands in braces
  sources: {
    patterns: [
      ...include('comments'),
      {
        match: `${WORD(['from'])}(?:\\s+(${IDENT}))?\\s*(?=r?")`,
        captures: captures('keyword.control.clause', 'support.type.format'),
      },
      { match: '(?<![.\\w@])(group)\\s+(by)\\b', captures: captures('keyword.control.clause', 'keyword.control.clause') },
      {
        match: `(?<![.\\w@])(prefer)\\s+(${IDENT})\\s+(over)\\s+(${IDENT})`,
        captures: captures('keyword.control.clause', 'variable.other', 'keyword.control.clause', 'variable.other'),
      },
      { match: '(?<![.\\w@])(each)\\s*(?=\\{)', name: 'keyword.control.clause.persona' },
      ...include('expression'),
    ],
  },
  stages: {
    patterns: [
      ...include('comments'),
      { match: `\\b(otherwise)\\s+(${IDENT})`, captures: captures('keyword.control.conditional', 'variable.other.enummember') },
      {
        begin: `(?<![.\\w])(?!(?:and|or|not|in)\\b)(${IDENT})(?=\\s+when\\b|\\s*"[^"]*"\\s*when\\b)`,
        end: '\\bwhen\\b',
        beginCaptures: captures('variable.other.enummember'),
        endCaptures: { 0: { name: 'keyword.control.clause.persona' } },
        patterns: include('comments', 'strings'),
      },
      ...include('expression'),
    ],
  },
  rate: {
    match: `(?<![.\\w])(per)\\s+(day|week|month|quarter|year|hour)s?\\b`,
    captures: captures('keyword.control.clause', 'keyword.control.unit'),
  },
  channels: {
    patterns: [
      ...include('comments', 'rate'),
      { match: '(?<![.\\w@])(when)\\s+(full)\\s+(drop|defer)\\b', captures: captures(...Array(3).fill('keyword.control.clause')) },
      CLAUSE('to', 'requires', 'nothing', 'quiet', 'limit', 'per', 'across', 'skip', 'when', 'transactional'),
      ...include('expression'),
    ],
  },
  steps: {
    patterns: [
      ...include('comments', 'rate'),
      { match: '(?<![.\\w@])(enter)\\s+(once|always)\\b', captures: captures(...Array(2).fill('keyword.control.clause')) },
      { match: '(?<![.\\w@])(again)\\s+(ignore|restart)\\b', captures: captures(...Array(2).fill('keyword.control.clause')) },
      { match: '(?<![.\\w@])(including)\\s+(current)\\b', captures: captures(...Array(2).fill('keyword.control.clause')) },
      {
        match: '(?<![.\\w@])(on)\\s+(enter|leave)\\b',
        captures: captures('keyword.control.clause', 'keyword.control.clause'),
      },
      {
        match: '(?<![.\\w@])(on)\\s+(inactivity|anniversary|change)\\s+(of)\\b',
        captures: captures(...Array(3).fill('keyword.control.clause')),
      },
      {
        match: `(?<![.\\w@])(on)\\s+(every)\\s+(${IDENT})`,
        captures: captures('keyword.control.clause', 'keyword.control.clause', 'constant.other.weekday'),
      },
      {
        match: '(?<![.\\w@])(until)\\s+((?:mon|tues|wednes|thurs|fri|satur|sun)day)\\b',
        captures: captures('keyword.control.clause', 'constant.other.weekday'),
      },
      { match: '(?<![.\\w@])(at)(?=\\s+(?:\\d|\\())', name: 'keyword.control.clause.persona' },
      {
        match: `(?<![.\\w@])(emit)\\s+(${IDENT})`,
        captures: captures('keyword.control.clause', 'entity.name.type'),
      },
      {
        match: `(?<![.\\w@])(send)\\s+(${IDENT})`,
        captures: captures('keyword.control.clause', 'entity.name.function'),
      },
      ...include('set'),
      { match: '(?<![.\\w@])(if|else)\\b', name: 'keyword.control.conditional.persona' },
      { match: `(?<![.\\w@])(via|for|as)\\s+(${IDENT})`, captures: captures('keyword.control.clause', 'variable.other') },
      CLAUSE('on', 'when', 'per', 'enter', 'stop', 'priority', 'wait', 'until', 'within', 'before'),
      // The blocks of `if`: the same steps; a record stands behind `emit` or in an expression.
      block([...include('entry'), { include: '#steps' }]),
      ...include('expression'),
    ],
  },
  set: {
    match: `(?<![.\\w@])(set)\\s+(${IDENT})`,
    captures: captures('keyword.control.clause', 'variable.other.property'),
  },
  contents: {
    patterns: [
      ...include('comments', 'slot'),
      { match: `(?<![.\\w@])(variant)\\s+(${IDENT})`, captures: captures('keyword.control.clause', 'variable.other.enummember') },
      { match: '(?<![.\\w@])(skip)\\s+(when)\\b', captures: captures('keyword.control.clause', 'keyword.control.clause') },
      CLAUSE('when', 'otherwise'),
      block(include('slots')),
      ...include('expression'),
    ],
  },
  slot: region(`(?:^|(?<=[{},]))\\s*(?!(?:skip|variant)\\s+\\w)(${IDENT})\\s*(:)`, '(?=[,}])|$', {
    beginCaptures: captures('variable.other.property', 'punctuation.separator.colon'),
    patterns: include('annotation', 'typed-value'),
  }),
  slots: {
    patterns: [
      ...include('comments'),
      {
        match: '(?<![.\\w@])(locale)\\s+([A-Za-z]\\w*(?:-\\w+)*)(?=\\s*\\{)',
        captures: captures('keyword.control.clause', 'constant.other.locale'),
      },
      { match: '(?<![.\\w@])(locale)(?=\\s*")', name: 'keyword.control.clause.persona' },
      { match: '(?<![.\\w@])(template)\\s*(?=r?["(])', name: 'keyword.control.clause.persona' },
      { match: `(${IDENT})\\s*(=)(?![=~>])`, captures: captures('variable.other.property', 'keyword.operator.assignment') },
      block(include('slots')),
      ...include('expression'),
    ],
  },
  recommendations: {
    patterns: [
      ...include('comments'),
      { match: `(?<![.\\w@])(from)\\s+(${IDENT})`, captures: captures('keyword.control.clause', 'entity.name.type') },
      { match: '(?<![.\\w@])(rank)\\s+(by)\\b', captures: captures('keyword.control.clause', 'keyword.control.clause') },
      { match: '(?<![.\\w@])(asc|desc)\\b(?=\\s*(?:[,}]|$|//|\\w))', name: 'keyword.control.clause.persona' },
      { match: '(?<![.\\w@])(skip)(?=\\s*(?:"|$|\\}))', name: 'keyword.control.clause.persona' },
      CLAUSE('where', 'exclude', 'take', 'otherwise'),
      ...include('expression'),
    ],
  },
  experiments: {
    patterns: [
      ...include('comments'),
      region('(?<![.\\w@])(arms)\\s*(\\{)', '\\}', {
        beginCaptures: captures('keyword.control.clause', 'punctuation.section.block.begin'),
        endCaptures: { 0: { name: 'punctuation.section.block.end.persona' } },
        patterns: [...include('comments', 'literals', 'strings'), { match: IDENT, name: 'variable.other.enummember.persona' }, ...include('signs')],
      }),
      { match: `(?<![.\\w@])(hash)\\s+(${IDENT})`, captures: captures('keyword.control.clause', 'constant.other.hash') },
      { match: `(?<![.\\w@])(layer)\\s+(${IDENT})`, captures: captures('keyword.control.clause', 'variable.other') },
      CLAUSE('on', 'holdout', 'goal', 'to', 'salt'),
      ...include('expression'),
    ],
  },
  timeline: {
    patterns: [
      ...include('comments', 'set'),
      {
        match: `(?<![.\\w@])(event)\\s+(${IDENT})(?:\\s+(of)\\b)?`,
        captures: captures('keyword.control.clause', 'entity.name.type', 'keyword.control.clause'),
      },
      {
        match: `(?<![.\\w@])(arm)\\s+(${IDENT})\\s*(=)\\s*(?!missing\\b)(${IDENT})`,
        captures: captures('keyword.control.clause', 'variable.other', 'keyword.operator.assignment', 'variable.other.enummember'),
      },
      {
        match: `(?<![.\\w@])(expect)(?:\\s+(not))?\\s+(sent|dropped)\\s+(?!(?:and|or|is|in|not|contains|between|before|after)\\b)(${IDENT})`,
        captures: captures('keyword.control.clause', 'keyword.operator.wordlike', 'keyword.control.clause', 'entity.name.function'),
      },
      { match: `(?<![.\\w@])(via|because)\\s+(${IDENT})`, captures: captures('keyword.control.clause', 'variable.other') },
      { match: '(?<![.\\w@])(at)(?=\\s+[\\d(\\p{L}])(?!\\s+(?:least|most)\\b)', name: 'keyword.control.clause.persona' },
      { match: '(?<![.\\w@])(arm)(?=\\s+\\w)', name: 'keyword.control.clause.persona' },
      CLAUSE('given', 'wait', 'expect', 'otherwise'),
      ...include('expression'),
    ],
  },

  // ---------------------------------------------------------------- expressions
  expression: { patterns: include('comments', 'strings', 'literals', 'paths', 'history', 'operators', 'groups', 'names', 'signs') },
  groups: {
    patterns: [
      block([...include('entry'), { include: '#expression' }]),
      region('\\(', '\\)', {
        beginCaptures: { 0: { name: 'punctuation.parens.persona' } },
        endCaptures: { 0: { name: 'punctuation.parens.persona' } },
        patterns: [...include('entry'), { include: '#expression' }],
      }),
      region('\\[', '\\]', {
        beginCaptures: { 0: { name: 'punctuation.brackets.persona' } },
        endCaptures: { 0: { name: 'punctuation.brackets.persona' } },
        patterns: include('expression'),
      }),
    ],
  },
  // `name: value` of a record or of an argument.
  entry: { match: `(?<![.\\w])(${IDENT})\\s*(:)`, captures: captures('variable.other.property', 'punctuation.separator.colon') },
  // What stands behind a dot is a name, whatever it is called.
  paths: {
    patterns: [
      { match: `(\\.)\\s*(${IDENT})(?=\\s*\\()`, captures: captures('punctuation.accessor', 'entity.name.function.member') },
      { match: `(\\.)\\s*(${IDENT})`, captures: captures('punctuation.accessor', 'variable.other.property') },
    ],
  },
  history: {
    patterns: [
      {
        match: '(?<![.\\w])(did)(?:\\s+(not))?(?:\\s+(latest)(?=\\s+[\\p{L}_(]))?\\b',
        captures: captures('keyword.control.history', 'keyword.operator.wordlike', 'keyword.control.history'),
      },
      { match: '(?<![.\\w])(any)\\s+(event)\\b(?!\\s+in\\s+\\p{L}+\\s+where)', captures: captures('keyword.control.history', 'keyword.control.history') },
      {
        match: `(?<![.\\w])(in|within)\\s+(last|next)(?:\\s+(\\d+))?\\s+(calendar)\\s+(${CALENDAR})\\b`,
        captures: captures('keyword.operator.wordlike', 'keyword.control.window', 'constant.numeric', 'keyword.control.window', 'keyword.control.window'),
      },
      {
        match: `(?<![.\\w])(of)\\s+(last)\\s+(?:(?:(\\d+)|(${IDENT}))\\s+)?(calendar)\\s+(${CALENDAR})\\b`,
        captures: captures('keyword.control.window', 'keyword.control.window', 'constant.numeric', 'variable.other', 'keyword.control.window', 'keyword.control.window'),
      },
      { match: `(?<![.\\w])(calendar)\\s+(${CALENDAR})\\b`, captures: captures('keyword.control.window', 'keyword.control.window') },
      { match: '(?<![.\\w])(of)\\s+(last)\\b(?=\\s*[\\d(])', captures: captures('keyword.control.window', 'keyword.control.window') },
      { match: `(?<![.\\w])(in)\\s+(this)\\s+(${CALENDAR})\\b`, captures: captures('keyword.operator.wordlike', 'keyword.control.window', 'keyword.control.window') },
      {
        match: '(?<![.\\w])(in)\\s+(last|next|latest)\\b(?=\\s+[\\d(\\p{L}_])(?!\\s+(?:and|or|then|where|at|per)\\b)',
        captures: captures('keyword.operator.wordlike', 'keyword.control.window'),
      },
      {
        match: `(?<![.\\w])(?:(at)\\s+(least|most)|(exactly))\\s+(?:(\\d+)|(${IDENT}))\\s+(times?)\\b`,
        captures: captures('keyword.control.history', 'keyword.control.history', 'keyword.control.history', 'constant.numeric', 'variable.other', 'keyword.control.history'),
      },
      { match: '(?<![.\\w])(at)\\s+(least|most)\\b', captures: captures('keyword.control.history', 'keyword.control.history') },
      { match: '(?<=\\)\\s)times?\\b', name: 'keyword.control.history.persona' },
      { match: `(?<![.\\w])(per)\\s+(?!(?:and|or|is|in)\\b)(?=${IDENT})`, name: 'keyword.control.history.persona' },
      { match: `(?<![.\\w])(as)\\s+(?!(?:and|or|is|in)\\b)(${IDENT})`, captures: captures('keyword.control.history', 'variable.other') },
      { match: '(?<![.\\w])(for|among)(?=\\s+[\\d(\\p{L}_])(?!\\s+(?:and|or|is|in)\\b)', name: 'keyword.control.history.persona' },
      { match: '(?<![.\\w])(from)\\s+(now)\\b', captures: captures('keyword.control.window', 'keyword.control.window') },
      { match: '(?<![.\\w])(from)(?=\\s+(?:[\\d(]|\\w+\\s+ago\\b))', name: 'keyword.control.window.persona' },
      { match: '(?<=[\\w)\\]]\\s|\\s\\s)(ago)\\s+(to)\\b', captures: captures('keyword.control.window', 'keyword.control.window') },
      { match: '(?<=[\\w)\\]]\\s|\\s\\s)(ago)\\b', name: 'keyword.control.window.persona' },
      { match: '(?<![.\\w])(then)(?:\\s+(not))?\\b', captures: captures('keyword.control.history', 'keyword.operator.wordlike') },
      { match: '(?<![.\\w])(within|where|any|all)\\b', name: 'keyword.control.history.persona' },
    ],
  },
  operators: {
    patterns: [
      { match: '(?<![.\\w])(starts|ends)\\s+(with)\\b', captures: captures('keyword.operator.wordlike', 'keyword.operator.wordlike') },
      { match: '(?<![.\\w])(is)\\s+(?:(not)\\s+)?(known)\\b', captures: captures('keyword.operator.wordlike', 'keyword.operator.wordlike', 'constant.language') },
      { match: '(?<![.\\w])(and|or|not|in|is|between|contains|starts|ends|matches|before|after|div|mod)\\b', name: 'keyword.operator.wordlike.persona' },
      { match: '(?<![.\\w])(if|then|else|match|when|otherwise)\\b', name: 'keyword.control.conditional.persona' },
      { match: '(?<![.\\w])(true|false|missing|known)\\b', name: 'constant.language.persona' },
      { match: '==|!=|=~|<=|>=|=>|->|\\?\\?|[<>]', name: 'keyword.operator.comparison.persona' },
    ],
  },
  names: {
    patterns: [
      {
        match:
          '(?<![.\\w])(count|sum|avg|min|max|distinct|most_common|top_share|share|gap|first|last|nth|age|days_since|days_until|anniversary|local|distance|geo|ntile|percentile|sample|column|arm)(?=\\s*\\()',
        name: 'support.function.persona',
      },
      { match: `(?<![.\\w])(${IDENT})(?=\\()`, name: 'entity.name.function.persona' },
      { match: '(?<![.\\w])(now|today)\\b', name: 'variable.language.persona' },
      { match: '(?<![.\\w])\\p{Lu}[\\p{Lu}\\p{N}_]+\\b', name: 'variable.other.constant.persona' },
      { match: '(?<![.\\w])\\p{Lu}[\\p{L}\\p{N}_]*', name: 'entity.name.type.persona' },
      { match: IDENT, name: 'variable.other.persona' },
    ],
  },
  signs: { match: '[^\\s\\w"]', name: 'punctuation.sign.persona' },

  // ---------------------------------------------------------------- literals
  literals: {
    patterns: [
      { match: '\\b\\d{4}-\\d{2}-\\d{2}(T[\\d:.]+(Z|[+-]\\d{2}:?\\d{2})?)?', name: 'constant.numeric.date.persona' },
      { match: '\\b\\d{1,2}:\\d{2}(:\\d{2})?\\b', name: 'constant.numeric.time.persona' },
      { match: '\\b\\d[\\d_]*(\\.\\d[\\d_]*)?%', name: 'constant.numeric.percent.persona' },
      { match: '\\b\\d[\\d_]*(\\.\\d[\\d_]*)?[ \\t]*[A-Z]{3}\\b', name: 'constant.numeric.money.persona' },
      {
        match: `\\b\\d[\\d_]*(\\.\\d[\\d_]*)?[ \\t]+(${UNITS})\\b(?!\\s*(?::|=(?![=~>])|when\\b))`,
        name: 'constant.numeric.quantity.persona',
      },
      { match: '\\b\\d[\\d_]*(\\.\\d[\\d_]*)?[a-zA-Z][a-zA-Z0-9]*', name: 'constant.numeric.duration.persona' },
      { match: '\\b\\d[\\d_]*(\\.\\d[\\d_]*)?', name: 'constant.numeric.persona' },
    ],
  },
  strings: {
    patterns: [
      { match: '\\br"[^"]*"', name: 'string.regexp.persona' },
      region('"""', '"""', {
        name: 'string.quoted.triple.persona',
        patterns: include('escape', 'interpolation'),
      }),
      {
        name: 'string.quoted.double.persona',
        begin: '"',
        end: '"|$',
        patterns: include('escape', 'interpolation'),
      },
    ],
  },
  escape: { match: '\\\\(u\\{[0-9A-Fa-f]*\\}|.)', name: 'constant.character.escape.persona' },
  interpolation: {
    name: 'meta.interpolation.persona',
    contentName: 'source.persona.embedded',
    begin: '\\{',
    end: '\\}|(?=$)',
    beginCaptures: { 0: { name: 'punctuation.section.interpolation.begin.persona' } },
    endCaptures: { 0: { name: 'punctuation.section.interpolation.end.persona' } },
    patterns: [
      {
        match: `(:)\\s*(${IDENT})\\s*(?=\\})`,
        captures: captures('punctuation.separator.format', 'support.function.format'),
      },
      ...include('expression'),
    ],
  },
};

export default {
  $schema: 'https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json',
  name: 'persona',
  scopeName: 'source.persona',
  fileTypes: ['persona'],
  patterns: include('comments', 'annotation', 'declarations', 'expression'),
  repository,
};
