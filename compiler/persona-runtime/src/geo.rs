//! Places and distances. One vendored implementation of the transcendental functions, so that every machine gives
//! the same metres.

/// The mean radius of WGS 84 in metres.
pub const EARTH_RADIUS: f64 = 6_371_008.8;

/// A place from latitude and longitude in degrees; missing outside ±90 and ±180.
pub fn place(latitude: f64, longitude: f64) -> Option<(f64, f64)> {
    let valid = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    valid.then_some((latitude, longitude))
}

/// Metres between two places (latitude, longitude): haversine, rounded half to even.
pub fn distance(a: (f64, f64), b: (f64, f64)) -> i64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let half_lat = libm::sin((lat_b - lat_a) / 2.0);
    let half_lon = libm::sin((b.1.to_radians() - a.1.to_radians()) / 2.0);
    let h = half_lat * half_lat + libm::cos(lat_a) * libm::cos(lat_b) * half_lon * half_lon;
    // Rounding may bring antipodes a hair beyond 1.
    let angle = 2.0 * libm::asin(libm::sqrt(h.clamp(0.0, 1.0)));
    crate::num::round(EARTH_RADIUS * angle)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERLIN: (f64, f64) = (52.52, 13.405);
    const PARIS: (f64, f64) = (48.8566, 2.3522);

    #[test]
    fn distances_are_those_of_the_great_circle() {
        assert_eq!(distance(BERLIN, BERLIN), 0);
        assert_eq!(distance(BERLIN, PARIS), distance(PARIS, BERLIN));
        assert_eq!(distance(BERLIN, PARIS), 877_465);
        let quarter = std::f64::consts::FRAC_PI_2 * EARTH_RADIUS;
        assert_eq!(distance((90.0, 0.0), (0.0, 77.0)), quarter.round() as i64);
    }

    #[test]
    fn antipodes_and_the_date_line_are_no_special_case() {
        let half = (std::f64::consts::PI * EARTH_RADIUS).round() as i64;
        assert_eq!(distance((0.0, 0.0), (0.0, 180.0)), half);
        assert_eq!(distance((90.0, 0.0), (-90.0, 0.0)), half);
        assert_eq!(
            distance((0.0, 179.5), (0.0, -179.5)),
            distance((0.0, -0.5), (0.0, 0.5))
        );
    }

    #[test]
    fn places_outside_the_globe_are_missing() {
        assert_eq!(place(90.0, -180.0), Some((90.0, -180.0)));
        assert_eq!(place(90.1, 0.0), None);
        assert_eq!(place(0.0, 180.1), None);
    }
}
