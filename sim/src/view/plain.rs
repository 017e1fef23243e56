//! Text of peers, made harmless for eyes: what would act upon the page or the terminal is spelled out.

use std::borrow::Cow;
use std::fmt::Write as _;

/// First strong isolate and its end (Unicode UAX 9): what is between them turns nothing around outside.
const ISOLATE: [char; 2] = ['\u{2068}', '\u{2069}'];

/// The text with control characters, line ends and invisible or turning characters spelled out as `\u{202e}`,
/// and kept to itself where it is written from right to left.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let turns = text.chars().any(right_to_left);
    if !turns && !text.chars().any(spelled_out) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    if turns {
        clean.push(ISOLATE[0]);
    }
    for letter in text.chars() {
        if spelled_out(letter) {
            let _ = write!(clean, "{}", letter.escape_default());
        } else {
            clean.push(letter);
        }
    }
    if turns {
        clean.push(ISOLATE[1]);
    }
    Cow::Owned(clean)
}

/// The same for a text of several lines, which stay.
pub(super) fn plain_lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

/// Characters that do something, or nothing that can be seen.
fn spelled_out(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Letters of scripts that are written from right to left.
const fn right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
        || matches!(letter, '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_acts_is_spelled_out() {
        assert_eq!(plain("alice sees v7"), "alice sees v7");
        assert_eq!(plain("a\r\nb\u{1b}[2J\u{202e}c"), "a\\r\\nb\\u{1b}[2J\\u{202e}c");
        assert_eq!(plain("grüße…"), "grüße…");
        assert_eq!(plain("\u{5e9}\u{5dc}"), "\u{2068}\u{5e9}\u{5dc}\u{2069}");
        assert!(matches!(plain("grüße"), std::borrow::Cow::Borrowed(_)));
    }
}
