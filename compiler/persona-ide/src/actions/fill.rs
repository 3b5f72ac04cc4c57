//! Adding what is missing: languages, variants and slots of a content, arms of a `match`, a field's default, that a value is known.

use std::collections::{BTreeMap, BTreeSet};

use persona_base::fixing::edited;
use persona_base::{Edit, Span, contents};
use persona_sema::editor::{Part, PartKind, Symbol, parts_of};
use persona_sema::{Global, TypeKind};
use persona_syntax::ast::{
    self, ContentDecl, DeclKind, Expr, ExprKind, Pattern, SlotSource, SlotValue, Variant,
};
use persona_syntax::format;

use super::settled::settled;
use super::site::Site;
use super::written::{needed, short};
use super::{Action, Kind};
use crate::format::diff;

/// What can be added here.
pub(super) fn actions(site: &Site<'_>, found: &mut Vec<Action>) {
    must_be_known(site, found);
    arms(site, found);
    default(site, found);
    if let DeclKind::Trigger(trigger) = &site.decl.tree.kind {
        otherwise_stops(site, trigger, found);
    }
    if let DeclKind::Content(content) = &site.decl.tree.kind {
        otherwise(site, content, found);
        slots(site, content, found);
        languages(site, content, found);
        variants(site, content, found);
    }
}

/// A comparison with a value that may be missing is false without it: this says so. Nothing changes.
fn must_be_known(site: &Site<'_>, found: &mut Vec<Action>) {
    let is_comparison = |expr: &Expr| {
        matches!(
            expr.kind,
            ExprKind::Compare { .. }
                | ExprKind::Between { .. }
                | ExprKind::In {
                    operand: Some(_),
                    ..
                }
                | ExprKind::InWindow { .. }
                | ExprKind::ContainsSet { .. }
        )
    };
    let Some(index) = site.innermost(is_comparison) else {
        return;
    };
    let expr = &site.chain[index];
    let Some(piece) = settled(site, expr).filter(|piece| piece.text != site.text(expr.span)) else {
        return;
    };
    let text = piece.at(needed(site.chain.get(index + 1), expr));
    if let Some(edits) = site.sure(vec![site.edit(expr.span, text)]) {
        let title = format!("Say that it must be known: `{}`", short(&piece.text));
        found.push(Action::rewrite(title, Kind::Rewrite, edits));
    }
}

/// An arm for each value of the enum that has none, with the result that it has now (of `otherwise`), or that of the last arm.
fn arms(site: &Site<'_>, found: &mut Vec<Action>) {
    let Some(index) = site.innermost(|expr| matches!(expr.kind, ExprKind::Match { .. })) else {
        return;
    };
    let ExprKind::Match { subject, arms } = &site.chain[index].kind else {
        return;
    };
    let Some(TypeKind::Enum(id)) = site.ty(subject).map(|ty| &ty.kind) else {
        return;
    };
    let mut there = BTreeSet::new();
    for pattern in arms.iter().flat_map(|arm| &arm.patterns) {
        if let Pattern::Value(value) = pattern {
            there.insert(site.text(value.span).rsplit('.').next().unwrap_or_default());
        }
    }
    let values = &site.db.schema().enums[*id].values;
    let lacking: Vec<&str> = values
        .iter()
        .map(|(name, _)| &**name)
        .filter(|name| !there.contains(name))
        .collect();
    let Some(last) = arms.last().filter(|_| !lacking.is_empty()) else {
        return;
    };
    let is_otherwise = matches!(last.patterns[..], [Pattern::Otherwise(_)]);
    let result = site.text(last.result.span);
    let arms: Vec<String> = lacking
        .iter()
        .map(|name| format!("{name} => {result}"))
        .collect();
    let edit = match is_otherwise {
        // With an arm for each, `otherwise` could never be reached.
        true => site.edit(last.span, arms.join(", ")),
        false => site.edit(Span::at(last.span.end), format!(", {}", arms.join(", "))),
    };
    let candidates = if is_otherwise {
        // Where the subject may be missing, `otherwise` is also the answer for that.
        let kept = format!("{}, ", arms.join(", "));
        vec![edit, site.edit(Span::at(last.span.start), kept)]
    } else {
        vec![edit]
    };
    for edit in candidates {
        if let Some(edits) = site.sure(vec![edit]) {
            let title = format!("Add an arm for {}", listed(&lacking));
            found.push(Action::rewrite(title, Kind::Rewrite, edits));
            return;
        }
    }
}

