//! Words that made-up people and things are called by.

/// A place that people live at.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) city: &'static str,
    pub(super) country: &'static str,
    pub(super) country_name: &'static str,
    pub(super) zone: &'static str,
    pub(super) locale: &'static str,
    pub(super) dial: &'static str,
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    /// The first digits of its postal codes.
    pub(super) zip: &'static str,
}

macro_rules! places {
    ($(($city:literal, $country:literal, $name:literal, $zone:literal, $locale:literal, $dial:literal,
        $latitude:literal, $longitude:literal, $zip:literal)),* $(,)?) => {
        &[$(Place {
            city: $city,
            country: $country,
            country_name: $name,
            zone: $zone,
            locale: $locale,
            dial: $dial,
            latitude: $latitude,
            longitude: $longitude,
            zip: $zip,
        }),*]
    };
}

/// Where people live, the most frequent first.
pub(super) const PLACES: &[Place] = places![
    (
        "Berlin",
        "DE",
        "Germany",
        "Europe/Berlin",
        "de-DE",
        "+49 30",
        52.52,
        13.405,
        "10"
    ),
    (
        "Hamburg",
        "DE",
        "Germany",
        "Europe/Berlin",
        "de-DE",
        "+49 40",
        53.55,
        9.99,
        "20"
    ),
    (
        "London",
        "GB",
        "United Kingdom",
        "Europe/London",
        "en-GB",
        "+44 20",
        51.51,
        -0.13,
        "EC"
    ),
    (
        "New York",
        "US",
        "United States",
        "America/New_York",
        "en-US",
        "+1 212",
        40.71,
        -74.01,
        "10"
    ),
    (
        "Paris",
        "FR",
        "France",
        "Europe/Paris",
        "fr-FR",
        "+33 1",
        48.86,
        2.35,
        "75"
    ),
    (
        "Munich",
        "DE",
        "Germany",
        "Europe/Berlin",
        "de-DE",
        "+49 89",
        48.14,
        11.58,
        "80"
    ),
    (
        "Vienna",
        "AT",
        "Austria",
        "Europe/Vienna",
        "de-AT",
        "+43 1",
        48.21,
        16.37,
        "10"
    ),
    (
        "Zurich",
        "CH",
        "Switzerland",
        "Europe/Zurich",
        "de-CH",
        "+41 44",
        47.38,
        8.54,
        "80"
    ),
    (
        "Amsterdam",
        "NL",
        "Netherlands",
        "Europe/Amsterdam",
        "nl-NL",
        "+31 20",
        52.37,
        4.9,
        "10"
    ),
    (
        "Madrid",
        "ES",
        "Spain",
        "Europe/Madrid",
        "es-ES",
        "+34 91",
        40.42,
        -3.7,
        "28"
    ),
    (
        "Milan",
        "IT",
        "Italy",
        "Europe/Rome",
        "it-IT",
        "+39 02",
        45.46,
        9.19,
        "20"
    ),
    (
        "Chicago",
        "US",
        "United States",
        "America/Chicago",
        "en-US",
        "+1 312",
        41.88,
        -87.63,
        "60"
    ),
    (
        "San Francisco",
        "US",
        "United States",
        "America/Los_Angeles",
        "en-US",
        "+1 415",
        37.77,
        -122.42,
        "94"
    ),
    (
        "Toronto",
        "CA",
        "Canada",
        "America/Toronto",
        "en-CA",
        "+1 416",
        43.65,
        -79.38,
        "M5"
    ),
    (
        "Warsaw",
        "PL",
        "Poland",
        "Europe/Warsaw",
        "pl-PL",
        "+48 22",
        52.23,
        21.01,
        "00"
    ),
    (
        "Stockholm",
        "SE",
        "Sweden",
        "Europe/Stockholm",
        "sv-SE",
        "+46 8",
        59.33,
        18.07,
        "11"
    ),
    (
        "Lisbon",
        "PT",
        "Portugal",
        "Europe/Lisbon",
        "pt-PT",
        "+351 21",
        38.72,
        -9.14,
        "11"
    ),
    (
        "São Paulo",
        "BR",
        "Brazil",
        "America/Sao_Paulo",
        "pt-BR",
        "+55 11",
        -23.55,
        -46.63,
        "01"
    ),
    (
        "Mumbai",
        "IN",
        "India",
        "Asia/Kolkata",
        "en-IN",
        "+91 22",
        19.08,
        72.88,
        "40"
    ),
    (
        "Tokyo",
        "JP",
        "Japan",
        "Asia/Tokyo",
        "ja-JP",
        "+81 3",
        35.68,
        139.69,
        "10"
    ),
    (
        "Sydney",
        "AU",
        "Australia",
        "Australia/Sydney",
        "en-AU",
        "+61 2",
        -33.87,
        151.21,
        "20"
    ),
];

