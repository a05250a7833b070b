//! The name somebody probably meant. It knows names only as text.

use strsim::damerau_levenshtein;

/// The candidate nearest to `wrong`, if one is near enough to be worth offering. The first of
/// equally near candidates wins, so the order of candidates decides ties.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = wrong.chars().count();
    let allowed = 1 + length / 4;
    let lowered = wrong.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        // Comparing is quadratic: a far longer text cannot be near and is not compared at all.
        if candidate.len().abs_diff(wrong.len()) > 4 * (allowed + 1) {
            continue;
        }
        let distance = damerau_levenshtein(&lowered, &candidate.to_lowercase());
        let near = distance <= allowed || begins_with(&lowered, candidate);
        if near && best.is_none_or(|(known, _)| distance < known) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// A word that was cut short or drawn out (`conf` for `config`) is near whatever its length.
fn begins_with(wrong: &str, candidate: &str) -> bool {
    let candidate = candidate.to_lowercase();
    wrong.len().min(candidate.len()) >= 3
        && (candidate.starts_with(wrong) || wrong.starts_with(&candidate))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names_are_offered_and_far_ones_are_not() {
        let known = ["imports", "image", "config", "configFrom"];
        assert_eq!(nearest("import", known), Some("imports"));
        assert_eq!(nearest("Imports", known), Some("imports"));
        assert_eq!(nearest("conf", known), Some("config"));
        assert_eq!(nearest("config_from", known), Some("configFrom"));
        assert_eq!(nearest("wasi-http", ["wasi:p2", "wasi:http"]), Some("wasi:http"));
        assert_eq!(nearest("elephant", known), None);
        assert_eq!(nearest(&"x".repeat(1 << 20), known), None);
    }
}
