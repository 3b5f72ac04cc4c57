//! Texts of rules that name files: templates, data files, and the columns that are read from them.

use persona_base::{FileId, Span};
use persona_sema::Database;
use persona_sema::editor::{Declaration, Symbol};
use persona_syntax::ast::{self, DeclKind, Expr, ExprKind};

/// A text that names a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The text without its quotes, in the file of rules.
    pub span: Span,
    /// What it names.
    pub target: LinkTarget,
    /// What to say about it.
    pub tooltip: String,
}

/// What a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// A file of the session.
    Session(FileId),
    /// A file by its path from the package's folder.
    Path(String),
}

/// All links of a file, in order.
pub fn links(db: &Database, file: FileId) -> Vec<Link> {
    let decls = db.declarations(file);
    decls
        .iter()
        .flat_map(|decl| of_declaration(db, decl))
        .collect()
}

/// The link at a place.
pub(crate) fn link_at(db: &Database, file: FileId, offset: u32) -> Option<Link> {
    let decl = db.declaration_at(file, offset)?;
    let links = of_declaration(db, &decl);
    links.into_iter().find(|link| link.span.touches(offset))
}

fn of_declaration(db: &Database, decl: &Declaration<'_>) -> Vec<Link> {
    match &decl.tree.kind {
        DeclKind::Content(_) => templates(db, decl),
        DeclKind::Source(source) => data(decl, source),
        _ => Vec::new(),
    }
}

fn templates(db: &Database, decl: &Declaration<'_>) -> Vec<Link> {
    let named = db.occurrences(decl.id).iter();
    let links = named.filter_map(|one| match &one.symbol {
        Symbol::Template(path) => Some(Link {
            span: decl.in_file(one.span),
            target: match db.template_at(path) {
                Some(file) => LinkTarget::Session(file),
                None => LinkTarget::Path(path.to_string()),
            },
            tooltip: "open the template".to_owned(),
        }),
        _ => None,
    });
    links.collect()
}

/// A source's file, and the columns of it that are named.
fn data(decl: &Declaration<'_>, source: &ast::SourceDecl) -> Vec<Link> {
    let mut from = source.clauses.iter().filter_map(|clause| match clause {
        ast::SourceClause::From { path, .. } => text_of(decl.text, path),
        _ => None,
    });
    // Several files by one name are none to go to.
    let Some((path, span)) = from
        .next()
        .filter(|(path, _)| !path.contains(['*', '?', '[']))
    else {
        return Vec::new();
    };
    let mut links = vec![Link {
        span: decl.in_file(span),
        target: LinkTarget::Path(path.clone()),
        tooltip: "open the data".to_owned(),
    }];
    decl.tree.kind.for_each_expr(&mut |expr| {
        columns(expr, &mut |column| {
            if let Some((name, span)) = text_of(decl.text, column) {
                links.push(Link {
                    span: decl.in_file(span),
                    target: LinkTarget::Path(path.clone()),
                    tooltip: format!("the column `{name}` of {path}"),
                });
            }
        });
    });
    links.sort_by_key(|link| link.span);
    links.dedup();
    links
}

/// The texts in `column("…")`.
fn columns(expr: &Expr, found: &mut dyn FnMut(&Expr)) {
    if let ExprKind::Call { name, args, .. } = &expr.kind
        && name.text == "column"
        && let [
            ast::Arg {
                value: ast::ArgValue::Expr(column),
                ..
            },
        ] = args.as_slice()
    {
        found(column);
    }
    expr.for_each_child(&mut |child| columns(child, found));
}

/// What a text in quotes says that nothing is put into, and where it says that.
fn text_of(text: &str, expr: &Expr) -> Option<(String, Span)> {
    let said = match &expr.kind {
        ExprKind::Str(parts) => match parts.as_slice() {
            [ast::StrPart::Text(said)] => said.clone(),
            _ => return None,
        },
        ExprKind::RawStr(said) => said.clone(),
        _ => return None,
    };
    let written = expr.span.of(text);
    let open = written.find(&said)? as u32;
    let start = expr.span.start + open;
    let span = Span::new(start, start + said.len() as u32);
    (!said.is_empty()).then_some((said, span))
}
