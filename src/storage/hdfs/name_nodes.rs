//! Which name nodes an authority stands for. Pure: from configuration alone.

use crate::storage::{Error, ErrorKind, HadoopConf};
use crate::uri::StorageUri;

/// Where a name node listens that is named without a port (`dfs.namenode.rpc-address`).
const DEFAULT_PORT: &str = "8020";

/// Says where configuration comes from.
pub(super) const CONFIGURATION_HINT: &str =
    "`--hadoop-conf` or HADOOP_CONF_DIR names the directory with core-site.xml and hdfs-site.xml";

/// The name nodes that answer for an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameNodes {
    /// The authority.
    pub(super) authority: String,
    /// Whether the authority is a name service of the configuration, and not the address of one name node.
    pub(super) is_service: bool,
    /// What the configuration lacks, if the authority was meant to be a name service and is not the name of a host.
    pub(super) missing: Option<String>,
    /// In the order of the configuration; there is at least one.
    pub(super) nodes: Vec<NameNode>,
}

/// One name node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameNode {
    /// What the configuration calls it; for an address the address.
    pub(super) id: String,
    /// Host and port.
    pub(super) address: String,
}

impl NameNodes {
    /// The name nodes of a name service, or the one at an address. An error tells which property is missing.
    pub(super) fn of(place: &StorageUri, authority: &str, conf: Option<&HadoopConf>) -> Result<Self, Error> {
        let alone = |address: String, missing| Self {
            authority: authority.to_owned(),
            is_service: false,
            missing,
            nodes: vec![NameNode { id: address.clone(), address }],
        };
        if has_port(authority) {
            return Ok(alone(authority.to_owned(), None));
        }
        let Some(conf) = conf else {
            let missing = format!(
                "without Hadoop's configuration (dfs.nameservices, dfs.ha.namenodes.{authority}) nobody knows the name nodes of {authority}"
            );
            return Ok(alone(with_port(authority), Some(missing)));
        };
        let ids = format!("dfs.ha.namenodes.{authority}");
        let is_service = conf.get(&ids).is_some() || conf.name_services().any(|service| service == authority);
        let nodes = conf.name_nodes_of(authority);
        let directory = conf.directory().display();
        if !is_service && nodes.is_empty() {
            let missing = format!("neither dfs.nameservices nor {ids} in {directory} names {authority}");
            return Ok(alone(with_port(authority), Some(missing)));
        }
        if let Some((id, address)) = nodes.iter().find(|(_, address)| address.contains("${")) {
            let what = format!("{address}, the address of {id} in {directory}, has a variable that is not set");
            return Err(misconfigured(place, what));
        }
        if nodes.is_empty() {
            let address = conf.list(&ids).next().map(|id| format!("{authority}.{id}"));
            let what = match address {
                Some(address) => format!("dfs.namenode.rpc-address.{address} is not set in {directory}"),
                None => format!("{ids} is not set in {directory}"),
            };
            return Err(misconfigured(place, what));
        }
        let nodes = nodes.into_iter().map(|(id, address)| NameNode { id: id.to_owned(), address: with_port(address) });
        Ok(Self { authority: authority.to_owned(), is_service: true, missing: None, nodes: nodes.collect() })
    }
}

/// The authority that a place without one has (`fs.defaultFS`, `fs.viewfs.mounttable.default`).
pub(super) fn authority_of(place: &StorageUri, conf: Option<&HadoopConf>) -> Result<String, Error> {
    if let Some(authority) = place.authority() {
        return Ok(authority.to_owned());
    }
    let default = conf.and_then(HadoopConf::default_file_system);
    let found =
        default.and_then(|default| StorageUri::parse(default).ok()).filter(|uri| uri.scheme() == place.scheme());
    if let Some(authority) = found.as_ref().and_then(StorageUri::authority) {
        return Ok(authority.to_owned());
    }
    if place.scheme() == super::VIEWFS {
        return Ok("default".to_owned());
    }
    let what = match (default, conf) {
        (Some(default), _) => format!("the place names no name node, and fs.defaultFS is {default}"),
        (None, Some(conf)) => {
            let directory = conf.directory().display();
            format!("the place names no name node, and fs.defaultFS is not set in {directory}")
        }
        (None, None) => {
            "the place names no name node, and without Hadoop's configuration there is no fs.defaultFS".to_owned()
        }
    };
    Err(misconfigured(place, what))
}

