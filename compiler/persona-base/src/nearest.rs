//! "Did you mean": the nearest of some names, when it is near enough to be worth saying.
//!
//! It compares names only; which names are of the right kind, the caller decides.

/// The candidate nearest to `name`, at most a third of its length away (at least one edit for names of three
/// characters and more); ties go to the first. A difference of case alone always counts.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = name.chars().count() / 3;
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = if candidate.eq_ignore_ascii_case(name) {
            0
        } else {
            distance(name, candidate, limit)
        };
        if distance <= limit && candidate != name && best.is_none_or(|(found, _)| distance < found)
        {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The number of insertions, deletions, replacements and swaps of neighbours between two names, ignoring case; more than
/// `limit` when it is more than `limit`.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let a: Vec<char> = a.chars().map(|c| c.to_ascii_lowercase()).collect();
    let b: Vec<char> = b.chars().map(|c| c.to_ascii_lowercase()).collect();
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let replace = last[j] + usize::from(a[i] != b[j]);
            let mut cost = replace.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_the_length_is_near_enough() {
        assert_eq!(nearest("contry", ["country", "currency"]), Some("country"));
        assert_eq!(nearest("tota", ["total"]), Some("total"));
        assert_eq!(nearest("ab", ["ac"]), None);
        assert_eq!(nearest("birthday", ["first_name"]), None);
    }

    #[test]
    fn swaps_count_once_and_case_counts_nothing() {
        assert_eq!(nearest("fro", ["for"]), Some("for"));
        assert_eq!(nearest("id", ["ID"]), Some("ID"));
        assert_eq!(nearest("String", ["string", "Strings"]), Some("string"));
    }

    #[test]
    fn long_names_are_compared_in_bounded_time() {
        let long = "x".repeat(5_000);
        assert_eq!(
            nearest(&long, [long[1..].to_owned().as_str()]).map(str::len),
            Some(4_999)
        );
    }
}
