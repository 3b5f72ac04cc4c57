//! The shop's shelves, the cities it delivers to, and the names of the people who live there.

/// A category with its popularity in each month, in per cent of its mean.
#[derive(Debug)]
pub(super) struct Category {
    pub(super) name: &'static str,
    /// What one of its products is.
    pub(super) thing: &'static str,
    /// The first letters of its products' numbers.
    pub(super) prefix: &'static str,
    /// The price of its cheapest product, and the step to the next, in cents.
    pub(super) price: (i64, i64),
    pub(super) season: [u64; 12],
}

const fn category(
    (name, thing): (&'static str, &'static str),
    prefix: &'static str,
    price: (i64, i64),
    season: [u64; 12],
) -> Category {
    Category {
        name,
        thing,
        prefix,
        price,
        season,
    }
}

/// The categories.
pub(super) const CATEGORIES: [Category; 8] = [
    category(
        ("shoes", "walking shoes"),
        "SH",
        (4990, 1500),
        [70, 70, 110, 130, 130, 110, 90, 100, 120, 110, 90, 70],
    ),
    category(
        ("jackets", "rain jacket"),
        "JA",
        (7990, 2500),
        [120, 90, 90, 70, 50, 40, 40, 60, 130, 190, 180, 140],
    ),
    category(
        ("backpacks", "backpack"),
        "BP",
        (3990, 1250),
        [60, 70, 100, 110, 130, 160, 170, 140, 100, 60, 50, 50],
    ),
    category(
        ("tents", "tent"),
        "TE",
        (8990, 4200),
        [20, 30, 80, 150, 200, 240, 220, 140, 60, 20, 20, 20],
    ),
    category(
        ("kitchen", "camping stove"),
        "KI",
        (1490, 890),
        [100, 90, 90, 90, 90, 90, 90, 90, 100, 110, 130, 130],
    ),
    category(
        ("lighting", "head lamp"),
        "LI",
        (1990, 1100),
        [110, 90, 70, 60, 60, 50, 50, 60, 90, 140, 200, 220],
    ),
    category(
        ("books", "guide book"),
        "BO",
        (990, 450),
        [100, 90, 80, 80, 80, 90, 110, 100, 90, 100, 130, 150],
    ),
    category(
        ("gifts", "gift box"),
        "GI",
        (1290, 600),
        [20, 60, 40, 60, 90, 40, 30, 30, 40, 60, 280, 450],
    ),
];

/// Products per category.
pub(super) const PRODUCTS: u16 = 9;

/// The kinds of each thing, from the cheapest to the dearest.
const KINDS: [&str; PRODUCTS as usize] = [
    "Simple",
    "Classic",
    "Light",
    "Everyday",
    "Alpine",
    "Nordic",
    "Signature",
    "Heritage",
    "Summit",
];

/// A product: its category and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Product(pub(super) u16);

impl Product {
    pub(super) fn category(self) -> &'static Category {
        &CATEGORIES[usize::from(self.0 / PRODUCTS)]
    }

    /// All products, by number.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let categories = u16::try_from(CATEGORIES.len()).expect("few categories");
        (0..categories * PRODUCTS).map(Self)
    }

    /// What customers read.
    pub(super) fn title(self) -> String {
        let kind = KINDS[usize::from(self.0 % PRODUCTS)];
        format!("{kind} {}", self.category().thing)
    }

    pub(super) fn sku(self) -> String {
        format!("{}-{:02}", self.category().prefix, self.0 % PRODUCTS + 1)
    }

    /// In cents.
    pub(super) fn price(self) -> i64 {
        let (base, step) = self.category().price;
        base + step * i64::from(self.0 % PRODUCTS)
    }
}

/// A city; coordinates in ten-thousandths of a degree.
#[derive(Debug)]
pub(crate) struct City {
    pub(crate) name: &'static str,
    pub(crate) country: &'static str,
    pub(crate) zip: &'static str,
    pub(crate) latitude: i64,
    pub(crate) longitude: i64,
    pub(crate) zone: &'static str,
    pub(crate) language: &'static str,
    /// How many customers live there, in relation.
    pub(crate) weight: u64,
}

macro_rules! cities {
    ($($name:literal $country:literal $zip:literal $lat:literal $lon:literal $zone:literal $language:literal $weight:literal;)*) => {
        /// The cities.
        pub(crate) const CITIES: &[City] = &[$(City {
            name: $name, country: $country, zip: $zip, latitude: $lat, longitude: $lon, zone: $zone,
            language: $language, weight: $weight,
        }),*];
    };
}

cities! {
    "Berlin" "DE" "10" 525_200 134_050 "Europe/Berlin" "de-DE" 24;
    "Hamburg" "DE" "20" 535_511 99_937 "Europe/Berlin" "de-DE" 13;
    "München" "DE" "80" 481_374 115_755 "Europe/Berlin" "de-DE" 12;
    "Köln" "DE" "50" 509_375 69_603 "Europe/Berlin" "de-DE" 9;
    "Leipzig" "DE" "04" 513_397 123_731 "Europe/Berlin" "de-DE" 7;
    "Wien" "AT" "10" 482_082 163_738 "Europe/Vienna" "de-AT" 8;
    "Zürich" "CH" "80" 473_769 85_417 "Europe/Zurich" "de-CH" 5;
    "Amsterdam" "NL" "10" 523_676 49_041 "Europe/Amsterdam" "nl-NL" 6;
    "Paris" "FR" "75" 488_566 23_522 "Europe/Paris" "fr-FR" 6;
    "Strasbourg" "FR" "67" 485_734 77_521 "Europe/Paris" "fr-FR" 2;
    "London" "GB" "EC" 515_074 -1_278 "Europe/London" "en-GB" 5;
    "Edinburgh" "GB" "EH" 559_533 -31_883 "Europe/London" "en-GB" 2;
    "New York" "US" "10" 407_128 -740_060 "America/New_York" "en-US" 2;
    "Honolulu" "US" "96" 213_069 -1_578_583 "Pacific/Honolulu" "en-US" 1;
}

/// First names as people write them, and as their addresses do.
pub(crate) const NAMES: [(&str, &str); 36] = [
    ("Anna", "anna"),
    ("Ben", "ben"),
    ("Clara", "clara"),
    ("David", "david"),
    ("Emma", "emma"),
    ("Felix", "felix"),
    ("Greta", "greta"),
    ("Hannes", "hannes"),
    ("Ida", "ida"),
    ("Jürgen", "juergen"),
    ("Katrin", "katrin"),
    ("Lukas", "lukas"),
    ("Mia", "mia"),
    ("Noah", "noah"),
    ("Olivia", "olivia"),
    ("Paul", "paul"),
    ("Renée", "renee"),
    ("Sophie", "sophie"),
    ("Tom", "tom"),
    ("Ursula", "ursula"),
    ("Víctor", "victor"),
    ("Wim", "wim"),
    ("Yara", "yara"),
    ("Zoë", "zoe"),
    ("Łukasz", "lukasz"),
    ("Siân", "sian"),
    ("Özge", "oezge"),
    ("André", "andre"),
    ("Chloe", "chloe"),
    ("Marta", "marta"),
    ("Ravi", "ravi"),
    ("Aiko", "aiko"),
    ("Bjørn", "bjorn"),
    ("Elif", "elif"),
    ("Jan", "jan"),
    ("Nora", "nora"),
];

/// Second halves of addresses.
pub(crate) const DOMAINS: [&str; 5] = [
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "post.example.org",
];
