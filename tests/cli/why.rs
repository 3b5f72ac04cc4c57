//! `persona why` about contents, triggers, channels, purposes and experiments: a small shop in which everything happens once.

use serde_json::Value;

use super::Package;
use crate::support::binary::Run;

const PROGRAM: &str = "\
profile C { id: String @key, email: String?, newsletter: Bool = false, lang: Locale?, joined: Date? }
event CartAdded { sku: String, value: Int }
event Purchase { total: Int }
source people of C { from \"people.csv\" }
source carts of CartAdded {
  from \"carts.csv\"
  profile = column(\"who\")
}
source purchases of Purchase {
  from \"purchases.csv\"
  profile = column(\"who\")
}
segment buyers { when did Purchase }
purpose offers { requires newsletter }
channel email {
  to email
  requires newsletter
  quiet 21:00 to 08:00
  limit 1 per day
}
content reminder(discount: Float = 0%) \"Reminder\" {
  subject: String
  skip when (email ?? \"\") == \"boss@shop.example\" \"not the boss\"
  variant offer when discount > 0% {
    subject = \"{discount:percent} off\"
    locale de { subject = \"{discount:percent} Rabatt\" }
  }
  variant warm when arm(tone) == kind { subject = \"Dear you\" }
  otherwise { subject = \"Your cart\" }
}
trigger rescue \"Left carts\" {
  on CartAdded as cart where value >= 20 and sku != \"test\"
  enter 1 per 7d
  stop on Purchase where total > 5
  wait 1h
  send reminder via email
  if cart.value > 90 { send reminder(discount: 10%) via email for offers, within 2h }
}
trigger thanks {
  on enter buyers
  enter once
  send reminder via email
}
trigger silence {
  on inactivity of Purchase for 30d
  send reminder via email
}
trigger jubilee {
  on anniversary of joined at 09:00
  send reminder via email
}
experiment tone {
  on rescue
  arms { kind 50%, plain 50% }
}
";

/// Who does what: ada's cart is too small, then sent, then full; bob allows nothing; cyd's is in the night; dan buys; eve does
/// nothing; the boss is skipped.
fn package() -> Package {
    Package::new(PROGRAM)
        .file(
            "people.csv",
            b"id,email,newsletter,lang,joined\n\
              ada,ada@x.example,true,de-AT,2020-03-01\nbob,bob@x.example,false,,\ncyd,cyd@x.example,true,en,\n\
              dan,dan@x.example,true,,\neve,eve@x.example,true,,2019-07-01\nboss,boss@shop.example,true,,\n",
        )
        .file(
            "carts.csv",
            b"who,at,id,sku,value\n\
              ada,2026-01-05T09:00Z,k1,shoe,12\nada,2026-01-05T10:00Z,k2,hat,95\nada,2026-01-05T10:30Z,k3,bag,40\n\
              ada,2026-01-07T10:00Z,k4,bag,40\nbob,2026-01-05T10:00Z,k5,shoe,50\ncyd,2026-01-05T22:00Z,k6,shoe,50\n\
              dan,2026-01-05T10:00Z,k7,shoe,50\ndan,2026-01-06T10:00Z,k8,test,3\nboss,2026-01-05T10:00Z,k9,shoe,50\n",
        )
        .file(
            "purchases.csv",
            b"who,at,id,total\ndan,2026-01-05T10:20Z,p16,3\ndan,2026-01-05T10:30Z,p17,30\n\
              ada,2026-01-09T10:00Z,p18,30\n",
        )
}

#[track_caller]
fn why(package: &Package, name: &str, key: &str, more: &[&str]) -> Run {
    let mut arguments = vec!["why", name, "--profile", key];
    arguments.extend(more);
    let run = package.call(&arguments);
    run.ends_with(0);
    run
}

/// The lines between one that has the first words and the next that has the second.
#[track_caller]
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let start = text
        .find(from)
        .unwrap_or_else(|| panic!("`{from}` is not in\n{text}"));
    let end = text[start..].find(to).map_or(text.len(), |end| start + end);
    &text[start..end]
}

#[test]
fn a_refused_entry_says_what_its_condition_looked_at() {
    let run = why(&package(), "rescue", "ada", &[]);
    let refused = between(
        &run.stdout,
        "does not start with CartAdded k1",
        "starts with",
    );
    for word in [
        "`where` does not hold",
        "✗ value >= 20",
        "value = 12",
        "main.persona:32",
    ] {
        assert!(refused.contains(word), "`{word}` is not in\n{refused}");
    }
    run.says(&[
        "does not start with CartAdded k3: it is running already",
        "the run that started at 2026-01-05 10:00:00 has not ended",
        "does not start with CartAdded k4: it has started as often as it may",
        "enter 1 per 7d",
    ]);
}

#[test]
fn a_message_that_finds_a_full_limit_says_what_filled_it() {
    let run = why(&package(), "rescue", "ada", &[]);
    run.says(&[
        "ada was sent 1 message by rescue \"Left carts\"",
        "sends reminder via email, variant",
        "goes on with `if cart.value > 90`",
        "reminder via email is not sent: email is full",
        "limit 1 per day: 1 of 1 used (sent at 2026-01-05 11:00:00)",
    ]);
}

#[test]
fn consent_that_is_missing_is_named_where_it_decided() {
    let run = why(&package(), "rescue", "bob", &[]);
    let dropped = between(&run.stdout, "11:00     ✗", "ends");
    for word in [
        "what email requires does not hold",
        "✗ newsletter",
        "main.persona:17",
    ] {
        assert!(dropped.contains(word), "`{word}` is not in\n{dropped}");
    }
    run.says(&["bob was sent nothing by rescue", "1 message was given up"]);
}

#[test]
fn quiet_hours_say_until_when_and_what_was_skipped_says_why() {
    let package = package();
    why(&package, "rescue", "cyd", &["--now", "2026-01-08T00:00Z"]).says(&[
        "is held until 2026-01-06 08:00:00: quiet hours",
        "quiet 21:00 to 08:00",
        "cyd was sent 1 message",
    ]);
    why(&package, "rescue", "cyd", &["--now", "2026-01-06T00:00Z"])
        .says(&["cyd was sent nothing", "1 run still waits"]);
    why(&package, "rescue", "boss", &[]).says(&[
        "reminder via email is not sent: not the boss",
        "✓ (email ?? \"\") == \"boss@shop.example\"",
    ]);
}

#[test]
fn an_event_that_stops_a_run_is_named_and_those_that_do_not_are_not() {
    let run = why(&package(), "rescue", "dan", &[]);
    let stopped = between(&run.stdout, "stops on Purchase p17", "2026-01-06");
    for word in ["✓ total > 5", "total = 30", "main.persona:34"] {
        assert!(stopped.contains(word), "`{word}` is not in\n{stopped}");
    }
    assert!(!run.stdout.contains("p16"), "{}", run.stdout);
}

#[test]
fn whoever_never_met_a_trigger_is_told_so_with_what_came_nearest() {
    let package = package();
    why(&package, "rescue", "eve", &[]).says(&[
        "eve never met rescue",
        "there is no CartAdded of this person, ever",
    ]);
    // Of dan's two carts after the sixth, none; of the one then, one of two conditions fails twice.
    why(&package, "rescue", "dan", &["--from", "2026-01-06"]).says(&[
        "dan never met rescue",
        "The nearest was on 2026-01-06 10:00:00",
        "For it to start, all of these would have had to be otherwise",
        "now: value = 3",
    ]);
    why(&package, "rescue", "bob", &["--from", "2026-01-06"]).says(&[
        "the last CartAdded of this person was at 2026-01-05 10:00:00",
        "is history and starts nothing",
    ]);
    why(&package, "thanks", "eve", &[]).says(&[
        "the person never was in buyers",
        "For it to start, one condition would have to change",
        "did Purchase",
    ]);
    why(&package, "thanks", "dan", &["--from", "2026-01-07"])
        .says(&["since before the replay starts", "`including current`"]);
    why(&package, "silence", "eve", &[]).says(&["there is no Purchase of this person, ever"]);
    why(&package, "silence", "dan", &[]).says(&[
        "the last Purchase was at 2026-01-05 10:30:00",
        "the trigger starts at",
        "2026-02-04 10:30:00 if none comes before",
    ]);
    why(&package, "jubilee", "eve", &[]).says(&["the next one is due at 2026-07-01 09:00:00"]);
    why(&package, "jubilee", "bob", &[]).says(&["joined is missing"]);
}

/// What a log says of a person, and what `why` does, are the same.
#[test]
fn what_happened_is_what_the_log_of_a_simulation_says() {
    let package = package();
    package
        .call(&["simulate", "--out", "log.ndjson"])
        .ends_with(0);
    let log = std::fs::read_to_string(package.path().join("log.ndjson")).expect("the log");
    let log: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let mut compared = 0;
    for trigger in ["rescue", "thanks", "silence", "jubilee"] {
        for key in ["ada", "bob", "cyd", "dan", "eve", "boss"] {
            let own = log
                .iter()
                .filter(|line| line["profile"] == key && line["trigger"] == trigger);
            let own: Vec<String> = own
                .map(|line| {
                    let reason = line["reason"].as_str().unwrap_or("").split(':').next();
                    format!(
                        "{} {} {} {}",
                        line["at"],
                        line["run"],
                        line["outcome"],
                        reason.unwrap_or("")
                    )
                })
                .collect();
            let told = why(&package, trigger, key, &["--format", "json"]).json();
            let besides = ["waits", "woken", "branches"].map(Value::from);
            let told = told["moments"].as_array().expect("moments").iter();
            let told: Vec<String> = told
                .filter(|moment| {
                    !besides.contains(&moment["outcome"]) && moment["reason"] != "where"
                })
                .map(|moment| {
                    let reason = moment["reason"].as_str().unwrap_or("");
                    format!(
                        "{} {} {} {reason}",
                        moment["at"], moment["run"], moment["outcome"]
                    )
                })
                .collect();
            assert_eq!(told, own, "{trigger} of {key}");
            compared += own.len();
        }
    }
    assert!(compared > 15, "{compared}");
}

#[test]
fn a_trigger_as_json_has_each_moment_with_the_rule_that_decided() {
    let json = why(&package(), "rescue", "bob", &["--format", "json"]).json();
    assert_eq!(
        (&json["format"], &json["kind"]),
        (&1.into(), &"trigger".into())
    );
    assert_eq!(json["counts"]["dropped"], 1);
    let moments = json["moments"].as_array().expect("moments");
    let dropped = moments
        .iter()
        .find(|of| of["outcome"] == "dropped")
        .expect("dropped");
    assert_eq!(
        (&dropped["reason"], &dropped["line"]),
        (&"consent".into(), &17.into())
    );
    assert_eq!(dropped["conditions"][0]["text"], "newsletter");
    assert_eq!(dropped["conditions"][0]["value"], false);
    let json = why(&package(), "rescue", "eve", &["--format", "json"]).json();
    assert_eq!(json["moments"].as_array().map(Vec::len), Some(0));
    assert!(json["never"]["text"].is_string(), "{json}");
}

#[test]
fn a_content_says_which_variant_it_is_and_why() {
    let package = package();
    why(&package, "reminder", "ada", &["--arg", "discount=10%"]).says(&[
        "ada reads variant offer of reminder \"Reminder\", because discount > 0% (discount = 10%)",
        "texts in de: the profile reads de-AT",
    ]);
    why(&package, "reminder", "boss", &[])
        .says(&["boss reads nothing of reminder", "not the boss"]);
    // Whichever arm somebody is in, the other one gives the other variant.
    let json = why(&package, "reminder", "cyd", &["--format", "json"]).json();
    let tone = &json["experiments"][0];
    assert_eq!(
        (&json["kind"], &tone["experiment"]),
        (&"content".into(), &"tone".into())
    );
    let (own, other) = (&json["variant"], &tone["elsewhere"][0]["variant"]);
    let variants = [own.as_str(), other.as_str()];
    assert!(
        variants.contains(&Some("warm")) && variants.contains(&Some("otherwise")),
        "{json}"
    );
    assert_eq!(tone["arm"] == "kind", own == "warm", "{json}");
}

#[test]
fn a_channel_says_whether_somebody_can_be_reached_now() {
    let package = package();
    why(&package, "email", "ada", &["--now", "2026-01-05T12:00Z"]).says(&[
        "ada cannot be reached by email now, but from 2026-01-06 00:00:00 on",
        "limit 1 per day: 1 of 1 used",
    ]);
    why(&package, "email", "bob", &["--now", "2026-01-05T12:00Z"])
        .says(&["bob cannot be reached by email\n", "✗ newsletter"]);
    why(&package, "email", "eve", &["--now", "2026-01-05T12:00Z"])
        .says(&["eve can be reached by email"]);
    let json = why(
        &package,
        "email",
        "eve",
        &["--now", "2026-01-05T22:00Z", "--format", "json"],
    );
    let json = json.json();
    assert_eq!(
        (&json["open"], &json["until"]),
        (&false.into(), &"2026-01-06T08:00:00Z".into())
    );
    why(&package, "offers", "bob", &[]).says(&["bob does not meet what offers requires"]);
}

#[test]
fn an_experiment_says_which_arm_somebody_is_in() {
    let json = why(&package(), "tone", "ada", &["--format", "json"]).json();
    let bucket = json["bucket"].as_u64().expect("a bucket");
    let arm = if bucket < 5_000 { "kind" } else { "plain" };
    assert_eq!(
        (&json["arm"], &json["buckets"]),
        (&arm.into(), &10_000.into())
    );
    why(&package(), "tone", "ada", &[]).says(&[&format!("ada is in arm {arm} of tone")]);
}

#[test]
fn names_and_flags_that_make_no_sense_are_told_so() {
    let package = package();
    let wrong = |arguments: &[&str], words: &[&str]| {
        package.call(arguments).ends_with(2).complains(words);
    };
    wrong(
        &["why", "rescu", "--profile", "ada"],
        &["rescu", "did you mean `rescue`"],
    );
    wrong(
        &["why", "rescue", "--profile", "adda"],
        &["adda", "did you mean `ada`"],
    );
    wrong(
        &["why", "newsletter", "--profile", "ada"],
        &["is a field of the profile", "persona uses"],
    );
    wrong(
        &["why", "rescue", "--profile", "ada", "--arg", "discount=10%"],
        &["`rescue` is no content", "--arg"],
    );
    wrong(
        &["why", "buyers", "--profile", "ada", "--from", "2026-01-01"],
        &["`buyers` is no trigger", "--from"],
    );
    wrong(
        &["why", "rescue", "--profile", "ada", "--from", "2027-01-01"],
        &["after its end"],
    );
    wrong(
        &["why", "reminder", "--profile", "ada", "--arg", "discont=1%"],
        &["did you mean `discount`"],
    );
}
