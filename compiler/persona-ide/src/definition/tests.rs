//! Where names lead.

use persona_base::{FileId, Span};

use super::{Destination, Navigation, definition, implementation, type_definition};
use crate::fixture::Fixture;

/// What other files of the tests' packages have.
const SHOP: &str = r#"
//- shop.persona
profile Customer {
  id: String @key
  email: Email?
  tier: Tier = bronze
  country: Country?
  consent: { email: Bool = false }
  favourites: List<{ sku: String, since: Date? }>
}
ordered enum Tier { bronze, silver, gold }
enum Country { US, DE }
event CartAdded { sku: String, value: Money<USD> }
event Purchase { total: Money<USD>, items: List<{ sku: String, price: Money<USD> }> }
events Activity = CartAdded or Purchase
catalog Product { sku: String @key, category: String?, price: Money<USD> }
"#;

fn at(fixture: &Fixture, found: Option<Navigation>) -> Vec<(FileId, Span)> {
    let targets = found.map(|found| found.targets).unwrap_or_default();
    let places = targets.into_iter().map(|target| match target {
        Destination::Place { file, name, whole } => {
            let holds = whole.start <= name.start && name.end <= whole.end;
            assert!(holds, "{}", fixture.shown(file, name));
            (file, name)
        }
        Destination::File(path) => panic!("{path} is a file"),
    });
    places.collect()
}

/// The definition of what is at the cursor is the ranges `def`.
#[track_caller]
fn leads(text: &str) {
    let fixture = Fixture::new(&format!("{text}{SHOP}"));
    let (file, offset) = fixture.cursor();
    let found = at(&fixture, definition(&fixture.db, file, offset));
    let wanted = fixture.ranges("def");
    let shown = |all: &[(FileId, Span)]| -> Vec<String> {
        let all = all.iter();
        all.map(|(file, span)| fixture.shown(*file, *span))
            .collect()
    };
    assert_eq!(shown(&found), shown(&wanted));
    assert!(!wanted.is_empty(), "a test of what leads nowhere says so");
}

/// Like [`leads`], to a range of the other files, by its text.
#[track_caller]
fn leads_to(text: &str, wanted: &str) {
    let fixture = Fixture::new(&format!("{text}{SHOP}"));
    let (file, offset) = fixture.cursor();
    let found = at(&fixture, definition(&fixture.db, file, offset));
    let shown: Vec<String> = found
        .iter()
        .map(|(file, span)| fixture.shown(*file, *span))
        .collect();
    assert_eq!(shown.join(", "), wanted);
}

#[test]
fn a_segment_leads_to_its_declaration_in_another_file() {
    leads(
        "//- a.persona\nsegment loyal { when in vi$0p }\n//- b.persona\nsegment <$def>vip</$def> { when tier == gold }\n",
    );
}

#[test]
fn a_declared_name_leads_to_itself() {
    leads("//- a.persona\nsegment <$def>vi$0p</$def> { when tier == gold }\n");
}

#[test]
fn right_behind_a_name_is_at_it() {
    leads(
        "//- a.persona\nsegment loyal { when in vip$0 }\nsegment <$def>vip</$def> { when tier == gold }\n",
    );
}

#[test]
fn a_name_in_a_broken_declaration_leads_on() {
    leads(
        "//- a.persona\nsegment loyal { when in vi$0p and }\nsegment <$def>vip</$def> { when tier == gold }\n",
    );
}

#[test]
fn a_call_leads_to_what_is_called() {
    leads(
        "//- a.persona\nsegment <$def>recent</$def>(window: Duration) { when did Purchase in last (window) }\nsegment s { when in rece$0nt(30d) }\n",
    );
}

#[test]
fn an_argument_s_name_leads_to_the_parameter() {
    leads(
        "//- a.persona\nsegment recent(<$def>window</$def>: Duration) { when did Purchase in last (window) }\nsegment s { when in recent(win$0dow: 30d) }\n",
    );
}

#[test]
fn a_parameter_leads_to_where_it_is_given() {
    leads(
        "//- a.persona\nsegment recent(<$def>window</$def>: Duration) { when did Purchase in last (win$0dow) }\n",
    );
}

#[test]
fn an_as_name_leads_to_where_it_is_given() {
    leads(
        "//- a.persona\nsegment s { when did CartAdded as <$def>c</$def> in last 7d then not Purchase within 24h where total == $0c.value }\n",
    );
}

#[test]
fn an_element_leads_to_its_quantifier() {
    leads(
        "//- a.persona\nsegment s { when any <$def>item</$def> in favourites where ite$0m.sku == \"a\" }\n",
    );
}

#[test]
fn a_field_of_an_element_leads_into_the_record() {
    leads_to(
        "//- a.persona\nsegment s { when any item in favourites where item.s$0ku == \"a\" }\n",
        "shop.persona:7:22 sku",
    );
}

