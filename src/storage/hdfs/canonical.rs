//! One name for each object: places that the configuration of Hadoop makes one are given one name. Pure, and no host is looked up.

use super::mounts::{MountTable, Resolved};
use super::name_nodes::{authority_of, with_port};
use super::{HDFS, VIEWFS};
use crate::storage::HadoopConf;
use crate::uri::StorageUri;

/// Mounts that lead to mounts; against those in a circle.
const DEEPEST: usize = 8;

/// The address of a name node becomes its name service, no authority becomes that of `fs.defaultFS`, and a place in a viewfs becomes
/// that behind the mount point. What the configuration does not tell of stays as it is.
pub(in crate::storage) fn canonical(place: &StorageUri, conf: Option<&HadoopConf>) -> StorageUri {
    let mut place = place.clone();
    for _ in 0..DEEPEST {
        match place.scheme() {
            HDFS => return of_hdfs(&place, conf),
            VIEWFS => {
                let behind = authority_of(&place, conf)
                    .and_then(|name| MountTable::read(&place, &name, conf))
                    .map(|table| table.resolve(&place));
                let Ok(Resolved::Elsewhere(behind)) = behind else { return place };
                place = behind;
            }
            _ => return place,
        }
    }
    place
}

fn of_hdfs(place: &StorageUri, conf: Option<&HadoopConf>) -> StorageUri {
    let Ok(authority) = authority_of(place, conf) else { return place.clone() };
    let is_service = conf.is_some_and(|conf| {
        conf.name_services().any(|service| service == authority) || !conf.name_nodes_of(&authority).is_empty()
    });
    let address = with_port(&authority);
    let service = conf.filter(|_| !is_service).and_then(|conf| {
        conf.name_nodes().find(|(node, _)| with_port(node).eq_ignore_ascii_case(&address)).map(|(_, service)| service)
    });
    place.moved_to(HDFS, Some(service.unwrap_or(&authority)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_the_configuration_makes_one_get_one_name() {
        let conf = HadoopConf::of(&[
            ("fs.defaultFS", "hdfs://prod"),
            ("dfs.nameservices", "prod,single"),
            ("dfs.ha.namenodes.prod", "nn1,nn2"),
            ("dfs.namenode.rpc-address.prod.nn1", "Host1:8020"),
            ("dfs.namenode.rpc-address.prod.nn2", "host2:9000"),
            ("dfs.namenode.rpc-address.single", "host3:8020"),
            ("fs.viewfs.mounttable.kp.link./flink", "hdfs://host1/data"),
            ("fs.viewfs.mounttable.kp.link./bucket", "s3a://bucket/x"),
            ("fs.viewfs.mounttable.kp.link./circle", "viewfs://kp/circle"),
        ]);
        for (written, expected) in [
            ("hdfs://prod/a%2F b", "hdfs://prod/a%2F b"),
            ("hdfs://host1:8020/a", "hdfs://prod/a"),
            ("hdfs://HOST1/a", "hdfs://prod/a"),
            ("hdfs://host2:9000/a", "hdfs://prod/a"),
            ("hdfs://host2/a", "hdfs://host2/a"),
            ("hdfs://host3/a", "hdfs://single/a"),
            ("hdfs:///a", "hdfs://prod/a"),
            ("hdfs:/a", "hdfs://prod/a"),
            ("hdfs://elsewhere:8020/a", "hdfs://elsewhere:8020/a"),
            ("viewfs://kp/flink/a", "hdfs://prod/data/a"),
            ("viewfs://kp/bucket/a", "s3a://bucket/x/a"),
            ("viewfs://kp/nowhere", "viewfs://kp/nowhere"),
            ("viewfs://kp/circle/a", "viewfs://kp/circle/a"),
            ("viewfs://other/flink/a", "viewfs://other/flink/a"),
            ("s3://prod/a", "s3://prod/a"),
            ("file:/a", "file:/a"),
        ] {
            let place = StorageUri::parse(written).expect("it names a place");
            assert_eq!(canonical(&place, Some(&conf)).to_string(), expected, "{written}");
        }
    }

    #[test]
    fn without_configuration_everything_stays_as_it_is() {
        for written in ["hdfs:/a", "hdfs://prod/a", "viewfs://kp/a", "s3://b/a"] {
            let place = StorageUri::parse(written).expect("it names a place");
            assert_eq!(canonical(&place, None).to_string(), written);
        }
    }
}
