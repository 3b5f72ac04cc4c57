//! Accounts of a planner for teams: trials, the work that people do, and what their owners pay.

use std::fmt::Write as _;

use super::super::super::support::rng::Rng;
use super::{DAY, HOUR, Log, MINUTE, Person, during, instant, midnight, money, weekend, word, yes};

/// 2025-07-01T00:00Z.
const START: i64 = 1_751_328_000;
/// 2026-07-01T00:00Z: nothing happens from then on.
const END: i64 = 1_782_864_000;
const ACCOUNTS: u64 = 300;

const OFFICE: [u64; 24] = [
    0, 0, 0, 0, 0, 0, 1, 4, 9, 12, 12, 9, 5, 8, 11, 11, 8, 5, 2, 1, 1, 1, 0, 0,
];
const FEATURES: [&str; 5] = ["board", "calendar", "automation", "report", "api"];
const REASONS: [&str; 5] = [
    "price",
    "missing_feature",
    "too_complex",
    "project_over",
    "other",
];
const TEMPLATES: [&str; 4] = ["product_launch", "office_move", "hiring", "event"];
const NAMES: ([&str; 12], [&str; 9]) = (
    [
        "Nord", "Linden", "Falken", "Ufer", "Kran", "Brücken", "Silber", "Wald", "Hafen", "Stern",
        "Mühlen", "Berg",
    ],
    [
        "werk", "studio", "bau", "druck", "labor", "kontor", "design", "logistik", "verlag",
    ],
);

/// What becomes of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Looks around, and is never seen again.
    Looks,
    /// Works during the trial, and does not buy.
    Tries,
    /// Buys for one person.
    Alone,
    /// Buys for a team.
    Team,
}

const FATES: [(Fate, u64); 4] = [
    (Fate::Looks, 27),
    (Fate::Tries, 25),
    (Fate::Alone, 10),
    (Fate::Team, 38),
];

/// All files.
pub(super) fn files() -> Vec<(&'static str, String)> {
    let mut world = World::default();
    for number in 1..=ACCOUNTS {
        world.account(number);
    }
    vec![
        (
            "users.csv",
            "id,email,first_name,account,role,timezone,signed_up_at,tips,offers\n".to_owned()
                + &world.users,
        ),
        (
            "accounts.csv",
            "id,name,seats,used\n".to_owned() + &world.accounts,
        ),
        ("work.csv", world.work.text("at,user,event,detail\n")),
        ("billing.ndjson", world.billing.text("")),
    ]
}

#[derive(Debug, Default)]
struct World {
    users: String,
    accounts: String,
    work: Log,
    billing: Log,
    people: u64,
}

/// One account while it is made up.
#[derive(Debug)]
struct Account {
    key: String,
    owner: String,
    fate: Fate,
    /// When the trial starts.
    begins: i64,
    /// When somebody worked for the last time.
    stops: i64,
    /// How many people have a login.
    used: i64,
    seats: i64,
}

impl World {
    fn account(&mut self, number: u64) {
        let mut rng = Rng::stream(20_250_701, number);
        let fate = FATES[rng.weighted(&FATES.map(|(_, weight)| weight))].0;
        let day = rng
            .between(0, (END - START) / DAY - 3)
            .max(rng.between(0, 350));
        let begins = during(&mut rng, START + day * DAY, &OFFICE);
        let stays = match fate {
            Fate::Looks => 0,
            Fate::Tries => rng.between(2, 13),
            // Some leave after months, some just stop coming.
            Fate::Alone | Fate::Team if rng.chance(3_400) => rng.between(35, 260),
            Fate::Alone | Fate::Team => 10_000,
        };
        let key = format!("A{number:04}");
        let owner = self.user(&mut rng, &key, "owner", begins - 4 * MINUTE);
        let mut account = Account {
            key,
            owner,
            fate,
            begins,
            stops: (begins + stays * DAY + HOUR).min(END),
            used: 1,
            seats: 0,
        };
        self.bill(begins, "trial.started", &account.owner, "");
        self.first_days(&mut rng, &mut account);
        if matches!(fate, Fate::Alone | Fate::Team) {
            self.subscription(&mut rng, &mut account);
        }
        let (first, second) = (word(&mut rng, &NAMES.0), word(&mut rng, &NAMES.1));
        let Account {
            key, seats, used, ..
        } = account;
        writeln!(self.accounts, "{key},{first}{second},{seats},{used}").expect("text grows");
    }

