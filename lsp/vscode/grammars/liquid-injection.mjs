// What stands in the braces of a Liquid template, wherever that is in the HTML around: outputs, tags, comments. It lies over
// our own grammar and over that of other Liquid extensions.

const NAME = '[\\p{L}_][\\p{L}\\p{N}_-]*';
const captures = (...names) =>
  Object.fromEntries(names.flatMap((name, index) => (name ? [[String(index + 1), { name: `${name}.liquid` }]] : [])));

const tag = (begin, rest = {}) => ({
  begin: `(\\{%-?)\\s*${begin}`,
  end: '(-?%\\})',
  beginCaptures: captures('punctuation.definition.tag.begin', 'keyword.control'),
  endCaptures: captures('punctuation.definition.tag.end'),
  name: 'meta.tag.liquid',
  patterns: [{ include: '#expression' }],
  ...rest,
});

/** A tag whose body is not Liquid. */
const verbatim = (word, contentName) => ({
  begin: `(\\{%-?)\\s*(${word})\\s*(-?%\\})`,
  end: `(\\{%-?)\\s*(end${word})\\s*(-?%\\})`,
  beginCaptures: captures('punctuation.definition.tag.begin', 'keyword.control', 'punctuation.definition.tag.end'),
  endCaptures: captures('punctuation.definition.tag.begin', 'keyword.control', 'punctuation.definition.tag.end'),
  contentName,
});

export default {
  name: 'liquid in HTML',
  scopeName: 'persona.liquid.injection',
  injectionSelector: 'L:text.html.liquid - meta.tag.liquid - meta.output.liquid - comment.block.liquid - meta.raw.liquid',
  patterns: [
    verbatim('comment', 'comment.block.liquid'),
    verbatim('doc', 'comment.block.liquid'),
    verbatim('raw', 'meta.raw.liquid'),
    { match: '\\{%-?\\s*#.*?-?%\\}', name: 'comment.block.liquid' },
    {
      begin: '(\\{\\{-?)',
      end: '(-?\\}\\})',
      beginCaptures: captures('punctuation.section.interpolation.begin'),
      endCaptures: captures('punctuation.section.interpolation.end'),
      name: 'meta.output.liquid',
      patterns: [{ include: '#expression' }],
    },
    tag('(liquid)\\b', { patterns: [{ match: `^\\s*(${NAME})`, captures: captures('keyword.control') }, { include: '#expression' }] }),
    tag(`(${NAME})`),
  ],
  repository: {
    expression: {
      patterns: [
        { match: '"[^"]*"|\'[^\']*\'', name: 'string.quoted.liquid' },
        { match: `(\\|)\\s*(${NAME})`, captures: captures('keyword.operator.pipe', 'support.function.filter') },
        { match: '\\b(and|or|contains|in|with|as)\\b', name: 'keyword.operator.word.liquid' },
        { match: '\\b(reversed|limit|offset|cols)\\b(?=\\s*(?::|-?%\\}|\\w))', name: 'keyword.control.parameter.liquid' },
        { match: '\\b(true|false|nil|null|blank|empty)\\b', name: 'constant.language.liquid' },
        { match: '\\b(forloop|tablerowloop|now|today|profile)\\b', name: 'variable.language.liquid' },
        { match: '(?<![\\w.])-?\\d+(\\.\\d+)?\\b', name: 'constant.numeric.liquid' },
        { match: '==|!=|<>|<=|>=|<|>', name: 'keyword.operator.comparison.liquid' },
        { match: '=', name: 'keyword.operator.assignment.liquid' },
        { match: `(${NAME})\\s*(:)`, captures: captures('variable.parameter', 'punctuation.separator') },
        { match: `(\\.)(${NAME})`, captures: captures('punctuation.accessor', 'variable.other.property') },
        { match: NAME, name: 'variable.other.liquid' },
        { match: '\\.\\.|[\\[\\](),:]', name: 'punctuation.separator.liquid' },
      ],
    },
  },
};
