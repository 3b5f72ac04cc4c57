//! Every tag and filter: supported, or refused with the reason. The documentation's table is made of this, and the parser and
//! the check ask it; so neither can know what the other does not.

use crate::filters::Fid;

/// Whether a tag is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagUse {
    /// It is; how it is written, and what it does.
    Supported {
        /// An example of its form.
        form: &'static str,
        /// What it does, and what typing asks of it.
        says: &'static str,
    },
    /// It is not.
    Refused {
        /// Why not.
        why: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
}

/// A filter: its name and whether it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilterInfo {
    /// Its name.
    pub name: &'static str,
    /// What it works on.
    pub takes: &'static str,
    /// What it gives.
    pub gives: &'static str,
    /// What it does, and what typing asks of it; or why it is refused and what to do instead.
    pub says: &'static str,
    pub(crate) id: Option<Fid>,
}

impl FilterInfo {
    /// Whether it is there.
    pub const fn is_supported(&self) -> bool {
        self.id.is_some()
    }
}

/// All tags, by name.
pub fn tags() -> &'static [(&'static str, TagUse)] {
    TAGS
}

/// All filters, by name.
pub fn filters() -> &'static [FilterInfo] {
    FILTERS
}

pub(crate) fn tag(name: &str) -> Option<TagUse> {
    TAGS.iter()
        .find(|(known, _)| *known == name)
        .map(|(_, used)| *used)
}

/// The names of the tags that are there, also those that end and divide blocks.
pub(crate) fn tag_names() -> impl Iterator<Item = &'static str> {
    let ends = [
        "endif",
        "endunless",
        "endcase",
        "endfor",
        "endtablerow",
        "endcapture",
        "endifchanged",
        "endcomment",
        "endraw",
        "elsif",
        "when",
    ];
    let supported = |(name, used): &(&'static str, TagUse)| {
        matches!(used, TagUse::Supported { .. }).then_some(*name)
    };
    TAGS.iter().filter_map(supported).chain(ends)
}

pub(crate) fn filter(name: &str) -> Option<&'static FilterInfo> {
    FILTERS.iter().find(|filter| filter.name == name)
}

/// The names of the filters that are there.
pub(crate) fn filter_names() -> impl Iterator<Item = &'static str> {
    FILTERS
        .iter()
        .filter(|filter| filter.is_supported())
        .map(|filter| filter.name)
}

const fn yes(form: &'static str, says: &'static str) -> TagUse {
    TagUse::Supported { form, says }
}

const fn no(why: &'static str, instead: &'static str) -> TagUse {
    TagUse::Refused { why, instead }
}

const THEME: &str = "it belongs to the themes of a web shop";
const PAGE: &str = "a message is one template with its partials";
const INHERIT: &str = "Liquid has no inheritance of templates";

