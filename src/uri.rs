//! Places in storage.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A file or directory in some store: scheme, authority, path.
///
/// Local files have the scheme `file` and no authority, however they were written: `/x`, `file:/x` and `file:///x` are one place.
/// What is read from text is put as `org.apache.flink.core.fs.Path` puts it: repeated slashes count once, a slash at the end does not
/// count, dot segments are resolved, and nothing in a path is decoded: a percent sign is a percent sign. A name that a store
/// lists is taken as it is ([`Self::child`]), because keys such as `a//b` exist, and are other objects than `a/b`.
///
/// Schemes that are aliases of one another name one store: `s3://b/x` and `s3a://b/x` are equal, though each is shown as it was written.
#[derive(Debug, Clone)]
pub struct StorageUri {
    scheme: String,
    authority: Option<String>,
    /// Empty for the root, else with a slash at its start.
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
                let authority = without_credentials(&scheme, authority);
                ((!authority.is_empty()).then(|| authority.to_owned()), path)
            }
            _ => (None, rest),
        };
        if !path.starts_with('/') && (authority.is_none() || !path.is_empty()) {
            return Err(not_a_uri());
        }
        Ok(Self { scheme, authority, path: normalized(path) })
    }

    /// Lower case, without the colon, as it was written.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The scheme that stands for all that name the same store.
    #[must_use]
    pub fn store(&self) -> &str {
        canonical_scheme(&self.scheme)
    }

    /// Bucket, name service or host, where the scheme has one.
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// From the root of the store, starting with a slash.
    #[must_use]
    pub fn path(&self) -> &str {
        if self.path.is_empty() { "/" } else { &self.path }
    }

    /// The name of the object in stores that have keys: the path without its first slash.
    #[must_use]
    pub fn key(&self) -> &str {
        self.path.strip_prefix('/').unwrap_or(&self.path)
    }

    /// What the keys of everything below begin with, in stores that have keys; empty for the root.
    #[must_use]
    pub fn key_prefix(&self) -> String {
        if self.path.is_empty() { String::new() } else { format!("{}/", self.key()) }
    }

    /// Whether this is in the local file system.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.scheme == Self::LOCAL
    }

    /// The last segment; `None` for the root.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.path.rsplit_once('/').map(|(_, name)| name)
    }

    /// The directory it lies in; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (parent, _) = self.path.rsplit_once('/')?;
        Some(Self { path: parent.to_owned(), ..self.clone() })
    }

    /// The place that a relative path leads to from here.
    #[must_use]
    pub fn join(&self, relative: &str) -> Self {
        Self { path: normalized(&format!("{}/{relative}", self.path)), ..self.clone() }
    }

    /// What a listing of this directory calls by a name, or by a path below it: taken as it is.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        Self { path: format!("{}/{name}", self.path), ..self.clone() }
    }

    /// The same path under another scheme and authority.
    #[must_use]
    pub fn moved_to(&self, scheme: &str, authority: Option<&str>) -> Self {
        Self { scheme: scheme.to_owned(), authority: authority.map(str::to_owned), path: self.path.clone() }
    }

    /// The names from the root down.
    #[must_use = "it only borrows the names"]
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.path.split('/').filter(|segment| !segment.is_empty())
    }

    /// Whether both are in one store, whatever the paths.
    #[must_use]
    pub fn is_in_same_store(&self, other: &Self) -> bool {
        self.store_identity() == other.store_identity()
    }

    /// Whether this is `directory` or lies below it, by whole segments.
    #[must_use]
    pub fn is_within(&self, directory: &Self) -> bool {
        self.is_in_same_store(directory) && self.path_below(directory).is_some()
    }

    /// The path from `directory` to here, by whole segments and without a slash at its start; empty for the directory itself.
    /// Which stores these are in is not looked at.
    #[must_use]
    pub fn path_below(&self, directory: &Self) -> Option<&str> {
        let rest = self.path.strip_prefix(directory.path.as_str())?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    }

    fn store_identity(&self) -> (&str, Option<&str>) {
        (self.store(), self.authority.as_deref().map(|authority| canonical_authority(self.store(), authority)))
    }

    fn identity(&self) -> (&str, Option<&str>, &str) {
        let (store, authority) = self.store_identity();
        (store, authority, &self.path)
    }
}

