//! The pages of a site: which there are, and what all of them have. Same model, same bytes.

mod data;
mod declaration;
mod flows;
mod groups;
mod index;
mod message;
mod schema;
mod search;
mod tests_page;

use super::html::{View, moment, page_of, section};
use super::model::Model;
use super::picture;
use crate::markup::escaped;
use crate::overlap;

/// A file of a site: its path from the site's folder, and its text.
pub(super) type File = (String, String);

/// A page that the navigation leads to.
struct Section {
    /// Its file.
    file: &'static str,
    /// Its name in the navigation.
    name: &'static str,
    /// What it shows; nothing where the package has nothing of it.
    body: fn(View<'_>) -> Option<String>,
}

const SECTIONS: [Section; 12] = [
    Section {
        file: "index.html",
        name: "Overview",
        body: index::body,
    },
    Section {
        file: "segments.html",
        name: "Segments",
        body: groups::segments,
    },
    Section {
        file: "values.html",
        name: "Traits",
        body: groups::values,
    },
    Section {
        file: "triggers.html",
        name: "Triggers",
        body: flows::triggers,
    },
    Section {
        file: "messages.html",
        name: "Messages",
        body: message::messages,
    },
    Section {
        file: "experiments.html",
        name: "Experiments",
        body: flows::experiments,
    },
    Section {
        file: "channels.html",
        name: "Channels",
        body: flows::channels,
    },
    Section {
        file: "schema.html",
        name: "Schema",
        body: schema::schema,
    },
    Section {
        file: "data.html",
        name: "Data",
        body: data::data,
    },
    Section {
        file: "overlap.html",
        name: "Overlap",
        body: overlap_page,
    },
    Section {
        file: "map.html",
        name: "Map",
        body: map,
    },
    Section {
        file: "tests.html",
        name: "Tests",
        body: tests_page::tests,
    },
];

/// All files of the site, by path.
pub(super) fn site(model: &Model) -> Vec<File> {
    let view = View { model, root: "" };
    let bodies: Vec<(&Section, String)> = SECTIONS
        .iter()
        .filter_map(|section| Some((section, (section.body)(view)?)))
        .collect();
    let there: Vec<&Section> = bodies.iter().map(|(section, _)| *section).collect();
    let mut files: Vec<File> = bodies
        .iter()
        .map(|(section, body)| {
            let page = Page {
                view,
                there: &there,
                at: section.file,
                title: section.name,
                body,
            };
            (section.file.to_owned(), page.html())
        })
        .collect();
    let view = View { model, root: "../" };
    for (index, decl) in model.decls.iter().enumerate() {
        let body = declaration::body(view, index);
        let page = Page {
            view,
            there: &there,
            at: home_of(decl.kind),
            title: decl.heading(),
            body: &body,
        };
        files.push((page_of(decl), page.html()));
    }
    files.push((
        "style.css".to_owned(),
        format!(
            "{}{}",
            include_str!("../../markup.css"),
            include_str!("../site.css")
        ),
    ));
    files.push(("overlap.css".to_owned(), overlap::STYLE.to_owned()));
    files.push(("site.js".to_owned(), include_str!("../site.js").to_owned()));
    files.push(("search-index.js".to_owned(), search::index(model, &there)));
    files.sort();
    files
}

/// The page of the navigation that has declarations of a kind.
fn home_of(kind: persona_sema::ItemKind) -> &'static str {
    use persona_sema::ItemKind as Kind;
    match kind {
        Kind::Segment | Kind::Partition | Kind::Exclusive => "segments.html",
        Kind::Trait | Kind::Const | Kind::Fn => "values.html",
        Kind::Trigger => "triggers.html",
        Kind::Content | Kind::Recommend => "messages.html",
        Kind::Experiment => "experiments.html",
        Kind::Channel | Kind::Purpose => "channels.html",
        Kind::Profile | Kind::Event | Kind::Events | Kind::Enum | Kind::Catalog => "schema.html",
        Kind::Source => "data.html",
        Kind::Use | Kind::Test | Kind::Error => "index.html",
    }
}