    /// A person with a login; the key.
    fn user(&mut self, rng: &mut Rng, account: &str, role: &str, at: i64) -> String {
        self.people += 1;
        let key = format!("U{:05}", self.people);
        let person = Person::new(rng, self.people);
        let tips = rng.chance(if role == "owner" { 8_300 } else { 6_000 });
        // Somebody typed their address wrong.
        let email = person.email.map_or(String::new(), |email| {
            if rng.chance(60) {
                email.replace('@', " at ")
            } else {
                email
            }
        });
        writeln!(
            self.users,
            "{key},{email},{},{account},{role},{},{},{},{}",
            person.first_name.unwrap_or_default(),
            if rng.chance(9_000) {
                person.city.zone
            } else {
                ""
            },
            instant(at),
            yes(tips),
            yes(tips && rng.chance(6_500)),
        )
        .expect("text grows");
        key
    }

    fn bill(&mut self, at: i64, kind: &str, owner: &str, rest: &str) {
        let line = format!(
            r#"{{"at":"{}","type":"{kind}","owner":"{owner}"{rest}}}"#,
            instant(at)
        );
        self.billing.push(at, line);
    }

    fn did(&mut self, at: i64, user: &str, event: &str, detail: &str) {
        if at < END {
            self.work
                .push(at, format!("{},{user},{event},{detail}", instant(at)));
        }
    }

    /// The trial: whether there is a project, who is invited, and what they all do from then on.
    fn first_days(&mut self, rng: &mut Rng, account: &mut Account) {
        let owner = account.owner.clone();
        if account.fate == Fate::Looks {
            for _ in 0..rng.below(3) {
                let at = account.begins + rng.between(2, 50) * MINUTE;
                self.did(at, &owner, "feature", word(rng, &FEATURES[..2]));
            }
            return;
        }
        let started = account.begins + rng.between(10, 40 * 60) * MINUTE;
        self.did(started, &owner, "project", word(rng, &TEMPLATES));
        self.works(rng, &owner, started, account.stops);
        let invited = match account.fate {
            Fate::Team => rng.between(1, 3) + rng.between(0, 3),
            Fate::Tries => i64::from(rng.chance(2_500)),
            Fate::Looks | Fate::Alone => 0,
        };
        for _ in 0..invited {
            let day = started + rng.between(0, 9) * DAY;
            self.invite(rng, account, day);
        }
    }

    /// Somebody is invited on that day, and comes a day later.
    fn invite(&mut self, rng: &mut Rng, account: &mut Account, day: i64) {
        let at = during(rng, day, &OFFICE).max(account.begins + HOUR);
        if at + DAY >= account.stops {
            return;
        }
        let role = if rng.chance(1_500) { "admin" } else { "member" };
        let owner = account.owner.clone();
        self.did(at, &owner, "invite", role);
        account.used += 1;
        let joins = at + rng.between(5, 24 * 60) * MINUTE;
        let user = self.user(rng, &account.key.clone(), role, joins);
        self.works(rng, &user, joins, account.stops);
    }

