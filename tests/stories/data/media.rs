//! Half a year of a newspaper: what readers read and hear, where the paywall stops them, and which digests they open.

use std::fmt::Write as _;

use super::super::super::support::rng::Rng;
use super::{DAY, HOUR, Log, MINUTE, Person, during, instant, midnight, word, yes};

/// 2026-01-01T00:00Z, a Thursday.
const START: i64 = 1_767_225_600;
/// 2026-07-01T00:00Z: nothing happens from then on.
const END: i64 = 1_782_864_000;
const READERS: u64 = 450;
/// Articles on each day.
const DAILY: i64 = 3;

const MORNING_AND_EVENING: [u64; 24] = [
    1, 0, 0, 0, 0, 2, 8, 12, 9, 5, 3, 3, 6, 5, 3, 3, 4, 6, 8, 10, 11, 9, 5, 2,
];
const TOPICS: [&str; 6] = [
    "politics", "business", "culture", "science", "sport", "food",
];
/// How much is written, and read, about each.
const WEIGHTS: [u64; 6] = [28, 16, 15, 11, 20, 10];
const SERIES: [&str; 4] = ["The week", "Tide tables", "Extra time", "Kitchen talk"];
const OPENINGS: [&str; 6] = [
    "What comes after",
    "A short history of",
    "Who pays for",
    "The quiet end of",
    "Ten questions about",
    "Why everybody talks of",
];
const SUBJECTS: [[&str; 5]; 6] = [
    [
        "the coalition",
        "the harbour vote",
        "the new mayor",
        "the border",
        "the budget",
    ],
    [
        "the shipyard",
        "cheap money",
        "the grain market",
        "the tram strike",
        "four-day weeks",
    ],
    [
        "the opera house",
        "slow films",
        "street music",
        "the book fair",
        "an old cinema",
    ],
    [
        "the spring tide",
        "sleep",
        "the new telescope",
        "seaweed",
        "a vaccine",
    ],
    [
        "the last penalty",
        "the rowing club",
        "winter swimming",
        "the derby",
        "a young coach",
    ],
    [
        "rye bread",
        "the fish market",
        "plain rice",
        "the perfect soup",
        "sour cherries",
    ],
];

/// How somebody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    /// Every day, for years.
    Devoted,
    /// A few times a week.
    Steady,
    /// Now and then, whatever it is.
    Passing,
    /// For one thing only.
    Fan,
    /// Came every week until some day.
    Fading,
    /// Has an account, and does nothing with it.
    Dormant,
}

const HABITS: [(Habit, u64); 6] = [
    (Habit::Devoted, 9),
    (Habit::Steady, 22),
    (Habit::Passing, 26),
    (Habit::Fan, 13),
    (Habit::Fading, 14),
    (Habit::Dormant, 16),
];

/// All files.
pub(super) fn files() -> Vec<(&'static str, String)> {
    let mut world = World::default();
    for number in 1..=READERS {
        world.reader(number);
    }
    vec![
        (
            "readers.csv",
            "id,email,first_name,timezone,registered_at,subscription,renews_on,follows,rhythm,device,newsletter,offers,push\n"
                .to_owned()
                + &world.readers,
        ),
        ("articles.csv", articles(&world.read)),
        (
            "reading.csv",
            world
                .reading
                .text("at,reader,article,topic,seconds,blocked\n"),
        ),
        ("plays.csv", world.plays.text("at,reader,series,percent\n")),
        (
            "digests.csv",
            world.digests.text("delivered,reader,issue,opened\n"),
        ),
    ]
}

#[derive(Debug, Default)]
struct World {
    readers: String,
    reading: Log,
    plays: Log,
    digests: Log,
    /// The numbers of all articles that were read.
    read: Vec<i64>,
}

/// A reader while they are made up.
#[derive(Debug)]
struct Reader {
    key: String,
    habit: Habit,
    registered: i64,
    /// The topics that they like, the dearest first.
    likes: [usize; 2],
    subscribed: bool,
    newsletter: bool,
    /// When somebody who fades away does so.
    fades: i64,
}