#[test]
fn a_bare_name_in_where_is_a_field_of_the_event() {
    leads_to(
        "//- a.persona\nsegment s { when did CartAdded where s$0ku == \"a\" }\n",
        "shop.persona:11:19 sku",
    );
}

#[test]
fn profile_dot_reaches_the_profile_inside_where() {
    leads_to(
        "//- a.persona\nsegment s { when did CartAdded where sku == \"a\" and profile.coun$0try == US }\n",
        "shop.persona:5:3 country",
    );
}

#[test]
fn a_common_field_leads_to_each_event() {
    leads_to(
        "//- a.persona\nsegment s { when did (CartAdded or Viewed) where sk$0u == \"a\" }\nevent Viewed { sku: String }\n",
        "shop.persona:11:19 sku, a.persona:2:16 sku",
    );
}

#[test]
fn a_nested_field_leads_to_its_own_place() {
    leads_to(
        "//- a.persona\nsegment s { when consent.ema$0il }\n",
        "shop.persona:6:14 email",
    );
}

#[test]
fn the_record_before_the_dot_leads_to_the_record() {
    leads_to(
        "//- a.persona\nsegment s { when cons$0ent.email }\n",
        "shop.persona:6:3 consent",
    );
}

#[test]
fn a_field_of_an_event_s_list_leads_into_it() {
    leads_to(
        "//- a.persona\ntrait t = sum(Purchase.items.pri$0ce in last 30d)\n",
        "shop.persona:12:64 price",
    );
}

#[test]
fn a_field_of_a_picked_event_leads_to_the_event() {
    leads_to(
        "//- a.persona\ntrait t = last(CartAdded).va$0lue\n",
        "shop.persona:11:32 value",
    );
}

#[test]
fn a_field_of_an_item_leads_to_the_catalog() {
    leads_to(
        "//- a.persona\ntrait t = Product[\"A\"].pri$0ce\n",
        "shop.persona:14:56 price",
    );
}

#[test]
fn a_value_leads_to_its_enum_also_in_lists_and_matches() {
    leads_to(
        "//- a.persona\nsegment s { when tier == go$0ld }\n",
        "shop.persona:9:37 gold",
    );
    leads_to(
        "//- a.persona\nsegment s { when tier in [silver, go$0ld] }\n",
        "shop.persona:9:37 gold",
    );
    leads_to(
        "//- a.persona\nsegment s { when tier == Tier.go$0ld }\n",
        "shop.persona:9:37 gold",
    );
    leads_to(
        "//- a.persona\ntrait t = match tier { go$0ld => 1, otherwise => 0 }\n",
        "shop.persona:9:37 gold",
    );
    leads_to(
        "//- a.persona\nconst TOP: List<Tier> = [go$0ld]\n",
        "shop.persona:9:37 gold",
    );
    leads_to(
        "//- a.persona\nfn f(t: Tier = go$0ld) -> Bool = t == gold\n",
        "shop.persona:9:37 gold",
    );
    leads_to(
        "//- a.persona\nsegment s { when (country ?? D$0E) == US }\n",
        "shop.persona:10:20 DE",
    );
}

#[test]
fn a_default_leads_to_the_value() {
    leads_to(
        "//- a.persona\nevent E { tier: Tier = go$0ld }\n",
        "shop.persona:9:37 gold",
    );
}

#[test]
fn a_field_wins_over_a_segment_of_the_same_name() {
    leads("//- a.persona\nsegment tier { when ti$0er == gold }\n//- shop2.persona\n// nothing\n//- c.persona\nprofile P { id: String @key <$def>tier</$def>: String? }\n".replace("//- shop2.persona\n// nothing\n", "").as_str());
}

#[test]
fn a_stage_leads_to_the_partition() {
    leads(
        "//- a.persona\npartition life { <$def>active</$def> when did Purchase otherwise lapsed }\nsegment s { when in life.act$0ive }\n",
    );
    leads(
        "//- a.persona\npartition life { active when did Purchase otherwise <$def>lapsed</$def> }\nsegment s { when life == lap$0sed }\n",
    );
}

#[test]
fn a_type_leads_to_the_enum() {
    leads_to(
        "//- a.persona\nevent E { tier: Ti$0er }\n",
        "shop.persona:9:14 Tier",
    );
}

#[test]
fn a_source_s_field_leads_to_the_field() {
    leads_to(
        "//- a.persona\nsource s of Customer { from \"c.csv\" cou$0ntry = column(\"Country\") }\n",
        "shop.persona:5:3 country",
    );
    leads_to(
        "//- a.persona\nsource s of Purchase { from \"c.csv\" items = each { pri$0ce = column(\"P\") } }\n",
        "shop.persona:12:64 price",
    );
}