const TAGS: &[(&str, TagUse)] = &[
    (
        "#",
        yes(
            "{% # words %}",
            "a comment; each of its lines begins with `#`",
        ),
    ),
    (
        "assign",
        yes(
            "{% assign name = value | filter %}",
            "names a value; its type is that of the value, and a loop may not change it",
        ),
    ),
    (
        "block",
        no(
            INHERIT,
            "put the part into a file of its own, and `render` it",
        ),
    ),
    ("break", yes("{% break %}", "ends the innermost loop")),
    (
        "capture",
        yes(
            "{% capture name %}…{% endcapture %}",
            "names what its inside prints: text, or HTML in a slot of type `Html`",
        ),
    ),
    (
        "case",
        yes(
            "{% case value %}{% when \"a\", \"b\" %}…{% else %}…{% endcase %}",
            "each `when` has the value's type; `else` comes last, and once",
        ),
    ),
    (
        "comment",
        yes(
            "{% comment %}…{% endcomment %}",
            "is not printed; may stand inside itself",
        ),
    ),
    (
        "continue",
        yes(
            "{% continue %}",
            "goes on with the next pass of the innermost loop",
        ),
    ),
    (
        "cycle",
        yes(
            "{% cycle \"odd\", \"even\" %}",
            "prints the next of its values; cycles of one name have equally many",
        ),
    ),
    (
        "decrement",
        yes(
            "{% decrement name %}",
            "counts down from 0 and prints; the name is no variable's",
        ),
    ),
    (
        "doc",
        yes("{% doc %}…{% enddoc %}", "is not printed, and not read"),
    ),
    (
        "echo",
        yes(
            "{% echo value | filter %}",
            "prints, as `{{ value | filter }}` does",
        ),
    ),
    (
        "extends",
        no(
            INHERIT,
            "put the common part into a file of its own, and `render` it",
        ),
    ),
    (
        "for",
        yes(
            "{% for item in list limit: 3 offset: 1 reversed %}…{% else %}…{% endfor %}",
            "goes through a list or a range; `forloop` tells where it is; `else` is for an empty list",
        ),
    ),
    ("form", no(THEME, "link to a page that has the form")),
    (
        "if",
        yes(
            "{% if a == b and c %}…{% elsif d %}…{% else %}…{% endif %}",
            "what is asked about is known to be there inside",
        ),
    ),
    (
        "ifchanged",
        yes(
            "{% ifchanged %}…{% endifchanged %}",
            "prints its inside where it is not what it was the last time",
        ),
    ),
    (
        "include",
        yes(
            "{% include \"partial\", name: value %}",
            "as `render`, but the partial sees and changes the variables around it",
        ),
    ),
    (
        "increment",
        yes(
            "{% increment name %}",
            "prints and counts up, from 0; the name is no variable's",
        ),
    ),
    ("javascript", no(THEME, "messages run no scripts")),
    (
        "layout",
        no(
            PAGE,
            "put the common parts into files of their own, and `render` them",
        ),
    ),
    (
        "liquid",
        yes(
            "{% liquid\n  assign a = 1\n  echo a\n%}",
            "each of its lines is a tag",
        ),
    ),
    (
        "macro",
        no(
            "Liquid has no macros",
            "put the part into a file of its own, and `render` it with arguments",
        ),
    ),
    (
        "paginate",
        no(PAGE, "show the first few with `for … limit: 5`"),
    ),
    (
        "raw",
        yes(
            "{% raw %}{{ }}{% endraw %}",
            "its inside is printed as it stands",
        ),
    ),
    (
        "render",
        yes(
            "{% render \"partial\", name: value %}",
            "prints another template, which sees its arguments and nothing else; `for` and `with` bind one",
        ),
    ),
    ("schema", no(THEME, "settings are constants of the package")),
    (
        "section",
        no(
            THEME,
            "put the part into a file of its own, and `render` it",
        ),
    ),
    (
        "sections",
        no(
            THEME,
            "put the parts into files of their own, and `render` them",
        ),
    ),
    ("style", no(THEME, "write `<style>` as it stands")),
    ("stylesheet", no(THEME, "write `<style>` as it stands")),
    (
        "tablerow",
        yes(
            "{% tablerow item in list cols: 2 %}…{% endtablerow %}",
            "goes through a list in rows of a table; `tablerowloop` tells where it is",
        ),
    ),
    (
        "unless",
        yes(
            "{% unless a %}…{% else %}…{% endunless %}",
            "the opposite of `if`",
        ),
    ),
];

const fn filter_(
    id: Fid,
    name: &'static str,
    takes: &'static str,
    gives: &'static str,
    says: &'static str,
) -> FilterInfo {
    FilterInfo {
        name,
        takes,
        gives,
        says,
        id: Some(id),
    }
}

const fn refused(name: &'static str, says: &'static str) -> FilterInfo {
    FilterInfo {
        name,
        takes: "",
        gives: "",
        says,
        id: None,
    }
}

const SHOP: &str = "it belongs to the themes of a web shop; give the finished address as a value";
const HASH: &str = "a template makes no secrets and no keys; make it in the data";
const COLOR: &str = "colours are written out";
const NUMBER: &str = "a number";
const LIST: &str = "a list";

