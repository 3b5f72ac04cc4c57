//! Links between pages: each leads to a file, and to a heading where it names one.

use std::path::Path;

use super::pages::{all_pages, pages, read};
use crate::suite::document::Document;
use crate::support::{relative, root};

/// Where a page's links lead that are not addresses elsewhere: line and target.
fn links(text: &str) -> Vec<(usize, String)> {
    let document = Document::read(text);
    let mut found = Vec::new();
    for (number, line) in document.prose() {
        // What stands between backticks is no link.
        let plain: String = line.split('`').step_by(2).collect::<Vec<_>>().join("");
        let targets = plain
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        let inside = targets.filter(|to| !to.contains("://") && !to.starts_with("mailto:"));
        found.extend(inside.map(|to| (number, to.to_owned())));
    }
    found
}

/// The anchors that a page's headings have, as code hosts make them.
fn anchors(text: &str) -> Vec<String> {
    let document = Document::read(text);
    let headings = document.prose().into_iter().filter_map(|(_, line)| {
        let title = line.trim_start_matches('#');
        (title.len() < line.len() && title.starts_with(' ')).then(|| title.trim().to_lowercase())
    });
    let anchor = |title: String| {
        let kept = title
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

fn broken(page: &Path, text: &str) -> Vec<String> {
    let folder = page.parent().expect("a page lies in a folder");
    let complaints = links(text).into_iter().filter_map(|(line, to)| {
        let (file, anchor) = to.split_once('#').unwrap_or((&to, ""));
        let path = if file.is_empty() {
            page.to_owned()
        } else {
            folder.join(file)
        };
        let leads = path.exists()
            && (anchor.is_empty() || anchors(&read(&path)).iter().any(|one| one == anchor));
        (!leads).then(|| format!("{}:{line}: `{to}` leads nowhere", relative(page)))
    });
    complaints.collect()
}

#[test]
fn every_link_leads_somewhere() {
    let complaints: Vec<String> = all_pages()
        .iter()
        .flat_map(|page| broken(page, &read(page)))
        .collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_page_is_in_the_contents() {
    let contents = root().join("compiler/docs/README.md");
    let mut reached: Vec<String> = Vec::new();
    for from in [
        contents.clone(),
        root().join("compiler/docs/guide/README.md"),
    ] {
        let folder = from.parent().expect("a folder");
        let targets = links(&read(&from)).into_iter().map(|(_, to)| to);
        let files = targets.map(|to| folder.join(to.split('#').next().unwrap_or_default()));
        reached.extend(files.filter_map(|file| Some(relative(&file.canonicalize().ok()?))));
    }
    let inside = pages()
        .into_iter()
        .filter(|page| relative(page).starts_with("compiler/docs/"));
    let missing: Vec<String> = inside
        .filter(|page| *page != contents && !reached.contains(&relative(page)))
        .map(|page| relative(&page))
        .collect();
    assert!(
        missing.is_empty(),
        "the contents name none of these: {}",
        missing.join(", ")
    );
}

#[test]
fn a_broken_link_is_found() {
    let page = root().join("README.md");
    let text =
        "[a](compiler/docs/ci.md) [b](nowhere.md) [c](compiler/docs/ci.md#nothing) `[d](x)`\n";
    let found = broken(&page, text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(anchors("# What a `c` says: x\n").contains(&"what-a-c-says-x".to_owned()));
}