#[test]
fn what_triggers_name_leads_there() {
    let text = "channel mail { to email requires nothing }\npurpose offers { requires consent.email }\ncontent hi(cart: CartAdded) { text: String otherwise { text = \"{cart.sku}\" } }\n";
    let trigger = |body: &str| {
        format!(
            "//- a.persona\ntrigger t {{ on CartAdded as cart enter once\n {body} }}\n//- c.persona\n{text}"
        )
    };
    leads_to(&trigger("send h$0i(cart) via mail"), "c.persona:3:9 hi");
    leads_to(&trigger("send hi(cart) via ma$0il"), "c.persona:1:9 mail");
    leads_to(
        &trigger("send hi(cart) via mail for off$0ers"),
        "c.persona:2:9 offers",
    );
    leads_to(&trigger("send hi(ca$0rt) via mail"), "a.persona:1:29 cart");
    leads_to(
        &trigger("if cart.val$0ue > 1 USD { stop }"),
        "shop.persona:11:32 value",
    );
    leads_to(&trigger("set ti$0er = gold"), "shop.persona:4:3 tier");
    leads_to(&trigger("set tier = go$0ld"), "shop.persona:9:37 gold");
    leads_to(
        &trigger("emit CartAdded { sk$0u: \"a\", value: 1 USD }"),
        "shop.persona:11:19 sku",
    );
}

#[test]
fn slots_and_variants_lead_to_the_content() {
    let content = "content <$def>hi</$def> { text: String variant v when tier == gold { text = \"a\" } otherwise { text = \"b\" } }\n";
    leads(&format!(
        "//- a.persona\ntest \"t\" {{ expect h$0i is v }}\n{content}"
    ));
    let plain = content.replace("<$def>", "").replace("</$def>", "");
    leads_to(
        &format!("//- a.persona\n{plain}test \"t\" {{ expect hi is $0v }}\n"),
        "a.persona:1:35 v",
    );
    leads_to(
        &format!("//- a.persona\n{plain}test \"t\" {{ expect hi.te$0xt == \"a\" }}\n"),
        "a.persona:1:14 text",
    );
}

#[test]
fn arms_lead_to_the_experiment() {
    leads_to(
        "//- a.persona\nexperiment e { on t arms { one, two } }\ntrigger t { on CartAdded enter once stop }\nsegment s { when arm(e) == tw$0o }\n",
        "a.persona:1:33 two",
    );
    leads_to(
        "//- a.persona\nexperiment e { on t arms { one, two } }\ntrigger t { on CartAdded enter once stop }\nsegment s { when arm($0e) == two }\n",
        "a.persona:1:12 e",
    );
}

#[test]
fn the_standard_library_is_reached() {
    let found =
        "//- a.persona\nuse std.rfm\nsegment s { when in rfm.champ$0ions(Purchase.total) }\n";
    let fixture = Fixture::new(&format!("{found}{SHOP}"));
    let (file, offset) = fixture.cursor();
    let places = at(&fixture, definition(&fixture.db, file, offset));
    assert_eq!(places.len(), 1);
    let path = fixture.db.file_path(places[0].0);
    assert_eq!(path, "persona:std/rfm.persona");
    assert_eq!(
        places[0].1.of(fixture.db.file_text(places[0].0)),
        "champions"
    );
}

#[test]
fn names_inside_the_standard_library_lead_on() {
    let fixture = Fixture::new(&format!("//- a.persona\nuse std.rfm\n{SHOP}"));
    let file = fixture
        .db
        .file_at("persona:std/rfm.persona")
        .expect("it is there");
    for decl in fixture.db.declarations(file) {
        for one in fixture.db.occurrences(decl.id) {
            if let persona_sema::editor::Symbol::Decl(name) = &one.symbol {
                let offset = decl.in_file(one.span).start;
                let found = definition(&fixture.db, file, offset);
                assert!(found.is_some(), "{name}");
            }
        }
    }
}

#[test]
fn a_module_leads_to_its_file() {
    let fixture = Fixture::new("use std.rf$0m\n");
    let (file, offset) = fixture.cursor();
    let places = at(&fixture, definition(&fixture.db, file, offset));
    assert_eq!(fixture.db.file_path(places[0].0), "persona:std/rfm.persona");
}

const COMMON: &str = "//- persona.toml\n[package]\nname = \"main\"\n[dependencies]\ncommon = { path = \"../common\" }\n//- ../common/persona.toml\n[package]\nname = \"common\"\n//- ../common/rules.persona\nenum Size { small, large }\ntrait <$def>answer</$def>: Int = 42\n";

