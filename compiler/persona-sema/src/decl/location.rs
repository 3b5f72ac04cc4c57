//! Where a source's data is: the path, the format, its options.

use std::sync::Arc;

use persona_base::{Applicability, Span, data, nearest};
use persona_syntax::ast;

use super::Checking;
use super::text::plain_string;
use crate::SourceFormat;

/// The formats by the names they may have in a source.
const FORMATS: [(&str, SourceFormat); 5] = [
    ("csv", SourceFormat::Csv(b',')),
    ("tsv", SourceFormat::Csv(b'\t')),
    ("ndjson", SourceFormat::Ndjson),
    ("parquet", SourceFormat::Parquet),
    ("arrow", SourceFormat::ArrowIpc),
];

/// The formats by the endings of paths, and other words people use for them.
const ENDINGS: [(&str, &str); 10] = [
    ("csv", "csv"),
    ("tsv", "tsv"),
    ("tab", "tsv"),
    ("ndjson", "ndjson"),
    ("jsonl", "ndjson"),
    ("parquet", "parquet"),
    ("pq", "parquet"),
    ("arrow", "arrow"),
    ("feather", "arrow"),
    ("ipc", "arrow"),
];

/// The format, path and place of the path of a source.
pub(super) fn location(
    checking: &mut Checking<'_>,
    source: &ast::SourceDecl,
) -> Option<(SourceFormat, Arc<str>, Span)> {
    let from = source.clauses.iter().find_map(|clause| match clause {
        ast::SourceClause::From {
            format,
            path,
            options,
            ..
        } => Some((format, path, options)),
        _ => None,
    });
    let Some((format, path, options)) = from else {
        let name = &checking.tree.name;
        let message = format!("the source `{}` does not say where its data is", name.text);
        let diagnostic = checking
            .diagnostic(data::MISSING_FROM, name.span, message)
            .label("no `from`")
            .help(format!(
                "name a file, relative to the package's folder: `from \"data/{}.csv\"`",
                name.text
            ));
        checking.report(diagnostic);
        return None;
    };
    let text = path_text(checking, path);
    let format = match format {
        Some(name) => named_format(checking, name),
        None => text
            .as_deref()
            .and_then(|text| format_of_path(checking, text, path.span)),
    };
    let format = options_applied(checking, format, options);
    Some((format?, Arc::from(text?), path.span))
}

fn path_text(checking: &mut Checking<'_>, path: &ast::Expr) -> Option<String> {
    if path.kind == ast::ExprKind::Error {
        return None;
    }
    let text = plain_string(path);
    let message = match text.as_deref().map(str::trim) {
        None => "the path of a source is plain text",
        Some("") => "the path of a source is empty",
        Some(_) => return text,
    };
    let diagnostic = checking
        .diagnostic(data::INVALID_LOCATION, path.span, message)
        .help("name a file or a pattern, relative to the package's folder: `from \"data/*.csv\"`");
    checking.report(diagnostic);
    None
}

fn named_format(checking: &mut Checking<'_>, name: &ast::Name) -> Option<SourceFormat> {
    if name.is_missing() {
        return None;
    }
    if let Some((_, format)) = FORMATS.iter().find(|(known, _)| *known == name.text) {
        return Some(*format);
    }
    let lower = name.text.to_ascii_lowercase();
    let alias = ENDINGS
        .iter()
        .find(|(ending, _)| *ending == lower)
        .map(|(_, format)| *format);
    let meant = alias.or_else(|| nearest(&name.text, FORMATS.iter().map(|(known, _)| *known)));
    let diagnostic = checking
        .diagnostic(
            data::UNKNOWN_FORMAT,
            name.span,
            format!("there is no format `{}`", name.text),
        )
        .label("unknown format");
    let diagnostic = match meant {
        Some(meant) => diagnostic.perhaps(name.span, meant),
        None => diagnostic.help("formats are `csv`, `tsv`, `ndjson`, `parquet` and `arrow`"),
    };
    checking.report(diagnostic);
    None
}

