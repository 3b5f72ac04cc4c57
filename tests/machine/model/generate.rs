//! Generated packages, as text: profile, events, segments, channels, contents, experiments and triggers of every kind. All
//! lengths of time are whole half hours, so that the naive model sees every instant at which something changes. Triggers are
//! in three ranks, so that none starts itself: those that emit and set, those that follow what was emitted, and those that
//! follow memberships and changes and only send.

use std::sync::Arc;

use persona_ir::campaign::Campaign;
use persona_sema::Database;

use crate::support::rng::Rng;

/// A declaration: its first line, and lines that can be left out.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) head: String,
    pub(super) clauses: Vec<String>,
}

/// A package.
#[derive(Clone, Debug)]
pub(super) struct Package {
    pub(super) config: String,
    pub(super) parts: Vec<Part>,
}

const SCHEMA: &str = r#"profile Person {
  id: String @key
  email: Email?
  phone: String?
  zone: TimeZone?
  birthday: Date?
  tier: Tier = silver
  points: Int = 0
  flag: Bool = false
  renews_at: Timestamp?
  consent: { email: Bool = false, offers: Bool = false }
}
ordered enum Tier { silver, gold, black }
event Cart { sku: String, value: Int, note: String? }
event Buy { sku: String, total: Int }
event Open { message: String }
event Nudge { sku: String = "none", n: Int = 0, note: String? }
events Activity = Cart or Buy
trait bought = count(Buy in last 1d)
trait last_sku: String? = last(Cart).sku
"#;

const WINDOWS: [&str; 9] = ["30m", "1h", "2h", "3h", "6h", "12h", "24h", "36h", "2d"];
const SHORT: [&str; 5] = ["30m", "1h", "2h", "3h", "5h"];
const CLOCKS: [&str; 7] = [
    "09:00", "02:30", "02:00", "18:30", "00:00", "03:00", "12:00",
];
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

impl Package {
    /// The rules as one text.
    pub(super) fn text(&self) -> String {
        let mut text = SCHEMA.to_owned();
        for part in &self.parts {
            text += &part.head;
            text += " {\n";
            for clause in &part.clauses {
                text += "  ";
                text += clause;
                text.push('\n');
            }
            text += "}\n";
        }
        text
    }

    /// Compiles it; where it is refused, why.
    pub(super) fn campaign(&self) -> Result<Campaign, String> {
        compile(&self.config, &self.text())
    }
}

/// The campaign of a package's texts; where it is refused, why.
pub(super) fn compile(config: &str, text: &str) -> Result<Campaign, String> {
    let mut db = Database::new();
    db.set_config("persona.toml", Some(config.to_owned()));
    db.set_file("main.persona", text.to_owned());
    let Some(checked) = db.checked() else {
        let errors = db.diagnostics();
        let lines = errors
            .iter()
            .filter(|e| e.severity == persona_base::Severity::Error)
            .map(|e| format!("{} {}\n", e.code, e.message));
        return Err(lines.collect());
    };
    let lowered = std::panic::catch_unwind(|| persona_lower::lower_campaign(&checked));
    let Ok(lowered) = lowered else {
        panic!("lowering panics:\n{text}");
    };
    lowered.map_err(|error| error.to_string())
}

/// Makes a package.
pub(super) fn package(rng: &mut Rng) -> Package {
    let mut make = Make {
        rng,
        segments: 0,
        experiments: 0,
        triggers: Vec::new(),
    };
    make.package()
}

struct Make<'r> {
    rng: &'r mut Rng,
    segments: usize,
    experiments: usize,
    triggers: Vec<String>,
}

/// What a trigger may do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    /// Everything.
    First,
    /// What was emitted starts it: it emits nothing.
    Second,
    /// Memberships and changes start it: it neither emits nor sets.
    Third,
}

/// What a trigger can speak of.
struct Scope {
    rank: Rank,
    cart: bool,
    /// The names of messages and events so far.
    names: usize,
    message: Option<String>,
}

fn part(head: impl Into<String>, clauses: Vec<String>) -> Part {
    Part {
        head: head.into(),
        clauses,
    }
}