/// A default for a field or a slot that has none and must be there.
fn default(site: &Site<'_>, found: &mut Vec<Action>) {
    let parts = parts_of(site.decl.tree);
    let Some(part) = part_at(&parts, site.range) else {
        return;
    };
    let (Some(ty), None) = (part.ty, part.default) else {
        return;
    };
    if ty.optional || !matches!(part.kind, PartKind::Field | PartKind::Slot) {
        return;
    }
    let Some(value) = neutral(site, ty) else {
        return;
    };
    let edit = site.edit(Span::at(ty.span.end), format!(" = {value}"));
    if let Some(edits) = site.sure(vec![edit]) {
        let title = format!("Give `{}` a default: `{value}`", part.name.text);
        found.push(Action::rewrite(title, Kind::Rewrite, edits));
    }
}

/// The innermost part around a range.
fn part_at<'p, 'd>(parts: &'p [Part<'d>], range: Span) -> Option<&'p Part<'d>> {
    let part = parts
        .iter()
        .find(|part| part.span.start <= range.start && range.end <= part.span.end)?;
    Some(part_at(&part.parts, range).unwrap_or(part))
}

/// A value that says nothing in particular.
fn neutral(site: &Site<'_>, ty: &ast::TypeExpr) -> Option<String> {
    let ast::TypeKind::Named { name, args } = &ty.kind else {
        return None;
    };
    Some(match name.text.as_str() {
        "Bool" => "false".to_owned(),
        "Int" => "0".to_owned(),
        "Float" => "0.0".to_owned(),
        "String" | "Html" => "\"\"".to_owned(),
        "Duration" => "0s".to_owned(),
        "List" | "Set" => "[]".to_owned(),
        "Money" => format!("0 {}", site.text(args.first()?.span)),
        other => {
            let Some(Global::Enum(id)) = site.db.global(site.decl.space, other) else {
                return None;
            };
            let values = &site.db.schema().enums[*id].values;
            let vague = ["other", "unknown", "none"];
            let named = values.iter().find(|(name, _)| vague.contains(&&**name));
            named.or_else(|| values.first())?.0.to_string()
        }
    })
}

/// `otherwise`, which every content needs.
fn otherwise(site: &Site<'_>, content: &ContentDecl, found: &mut Vec<Action>) {
    if !content.otherwise.is_empty() {
        return;
    }
    let slots = content.slots.iter().filter(|slot| slot.default.is_none());
    let lines: String = slots
        .map(|slot| format!("    {} = \"\"\n", slot.name.text))
        .collect();
    let text = format!("  otherwise {{\n{lines}  }}\n");
    push(
        site,
        at_the_end(site, &text),
        "Add what everybody else reads: `otherwise`",
        found,
    );
}

/// An insertion before the declaration's closing brace.
fn at_the_end(site: &Site<'_>, text: &str) -> Vec<Edit> {
    match site.decl.text.strip_suffix('}') {
        Some(before) => {
            let end = before.trim_end().len() as u32;
            vec![site.edit(Span::new(end, before.len() as u32), format!("\n{text}"))]
        }
        None => Vec::new(),
    }
}

/// Slots that a variant leaves empty although they have no default.
fn slots(site: &Site<'_>, content: &ContentDecl, found: &mut Vec<Action>) {
    let Some(variant) = variant_at(site, content) else {
        return;
    };
    let wrong = site.db.wrong_in(site.decl.id).iter();
    let mut wrong = wrong.filter(|one| one.code == contents::EMPTY_SLOT);
    if !wrong.any(|one| one.primary.span == variant.name.span) {
        return;
    }
    let is_filled = |name: &str| variant.slots.iter().any(|slot| slot.slot.text == name);
    let empty: Vec<&str> = content
        .slots
        .iter()
        .filter(|slot| slot.default.is_none() && !is_filled(&slot.name.text))
        .map(|slot| slot.name.text.as_str())
        .collect();
    let lines: Vec<String> = empty.iter().map(|name| format!("{name} = \"\"")).collect();
    let edits = in_variant(site, variant, &lines);
    push(site, edits, &format!("Fill {}", listed(&empty)), found);
}

/// The variant around the cursor.
fn variant_at<'c>(site: &Site<'_>, content: &'c ContentDecl) -> Option<&'c Variant> {
    let mut variants = content.variants.iter().chain(&content.otherwise);
    variants.find(|one| one.span.start <= site.range.start && site.range.end <= one.span.end)
}

/// Lines before a variant's closing brace.
fn in_variant(site: &Site<'_>, variant: &Variant, lines: &[String]) -> Vec<Edit> {
    let written = site.text(variant.span);
    let Some(before) = written.strip_suffix('}').filter(|_| !lines.is_empty()) else {
        return Vec::new();
    };
    let start = variant.span.start + before.trim_end().len() as u32;
    let end = variant.span.start + before.len() as u32;
    let text: String = lines.iter().map(|line| format!("\n    {line}")).collect();
    vec![site.edit(Span::new(start, end), format!("{text}\n  "))]
}

