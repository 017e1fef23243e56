//! The XML declaration (XML 1.0 section 2.8).

use super::characters::is_space;

/// Whether `content`, what stands between `<?xml` and `?>`, is that of a declaration. The encoding it names is
/// not believed: documents are UTF-8 or refused.
pub(super) fn is_declaration(content: &str) -> bool {
    let Some((version, rest)) = pseudo_attribute(content, "version") else { return false };
    let minor = version.strip_prefix("1.").unwrap_or("");
    if minor.is_empty() || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let rest = match pseudo_attribute(rest, "encoding") {
        Some((encoding, _)) if !is_encoding(encoding) => return false,
        Some((_, rest)) => rest,
        None => rest,
    };
    let rest = match pseudo_attribute(rest, "standalone") {
        Some((standalone, _)) if !matches!(standalone, "yes" | "no") => return false,
        Some((_, rest)) => rest,
        None => rest,
    };
    trim_start(rest).is_empty()
}

/// The value of `name="value"` after white space, and what follows it.
fn pseudo_attribute<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let trimmed = trim_start(text);
    if trimmed.len() == text.len() {
        return None;
    }
    let value = trim_start(trim_start(trimmed.strip_prefix(name)?).strip_prefix('=')?);
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value.get(1..)?.split_once(quote)
}

fn is_encoding(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn trim_start(text: &str) -> &str {
    text.trim_start_matches(|char: char| char.is_ascii() && is_space(char as u8))
}