/// First names.
pub(super) const FIRST: &[&str] = &[
    "Anna", "Ben", "Clara", "David", "Emma", "Finn", "Grace", "Henry", "Ida", "Jonas", "Karla",
    "Leon", "Mia", "Noah", "Olivia", "Paul", "Rosa", "Sam", "Tara", "Umut", "Vera", "Will", "Yara",
    "Zoe", "Élodie", "José", "Łukasz", "Söre", "Aiko", "Priya", "Chloé", "Mateo",
];

/// Family names.
pub(super) const LAST: &[&str] = &[
    "Smith", "Müller", "Garcia", "Rossi", "Dubois", "Jansen", "Nowak", "Silva", "Tanaka", "Patel",
    "Johnson", "Weber", "Martin", "Brown", "Schmidt", "Lopez", "Moreau", "de Vries", "Kowalska",
    "Costa", "Sato", "Singh", "Wilson", "Fischer", "Bernard", "Taylor", "Huber", "Novak",
    "Lindberg", "O'Brien", "Keller", "Ferrari",
];

/// What addresses of electronic mail end with, the most frequent first.
pub(super) const DOMAINS: &[&str] = &[
    "gmail.com",
    "outlook.com",
    "gmx.net",
    "yahoo.com",
    "icloud.com",
    "web.de",
    "proton.me",
    "example.org",
];

/// Streets.
pub(super) const STREETS: &[&str] = &[
    "High Street",
    "Main Street",
    "Station Road",
    "Church Lane",
    "Park Avenue",
    "Mill Road",
    "Lindenallee",
    "Rue de la Gare",
];

/// What tags say.
pub(super) const TAGS: &[&str] = &[
    "newsletter",
    "vip",
    "wholesale",
    "press",
    "student",
    "beta",
    "family",
    "outdoor",
    "returns_often",
    "gift_buyer",
];

/// Ways in which people arrive.
pub(super) const CHANNELS: &[&str] = &[
    "search",
    "direct",
    "email",
    "social",
    "display",
    "affiliate",
    "app",
    "store",
];

/// What people hold in their hands.
pub(super) const DEVICES: &[&str] = &[
    "mobile",
    "desktop",
    "tablet",
    "app_ios",
    "app_android",
    "tv",
];

/// What coupons say.
pub(super) const COUPONS: &[&str] = &[
    "WELCOME10",
    "SUMMER15",
    "FREESHIP",
    "FRIENDS20",
    "BIRTHDAY",
    "WINTER25",
    "COMEBACK",
    "CLUB5",
];

/// What things are made of or look like.
pub(super) const MATERIALS: &[&str] = &[
    "Linen", "Cotton", "Oak", "Steel", "Ceramic", "Wool", "Glass", "Leather", "Bamboo", "Copper",
    "Blue", "Green", "White", "Folding", "Travel", "Classic", "Striped", "Small", "Large", "Soft",
];

/// Things.
pub(super) const THINGS: &[&str] = &[
    "Mug", "Shirt", "Lamp", "Notebook", "Towel", "Bag", "Chair", "Kettle", "Blanket", "Socks",
    "Bowl", "Scarf", "Clock", "Pillow", "Tray", "Jacket", "Vase", "Basket", "Shelf", "Bottle",
    "Umbrella", "Candle", "Apron", "Teapot", "Rug", "Wallet", "Mirror", "Stool", "Pan", "Hat",
];

/// What things are sorted by, frequent ones first.
pub(super) const CATEGORIES: &[&str] = &[
    "kitchen", "clothing", "home", "office", "bath", "garden", "travel", "toys", "sport",
    "lighting",
];

/// Who makes things.
pub(super) const BRANDS: &[&str] = &[
    "Harbour",
    "Northlight",
    "Fjell",
    "Casa Verde",
    "Tilia",
    "Marlow",
    "Okapi",
    "Brightside",
];