/// The languages that other variants of the file have and this one has not, with its own texts to be translated.
fn languages(site: &Site<'_>, content: &ContentDecl, found: &mut Vec<Action>) {
    let Some(variant) = variant_at(site, content) else {
        return;
    };
    let mut known = BTreeSet::new();
    for decl in site.db.declarations(site.file) {
        if let DeclKind::Content(content) = &decl.tree.kind {
            let variants = content.variants.iter().chain(&content.otherwise);
            let locales = variants.flat_map(|variant| &variant.locales);
            known.extend(locales.map(|locale| locale.tag.text.clone()));
        }
    }
    for locale in &variant.locales {
        known.remove(&locale.tag.text);
    }
    let texts: Vec<&SlotValue> = variant
        .slots
        .iter()
        .filter(|slot| !matches!(&slot.value, SlotSource::Expr(value) if !is_text(value)))
        .collect();
    for tag in known
        .iter()
        .filter(|tag| !tag.is_empty() && !texts.is_empty())
    {
        let slots = texts
            .iter()
            .map(|slot| format!("      {}\n", site.text(slot.span)));
        let written = match tag.contains('-') {
            true => format!("\"{tag}\""),
            false => tag.clone(),
        };
        let block = format!("locale {written} {{\n{}    }}", slots.collect::<String>());
        let title = format!("Add the language `{tag}`, with these texts to be translated");
        push(site, in_variant(site, variant, &[block]), &title, found);
    }
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Str(_) | ExprKind::RawStr(_))
}

/// A variant for each arm of an experiment that this content asks about, and that has none.
fn variants(site: &Site<'_>, content: &ContentDecl, found: &mut Vec<Action>) {
    let [last] = &content.otherwise[..] else {
        return;
    };
    let mut asked: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in site.names_in(Span::new(0, u32::MAX)) {
        if let Symbol::Value { of, name } = &one.symbol {
            asked.entry(of).or_default().insert(name);
        }
    }
    for (experiment, named) in asked {
        let Some(Global::Experiment(id)) = site.db.global(site.decl.space, experiment) else {
            continue;
        };
        let taken = |name: &str| content.variants.iter().any(|one| one.name.text == name);
        let arms = site.db.schema().enums[*id]
            .values
            .iter()
            .map(|(name, _)| &**name);
        let lacking: Vec<&str> = arms
            .filter(|arm| !named.contains(arm) && !taken(arm))
            .collect();
        if lacking.is_empty() {
            continue;
        }
        let slots: String = last
            .slots
            .iter()
            .map(|slot| format!("    {}\n", site.text(slot.span)))
            .collect();
        let variants = lacking.iter().map(|arm| {
            format!("variant {arm} when arm({experiment}) == {arm} {{\n{slots}  }}\n  ")
        });
        let edit = site.edit(Span::at(last.span.start), variants.collect::<String>());
        let title = format!("Add a variant for {} of `{experiment}`", listed(&lacking));
        push(site, vec![edit], &title, found);
    }
}

/// The last `if` of a trigger that has no `else`: without one, the run ends there, and that can be said.
fn otherwise_stops(site: &Site<'_>, trigger: &ast::TriggerDecl, found: &mut Vec<Action>) {
    if let Some(end) = last_without_else(&trigger.steps, site.range) {
        let edit = site.edit(Span::at(end), " else {\n    stop\n  }");
        push(site, vec![edit], "Add `else`, which ends it as now", found);
    }
}

/// Where the `if` around a range ends that has no `else` and is the last step on its way.
fn last_without_else(steps: &[ast::TriggerStep], range: Span) -> Option<u32> {
    let last = steps.last()?;
    let is_around = last.span.start <= range.start && range.end <= last.span.end;
    let ast::TriggerStepKind::If { arms, otherwise } = &last.kind else {
        return None;
    };
    if !is_around {
        return None;
    }
    let branches = arms.iter().map(|(_, steps)| steps).chain(otherwise);
    let mut inner = branches.filter_map(|steps| last_without_else(steps, range));
    inner
        .next()
        .or_else(|| otherwise.is_none().then_some(last.span.end))
}

/// Offers edits that compile. Where the declaration was formatted, it still is.
fn push(site: &Site<'_>, edits: Vec<Edit>, title: &str, found: &mut Vec<Action>) {
    if edits.is_empty() || !site.compiles(&edits, &[]) {
        return;
    }
    let is_formatted = |text: &str| format(text).text.trim_end() == text;
    let edits = if is_formatted(site.decl.text) {
        let start = site.decl.span.start;
        let local = edits.iter().map(|edit| {
            let span = Span::new(edit.span.start - start, edit.span.end - start);
            (span, edit.text.as_str())
        });
        let new = format(&edited(site.decl.text, local)).text;
        let changed = diff::lines(site.decl.text, new.trim_end()).into_iter();
        changed.map(|(span, text)| site.edit(span, text)).collect()
    } else {
        edits
    };
    found.push(Action::rewrite(title, Kind::Rewrite, edits));
}

/// `a`, `b` and `c`
fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
