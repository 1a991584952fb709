//! The mount table of a viewfs: which place is which in the file systems behind it
//! (`org.apache.hadoop.fs.viewfs.InodeTree`, `Constants`). Pure: from configuration alone.

use super::name_nodes::misconfigured;
use crate::storage::{Error, HadoopConf};
use crate::uri::StorageUri;

/// Mount points and what is mounted there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MountTable {
    /// The longest first.
    links: Vec<Link>,
    /// Where everything is that is not mounted elsewhere.
    fallback: Option<StorageUri>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Link {
    /// The names from the root down.
    mount_point: Vec<String>,
    target: StorageUri,
}

/// What a path of a viewfs is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resolved {
    /// A place in another file system.
    Elsewhere(StorageUri),
    /// A directory of the mount table.
    Internal {
        /// Names of the mount points and of directories on the way to such.
        names: Vec<String>,
        /// A directory of the fallback, which may be there and have more in it.
        fallback: Option<StorageUri>,
    },
    /// Nothing is mounted there.
    Nowhere,
}

impl MountTable {
    /// The mount table of a name.
    pub(super) fn read(place: &StorageUri, name: &str, conf: Option<&HadoopConf>) -> Result<Self, Error> {
        let Some(conf) = conf else {
            let what =
                format!("without Hadoop's configuration (fs.viewfs.mounttable.{name}.link.*) nothing is mounted");
            return Err(misconfigured(place, what));
        };
        let prefix = format!("fs.viewfs.mounttable.{name}.");
        let mut table = Self { links: Vec::new(), fallback: None };
        for (property, target) in conf.properties() {
            let Some(what) = property.strip_prefix(&prefix) else { continue };
            let target = || {
                StorageUri::parse(target)
                    .ok()
                    .filter(|_| !target.contains("${"))
                    .ok_or_else(|| misconfigured(place, format!("{property} is {target:?}, which names no place")))
            };
            if let Some(mount_point) = what.strip_prefix("link.") {
                let mount_point =
                    mount_point.split('/').filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect();
                table.links.push(Link { mount_point, target: target()? });
            } else if what == "linkMergeSlash" || what.starts_with("linkMergeSlash.") {
                table.links.push(Link { mount_point: Vec::new(), target: target()? });
            } else if what == "linkFallback" || what.starts_with("linkFallback.") {
                table.fallback = Some(target()?);
            } else if ["linkNfly", "linkRegx", "linkMerge."].iter().any(|kind| what.starts_with(kind)) {
                return Err(misconfigured(place, format!("{property} is of a kind of mount that is not followed")));
            }
        }
        if table.links.is_empty() && table.fallback.is_none() {
            let directory = conf.directory().display();
            return Err(misconfigured(place, format!("no {prefix}link.* is set in {directory}")));
        }
        table.links.sort_by(|a, b| {
            b.mount_point.len().cmp(&a.mount_point.len()).then_with(|| a.mount_point.cmp(&b.mount_point))
        });
        Ok(table)
    }

    /// What a place in this viewfs is.
    pub(super) fn resolve(&self, place: &StorageUri) -> Resolved {
        // As they are written: a name that a listing gave may be an empty one.
        let path: Vec<&str> = if place.key().is_empty() { Vec::new() } else { place.key().split('/').collect() };
        if let Some(link) = self.links.iter().find(|link| starts_with(&path, &link.mount_point)) {
            return Resolved::Elsewhere(below(&link.target, &path[link.mount_point.len()..]));
        }
        let fallback = self.fallback.as_ref().map(|fallback| below(fallback, &path));
        let is_on_the_way = |link: &&Link| {
            path.len() < link.mount_point.len() && path.iter().zip(&link.mount_point).all(|(name, other)| name == other)
        };
        let mut names: Vec<String> = self
            .links
            .iter()
            .filter(is_on_the_way)
            .filter_map(|link| link.mount_point.get(path.len()).cloned())
            .collect();
        names.sort_unstable();
        names.dedup();
        match fallback {
            fallback if !names.is_empty() || path.is_empty() => Resolved::Internal { names, fallback },
            Some(fallback) => Resolved::Elsewhere(fallback),
            None => Resolved::Nowhere,
        }
    }

