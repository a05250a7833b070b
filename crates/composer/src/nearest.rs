//! The known name that was probably meant.

/// The most similar name, when it is similar enough to be worth offering.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let scored = known.into_iter().map(|other| (strsim::jaro_winkler(name, other), other));
    let best = scored.filter(|(score, _)| *score > 0.8);
    let best = best.max_by(|(left, a), (right, b)| left.total_cmp(right).then(b.cmp(a)));
    best.map(|(_, other)| other.to_owned())
}