#[test]
fn other_packages_are_reached_qualified_and_in_braces() {
    leads(&format!(
        "//- a.persona\nuse common\ntrait t = common.ans$0wer + 1\n{COMMON}"
    ));
    leads(&format!(
        "//- a.persona\nuse common.{{answer}}\ntrait t = ans$0wer + 1\n{COMMON}"
    ));
    leads(&format!(
        "//- a.persona\nuse common.{{ans$0wer}}\ntrait t = answer + 1\n{COMMON}"
    ));
    leads(&format!(
        "//- a.persona\nuse common.rules\ntrait t = rules.ans$0wer + 1\n{COMMON}"
    ));
}

#[test]
fn a_template_leads_to_its_file() {
    let fixture = Fixture::new(&format!(
        "//- a.persona\ncontent c {{ body: Html\n otherwise {{ body = template \"mail/h$0i.liquid\" }} }}\n//- mail/hi.liquid\nhello\n{SHOP}"
    ));
    let (file, offset) = fixture.cursor();
    let places = at(&fixture, definition(&fixture.db, file, offset));
    assert_eq!(places, [(fixture.file("mail/hi.liquid"), Span::at(0))]);
}

#[test]
fn data_and_columns_lead_to_the_file() {
    for source in [
        "source s of Customer { from \"data/cust$0omers.csv\" id = column(\"Id\") }",
        "source s of Customer { from \"data/customers.csv\" id = column(\"I$0d\") }",
    ] {
        let fixture = Fixture::new(&format!("//- a.persona\n{source}\n{SHOP}"));
        let (file, offset) = fixture.cursor();
        let found = definition(&fixture.db, file, offset).expect("it leads somewhere");
        assert_eq!(
            found.targets,
            [Destination::File("data/customers.csv".to_owned())]
        );
    }
}

#[test]
fn what_the_language_has_leads_nowhere() {
    for text in [
        "trait t = cou$0nt(Purchase)",
        "trait t: I$0nt = 1",
        "segment s { when tod$0ay after 2020-01-01 }",
        "segment s { wh$0en true }",
        "// com$0ment",
        "segment s { when did Sent where channel == nobo$0dy }",
    ] {
        let fixture = Fixture::new(&format!("//- a.persona\n{text}\n{SHOP}"));
        let (file, offset) = fixture.cursor();
        assert_eq!(definition(&fixture.db, file, offset), None, "{text}");
    }
}

#[test]
fn a_type_definition_is_the_enum_the_catalog_or_the_event() {
    for (text, wanted) in [
        ("segment s { when ti$0er == gold }", "Tier"),
        ("segment s { when tier == go$0ld }", "Tier"),
        ("trait fav$0our: Tier = gold", "Tier"),
        (
            "trigger t { on CartAdded as ca$0rt enter once stop }",
            "CartAdded",
        ),
        (
            "segment s { when any $0p in Product where p.price > 1 USD }",
            "Product",
        ),
        (
            "content c(car$0t: Purchase) { text: String otherwise { text = \"{cart.total}\" } }",
            "Purchase",
        ),
    ] {
        let fixture = Fixture::new(&format!("//- a.persona\n{text}\n{SHOP}"));
        let (file, offset) = fixture.cursor();
        let places = at(&fixture, type_definition(&fixture.db, file, offset));
        let names: Vec<&str> = places
            .iter()
            .map(|(file, span)| span.of(fixture.db.file_text(*file)))
            .collect();
        assert_eq!(names, [wanted], "{text}");
    }
}

#[test]
fn an_implementation_is_what_gives_it_life() {
    let rules = "source carts of CartAdded { from \"c.csv\" sku = column(\"S\") }\nchannel mail { to email requires nothing }\npurpose offers { requires consent.email }\ncontent hi { text: String otherwise { text = \"b\" } }\ntrigger t { on CartAdded enter once set tier = gold send hi via mail for offers emit CartAdded { sku: \"a\", value: 1 USD } }\n";
    for (text, wanted) in [
        (
            "segment s { when did CartAd$0ded }",
            "a.persona:2:17 CartAdded, a.persona:6:86 CartAdded",
        ),
        (
            "segment s { when did CartAdded where sk$0u == \"a\" }",
            "a.persona:2:42 sku, a.persona:6:98 sku",
        ),
        ("segment s { when ti$0er == gold }", "a.persona:6:41 tier"),
        ("test \"t\" { expect sent h$0i }", "a.persona:6:58 hi"),
        (
            "channel two { to email requires nothing limit 1 per day across ma$0il }",
            "a.persona:6:65 mail",
        ),
        (
            "segment s { when in s$02 }\nsegment s2 { when true }",
            "a.persona:2:9 s2",
        ),
    ] {
        let fixture = Fixture::new(&format!("//- a.persona\n{text}\n{rules}{SHOP}"));
        let (file, offset) = fixture.cursor();
        let places = at(&fixture, implementation(&fixture.db, file, offset));
        let shown: Vec<String> = places
            .iter()
            .map(|(file, span)| fixture.shown(*file, *span))
            .collect();
        assert_eq!(shown.join(", "), wanted, "{text}");
    }
}
