//! Places in storage.

use std::fmt;

/// A file or directory in some store: scheme, authority, path.
///
/// Local files have the scheme `file` and no authority, however they were written: `/x`, `file:/x` and `file:///x` are one place.
/// As in `org.apache.flink.core.fs.Path`, repeated slashes count once, a slash at the end does not count, and nothing in a
/// path is decoded: a percent sign is a percent sign.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorageUri {
    scheme: String,
    authority: Option<String>,
    path: String,
}

/// Text that names no place: neither an absolute path nor a URI with one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is neither an absolute path nor a URI such as file:/dir or s3://bucket/dir")]
pub struct NotAUri {
    /// The text as given.
    pub text: String,
}

impl StorageUri {
    /// The scheme of the local file system.
    pub const LOCAL: &'static str = "file";

    /// Reads an absolute path or a URI as Flink writes them into metadata.
    pub fn parse(text: &str) -> Result<Self, NotAUri> {
        let not_a_uri = || NotAUri { text: text.to_owned() };
        let (scheme, rest) = match text.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
            _ => (Self::LOCAL.to_owned(), text),
        };
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) if scheme != Self::LOCAL || !rest.starts_with('/') => {
                let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
                ((!authority.is_empty()).then(|| authority.to_owned()), path)
            }
            _ => (None, rest),
        };
        if !path.starts_with('/') && (authority.is_none() || !path.is_empty()) {
            return Err(not_a_uri());
        }
        Ok(Self { scheme, authority, path: normalized(path) })
    }

    /// Lower case, without the colon.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Bucket, name service or host, where the scheme has one.
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// From the root of the store, starting with a slash and not ending with one unless it is the root.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether this is in the local file system.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.scheme == Self::LOCAL
    }

    /// The last segment; `None` for the root.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.segments().next_back()
    }

    /// The directory it lies in; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (parent, name) = self.path.rsplit_once('/')?;
        if name.is_empty() {
            return None;
        }
        Some(Self { path: normalized(parent), ..self.clone() })
    }

    /// The place that a relative path leads to from here.
    #[must_use]
    pub fn join(&self, relative: &str) -> Self {
        Self { path: normalized(&format!("{}/{relative}", self.path)), ..self.clone() }
    }

    /// The names from the root down.
    #[must_use = "it only borrows the names"]
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.path.split('/').filter(|segment| !segment.is_empty())
    }

    /// Whether this is `directory` or lies below it, by whole segments.
    #[must_use]
    pub fn is_within(&self, directory: &Self) -> bool {
        self.scheme == directory.scheme
            && self.authority == directory.authority
            && (directory.path == "/"
                || self.path.strip_prefix(&directory.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

/// RFC 3986: a letter, then letters, digits, `+`, `-`, `.`.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn normalized(path: &str) -> String {
    let mut result = String::with_capacity(path.len() + 1);
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        result.push('/');
        result.push_str(segment);
    }
    if result.is_empty() {
        result.push('/');
    }
    result
}

impl fmt::Display for StorageUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.scheme)?;
        if let Some(authority) = &self.authority {
            write!(f, "//{authority}")?;
        }
        f.write_str(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::StorageUri;

    fn parse(text: &str) -> StorageUri {
        StorageUri::parse(text).expect("it names a place")
    }

    #[test]
    fn the_three_spellings_of_a_local_path_are_one_place() {
        for text in ["/a/b", "file:/a/b", "file:///a/b", "FILE:/a//b/"] {
            assert_eq!(parse(text).to_string(), "file:/a/b", "{text}");
        }
    }

    #[test]
    fn a_bucket_keeps_its_name_and_the_path_its_percent_signs_and_colons() {
        let uri = parse("s3://bucket/a%2Fb/c:d");
        assert_eq!((uri.scheme(), uri.authority(), uri.path()), ("s3", Some("bucket"), "/a%2Fb/c:d"));
        assert_eq!(uri.to_string(), "s3://bucket/a%2Fb/c:d");
    }

    #[test]
    fn a_bucket_alone_is_its_root() {
        assert_eq!(parse("s3://bucket").to_string(), "s3://bucket/");
        assert_eq!(parse("s3://bucket").parent(), None);
    }

    #[test]
    fn an_absolute_path_with_a_colon_is_no_scheme() {
        assert_eq!(parse("/a/b:c").path(), "/a/b:c");
    }

    #[test]
    fn a_relative_path_names_no_place() {
        for text in ["", "a/b", "chk-1", "file:a", "s3:bucket/a"] {
            assert!(StorageUri::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn containment_goes_by_whole_segments() {
        assert!(parse("/r/job-1/chk-1").is_within(&parse("/r/job-1")));
        assert!(!parse("/r/job-10/chk-1").is_within(&parse("/r/job-1")));
        assert!(parse("/r").is_within(&parse("/")));
        assert!(!parse("s3://a/x").is_within(&parse("s3://b/x")));
    }

    #[test]
    fn parent_and_join_are_inverse() {
        let uri = parse("hdfs://ns/flink/chk-1");
        assert_eq!(uri.join("_metadata").parent(), Some(uri.clone()));
        assert_eq!(parse("/a").parent(), Some(parse("/")));
        assert_eq!(uri.join("_metadata").file_name(), Some("_metadata"));
    }
}
