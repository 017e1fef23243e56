//! What several `Arbitrary` implementations draw from.

use arbitrary::{Result, Unstructured};

/// Longest text drawn, in characters.
const MAX_TEXT: usize = 200;

/// A text that XML can carry (XML 1.0 section 2.2).
pub(super) fn text(u: &mut Unstructured<'_>) -> Result<String> {
    let legal = |char: &char| matches!(char, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    Ok(u.arbitrary::<&str>()?.chars().filter(legal).take(MAX_TEXT).collect())
}

/// A text without white space at its ends, the form of names.
pub(super) fn name(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(text(u)?.trim_matches([' ', '\t', '\n', '\r']).to_owned())
}

/// A text of at least one character and without white space that XML can carry.
pub(super) fn word(u: &mut Unstructured<'_>) -> Result<String> {
    let word: String = text(u)?.chars().filter(|char| !char.is_whitespace()).collect();
    Ok(if word.is_empty() { "x".to_owned() } else { word })
}

/// Up to `most` values.
pub(super) fn several<'a, T>(
    u: &mut Unstructured<'a>,
    most: usize,
    draw: impl Fn(&mut Unstructured<'a>) -> Result<T>,
) -> Result<Vec<T>> {
    (0..u.int_in_range(0..=most)?).map(|_| draw(u)).collect()
}