/// An error about what Hadoop's configuration lacks.
pub(super) fn misconfigured(place: &StorageUri, what: String) -> Error {
    Error::new("open", place, ErrorKind::Misconfigured).because(what).with_hint(CONFIGURATION_HINT)
}

/// With the port that is meant where there is none.
pub(super) fn with_port(address: &str) -> String {
    if has_port(address) { address.to_owned() } else { format!("{address}:{DEFAULT_PORT}") }
}

fn has_port(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(authority: &str, properties: Option<&[(&str, &str)]>) -> Result<NameNodes, Error> {
        let place = StorageUri::parse(&format!("hdfs://{authority}/x")).expect("it names a place");
        NameNodes::of(&place, authority, properties.map(HadoopConf::of).as_ref())
    }

    fn addresses(name_nodes: &NameNodes) -> Vec<&str> {
        name_nodes.nodes.iter().map(|node| node.address.as_str()).collect()
    }

    #[test]
    fn an_address_is_one_name_node_whatever_is_configured() {
        for conf in [None, Some([("dfs.nameservices", "nn")].as_slice())] {
            let found = of("nn:9000", conf).expect("an address");
            assert_eq!((addresses(&found), found.is_service), (vec!["nn:9000"], false));
        }
    }

    #[test]
    fn a_host_without_a_port_has_the_default_port_and_may_be_a_name_service_that_is_not_configured() {
        let without = of("prod", None).expect("it may be a host");
        assert_eq!(addresses(&without), ["prod:8020"]);
        assert!(without.missing.is_some_and(|missing| missing.contains("dfs.ha.namenodes.prod")));
        let other = of("prod", Some(&[("dfs.nameservices", "test")])).expect("it may be a host");
        assert!(other.missing.is_some_and(|missing| missing.contains("in /etc/hadoop/conf names prod")));
    }

    #[test]
    fn a_name_service_has_the_name_nodes_whose_addresses_are_set() {
        let found = of(
            "prod",
            Some(&[
                ("dfs.ha.namenodes.prod", "a, b ,c"),
                ("dfs.namenode.rpc-address.prod.b", "h:1"),
                ("dfs.namenode.rpc-address.prod.c", "i"),
            ]),
        )
        .expect("a name service");
        assert_eq!((addresses(&found), found.is_service), (vec!["h:1", "i:8020"], true));
    }

    #[test]
    fn a_name_service_that_is_half_configured_is_an_error_that_names_the_property() {
        for (properties, property) in [
            (vec![("dfs.nameservices", "prod")], "dfs.ha.namenodes.prod is not set in /etc/hadoop/conf"),
            (
                vec![("dfs.ha.namenodes.prod", "nn1,nn2")],
                "dfs.namenode.rpc-address.prod.nn1 is not set in /etc/hadoop/conf",
            ),
            (
                vec![("dfs.ha.namenodes.prod", "nn1"), ("dfs.namenode.rpc-address.prod.nn1", "${host}:8020")],
                "${host}:8020, the address of nn1 in /etc/hadoop/conf, has a variable that is not set",
            ),
        ] {
            let error = of("prod", Some(&properties)).expect_err(property);
            assert_eq!(error.kind(), ErrorKind::Misconfigured);
            assert_eq!(error.reason(), format!("the settings for hdfs lead nowhere: {property}"));
        }
    }

    #[test]
    fn a_place_without_authority_is_in_the_default_file_system_of_its_scheme() {
        let hdfs = StorageUri::parse("hdfs:///x").expect("a place");
        let viewfs = StorageUri::parse("viewfs:///x").expect("a place");
        let conf = HadoopConf::of(&[("fs.defaultFS", "hdfs://prod/")]);
        assert_eq!(authority_of(&hdfs, Some(&conf)).expect("it is set"), "prod");
        assert_eq!(authority_of(&viewfs, Some(&conf)).expect("there is one of this name"), "default");
        for conf in [None, Some(HadoopConf::of(&[])), Some(HadoopConf::of(&[("fs.defaultFS", "s3a://b")]))] {
            let error = authority_of(&hdfs, conf.as_ref()).expect_err("no name node is known");
            assert!(error.reason().contains("fs.defaultFS"), "{}", error.reason());
        }
    }
}