/// A page with what all pages have.
struct Page<'p> {
    view: View<'p>,
    there: &'p [&'p Section],
    /// The page of the navigation that it is, or belongs to.
    at: &'p str,
    title: &'p str,
    body: &'p str,
}

impl Page<'_> {
    fn html(&self) -> String {
        let root = self.view.root;
        let name = escaped(&self.view.model.name);
        let overlap = match self.at {
            "overlap.html" => "<link rel=\"stylesheet\" href=\"overlap.css\">\n",
            _ => "",
        };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self' 'unsafe-inline'; \
             script-src 'self'; img-src 'self' data:\">\n\
             <meta name=\"generator\" content=\"persona\">\n\
             <title>{title} · {name}</title>\n{overlap}<link rel=\"stylesheet\" href=\"{root}style.css\">\n\
             <link rel=\"icon\" href=\"data:,\">\n\
             <script src=\"{root}search-index.js\" defer></script>\n<script src=\"{root}site.js\" defer></script>\n\
             </head>\n<body data-root=\"{root}\">\n\
             <a class=\"skip\" href=\"#content\">Skip to the content</a>\n\
             <header class=\"top\">\n<a class=\"brand\" href=\"{root}index.html\">{name}</a>\n{SEARCH}</header>\n\
             <div class=\"frame\">\n{nav}<main id=\"content\" tabindex=\"-1\">\n{body}</main>\n</div>\n\
             <footer class=\"end\"><p>Made by <code>persona doc</code> from the package’s own rules.{when}</p></footer>\n\
             </body>\n</html>\n",
            title = escaped(self.title),
            nav = self.navigation(),
            body = self.body,
            when = self.when(),
        )
    }

    fn navigation(&self) -> String {
        let links = self.there.iter().map(|section| {
            let current = match section.file == self.at {
                true => " aria-current=\"page\"",
                false => "",
            };
            format!(
                "<li><a href=\"{}{}\"{current}>{}</a></li>\n",
                self.view.root, section.file, section.name
            )
        });
        format!(
            "<nav class=\"side\" aria-label=\"Sections\">\n<ul>\n{}</ul>\n</nav>\n",
            links.collect::<String>()
        )
    }

    fn when(&self) -> String {
        match &self.view.model.known.run {
            Some(run) => format!(" Figures are those of {}.", escaped(&moment(&run.now))),
            None => " It has no figures: no data were read.".to_owned(),
        }
    }
}

/// Shown by the script alone: without it, nothing could be found.
const SEARCH: &str = "<div class=\"search\" role=\"search\" hidden>\n\
     <label class=\"unseen\" for=\"find\">Search</label>\n\
     <input id=\"find\" type=\"text\" enterkeyhint=\"search\" autocomplete=\"off\" spellcheck=\"false\" placeholder=\"Search\" role=\"combobox\" \
     aria-expanded=\"false\" aria-controls=\"found\" aria-autocomplete=\"list\">\n<kbd aria-hidden=\"true\">/</kbd>\n\
     <ul id=\"found\" role=\"listbox\" aria-label=\"Found\" hidden></ul>\n\
     <p class=\"unseen\" role=\"status\" id=\"count\"></p>\n</div>\n";

/// A heading of a page with a sentence below it.
fn head(title: &str, lead: &str) -> String {
    format!(
        "<div class=\"head\"><h1>{}</h1>\n<p class=\"lead\">{lead}</p></div>\n",
        escaped(title)
    )
}

fn overlap_page(view: View<'_>) -> Option<String> {
    let result = view.model.known.overlap.as_ref()?;
    let lead = "Which segments share people, and how many.";
    Some(format!(
        "{}<div class=\"overlap\">\n{}\n</div>\n",
        head("How segments overlap", lead),
        overlap::figures(result)
    ))
}

fn map(view: View<'_>) -> Option<String> {
    let lead = "What rests on what, from the schema at the left to what happens at the right.";
    Some(format!(
        "{}{}",
        head("Map", lead),
        section("all", "The whole package", &picture::map::figure(view))
    ))
}