impl PartialEq for StorageUri {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for StorageUri {}

impl Hash for StorageUri {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

impl Ord for StorageUri {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}

impl PartialOrd for StorageUri {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Aliases that Flink's plugins, Hadoop's clients and the vendors' tools use for one store.
fn canonical_scheme(scheme: &str) -> &str {
    match scheme {
        "s3a" | "s3n" | "s3p" => "s3",
        "cosn" => "cos",
        "abfss" | "wasb" | "wasbs" => "abfs",
        other => other,
    }
}

/// Spellings of one authority: HDFS has a default port, and an Azure account has a host for each of its protocols.
fn canonical_authority<'a>(store: &str, authority: &'a str) -> &'a str {
    match store {
        "hdfs" => authority.strip_suffix(":8020").unwrap_or(authority),
        "abfs" => [".dfs.core.windows.net", ".blob.core.windows.net"]
            .into_iter()
            .find_map(|suffix| authority.strip_suffix(suffix))
            .unwrap_or(authority),
        _ => authority,
    }
}

/// Hadoop's clients take keys in front of the bucket (`cosn://id:key@bucket`). They are no part of its name, and never to be shown.
fn without_credentials<'a>(scheme: &str, authority: &'a str) -> &'a str {
    match canonical_scheme(scheme) {
        "s3" | "cos" | "oss" => authority.rsplit_once('@').map_or(authority, |(_, bucket)| bucket),
        _ => authority,
    }
}

/// RFC 3986: a letter, then letters, digits, `+`, `-`, `.`.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// As `java.net.URI.normalize` has it, which `Path` calls: a `..` above the root stays.
fn normalized(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    segments.iter().flat_map(|segment| ["/", segment]).collect()
}

impl fmt::Display for StorageUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.scheme)?;
        if let Some(authority) = &self.authority {
            write!(f, "//{authority}")?;
        }
        f.write_str(self.path())
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
    fn schemes_that_are_aliases_name_one_object_and_are_shown_as_written() {
        for (one, other) in [
            ("s3://b/x", "s3a://b/x"),
            ("s3n://b/x", "s3p://b/x"),
            ("cos://b-1250000000/x", "cosn://b-1250000000/x"),
            ("hdfs://nn:8020/x", "hdfs://nn/x"),
            ("abfss://c@account.dfs.core.windows.net/x", "wasb://c@account.blob.core.windows.net/x"),
        ] {
            assert_eq!(parse(one), parse(other), "{one} {other}");
            assert!(parse(one).join("y").is_within(&parse(other)), "{one} {other}");
            assert_eq!(parse(other).to_string(), other);
        }
        for (one, other) in [("s3://b/x", "cos://b/x"), ("s3://b/x", "s3://c/x"), ("hdfs://nn:9000/x", "hdfs://nn/x")] {
            assert_ne!(parse(one), parse(other), "{one} {other}");
        }
    }

    #[test]
    fn keys_in_front_of_a_bucket_are_not_kept() {
        assert_eq!(parse("cosn://id:secret@bucket-1250000000/x").to_string(), "cosn://bucket-1250000000/x");
    }

    #[test]
    fn dot_segments_are_resolved_as_flink_does() {
        for (written, place) in
            [("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/../a", "/../a"), ("/a/..", "/"), ("/..a/b", "/..a/b")]
        {
            assert_eq!(parse(written).path(), place, "{written}");
        }
    }

    #[test]
    fn what_a_listing_shows_keeps_its_spelling() {
        let directory = parse("s3://b/a");
        assert_eq!(directory.child("").child("b").key(), "a//b");
        assert_eq!(directory.child("../b").key(), "a/../b");
        assert_eq!(directory.child("").key_prefix(), "a//");
        assert_eq!(parse("s3://b").child("").key_prefix(), "/");
        assert_eq!(parse("s3://b").key_prefix(), "");
        assert_ne!(directory.child("").child("b"), directory.child("b"));
        assert_eq!(directory.child("").child("b").parent(), Some(directory.child("")));
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
