//! The campaign that is measured: what shops have.

use persona_ir::Campaign;
use persona_sema::Database;

const SCHEMA: &str = r#"
profile Customer {
  id: String @key
  email: String = "a@example.com"
  tier: Tier = silver
  points: Int = 0
  consent: Bool = true
}
ordered enum Tier { silver, gold, black }
event Cart { sku: String, value: Int }
event Open { message: String }
event Purchase { total: Int }
event View { sku: String, seconds: Int }
content letter {
  text: String
  variant gold when tier == gold { text = "gold" }
  otherwise { text = "plain" }
}
channel email {
  to email
  requires consent
  quiet 21:00 to 08:00
  limit 2 per 7d
  when full defer
}
channel push { to email requires consent limit 1 per day }
segment regular { when count(Purchase in last 90d) >= 3 }
segment lapsing { when did Purchase in last 180d and did not Purchase in last 60d }
segment browsing { when count(View in last 7d) >= 4 }
"#;

const TRIGGERS: &str = r#"
trigger a_cart {
  on Cart as cart where value >= 5_000
  enter 1 per 7d
  stop on Purchase
  wait 1h
  send letter via email
  wait 1d
  send letter via push
}
trigger b_cart {
  on Cart as cart where value >= 20_000
  per cart.sku
  enter once
  stop on Purchase
  wait until Purchase, at most 2d
  send letter via email
}
trigger c_cart {
  on Cart where value < 500
  when points > 90
  enter always
  send letter via push
}
trigger d_view {
  on View where seconds > 280
  enter 1 per 30d
  wait 30m
  send letter via push
}
trigger e_view {
  on View where seconds > 295 and sku == "s17"
  enter always
  send letter via email
}
trigger f_view {
  on View as view where seconds < 5
  when tier == black
  per view.sku
  enter once
  wait 2d
  send letter via email
}
trigger g_open {
  on Open where message == "m7"
  enter always
  wait 3h
  send letter via push
}
trigger h_open {
  on Open where message == "m1"
  when count(Open in last 30d) >= 3
  enter 1 per 30d
  send letter via email
}
trigger i_buy {
  on Purchase as bought where total > 40_000
  enter always
  wait 14d
  send letter via email
}
trigger j_buy {
  on Purchase where total > 45_000
  enter once
  set tier = gold
}
trigger k_buy {
  on Purchase
  when count(Purchase) == 1
  enter once
  wait 1d
  send letter via email, within 12h
}
trigger l_buy {
  on Purchase where total < 100
  enter always
  again restart
  wait 5d
  send letter via push
}
trigger m_enter {
  on enter regular
  enter once
  send letter via email
}
trigger n_leave {
  on leave regular
  enter 1 per 30d
  send letter via email
}
trigger o_enter {
  on enter lapsing
  enter 1 per 30d
  stop when in regular
  wait 2d
  send letter via email
}
trigger p_enter {
  on enter browsing
  enter 1 per 30d
  send letter via push
}
trigger q_quiet {
  on inactivity of Purchase for 120d
  when points > 50
  send letter via email
}
trigger r_quiet {
  on inactivity of View where seconds > 60 for 60d
  when tier == gold
  send letter via push
}
trigger s_change {
  on change of tier as c where c.after > c.before
  enter always
  send letter via email
}
trigger t_cart {
  on Cart where value between 10_000 and 10_100
  enter always
  stop on Purchase where total > 1_000
  wait 6h
  send letter via push
}
"#;

/// The campaign.
pub(crate) fn campaign() -> Campaign {
    let mut db = Database::new();
    db.set_name("shop");
    db.set_file("schema.persona", SCHEMA.to_owned());
    db.set_file("triggers.persona", TRIGGERS.to_owned());
    let checked = db.checked().expect("the campaign has no errors");
    persona_lower::lower_campaign(&checked).expect("a small campaign")
}
