//! Documentation as people write it, in a small part of Markdown: paragraphs, lists, headings, code, emphasis, links to the web.
//! Everything else, HTML above all, is text.

use crate::markup::escaped;

/// The documentation as HTML. Links inside of the site would not know where they stand, so that they are shown as their text.
pub(super) fn html(text: &str) -> String {
    let mut html = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let bare = line.trim();
        if bare.is_empty() {
            continue;
        }
        if let Some(fence) = fence(bare) {
            let mut code = String::new();
            for line in lines.by_ref() {
                if line.trim().starts_with(fence) {
                    break;
                }
                code.push_str(line);
                code.push('\n');
            }
            html.push_str(&format!(
                "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Example\"><pre class=\"code\">{}</pre></div>\n",
                escaped(&code)
            ));
            continue;
        }
        if let Some(heading) = bare.strip_prefix('#') {
            let heading = heading.trim_start_matches('#').trim();
            html.push_str(&format!("<p><strong>{}</strong></p>\n", inline(heading)));
            continue;
        }
        if item(bare).is_some() {
            html.push_str("<ul>\n");
            let mut entry = item(bare).unwrap_or_default().to_owned();
            while let Some(next) = lines.peek() {
                let next = next.trim();
                if next.is_empty() {
                    break;
                }
                match item(next) {
                    Some(text) => {
                        html.push_str(&format!("<li>{}</li>\n", inline(&entry)));
                        entry = text.to_owned();
                    }
                    None => {
                        entry.push(' ');
                        entry.push_str(next);
                    }
                }
                lines.next();
            }
            html.push_str(&format!("<li>{}</li>\n</ul>\n", inline(&entry)));
            continue;
        }
        let mut paragraph = bare.to_owned();
        while let Some(next) = lines.peek() {
            let next = next.trim();
            if next.is_empty() || item(next).is_some() || fence(next).is_some() {
                break;
            }
            paragraph.push(' ');
            paragraph.push_str(next);
            lines.next();
        }
        html.push_str(&format!("<p>{}</p>\n", inline(&paragraph)));
    }
    html
}

/// The first paragraph, as text without marks.
pub(super) fn gist(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let first: Vec<&str> = lines
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty())
        .collect();
    let first = first.join(" ").replace(['`', '*'], "");
    let mut text = String::new();
    let mut rest = first.as_str();
    while let Some((before, behind)) = rest.split_once('[') {
        text.push_str(before);
        rest = match link(behind) {
            Some((shown, _, rest)) => {
                text.push_str(shown);
                rest
            }
            None => {
                text.push('[');
                behind
            }
        };
    }
    text.push_str(rest);
    text
}

/// What a link shows, where it leads, and what follows; the text begins behind its bracket.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (shown, after) = text.split_once("](")?;
    let (to, rest) = after.split_once(')')?;
    (!shown.contains('[')).then_some((shown, to, rest))
}

fn fence(line: &str) -> Option<&'static str> {
    ["```", "~~~"]
        .into_iter()
        .find(|mark| line.starts_with(mark))
}

fn item(line: &str) -> Option<&str> {
    ["- ", "* ", "+ "]
        .into_iter()
        .find_map(|mark| line.strip_prefix(mark))
}

/// Code, emphasis and links in a line of text.
fn inline(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*', '[']) {
        html.push_str(&escaped(&rest[..at]));
        rest = &rest[at..];
        let (piece, behind) = marked(rest);
        html.push_str(&piece);
        rest = behind;
    }
    html.push_str(&escaped(rest));
    html
}

/// What a mark makes of the text behind it, and what is left.
fn marked(text: &str) -> (String, &str) {
    for (mark, tag) in [("`", "code"), ("**", "strong"), ("*", "em")] {
        if let Some(behind) = text.strip_prefix(mark)
            && let Some((inside, rest)) = behind.split_once(mark)
            && !inside.is_empty()
            && (tag == "code" || !inside.starts_with(' '))
        {
            return (format!("<{tag}>{}</{tag}>", escaped(inside)), rest);
        }
    }
    if let Some((shown, to, rest)) = text.strip_prefix('[').and_then(link) {
        let is_web = to.starts_with("https://") || to.starts_with("http://");
        let html = match is_web && !to.contains(char::is_whitespace) {
            true => format!(
                "<a href=\"{}\" rel=\"noreferrer\">{}</a>",
                escaped(to),
                escaped(shown)
            ),
            false => escaped(shown),
        };
        return (html, rest);
    }
    let mark = text.chars().next().map_or(0, char::len_utf8);
    (escaped(&text[..mark]), &text[mark..])
}

#[cfg(test)]
mod tests {
    use super::{gist, html};

    #[test]
    fn paragraphs_lists_and_marks_are_shown_as_what_they_are() {
        assert_eq!(
            html("Who *buys* `often`,\nand **more**.\n\n- one\n  goes on\n- two\n"),
            "<p>Who <em>buys</em> <code>often</code>, and <strong>more</strong>.</p>\n\
             <ul>\n<li>one goes on</li>\n<li>two</li>\n</ul>\n"
        );
    }

    #[test]
    fn nothing_becomes_markup_that_is_not_of_this_small_part() {
        let text =
            "<img src=x onerror=alert(1)> [a](javascript:alert(1)) [b](\"https://x) `<i>` **<b>**";
        let html = html(text);
        for tag in ["<img", "<i>", "<b>", "href"] {
            assert!(!html.contains(tag), "{html}");
        }
        assert!(html.contains("&lt;img"), "{html}");
    }

    #[test]
    fn links_lead_to_the_web_alone() {
        assert_eq!(
            html("[docs](https://example.com/?a=1&b=\"2\") [here](other.md)"),
            "<p><a href=\"https://example.com/?a=1&amp;b=&quot;2&quot;\" rel=\"noreferrer\">docs</a> here</p>\n"
        );
    }

    #[test]
    fn code_blocks_keep_their_lines_and_may_lack_an_end() {
        assert!(html("```persona\na <b>\n  c").contains("a &lt;b&gt;\n  c\n</pre>"));
    }

    #[test]
    fn marks_without_a_partner_are_signs() {
        assert_eq!(html("2 * 3 ` [x] **"), "<p>2 * 3 ` [x] **</p>\n");
        assert_eq!(html("é*"), "<p>é*</p>\n");
    }

    #[test]
    fn the_gist_is_the_first_paragraph_without_marks() {
        assert_eq!(
            gist("\nThe `first`\n[line](https://x) [y] of.\n\nMore."),
            "The first line [y] of."
        );
    }
}
