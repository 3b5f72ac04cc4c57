//! Several comparisons at once.

/// Holm's corrected p-values, in the order given: the chance that any of the comparisons looks so good by luck.
pub fn holm(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut corrected = vec![0.0; values.len()];
    let mut highest = 0.0_f64;
    for (rank, index) in order.into_iter().enumerate() {
        let times = (values.len() - rank) as f64;
        highest = highest.max((values[index] * times).min(1.0));
        corrected[index] = highest;
    }
    corrected
}
