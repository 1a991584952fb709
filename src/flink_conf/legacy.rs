//! `flink-conf.yaml`: one `key: value` per line, and no YAML beyond that.
//!
//! As `GlobalConfiguration.loadLegacyYAMLResource` of Flink 1.20 and older: a `#` begins a comment wherever it stands, the first
//! `": "` separates, quotation marks belong to the value, and of two lines with the same key the later one counts.

use super::Entries;

pub(super) fn parse(text: &str) -> Entries {
    let mut entries = Entries { quotes_are_kept: true, ..Entries::default() };
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        match line.split_once(": ").map(|(key, value)| (key.trim(), value.trim())) {
            Some((key, value)) if !key.is_empty() && !value.is_empty() => {
                entries.values.insert(key.to_owned(), value.to_owned());
            }
            _ => entries.ignored_lines.push(index + 1),
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        parse(text).values.remove("k")
    }

    #[test]
    fn the_first_colon_with_a_blank_separates() {
        assert_eq!(value("k: hdfs://nn:8020/c: d").as_deref(), Some("hdfs://nn:8020/c: d"));
        assert_eq!(value("  k  :   v  ").as_deref(), Some("v"));
    }

    #[test]
    fn a_hash_begins_a_comment_even_inside_a_word_or_a_quotation() {
        assert_eq!(value("k: v # why").as_deref(), Some("v"));
        assert_eq!(value("k: s3://b/a#b").as_deref(), Some("s3://b/a"));
        assert_eq!(value("k: \"a#b\"").as_deref(), Some("\"a"));
        assert_eq!(value("# k: v"), None);
    }

    #[test]
    fn the_last_of_equal_keys_counts() {
        assert_eq!(value("k: 1\r\nk: 2\r\n").as_deref(), Some("2"));
    }

    #[test]
    fn lines_that_are_no_pair_are_counted_from_one() {
        let entries = parse("a: 1\n\nb:2\nc:\nd: # nothing\n---\n# fine\n: x\n");
        assert_eq!(entries.ignored_lines, [3, 4, 5, 6, 8]);
    }
}
