//! Recommendations: the fast way against the plain one on generated catalogs, rules and people; and what stands in where there is
//! too little. `PERSONA_RECOMMENDATIONS=20000` asks for more packages than 150, `PERSONA_FIRST_RECOMMENDATION` starts
//! elsewhere.

mod data;
mod rules;
mod short;
mod streams;

use std::collections::BTreeMap;

use persona_ir::campaign::Campaign;
use persona_runtime::recommend::{Recommender, Short, plainly};
use persona_runtime::{Dataset, Evaluation, Evaluator, Value};
use persona_sema::Database;

use crate::support::rng::Rng;

/// The campaign of these rules; what is wrong with them otherwise.
fn campaign(text: &str) -> Result<Campaign, String> {
    let mut db = Database::new();
    db.set_name("test");
    db.set_file("rules.persona", text.to_owned());
    db.set_library(persona_std::MODULES.iter().copied());
    let Some(checked) = db.checked() else {
        let found = db.diagnostics();
        let errors = found
            .iter()
            .map(|of| format!("{:?} {}", of.code, of.message));
        return Err(errors.collect::<Vec<_>>().join("\n"));
    };
    persona_lower::lower_campaign(&checked).map_err(|error| error.to_string())
}

/// What everybody is shown by every recommendation: both ways, which must say the same. Keys, or why there is nothing.
fn shown(campaign: &Campaign, data: &Dataset, now: i64) -> Vec<Vec<Result<Vec<Value>, Short>>> {
    let evaluation = Evaluation {
        now,
        calibration: None,
    };
    let evaluator = Evaluator::prepared(&campaign.plan, data, &evaluation).for_campaign(campaign);
    let recommender = Recommender::new(campaign, evaluator.prepared_plan(), &data.catalogs);
    let mut person = evaluator.profile(0);
    let mut all = Vec::new();
    for profile in 0..data.profiles {
        let mut of = Vec::new();
        for (id, def) in campaign.recommendations.iter_enumerated() {
            person.move_to(profile);
            let plain = plainly(campaign, &mut person, id);
            person.move_to(profile);
            let fast = recommender.items(campaign, &mut person, id);
            assert_eq!(plain, fast, "`{}` for profile {profile}", def.name);
            let again = recommender.items(campaign, &mut person, id);
            assert_eq!(plain, again, "`{}` asked again", def.name);
            let key = campaign.plan.schema.catalogs[def.catalog].key;
            let keys = |rows: Vec<usize>| {
                let rows = rows.into_iter();
                rows.map(|row| data.catalogs.value(def.catalog, key, row))
                    .collect()
            };
            of.push(plain.map(keys));
        }
        all.push(of);
    }
    all
}

fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number")),
        Err(_) => default,
    }
}

#[test]
fn the_fast_way_is_the_plain_one_on_generated_packages() {
    let first = setting("PERSONA_FIRST_RECOMMENDATION", 0);
    let count = setting("PERSONA_RECOMMENDATIONS", 150);
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for number in first..first + count {
        let mut rng = Rng::stream(20_260, number);
        let text = rules::package(&mut rng);
        let campaign = match campaign(&text) {
            Ok(campaign) => campaign,
            Err(why) => panic!("package {number}\n{text}\n{why}"),
        };
        let (data, now) = data::data(&mut rng, &campaign.plan.schema);
        let checked = std::panic::catch_unwind(|| shown(&campaign, &data, now));
        let all = checked.unwrap_or_else(|_| panic!("package {number}\n{text}"));
        for of in all.iter().flatten() {
            let what = match of {
                Ok(_) => "full",
                Err(Short(reason)) if reason.contains("lacks") => "keys that the catalog lacks",
                Err(_) => "given up",
            };
            *met.entry(what).or_default() += 1;
        }
        let different = all.iter().any(|of| *of != all[0]);
        *met.entry("people who differ").or_default() += usize::from(different);
        *met.entry("empty catalogs").or_default() +=
            usize::from(data.catalogs.tables.iter().any(|of| of.is_empty()));
    }
    println!("{met:?}");
    if count >= 150 {
        for what in [
            "full",
            "given up",
            "keys that the catalog lacks",
            "people who differ",
            "empty catalogs",
        ] {
            let times = met.get(what).copied().unwrap_or_default();
            assert!(
                times >= 10,
                "{what}: met {times} times: too few to say that the ways agree"
            );
        }
    }
}
