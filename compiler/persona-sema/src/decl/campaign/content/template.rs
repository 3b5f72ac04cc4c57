//! Templates: files of the package, whose endings do not matter: all are Liquid. Which there are is checked here, and each is
//! checked against what the content sees.

use std::sync::Arc;

use persona_base::{Applicability, Label, contents, liquid, nearest};
use persona_liquid::Target;
use persona_syntax::ast;

use super::Writing;
use super::seen::Seen;
use crate::TemplateUse;
use crate::decl::Checking;
use crate::decl::text::plain_string;

/// How the names of templates end.
pub const TEMPLATE_ENDINGS: [&str; 5] = [".liquid", ".html", ".txt", ".md", ".mjml"];

/// Checks the path of a template; gives it as it is written.
pub(super) fn check(checking: &mut Checking<'_>, written: &ast::Expr) -> Arc<str> {
    let empty = Arc::from("");
    if written.kind == ast::ExprKind::Error {
        return empty;
    }
    let Some(path) = plain_string(written) else {
        let diagnostic = checking
            .diagnostic(
                contents::TEMPLATE_PATH,
                written.span,
                "which template it is must be the same for everyone",
            )
            .label("a path is text in quotes, and nothing is put into it")
            .help("choose between templates with variants");
        checking.report(diagnostic);
        return empty;
    };
    if let Some(why) = outside(&path) {
        let diagnostic = checking
            .diagnostic(
                contents::TEMPLATE_PATH,
                written.span,
                "a template lies inside its package",
            )
            .label(why)
            .help("write its path from the folder of the package, as in `\"emails/cart.liquid\"`");
        checking.report(diagnostic);
        return empty;
    }
    exists(checking, written, &path);
    Arc::from(path)
}

impl Writing<'_, '_> {
    /// Checks what stands in a template for a slot; nothing where its text is not known.
    pub(super) fn template(
        &mut self,
        path: &str,
        written: &ast::Expr,
        html: bool,
    ) -> Option<Arc<TemplateUse>> {
        let db = self.checking.db;
        // A content of another package names that one's files.
        let own = self.checking.decl.space(db).is_empty();
        let template = self.checking.env.template(path).filter(|_| own)?;
        let target = if html { Target::Html } else { Target::Text };
        let scope = self.scope(html);
        let mut seen = Seen::new(db, &self.checking.env, scope, path, written.span);
        let outcome = persona_liquid::check(&template, target, &mut seen);
        let mut found = outcome.diagnostics;
        // What is missing here may be there in another content that names the same file.
        let own = &self.checking.tree.name.text;
        for diagnostic in &mut found {
            if diagnostic.code == liquid::UNKNOWN_VARIABLE {
                diagnostic.secondary.push(Label {
                    file: self.checking.file,
                    span: written.span,
                    text: format!("`{own}` is made from this template"),
                });
            }
        }
        let read = outcome.template.map(|template| {
            let mut roots = Vec::with_capacity(template.roots.len());
            for root in &template.roots {
                let (value, diagnostics) = seen.value(&root.path);
                roots.push(value);
                found.extend(diagnostics);
            }
            Arc::new(TemplateUse { template, roots })
        });
        self.checking.diagnostics.extend(found);
        read
    }
}

/// Why a path is none inside the package.
fn outside(path: &str) -> Option<&'static str> {
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.trim().is_empty() {
        Some("no file is named")
    } else if path.starts_with('/') || drive {
        Some("this begins at the root of one machine")
    } else if path.contains('\\') {
        Some("the parts of a path have `/` between them, on every machine")
    } else if path.split('/').any(|part| part == "..") {
        Some("this leads out of it")
    } else if path.split('/').any(|part| part.is_empty() || part == ".") {
        Some("this has an empty part")
    } else {
        None
    }
}

/// Whether there is such a file. Where the package has no folder, nobody knows.
fn exists(checking: &mut Checking<'_>, written: &ast::Expr, path: &str) {
    if !TEMPLATE_ENDINGS.iter().any(|ending| path.ends_with(ending)) {
        let endings: Vec<String> = TEMPLATE_ENDINGS
            .iter()
            .map(|ending| format!("`{ending}`"))
            .collect();
        let diagnostic = checking
            .diagnostic(
                contents::TEMPLATE_NOT_FOUND,
                written.span,
                format!("`{path}` is not a template"),
            )
            .label(format!(
                "the names of templates end in {}",
                endings.join(", ")
            ));
        checking.report(diagnostic);
        return;
    }
    let project = checking.db.project();
    let Some(known) = project.templates(checking.db) else {
        return;
    };
    if known.contains(path) {
        return;
    }
    let diagnostic = checking
        .diagnostic(
            contents::TEMPLATE_NOT_FOUND,
            written.span,
            format!("there is no file `{path}`"),
        )
        .label("not in the folder of this package");
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let same_name = known
        .iter()
        .find(|other| name(other) == name(path))
        .map(|found| &**found);
    let near = same_name.or_else(|| nearest(path, known.iter().map(|path| &**path)));
    let diagnostic = match near {
        Some(near) => diagnostic.fix(
            format!("write `{near}`"),
            Applicability::Maybe,
            written.span,
            format!("\"{near}\""),
        ),
        None => diagnostic.help(
            "put it there, or correct the path: it begins at the folder with the `persona.toml`",
        ),
    };
    checking.report(diagnostic);
}
