//! Which kind of description a text is: by its first key that only one kind has.

/// A description that is a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// A manifest.
    Manifest,
    /// A deployment of a platform.
    Deployment,
}

/// The kind, by keys at the top level; YAML and JSON alike.
#[must_use]
pub fn kind_of_text(text: &str) -> Option<TextKind> {
    text.lines().find_map(|line| {
        let is_json = text.trim_start().starts_with('{');
        if line.starts_with([' ', '\t']) && !is_json {
            return None;
        }
        let key = line.trim_start_matches(|c: char| c.is_whitespace() || "{\"'".contains(c));
        let (key, rest) = key.split_at(key.find(|c: char| !c.is_alphanumeric()).unwrap_or(key.len()));
        let is_key = rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':');
        match key {
            "manifest" if is_key => Some(TextKind::Manifest),
            "kind" | "apiVersion" if is_key => Some(TextKind::Deployment),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_by_its_keys() {
        assert_eq!(kind_of_text("# mine\nmanifest: keepoint/v1\n"), Some(TextKind::Manifest));
        assert_eq!(kind_of_text("{\"manifest\": \"keepoint/v1\"}"), Some(TextKind::Manifest));
        assert_eq!(
            kind_of_text("apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\n"),
            Some(TextKind::Deployment)
        );
        assert_eq!(kind_of_text("spec:\n  kind: FlinkDeployment\n"), None);
        assert_eq!(kind_of_text("hello"), None);
    }
}