impl Make<'_> {
    fn pick(&mut self, from: &[&str]) -> String {
        (*self.rng.pick(from)).to_owned()
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.rng.chance(percent * 100)
    }

    fn package(&mut self) -> Package {
        let zone = self.pick(&["Europe/Berlin", "America/New_York", "UTC"]);
        let lateness = self.pick(&["30m", "1h", "3h"]);
        let holdout = self.pick(&["0%", "0%", "20%"]);
        let config = format!(
            "[package]\nname = \"made\"\nversion = \"0.1.0\"\nlanguage = \"1\"\ntimezone = \"{zone}\"\nlateness = \"{lateness}\"\nholdout = \"{holdout}\"\n"
        );
        let mut parts = Vec::new();
        for segment in 0..3 {
            let when = format!("when {}", self.timed(1));
            parts.push(part(format!("segment s{segment}"), vec![when]));
            self.segments = segment + 1;
        }
        parts.push(part(
            "purpose offers",
            vec!["requires consent.offers".to_owned()],
        ));
        let triggers = 2 + self.rng.index(4);
        let names: Vec<String> = (0..triggers)
            .map(|place| format!("{}{place}", self.pick(&["a", "b", "c", "z"])))
            .collect();
        self.triggers.clone_from(&names);
        self.experiments = self.rng.index(3);
        parts.extend(self.experiment_parts());
        parts.extend(self.channels());
        parts.extend(self.contents());
        for name in names {
            let trigger = self.trigger(&name);
            parts.push(trigger);
        }
        Package { config, parts }
    }

    fn experiment_parts(&mut self) -> Vec<Part> {
        let layered = self.experiments == 2 && self.chance(50);
        let mut parts = Vec::new();
        for place in 0..self.experiments {
            let trigger = self.rng.pick(&self.triggers).clone();
            let on = if self.chance(40) {
                "hello".to_owned()
            } else if self.chance(40) {
                format!("{trigger}, about")
            } else {
                trigger
            };
            let mut clauses = vec![
                format!("on {on}"),
                self.pick(&["arms { left 50%, right 50% }", "arms { left, right }"]),
            ];
            if self.chance(60) {
                clauses.push(format!("holdout {}", self.pick(&["10%", "30%"])));
            }
            clauses.push("goal Buy".to_owned());
            if self.chance(30) {
                clauses.push(format!("hash {}", self.pick(&["growthbook_2", "unleash"])));
            }
            if layered {
                clauses.push(["layer top 0% to 40%", "layer top 40% to 100%"][place].to_owned());
            }
            parts.push(part(format!("experiment e{place}"), clauses));
        }
        parts
    }

    fn channels(&mut self) -> Vec<Part> {
        let mut email = vec!["to email".to_owned(), "requires consent.email".to_owned()];
        let mut sms = vec!["to phone".to_owned(), "requires nothing".to_owned()];
        for clauses in [&mut email, &mut sms] {
            if self.chance(40) {
                let hours = self.pick(&[
                    "21:00 to 08:00",
                    "02:30 to 04:00",
                    "12:00 to 14:00",
                    "22:00 to 02:30",
                ]);
                clauses.push(format!("quiet {hours}"));
            }
            if self.chance(20) {
                let when = self.plain();
                clauses.push(format!("quiet 15:00 to 19:30 when {when}"));
            }
            let mut limits = false;
            if self.chance(45) {
                let per = self.pick(&["2h", "6h", "24h", "2d"]);
                let across = self.pick(&["", "", " across push, sms, email"]);
                clauses.push(format!("limit {} per {per}{across}", 1 + self.rng.index(3)));
                limits = true;
            }
            if self.chance(35) {
                let per = self.pick(&["day", "week", "month"]);
                clauses.push(format!("limit {} per {per}", 1 + self.rng.index(4)));
                limits = true;
            }
            if self.chance(15) {
                clauses.push("limit 2 per 96h".to_owned());
                limits = true;
            }
            if limits && self.chance(60) {
                clauses.push("when full defer".to_owned());
            }
            if self.chance(20) {
                let when = self.asked(self.experiments);
                clauses.push(format!("skip when {when} \"channel says no\""));
            }
        }
        let push = ["to id", "requires nothing", "transactional"];
        vec![
            part("channel email", email),
            part("channel sms", sms),
            part("channel push", push.map(str::to_owned).to_vec()),
        ]
    }

    fn contents(&mut self) -> Vec<Part> {
        let mut hello = vec!["text: String".to_owned()];
        if self.chance(30) {
            let when = self.asked(0);
            hello.push(format!("skip when {when} \"hello says no\""));
        }
        if self.chance(60) {
            let when = self.plain();
            hello.push(format!(
                "variant v when {when} {{ text = \"V {{points}}\" }}"
            ));
        }
        hello.push("otherwise { text = \"Hello {points}\" }".to_owned());
        let mut about = vec!["text: String".to_owned(), "rest: String = \"\"".to_owned()];
        if self.chance(20) {
            about.push("skip when cart.value > 70 \"too much\"".to_owned());
        }
        if self.chance(50) {
            let rest = self.pick(&["{hello.text}", "{more}", "{split.text}"]);
            about.push(format!(
                "variant big when cart.value > 20 {{\n    text = \"{{cart.sku}}\"\n    rest = \"{rest}\"\n  }}"
            ));
        }
        if self.experiments > 0 && self.chance(70) {
            about.push("variant left when arm(e0) == left { text = \"left\" }".to_owned());
        }
        about.push("otherwise { text = \"{cart.sku} {hello.text}\" }".to_owned());
        let mut split = vec!["text: String".to_owned()];
        if self.experiments > 0 {
            let last = self.experiments - 1;
            if self.chance(30) {
                split.push(format!(
                    "skip when arm(e{last}) is known and arm(e{last}) == right \"not on the right\""
                ));
            }
            split.push(format!(
                "variant r when arm(e{last}) == right {{ text = \"right\" }}"
            ));
        }
        split.push("otherwise { text = \"any\" }".to_owned());
        vec![
            part("content hello", hello),
            part("content about(cart: Cart, more: Int = 0)", about),
            part("content split", split),
        ]
    }

    /// Which events.
    fn query(&mut self) -> String {
        let value = self.rng.between(0, 60);
        match self.rng.index(7) {
            0 => "Cart".to_owned(),
            1 => format!("Cart where value > {value}"),
            2 => "Buy".to_owned(),
            3 => format!("Buy where total < {value}"),
            4 => format!("Buy where sku == \"{}\"", self.pick(&["a", "b"])),
            5 => "Activity".to_owned(),
            _ => "Open".to_owned(),
        }
    }

    /// The same with a window, which stands before `where`.
    fn windowed(&mut self, window: &str) -> String {
        let query = self.query();
        match query.split_once(' ') {
            Some((kind, rest)) => format!("{kind} in last {window} {rest}"),
            None => format!("{query} in last {window}"),
        }
    }

    /// A condition about fields.
    fn plain(&mut self) -> String {
        match self.rng.index(7) {
            0 => format!("points > {}", self.rng.index(4)),
            1 => format!("points < {}", 1 + self.rng.index(4)),
            2 => "tier >= gold".to_owned(),
            3 => "flag".to_owned(),
            4 => "not flag".to_owned(),
            5 => "phone is known".to_owned(),
            _ => "tier == silver".to_owned(),
        }
    }

    /// A condition about fields, the past, and the time; without segments that come later.
    fn timed(&mut self, depth: usize) -> String {
        let window = self.pick(&WINDOWS);
        match self.rng.index(if depth > 0 { 13 } else { 10 }) {
            0 | 1 => self.plain(),
            2 | 3 => format!("did {}", self.windowed(&window)),
            4 => format!("not did {}", self.windowed(&window)),
            5 => format!(
                "count({}) >= {}",
                self.windowed(&window),
                1 + self.rng.index(3)
            ),
            6 => format!("local(now).hour >= {}", 1 + self.rng.index(22)),
            7 => format!(
                "did latest Cart in last 3d then not Buy for {}",
                self.pick(&SHORT)
            ),
            8 => "did Buy in this day".to_owned(),
            9 if self.segments > 0 => format!("in s{}", self.rng.index(self.segments)),
            9 => "renews_at in next 6h".to_owned(),
            10 => {
                let (a, b) = (self.timed(0), self.timed(0));
                format!("({a}) and ({b})")
            }
            11 => {
                let (a, b) = (self.timed(0), self.timed(0));
                format!("({a}) or ({b})")
            }
            _ => "renews_at is known and renews_at before now".to_owned(),
        }
    }

    /// A condition of what starts nothing: it may ask for what was sent, and for arms.
    fn asked(&mut self, experiments: usize) -> String {
        match self.rng.index(6) {
            0 => format!("did Sent in last {}", self.pick(&WINDOWS)),
            1 => format!("count(Sent where channel == sms) > {}", self.rng.index(4)),
            2 if experiments > 0 => {
                let which = self.rng.index(experiments);
                format!(
                    "arm(e{which}) is known and arm(e{which}) == {}",
                    self.pick(&["left", "right"])
                )
            }
            3 => format!("did Nudge in last {}", self.pick(&WINDOWS)),
            _ => self.timed(1),
        }
    }

    fn trigger(&mut self, name: &str) -> Part {
        let mut scope = Scope {
            rank: Rank::First,
            cart: false,
            names: 0,
            message: None,
        };
        let mut clauses = self.start(&mut scope);
        let by_event = clauses[0].starts_with("on (") || clauses[0].contains(" as ");
        let limited = by_event
            || clauses[0].starts_with("on enter")
            || clauses[0].starts_with("on leave")
            || clauses[0].starts_with("on change");
        if self.chance(45) {
            let when = if scope.cart && self.chance(30) {
                "cart.value < 50 and points < 3".to_owned()
            } else {
                self.asked(self.experiments)
            };
            clauses.push(format!("when {when}"));
        }
        if self.chance(35) {
            let keys: &[&str] = match scope.cart {
                true => &["per cart.sku", "per cart.sku", "per cart.value - 30"],
                false => &["per tier", "per points"],
            };
            clauses.push(self.pick(keys));
        }
        if limited || self.chance(20) {
            let limits = [
                "enter always",
                "enter always",
                "enter once",
                "enter 1 per 2h",
                "enter 2 per day",
                "enter 1 per day",
                "enter 2 per 24h",
                "enter 3 per week",
            ];
            clauses.push(self.pick(&limits));
        }
        if (by_event || clauses[0].starts_with("on change")) && self.chance(40) {
            clauses.push(self.pick(&["again restart", "again restart", "again ignore"]));
        }
        if self.chance(40) {
            let stop = if scope.cart && self.chance(50) {
                "Buy where sku == cart.sku".to_owned()
            } else {
                self.query()
            };
            clauses.push(format!("stop on {stop}"));
        }
        if self.chance(20) {
            let query = self.query();
            clauses.push(format!("stop on {query}"));
        }
        if self.chance(25) {
            let when = self.asked(0);
            clauses.push(format!("stop when {when}"));
        }
        if self.chance(40) {
            clauses.push(format!("priority {}", self.rng.between(-2, 5)));
        }
        for _ in 0..=self.rng.index(4) {
            let step = self.step(&mut scope, 1);
            clauses.push(step);
        }
        let last = self.send(&mut scope);
        clauses.push(last);
        part(format!("trigger {name}"), clauses)
    }

    fn start(&mut self, scope: &mut Scope) -> Vec<String> {
        let on = match self.rng.index(16) {
            0..=2 => {
                scope.cart = true;
                let limit = self.rng.index(40);
                self.pick(&["on Cart as cart", "on Cart as cart where value > "])
                    .replace("> ", &format!("> {limit}"))
            }
            3 => "on Buy as bought".to_owned(),
            4 => "on (Cart or Buy) as x where sku != \"b\"".to_owned(),
            5 => "on Open as opened".to_owned(),
            6 | 7 => {
                scope.rank = Rank::Second;
                "on Nudge as nudge".to_owned()
            }
            8 => format!(
                "on inactivity of {} for {}",
                self.query(),
                self.pick(&WINDOWS)
            ),
            9 => format!("on anniversary of birthday at {}", self.pick(&CLOCKS)),
            10 => {
                let unit = if self.chance(50) {
                    "day".to_owned()
                } else {
                    self.pick(&DAYS)
                };
                let unit = if self.chance(15) {
                    "month".to_owned()
                } else {
                    unit
                };
                format!("on every {unit} at {}", self.pick(&CLOCKS))
            }
            11 | 12 => {
                scope.rank = Rank::Third;
                let current = self.pick(&["", " including current"]);
                format!("on enter s{}{current}", self.rng.index(3))
            }
            13 => {
                scope.rank = Rank::Third;
                format!("on leave s{}", self.rng.index(3))
            }
            _ => {
                scope.rank = Rank::Third;
                self.pick(&[
                    "on change of points as c where c.after > c.before",
                    "on change of tier",
                    "on change of bought as c where c.after > 0",
                    "on change of last_sku",
                ])
            }
        };
        vec![on]
    }

    fn send(&mut self, scope: &mut Scope) -> String {
        let content = if scope.cart && self.chance(60) {
            self.pick(&[
                "about(cart)",
                "about(cart, more: points)",
                "about(cart, more: 7)",
            ])
        } else {
            self.pick(&["hello", "hello", "split"])
        };
        let channel = self.pick(&["email", "email", "email", "sms", "sms", "push"]);
        let mut text = format!("send {content} via {channel}");
        if self.chance(15) {
            text += " for offers";
        }
        if self.chance(30) {
            scope.names += 1;
            let name = format!("m{}", scope.names);
            text += &format!(" as {name}");
            scope.message = Some(name);
        }
        if channel != "push" {
            match self.rng.index(8) {
                0 | 1 => text += &format!(", within {}", self.pick(&WINDOWS)),
                2 => text += &format!(", before {}", self.pick(&CLOCKS)),
                3 => text += ", before (renews_at ?? 2028-02-29T12:00Z)",
                _ => {}
            }
        }
        text
    }

    fn step(&mut self, scope: &mut Scope, depth: usize) -> String {
        match self.rng.index(16) {
            0..=3 => self.send(scope),
            4..=6 => format!("wait {}", self.pick(&WINDOWS)),
            7 | 8 => {
                scope.names += 1;
                let most = self.pick(&WINDOWS);
                match scope.message.clone() {
                    Some(message) if self.chance(60) => {
                        format!(
                            "wait until Open where message == {message}.message, at most {most}"
                        )
                    }
                    _ if self.chance(40) => {
                        let name = format!("w{}", scope.names);
                        let when = match self.chance(50) {
                            true => format!("{name} is known"),
                            false => format!("{name}.total is known and {name}.total > 30"),
                        };
                        format!(
                            "wait until Buy as {name} where total > 5, at most {most}\n  if {when} {{ send hello via push }}"
                        )
                    }
                    _ => {
                        let query = self.query();
                        format!("wait until {query}, at most {most}")
                    }
                }
            }
            9 => format!("wait until {}", self.pick(&CLOCKS)),
            10 => format!("wait until {} at {}", self.pick(&DAYS), self.pick(&CLOCKS)),
            11 => "wait until renews_at".to_owned(),
            12 | 13 if depth > 0 => {
                let when = self.asked(self.experiments);
                let names = scope.message.take();
                let then = self.step(scope, 0);
                let stop = if self.chance(25) { "\n  stop" } else { "" };
                scope.message = None;
                let other = if self.chance(50) {
                    format!(" else {{\n  {}\n  }}", self.step(scope, 0))
                } else {
                    String::new()
                };
                scope.message = names;
                format!("if ({when}) {{\n  {then}{stop}\n  }}{other}")
            }
            14 if scope.rank == Rank::First => {
                if self.chance(50) {
                    format!("emit Nudge {{ n: {} }}", self.rng.index(3))
                } else {
                    "emit Nudge { sku: last_sku ?? \"x\" }".to_owned()
                }
            }
            15 if scope.rank != Rank::Third => self.pick(&[
                "set points = points + 1",
                "set points = 0",
                "set flag = true",
                "set tier = gold",
            ]),
            _ => format!("wait {}", self.pick(&SHORT)),
        }
    }
}

/// A package that is accepted, of the stream of a seed, and how many were refused before it.
pub(super) fn accepted(rng: &mut Rng) -> (Package, Arc<Campaign>, Vec<String>) {
    let mut refused = Vec::new();
    loop {
        let package = package(rng);
        match package.campaign() {
            Ok(campaign) => return (package, Arc::new(campaign), refused),
            Err(why) => refused.push(why),
        }
        assert!(
            refused.len() < 50,
            "packages are refused again and again:\n{}\n{}",
            package.text(),
            refused.join("\n")
        );
    }
}