    /// Every mount point and its target, in the order of the names; the fallback last.
    pub(super) fn targets(&self) -> Vec<(String, &StorageUri)> {
        let mut targets: Vec<_> =
            self.links.iter().map(|link| (format!("/{}", link.mount_point.join("/")), &link.target)).collect();
        targets.sort_unstable();
        targets.extend(self.fallback.as_ref().map(|fallback| ("everything else".to_owned(), fallback)));
        targets
    }
}

fn starts_with(path: &[&str], mount_point: &[String]) -> bool {
    path.len() >= mount_point.len() && path.iter().zip(mount_point).all(|(name, other)| name == other)
}

fn below(target: &StorageUri, path: &[&str]) -> StorageUri {
    if path.is_empty() { target.clone() } else { target.child(&path.join("/")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> StorageUri {
        StorageUri::parse(text).expect("it names a place")
    }

    fn table(properties: &[(&str, &str)]) -> Result<MountTable, Error> {
        MountTable::read(&uri("viewfs://kp/x"), "kp", Some(&HadoopConf::of(properties)))
    }

    fn resolved(table: &MountTable, path: &str) -> String {
        match table.resolve(&uri(path)) {
            Resolved::Elsewhere(place) => place.to_string(),
            Resolved::Internal { names, fallback } => {
                format!("{} + {}", names.join(","), fallback.map(|place| place.to_string()).unwrap_or_default())
            }
            Resolved::Nowhere => "nowhere".to_owned(),
        }
    }

    #[test]
    fn a_place_is_below_the_longest_mount_point_by_whole_names() {
        let table = table(&[
            ("fs.viewfs.mounttable.kp.link./flink", "hdfs://a/data/flink"),
            ("fs.viewfs.mounttable.kp.link./flink/old", "hdfs://b/"),
            ("fs.viewfs.mounttable.kp.link./deep/in", "s3a://bucket/x"),
            ("fs.viewfs.mounttable.other.link./flink", "hdfs://c/"),
        ])
        .expect("a mount table");
        for (path, expected) in [
            ("viewfs://kp/flink", "hdfs://a/data/flink"),
            ("viewfs://kp/flink/job/chk-1", "hdfs://a/data/flink/job/chk-1"),
            ("viewfs://kp/flink/old/x", "hdfs://b/x"),
            ("viewfs://kp/flink/older", "hdfs://a/data/flink/older"),
            ("viewfs://kp/flinks", "nowhere"),
            ("viewfs://kp/deep/in/x", "s3a://bucket/x/x"),
            ("viewfs://kp/deep", "in + "),
            ("viewfs://kp", "deep,flink + "),
        ] {
            assert_eq!(resolved(&table, path), expected, "{path}");
        }
    }

    #[test]
    fn what_is_not_mounted_is_in_the_fallback() {
        let table = table(&[
            ("fs.viewfs.mounttable.kp.link./a/b", "hdfs://a/b"),
            ("fs.viewfs.mounttable.kp.linkFallback", "hdfs://rest/top"),
        ])
        .expect("a mount table");
        for (path, expected) in [
            ("viewfs://kp/x/y", "hdfs://rest/top/x/y"),
            ("viewfs://kp/a", "b + hdfs://rest/top/a"),
            ("viewfs://kp/a/c", "hdfs://rest/top/a/c"),
            ("viewfs://kp", "a + hdfs://rest/top"),
        ] {
            assert_eq!(resolved(&table, path), expected, "{path}");
        }
    }

    #[test]
    fn the_root_can_be_mounted_as_a_whole() {
        let table = table(&[("fs.viewfs.mounttable.kp.linkMergeSlash", "hdfs://a/")]).expect("a mount table");
        assert_eq!(resolved(&table, "viewfs://kp"), "hdfs://a/");
        assert_eq!(resolved(&table, "viewfs://kp/x"), "hdfs://a/x");
    }

    #[test]
    fn a_mount_table_that_cannot_be_followed_is_an_error_that_names_the_property() {
        for (properties, property) in [
            (vec![], "fs.viewfs.mounttable.kp.link.*"),
            (vec![("fs.viewfs.mounttable.kp.linkRegx.x", "hdfs://a/")], "fs.viewfs.mounttable.kp.linkRegx.x"),
            (vec![("fs.viewfs.mounttable.kp.link./a", "hdfs://${ns}/")], "fs.viewfs.mounttable.kp.link./a"),
        ] {
            let error = table(&properties).expect_err(property);
            assert!(error.reason().contains(property), "{}", error.reason());
        }
    }
}
