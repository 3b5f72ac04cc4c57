// The TextMate grammar of `.liquid` templates, for editors that have none: HTML, in which the injection colours what
// stands in braces.
export default {
  name: 'liquid',
  scopeName: 'text.html.liquid.persona',
  fileTypes: ['liquid'],
  patterns: [{ include: 'text.html.basic' }],
  repository: {},
};
