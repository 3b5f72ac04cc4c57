//! Pages that commands write: one file each, which needs nothing else, in light and dark. Knows nothing of what they say.

/// A page about a package.
pub(crate) struct Page<'a> {
    /// The package's name, as text.
    pub(crate) package: &'a str,
    /// What it shows, behind the package's name: `how segments overlap`.
    pub(crate) about: &'a str,
    /// The heading.
    pub(crate) heading: &'a str,
    /// Looks of its own.
    pub(crate) style: &'a str,
    /// HTML below the heading, and behind the head.
    pub(crate) lead: &'a str,
    pub(crate) body: &'a str,
}

impl Page<'_> {
    /// The whole page.
    pub(crate) fn html(&self) -> String {
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{name}: {about}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n<main>\n\
             <header>\n<p class=\"package\">{name}</p>\n<h1>{heading}</h1>\n{}\n</header>\n{}\n\
             </main>\n</body>\n</html>\n",
            include_str!("markup.css"),
            self.style,
            self.lead,
            self.body,
            name = escaped(self.package),
            about = escaped(self.about),
            heading = escaped(self.heading),
        )
    }
}

/// Text that stands for itself in HTML and SVG.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