    /// Week after week, more or less.
    fn works(&mut self, rng: &mut Rng, user: &str, from: i64, until: i64) {
        let (weekly, most) = *rng.pick(&[(9_800, 4), (9_000, 2), (7_000, 1), (2_500, 1)]);
        let known = 1 + rng.index(FEATURES.len());
        let until = if rng.chance(1_200) {
            from + (until - from) / 2
        } else {
            until
        };
        let mut week = from;
        while week < until {
            if rng.chance(weekly) {
                for _ in 0..rng.between(1, most) {
                    let day = week + rng.between(0, 6) * DAY;
                    let at = during(rng, day, &OFFICE);
                    if weekend(at) || at <= from || at >= until {
                        continue;
                    }
                    let project = format!("P{}", 1 + week.div_euclid(60 * DAY) % 4);
                    self.did(at, user, "task", &project);
                    if rng.chance(3_600) {
                        let feature = word(rng, &FEATURES[..known]);
                        // An old version of the app has another name for it.
                        let old = feature == "board" && rng.chance(40);
                        let feature = if old { "kanban" } else { feature };
                        self.did(at + 3 * MINUTE, user, "feature", feature);
                    }
                }
            }
            week += 7 * DAY;
        }
    }

    /// What is paid, month after month, until somebody cancels.
    fn subscription(&mut self, rng: &mut Rng, account: &mut Account) {
        let day = account.begins + rng.between(6, 19) * DAY;
        let bought = during(rng, day, &OFFICE);
        if bought >= END {
            return;
        }
        let business = account.used >= 5 && rng.chance(6_000);
        let plan = match account.fate {
            Fate::Team if business => "business",
            Fate::Team => "team",
            _ => "solo",
        };
        let seat = if plan == "business" { 1_900 } else { 1_200 };
        account.seats = account.used + *rng.pick(&[0, 0, 0, 1, 2, 4]) * i64::from(plan != "solo");
        let owner = account.owner.clone();
        let terms = |seats: i64| {
            format!(
                r#","seats":{seats},"monthly":"{} EUR""#,
                money(seats * seat)
            )
        };
        let what = format!(r#","plan":"{plan}"{}"#, terms(account.seats));
        self.bill(bought, "subscription.started", &owner, &what);
        // Who just stops coming is still billed for a while.
        let left = account.stops < END && rng.chance(7_500);
        let mut ends = if left { account.stops } else { END };
        let mut due = bought + 5 * MINUTE;
        let mut month = 0;
        while due < ends {
            if month > 0 && account.fate == Fate::Team && rng.chance(1_500) {
                let day = due + rng.between(1, 20) * DAY;
                self.invite(rng, account, day);
                let at = day + 2 * DAY;
                if account.used > account.seats && at < ends && rng.chance(8_500) {
                    account.seats = account.used + rng.between(0, 2);
                    self.bill(at, "subscription.changed", &owner, &terms(account.seats));
                }
            }
            let invoice = format!("{}-{month:02}", account.key);
            let amount = money(account.seats * seat);
            if !self.invoice(rng, &owner, &invoice, &amount, due) {
                ends = due + 21 * DAY;
                break;
            }
            due += 30 * DAY + 5 * HOUR;
            month += 1;
        }
        if ends > bought + DAY && ends < END {
            account.seats = 0;
            let why = format!(r#","reason":"{}""#, word(rng, &REASONS));
            self.bill(
                midnight(ends) + 10 * HOUR,
                "subscription.cancelled",
                &owner,
                &why,
            );
        }
    }

    /// One invoice; whether it was paid in the end.
    fn invoice(
        &mut self,
        rng: &mut Rng,
        owner: &str,
        number: &str,
        amount: &str,
        due: i64,
    ) -> bool {
        let what = format!(r#","invoice":"{number}","amount":"{amount} EUR""#);
        let mut paid = due;
        if rng.chance(1_300) {
            self.bill(due, "payment.failed", owner, &what);
            paid += match rng.below(10) {
                0..5 => rng.between(HOUR, 2 * DAY),
                5..7 => rng.between(3 * DAY, 6 * DAY),
                7 => rng.between(7 * DAY, 9 * DAY),
                _ => 10_000 * DAY,
            };
        }
        if paid >= END {
            return due + 30 * DAY > END || paid < due + 30 * DAY;
        }
        self.bill(paid, "invoice.paid", owner, &what);
        if rng.chance(150) {
            self.bill(paid + MINUTE, "invoice.paid", owner, &what);
        }
        true
    }
}