const FILTERS: &[FilterInfo] = &[
    filter_(Fid::Abs, "abs", NUMBER, "the same type", "without its sign"),
    filter_(
        Fid::Append,
        "append",
        "text",
        "text",
        "with the argument, a text, behind it",
    ),
    refused("asset_url", SHOP),
    filter_(
        Fid::AtLeast,
        "at_least",
        NUMBER,
        "a number",
        "the greater of the two",
    ),
    filter_(
        Fid::AtMost,
        "at_most",
        NUMBER,
        "a number",
        "the lesser of the two",
    ),
    filter_(
        Fid::Base64Decode,
        "base64_decode",
        "text",
        "text, or missing",
        "missing where it is not the base64 of a text",
    ),
    filter_(
        Fid::Base64Encode,
        "base64_encode",
        "text",
        "text",
        "in base64",
    ),
    filter_(
        Fid::Base64UrlDecode,
        "base64_url_safe_decode",
        "text",
        "text, or missing",
        "missing where it is not the base64 of a text",
    ),
    filter_(
        Fid::Base64UrlEncode,
        "base64_url_safe_encode",
        "text",
        "text",
        "in base64 with `-` and `_`",
    ),
    refused("camelize", "names are given as they are shown"),
    filter_(
        Fid::Capitalize,
        "capitalize",
        "text",
        "text",
        "the first letter large, the others small",
    ),
    filter_(Fid::Ceil, "ceil", NUMBER, "a whole number", "rounded up"),
    refused("color_to_hex", COLOR),
    refused("color_to_rgb", COLOR),
    filter_(
        Fid::Compact,
        "compact",
        LIST,
        "a list",
        "without the missing ones; with a field's name, without those whose field is missing",
    ),
    filter_(
        Fid::Concat,
        "concat",
        LIST,
        "a list",
        "with the argument, a list of the same type, behind it",
    ),
    filter_(
        Fid::Date,
        "date",
        "a date, an instant or a time of day",
        "text",
        "by a format of `strftime` that is written out; an instant in the reader's zone",
    ),
    filter_(
        Fid::Default,
        "default",
        "anything",
        "the same type, known",
        "the argument where it is missing, empty or false (`allow_false: true` keeps false); a text beside anything else prints it",
    ),
    filter_(
        Fid::DividedBy,
        "divided_by",
        "a number or an amount",
        "by the types",
        "whole numbers rounded down; what is not written out and not zero may be missing",
    ),
    filter_(
        Fid::Downcase,
        "downcase",
        "text",
        "text",
        "in small letters",
    ),
    filter_(
        Fid::Escape,
        "escape",
        "text",
        "HTML in HTML, text in text",
        "for HTML; in a slot of type `Html` everything is escaped without it",
    ),
    filter_(
        Fid::EscapeOnce,
        "escape_once",
        "text",
        "HTML in HTML, text in text",
        "as `escape`, but leaves what is escaped",
    ),
    refused("file_url", SHOP),
    filter_(
        Fid::Find,
        "find",
        "a list of records",
        "a record, or missing",
        "the first whose field is the value",
    ),
    filter_(
        Fid::FindIndex,
        "find_index",
        "a list of records",
        "a whole number, or missing",
        "where that one stands, from 0",
    ),
    filter_(
        Fid::First,
        "first",
        LIST,
        "an element, or missing",
        "missing where there is none",
    ),
    filter_(
        Fid::Floor,
        "floor",
        NUMBER,
        "a whole number",
        "rounded down",
    ),
    refused("font_face", "fonts are a matter of the HTML around"),
    refused("font_url", "fonts are a matter of the HTML around"),
    refused("format_address", "print the parts of an address one by one"),
    refused(
        "handle",
        "it makes addresses of a web shop; give the finished address as a value",
    ),
    refused(
        "handleize",
        "it makes addresses of a web shop; give the finished address as a value",
    ),
    filter_(
        Fid::Has,
        "has",
        "a list of records",
        "yes or no",
        "whether a field of one is the value",
    ),
    refused("highlight", SHOP),
    refused("hmac_sha1", HASH),
    refused("hmac_sha256", HASH),
    refused("image_tag", SHOP),
    refused("image_url", SHOP),
    refused("img_tag", SHOP),
    refused("img_url", SHOP),
    filter_(
        Fid::Join,
        "join",
        LIST,
        "text",
        "with a text between, a space where none is given; each is printed by its type",
    ),
    refused(
        "json",
        "messages run no scripts; print the values one by one",
    ),
    filter_(
        Fid::Last,
        "last",
        LIST,
        "an element, or missing",
        "missing where there is none",
    ),
    refused("link_to", "write `<a href=\"{{ url }}\">`"),
    filter_(
        Fid::Lstrip,
        "lstrip",
        "text",
        "text",
        "without white space at its start",
    ),
    filter_(
        Fid::Map,
        "map",
        "a list of records",
        "a list",
        "the field of each",
    ),
    refused("md5", HASH),
    filter_(
        Fid::Minus,
        "minus",
        "a number or an amount",
        "the same type",
        "less the argument; an amount less an amount in its currency",
    ),
    filter_(
        Fid::Modulo,
        "modulo",
        NUMBER,
        "a number",
        "the rest of a division; what is not written out and not zero may be missing",
    ),
    filter_(
        Fid::Money,
        "money",
        "an amount",
        "text",
        "as people write it, with the currency's sign",
    ),
    filter_(
        Fid::MoneyWithCurrency,
        "money_with_currency",
        "an amount",
        "text",
        "with the currency's code",
    ),
    filter_(
        Fid::MoneyWithoutCurrency,
        "money_without_currency",
        "an amount",
        "text",
        "the number alone",
    ),
    filter_(
        Fid::MoneyWithoutTrailingZeros,
        "money_without_trailing_zeros",
        "an amount",
        "text",
        "without decimals where they are zero",
    ),
    filter_(
        Fid::NewlineToBr,
        "newline_to_br",
        "text",
        "HTML in HTML, text in text",
        "`<br />` before each line's end; in a slot of type `Html` the text itself is escaped",
    ),
    refused("payment_type_img_url", SHOP),
    refused("placeholder_svg_tag", SHOP),
    filter_(
        Fid::Pluralize,
        "pluralize",
        "a whole number",
        "text",
        "the first argument for one, the second for all others",
    ),
    filter_(
        Fid::Plus,
        "plus",
        "a number or an amount",
        "the same type",
        "with the argument added; an amount and an amount in its currency",
    ),
    refused("preload_tag", SHOP),
    filter_(
        Fid::Prepend,
        "prepend",
        "text",
        "text",
        "with the argument, a text, before it",
    ),
    refused("product_img_url", SHOP),
    filter_(
        Fid::Raw,
        "raw",
        "text",
        "HTML",
        "taken for HTML as it is; a lint, because whoever wrote the text writes the message",
    ),
    filter_(
        Fid::Reject,
        "reject",
        "a list of records",
        "a list",
        "those whose field is not the value; without one, those whose field is missing or false",
    ),
    filter_(
        Fid::Remove,
        "remove",
        "text",
        "text",
        "without the argument wherever it stands",
    ),
    filter_(
        Fid::RemoveFirst,
        "remove_first",
        "text",
        "text",
        "without the argument where it stands first",
    ),
    filter_(
        Fid::RemoveLast,
        "remove_last",
        "text",
        "text",
        "without the argument where it stands last",
    ),
    filter_(
        Fid::Replace,
        "replace",
        "text",
        "text",
        "the first argument replaced by the second, wherever it stands",
    ),
    filter_(
        Fid::ReplaceFirst,
        "replace_first",
        "text",
        "text",
        "where it stands first",
    ),
    filter_(
        Fid::ReplaceLast,
        "replace_last",
        "text",
        "text",
        "where it stands last",
    ),
    filter_(
        Fid::Reverse,
        "reverse",
        LIST,
        "a list",
        "from its end to its start",
    ),
    filter_(
        Fid::Round,
        "round",
        NUMBER,
        "a whole number, or a number",
        "to whole numbers, or to so many decimals; halves away from zero",
    ),
    filter_(
        Fid::Rstrip,
        "rstrip",
        "text",
        "text",
        "without white space at its end",
    ),
    refused("script_tag", "messages run no scripts"),
    refused("sha1", HASH),
    refused("sha256", HASH),
    filter_(
        Fid::Size,
        "size",
        "text or a list",
        "a whole number",
        "characters, or elements",
    ),
    filter_(
        Fid::Slice,
        "slice",
        "text or a list",
        "the same type",
        "from a place on (from the end, if negative), one or so many",
    ),
    filter_(
        Fid::Sort,
        "sort",
        LIST,
        "a list",
        "in order, or by a field; missing ones last",
    ),
    filter_(
        Fid::SortNatural,
        "sort_natural",
        "a list of texts, or of records by a field of text",
        "a list",
        "in order, whatever the case; missing ones last",
    ),
    filter_(
        Fid::Split,
        "split",
        "text",
        "a list of texts",
        "at the argument; at white space for a space, in characters for an empty text",
    ),
    filter_(
        Fid::Strip,
        "strip",
        "text",
        "text",
        "without white space at both ends",
    ),
    filter_(
        Fid::StripHtml,
        "strip_html",
        "text or HTML",
        "the same type",
        "without tags, comments, scripts and styles",
    ),
    filter_(
        Fid::StripNewlines,
        "strip_newlines",
        "text",
        "text",
        "without line ends",
    ),
    refused("stylesheet_tag", SHOP),
    filter_(
        Fid::Sum,
        "sum",
        "a list of numbers or amounts, or of records by such a field",
        "a number or an amount",
        "all added up; zero for none",
    ),
    refused("t", "languages are `locale` blocks of the content"),
    refused("time_tag", "print the date with `date`"),
    filter_(
        Fid::Times,
        "times",
        "a number or an amount",
        "by the types",
        "multiplied; an amount by a number",
    ),
    refused("translate", "languages are `locale` blocks of the content"),
    filter_(
        Fid::Truncate,
        "truncate",
        "text",
        "text",
        "cut to so many characters (50), with `...` or the second argument at the end, counted in",
    ),
    filter_(
        Fid::TruncateWords,
        "truncatewords",
        "text",
        "text",
        "cut to so many words (15), with `...` or the second argument at the end",
    ),
    filter_(
        Fid::Uniq,
        "uniq",
        LIST,
        "a list",
        "each once, or one for each value of a field",
    ),
    filter_(Fid::Upcase, "upcase", "text", "text", "in large letters"),
    filter_(
        Fid::UrlDecode,
        "url_decode",
        "text",
        "text",
        "without the escapes of addresses",
    ),
    filter_(
        Fid::UrlEncode,
        "url_encode",
        "text",
        "text",
        "with the escapes of addresses",
    ),
    refused("url_escape", "use `url_encode`"),
    refused("url_param_escape", "use `url_encode`"),
    refused("weight_with_unit", "print the value and its unit"),
    filter_(
        Fid::Where,
        "where",
        "a list of records",
        "a list",
        "those whose field is the value; without one, those whose field is there and not false",
    ),
    refused("within", SHOP),
];