/// The topic of an article: its number says it.
fn topic(article: i64) -> usize {
    let mut rng = Rng::stream(77, article.unsigned_abs());
    rng.weighted(&WEIGHTS)
}

fn premium(article: i64) -> bool {
    Rng::stream(78, article.unsigned_abs()).chance(3_000)
}

impl World {
    fn reader(&mut self, number: u64) {
        let mut rng = Rng::stream(20_260_101, number);
        let habit = HABITS[rng.weighted(&HABITS.map(|(_, weight)| weight))].0;
        let old = habit != Habit::Passing || rng.chance(6_000);
        let registered = if old {
            rng.between(START - 700 * DAY, START)
        } else {
            rng.between(START, END - DAY)
        };
        let loyal = matches!(habit, Habit::Devoted | Habit::Steady | Habit::Fading);
        let reader = Reader {
            key: format!("R{number:04}"),
            habit,
            registered,
            likes: [rng.weighted(&WEIGHTS), rng.weighted(&WEIGHTS)],
            subscribed: rng.chance(if loyal { 5_500 } else { 600 }),
            newsletter: rng.chance(if habit == Habit::Passing {
                4_000
            } else {
                7_000
            }),
            fades: rng.between(START + 50 * DAY, END - 25 * DAY),
        };
        self.row(&mut rng, number, &reader);
        let mut day = midnight(registered.max(START));
        while day < END {
            if rng.chance(visits(&reader, day)) {
                self.visit(&mut rng, &reader, day);
            }
            // Digests go out on Fridays; 2026-01-02 was one.
            let friday = (day - START) / DAY % 7 == 1;
            if friday && reader.newsletter && day > registered {
                self.digest(&mut rng, &reader, day);
            }
            day += DAY;
        }
    }

    fn row(&mut self, rng: &mut Rng, number: u64, reader: &Reader) {
        let person = Person::new(rng, number);
        let subscription = match reader.subscribed {
            true => word(rng, &["digital", "digital", "digital", "print", "trial"]),
            false => "none",
        };
        let renews = (subscription != "none").then(|| {
            let day = END + rng.between(1, 330) * DAY;
            instant(day).to_string()[..10].to_owned()
        });
        let follows: Vec<&str> = match rng.chance(4_500) {
            true => vec![TOPICS[reader.likes[0]]],
            false => Vec::new(),
        };
        let app = rng.chance(if reader.habit == Habit::Devoted {
            7_000
        } else {
            2_500
        });
        let rhythm = match reader.habit {
            Habit::Devoted if rng.chance(5_000) => "daily",
            _ if rng.chance(700) => "monthly",
            _ => "weekly",
        };
        writeln!(
            self.readers,
            "{},{},{},{},{},{subscription},{},{},{rhythm},{},{},{},{}",
            reader.key,
            person.email.unwrap_or_default(),
            person.first_name.unwrap_or_default(),
            if rng.chance(8_500) {
                person.city.zone
            } else {
                ""
            },
            instant(reader.registered),
            renews.unwrap_or_default(),
            follows.join("|"),
            if app {
                format!("app-{number:04}")
            } else {
                String::new()
            },
            yes(reader.newsletter),
            yes(reader.newsletter && rng.chance(6_000)),
            yes(app && rng.chance(6_500)),
        )
        .expect("text grows");
    }

