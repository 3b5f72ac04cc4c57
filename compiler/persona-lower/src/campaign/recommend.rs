//! Recommendations: one for each that something shows, and for each list of arguments. They are lowered when all contents are,
//! and may name others.

use persona_base::IndexVec;
use persona_ir::campaign::{Exclude, Otherwise, RankKey, RecommendId, Recommendation};
use persona_sema as hir;
use persona_sema::BinderId;

use crate::body::{Body, What};
use crate::program::{Args, Program};
use crate::{TooLarge, schema, source};

/// All recommendations that are asked for so far, and those that they name.
pub(super) fn recommendations(
    program: &mut Program<'_>,
) -> Result<IndexVec<RecommendId, Recommendation>, TooLarge> {
    let mut lowered = IndexVec::new();
    while let Some((index, args)) = program.recommended(lowered.len()) {
        lowered.push(program.resolve_with(|program| recommendation(program, index, &args))?);
    }
    Ok(lowered)
}

fn recommendation(program: &mut Program<'_>, index: usize, args: &Args) -> Recommendation {
    let def = &program.checked.recommendations[index];
    let catalog = schema::catalog_id(def.catalog);
    let mut body = Body::new(program, def.name.clone(), args.clone(), 0);
    body.bind(BinderId(0), What::item(catalog));
    let filter = def.filter.as_ref().map(|filter| body.condition(filter));
    let excludes = def.excludes.iter().map(|exclude| match exclude {
        hir::Exclude::Items(condition) => Exclude::Items(body.condition(condition)),
        hir::Exclude::Keys { query, key } => {
            let (query, key) = body.query_value(query, key);
            Exclude::Keys { query, key }
        }
    });
    let excludes = excludes.collect();
    let rank = def.rank.iter().map(|key| RankKey {
        value: body.expr(&key.value),
        descending: key.descending,
    });
    let rank = rank.collect();
    let otherwise = match &def.otherwise {
        hir::Otherwise::Skip(reason) => Otherwise::Skip(reason.clone()),
        hir::Otherwise::Keys(keys) => {
            let of = &body.program.schema.catalogs[catalog];
            let ty = of.table.columns[of.key].ty.clone();
            Otherwise::Keys(keys.iter().map(|key| schema::constant(key, &ty)).collect())
        }
        hir::Otherwise::Recommend(name, args) => {
            Otherwise::Recommend(body.recommendation(name, args))
        }
    };
    Recommendation {
        name: def.name.clone(),
        place: source::place(def.origin),
        catalog,
        filter,
        excludes,
        rank,
        take: def.take,
        otherwise,
    }
}