fn format_of_path(checking: &mut Checking<'_>, path: &str, span: Span) -> Option<SourceFormat> {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let ending = file
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    let known = ENDINGS
        .iter()
        .find(|(known, _)| ending.as_deref() == Some(*known))
        .map(|(_, format)| *format);
    if let Some((_, format)) = FORMATS.iter().find(|(name, _)| Some(*name) == known) {
        return Some(*format);
    }
    let message = match &ending {
        Some(ending) => format!("the ending `.{ending}` does not tell the format of the file"),
        None => "the path has no ending that tells the format of the file".to_owned(),
    };
    let diagnostic = checking
        .diagnostic(data::UNKNOWN_FORMAT, span, message)
        .label("which format is this?")
        .help("say it before the path: `csv`, `tsv`, `ndjson`, `parquet` or `arrow`")
        .fix(
            "read it as CSV",
            Applicability::Maybe,
            Span::at(span.start),
            "csv ",
        );
    checking.report(diagnostic);
    None
}

/// The format with the options of the clause.
fn options_applied(
    checking: &mut Checking<'_>,
    mut format: Option<SourceFormat>,
    options: &[(ast::Name, ast::Expr)],
) -> Option<SourceFormat> {
    let mut seen: Option<Span> = None;
    for (name, value) in options.iter().filter(|(name, _)| !name.is_missing()) {
        if name.text != "delimiter" {
            let diagnostic = checking
                .diagnostic(
                    data::INVALID_LOCATION,
                    name.span,
                    format!("there is no option `{}`", name.text),
                )
                .label("unknown option");
            let diagnostic = match nearest(&name.text, ["delimiter"]) {
                Some(meant) => diagnostic.perhaps(name.span, meant),
                None => diagnostic
                    .help("CSV files have the option `delimiter`, as in `delimiter \";\"`"),
            };
            checking.report(diagnostic);
            continue;
        }
        if let Some(first) = seen.replace(name.span) {
            let diagnostic = checking
                .diagnostic(
                    data::DUPLICATE_CLAUSE,
                    name.span,
                    "the delimiter is said twice",
                )
                .label("again")
                .secondary(checking.file, first, "first here");
            checking.report(diagnostic);
        }
        let delimiter = delimiter(checking, value);
        match format {
            Some(SourceFormat::Csv(_)) => format = delimiter.map(SourceFormat::Csv).or(format),
            Some(SourceFormat::Ndjson | SourceFormat::Parquet | SourceFormat::ArrowIpc) => {
                let diagnostic = checking
                    .diagnostic(
                        data::INVALID_LOCATION,
                        name.span,
                        "only CSV files have a delimiter",
                    )
                    .label("nothing separates columns in this format")
                    .fix(
                        "remove it",
                        Applicability::Always,
                        with_blank(checking.text, name.span.to(value.span)),
                        "",
                    );
                checking.report(diagnostic);
            }
            None => {}
        }
    }
    format
}

/// A span with the blanks before it.
fn with_blank(text: &str, span: Span) -> Span {
    let before = text.get(..span.start as usize).unwrap_or("");
    Span::new(
        u32::try_from(before.trim_end().len()).unwrap_or(span.start),
        span.end,
    )
}

fn delimiter(checking: &mut Checking<'_>, value: &ast::Expr) -> Option<u8> {
    if value.kind == ast::ExprKind::Error {
        return None;
    }
    let text = plain_string(value);
    let single = match text.as_deref().map(str::as_bytes) {
        Some([byte]) if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0) => Some(*byte),
        _ => None,
    };
    if single.is_none() {
        let diagnostic = checking
            .diagnostic(
                data::INVALID_LOCATION,
                value.span,
                "a delimiter is one character",
            )
            .label("not a single plain character")
            .help("for example `delimiter \";\"` or `delimiter \"\\t\"`");
        checking.report(diagnostic);
    }
    single
}
