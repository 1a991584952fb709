//! Names in documents: text that is no markup, whatever it holds.

use super::text::escaped;

/// Text in which no character has a meaning.
pub(super) fn text(text: &str) -> String {
    const MARKUP: &str = r"\`*_[]<>|&~$";
    let mut plain = String::with_capacity(text.len());
    for character in escaped(text).chars() {
        if MARKUP.contains(character) {
            plain.push('\\');
        }
        plain.push(character);
    }
    plain
}

/// Text between back-ticks: more of them than stand side by side in it.
pub(super) fn code(text: &str) -> String {
    let text = escaped(text);
    let (mut longest, mut run) = (0, 0);
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // A back-tick at an end would join the fence; one blank at each end is not shown.
    let gap = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{gap}{}{gap}{fence}", text.replace('|', "\\|"))
}

/// Text inside HTML, on a line that is HTML.
pub(super) fn html(text: &str) -> String {
    escaped(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_become_markup() {
        assert_eq!(text("a|b <img src=x> [x](y)\n# z"), "a\\|b \\<img src=x\\> \\[x\\](y)\\\\n# z");
        assert_eq!(html("<b a=\"1\">&"), "&lt;b a=&quot;1&quot;&gt;&amp;");
    }

    #[test]
    fn code_ends_where_the_name_ends() {
        assert_eq!(code("s3://b/a_b"), "`s3://b/a_b`");
        assert_eq!(code("a``b|c"), "```a``b\\|c```");
        assert_eq!(code("`a"), "`` `a ``");
    }
}