    /// One visit: some articles, perhaps the paywall, perhaps an episode.
    fn visit(&mut self, rng: &mut Rng, reader: &Reader, day: i64) {
        let mut at = during(rng, day, &MORNING_AND_EVENING).max(reader.registered + MINUTE);
        let today = (day - START) / DAY;
        for _ in 0..=rng.below(2) {
            let article = choose(rng, reader, today);
            let blocked = premium(article) && !reader.subscribed;
            let seconds = match (blocked, rng.chance(9_300)) {
                (false, true) => rng.between(8, 420).to_string(),
                _ => String::new(),
            };
            let name = TOPICS[topic(article)];
            // Once in a while the log is cut off.
            let name = if rng.chance(3) { "" } else { name };
            let line = format!(
                "{},{},N{article:04},{name},{seconds},{}",
                instant(at),
                reader.key,
                yes(blocked)
            );
            self.reading.push(at, line);
            self.read.push(article);
            at += rng.between(40, 500);
        }
        if rng.chance(if reader.habit == Habit::Devoted {
            1_500
        } else {
            500
        }) {
            let percent = (0..3).fold(10, |most, _| rng.between(10, 100).max(most));
            let series = word(rng, &SERIES);
            let line = format!("{},{},{series},{percent}", instant(at), reader.key);
            self.plays.push(at, line);
        }
    }

    /// A digest, and whether it is opened: those who fade stop opening before they stop reading.
    fn digest(&mut self, rng: &mut Rng, reader: &Reader, day: i64) {
        let delivered = day + 5 * HOUR + 30 * MINUTE;
        let opens = match reader.habit {
            Habit::Devoted => 7_500,
            Habit::Steady | Habit::Fan => 3_000,
            Habit::Passing => 2_000,
            Habit::Fading if day < reader.fades - 40 * DAY => 8_200,
            Habit::Fading if day < reader.fades => 900,
            Habit::Fading | Habit::Dormant => 0,
        };
        let opened = delivered + rng.between(10, 1_500) * MINUTE;
        let opened = match rng.chance(opens) && opened < END {
            true => instant(opened).to_string(),
            false => String::new(),
        };
        let issue = (day - START) / DAY / 7 + 1;
        let line = format!(
            "{},{},digest-{issue:02},{opened}",
            instant(delivered),
            reader.key
        );
        self.digests.push(delivered, line);
    }
}

/// How probable a visit is on that day, in ten-thousandths.
fn visits(reader: &Reader, day: i64) -> u64 {
    match reader.habit {
        Habit::Devoted => 4_200,
        Habit::Steady => 1_500,
        Habit::Passing => 280,
        Habit::Fan => 1_100,
        Habit::Fading if day < reader.fades => 1_700,
        Habit::Fading | Habit::Dormant => 0,
    }
}

/// An article of the last days, mostly of a topic that they like.
fn choose(rng: &mut Rng, reader: &Reader, today: i64) -> i64 {
    let wanted = match rng.below(10) {
        0..6 => Some(reader.likes[0]),
        6..8 => Some(reader.likes[1]),
        _ if reader.habit == Habit::Fan => Some(reader.likes[0]),
        _ => None,
    };
    let latest = (today + 1) * DAILY;
    let recent = (latest - 40).max(1)..latest;
    let fitting: Vec<i64> = recent
        .filter(|article| wanted.is_none_or(|wanted| topic(*article) == wanted))
        .collect();
    if fitting.is_empty() {
        return latest;
    }
    // What was published last is read most.
    fitting[rng.index(fitting.len()).max(rng.index(fitting.len()))]
}

/// All articles, with how often they were read.
fn articles(read: &[i64]) -> String {
    let mut text = "id,title,topic,published_at,reads,premium\n".to_owned();
    let last = (END - START) / DAY * DAILY;
    for article in 1..=last {
        let mut rng = Rng::stream(79, article.unsigned_abs());
        let topic = topic(article);
        let published = START + (article / DAILY) * DAY - DAY + 4 * HOUR + (article % DAILY) * HOUR;
        let times = read.iter().filter(|number| **number == article).count();
        writeln!(
            text,
            "N{article:04},{} {},{},{},{times},{}",
            word(&mut rng, &OPENINGS),
            word(&mut rng, &SUBJECTS[topic]),
            TOPICS[topic],
            instant(published),
            yes(premium(article)),
        )
        .expect("text grows");
    }
    text
}
