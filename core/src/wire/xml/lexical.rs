//! Lexical forms of the XML Schema types these documents use. White space around a value counts for nothing.

/// Without the white space around it. Form feeds would go too, but no document can hold one.
const fn trim(text: &str) -> &str {
    text.trim_ascii()
}

/// `xs:boolean`.
pub fn boolean(text: &str) -> Option<bool> {
    match trim(text) {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// How a boolean is written.
pub const fn boolean_text(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// `xs:unsignedInt`.
pub fn unsigned_int(text: &str) -> Option<u32> {
    unsigned_long(text).and_then(|value| value.try_into().ok())
}

/// `xs:unsignedLong`; also `xs:nonNegativeInteger` as far as 64 bits go.
pub fn unsigned_long(text: &str) -> Option<u64> {
    let digits = trim(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// The value of a string that is compared, not shown: without the white space around it.
pub fn token(text: &str) -> &str {
    trim(text)
}

/// The value of an enumeration with this spelling.
pub(crate) fn enumerated<T: Copy>(spellings: &[(T, &'static str)], text: &str) -> Option<T> {
    let text = trim(text);
    spellings.iter().find(|(_, spelling)| *spelling == text).map(|(value, _)| *value)
}

/// The spelling of an enumeration's value.
pub(crate) fn spelling<T: Copy + PartialEq>(spellings: &[(T, &'static str)], value: T) -> &'static str {
    spellings.iter().find(|(known, _)| *known == value).map_or("", |(_, spelling)| *spelling)
}
