//! Hadoop's configuration, as far as stores are set up by it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::Secret;

/// Names of the files, the later ones winning (`org.apache.hadoop.conf.Configuration`, `HdfsConfiguration`).
const FILES: [&str; 2] = ["core-site.xml", "hdfs-site.xml"];

/// A file of settings is a few kilobytes; nothing is gained by reading what is not.
const LARGEST: u64 = 16 << 20;

/// Files inside files; against those that include themselves.
const DEEPEST_INCLUDE: usize = 8;

/// `Configuration.MAX_SUBST`.
const MOST_SUBSTITUTIONS: usize = 20;

/// What a value may grow to by what is put into it.
const LONGEST_VALUE: usize = 1 << 20;

/// Properties of `core-site.xml` and `hdfs-site.xml`.
///
/// Read as Hadoop reads them: files that are included, properties that are final, and variables in values, which are other properties
/// or variables of the environment. A variable that is set nowhere stays as it is written.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HadoopConf {
    directory: PathBuf,
    properties: HashMap<String, String>,
}

#[derive(Deserialize)]
struct ConfigurationFile {
    #[serde(default, rename = "$value")]
    items: Vec<Item>,
}

#[derive(Deserialize)]
enum Item {
    #[serde(rename = "property")]
    Property(Property),
    #[serde(rename = "configuration")]
    Configuration(ConfigurationFile),
    #[serde(rename = "include")]
    Include(Include),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Property {
    name: String,
    #[serde(default)]
    value: String,
    #[serde(default, rename = "final")]
    is_final: String,
}

/// `xi:include`.
#[derive(Deserialize)]
struct Include {
    #[serde(rename = "@href")]
    href: String,
    fallback: Option<Fallback>,
}

#[derive(Deserialize)]
struct Fallback {}

/// What was read so far.
#[derive(Default)]
struct Reading {
    properties: HashMap<String, String>,
    finals: HashSet<String>,
}

impl HadoopConf {
    /// Reads the files that are there. A directory without any is an error: it was named on purpose.
    pub fn read(directory: &Path) -> io::Result<Self> {
        let mut reading = Reading::default();
        let mut found = false;
        for name in FILES {
            match reading.read(&directory.join(name), 0) {
                Ok(()) => found = true,
                Err(error) if error.kind() == io::ErrorKind::NotFound && !directory.join(name).exists() => {}
                Err(error) => return Err(error),
            }
        }
        if !found {
            let message = format!("{}: neither {} is there", directory.display(), FILES.join(" nor "));
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
        Ok(Self::new(directory, &reading.properties))
    }

    fn new(directory: &Path, raw: &HashMap<String, String>) -> Self {
        let environment = |name: &str| std::env::var(name).ok();
        let properties = raw.iter().map(|(name, value)| (name.clone(), substituted(value, raw, &environment)));
        Self { directory: directory.to_owned(), properties: properties.collect() }
    }

    /// Where it was read.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// A property, unless it is not set or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.properties.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A property that is never shown, unless it is not set or empty.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.get(name).map(|value| Secret::new(value.to_owned()))
    }

    /// All properties. Values may be secrets.
    pub(super) fn properties(&self) -> impl Iterator<Item = (&str, &str)> {
        self.properties.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The values of a property that is a list.
    pub(super) fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        let value = self.get(name);
        value.into_iter().flat_map(|value| value.split(',')).map(str::trim).filter(|name| !name.is_empty())
    }

    /// The file system of paths that name none (`fs.defaultFS`).
    #[must_use]
    pub fn default_file_system(&self) -> Option<&str> {
        self.get("fs.defaultFS").or_else(|| self.get("fs.default.name"))
    }

    /// The host and port of every name node of every name service, and the name service it belongs to
    /// (`dfs.nameservices`, `dfs.ha.namenodes.*`, `dfs.namenode.rpc-address.*`).
    pub fn name_nodes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.name_services()
            .flat_map(|service| self.name_nodes_of(service).into_iter().map(move |(_, address)| (address, service)))
    }

    /// Name and address of every name node of a name service; one without names of name nodes has one, of the same name.
    pub(super) fn name_nodes_of<'a>(&'a self, service: &'a str) -> Vec<(&'a str, &'a str)> {
        let ids: Vec<&str> = self.list(&format!("dfs.ha.namenodes.{service}")).collect();
        if ids.is_empty() {
            let address = self.get(&format!("dfs.namenode.rpc-address.{service}"));
            return address.map(|address| (service, address)).into_iter().collect();
        }
        let address = |id| Some((id, self.get(&format!("dfs.namenode.rpc-address.{service}.{id}"))?));
        ids.into_iter().filter_map(address).collect()
    }

    /// The name services that are configured.
    pub fn name_services(&self) -> impl Iterator<Item = &str> {
        let name =
            if self.get("dfs.nameservices").is_some() { "dfs.nameservices" } else { "dfs.federation.nameservices" };
        self.list(name)
    }
}

/// Values may be secrets.
impl std::fmt::Debug for HadoopConf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HadoopConf({}, {} properties)", self.directory.display(), self.properties.len())
    }
}

impl Reading {
    fn read(&mut self, file: &Path, depth: usize) -> io::Result<()> {
        if depth > DEEPEST_INCLUDE {
            let error = io::Error::new(io::ErrorKind::InvalidData, "files are included too deep");
            return Err(named(file, &error));
        }
        let text = read_limited(file).map_err(|error| named(file, &error))?;
        let parsed: ConfigurationFile = quick_xml::de::from_str(&text)
            .map_err(|error| named(file, &io::Error::new(io::ErrorKind::InvalidData, error)))?;
        self.take(parsed, file, depth)
    }

    fn take(&mut self, configuration: ConfigurationFile, file: &Path, depth: usize) -> io::Result<()> {
        for item in configuration.items {
            match item {
                Item::Property(property) => self.set(&property),
                Item::Configuration(inner) => self.take(inner, file, depth)?,
                Item::Include(include) => {
                    let href = include.href.trim();
                    let href = href.strip_prefix("file://").or_else(|| href.strip_prefix("file:")).unwrap_or(href);
                    let included = file.parent().unwrap_or(Path::new("")).join(href);
                    match self.read(&included, depth + 1) {
                        Err(error) if error.kind() == io::ErrorKind::NotFound && include.fallback.is_some() => {}
                        read => read?,
                    }
                }
                Item::Other => {}
            }
        }
        Ok(())
    }

    fn set(&mut self, property: &Property) {
        let name = property.name.trim();
        if self.finals.contains(name) {
            return;
        }
        self.properties.insert(name.to_owned(), property.value.trim().to_owned());
        if property.is_final.trim() == "true" {
            self.finals.insert(name.to_owned());
        }
    }
}

/// As `Configuration.substituteVars` has it, but for the properties of a Java process, which there are none of here.
fn substituted(value: &str, raw: &HashMap<String, String>, environment: &dyn Fn(&str) -> Option<String>) -> String {
    let mut value = value.to_owned();
    for _ in 0..MOST_SUBSTITUTIONS {
        let Some((variable, replacement)) = next_variable(&value, raw, environment) else { break };
        value.replace_range(variable, &replacement);
        if value.len() > LONGEST_VALUE {
            break;
        }
    }
    value
}

/// Where the first variable that is set stands in a value, and what it stands for.
fn next_variable(
    value: &str,
    raw: &HashMap<String, String>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Option<(std::ops::Range<usize>, String)> {
    value.match_indices("${").find_map(|(start, _)| {
        let end = start + value[start..].find('}')?;
        let name = &value[start + 2..end];
        // The innermost of nested ones comes first.
        let replacement = if name.contains("${") { None } else { variable(name, raw, environment) }?;
        Some((start..end + 1, replacement))
    })
}

/// `${name}`, `${env.NAME}`, `${env.NAME:-used when it is empty, too}`, `${env.NAME-used when it is not set}`.
fn variable(name: &str, raw: &HashMap<String, String>, environment: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let Some(of_environment) = name.strip_prefix("env.") else { return raw.get(name).cloned() };
    if let Some((name, default)) = of_environment.split_once(":-") {
        return Some(environment(name).filter(|value| !value.is_empty()).unwrap_or_else(|| default.to_owned()));
    }
    if let Some((name, default)) = of_environment.split_once('-') {
        return Some(environment(name).unwrap_or_else(|| default.to_owned()));
    }
    environment(of_environment)
}

fn read_limited(file: &Path) -> io::Result<String> {
    let length = fs::metadata(file)?.len();
    if length > LARGEST {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{length} bytes are too many for a configuration"),
        ));
    }
    fs::read_to_string(file)
}

fn named(file: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", file.display()))
}

#[cfg(test)]
impl HadoopConf {
    /// What files with these properties would give.
    pub(super) fn of(properties: &[(&str, &str)]) -> Self {
        let raw = properties.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self::new(Path::new("/etc/hadoop/conf"), &raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conf(files: &[(&str, &str)]) -> io::Result<HadoopConf> {
        let directory = tempfile::tempdir()?;
        for (name, text) in files {
            fs::write(directory.path().join(name), text)?;
        }
        HadoopConf::read(directory.path())
    }

    #[test]
    fn of_two_files_the_later_wins_unless_the_property_is_final() {
        let conf = conf(&[
            (
                "core-site.xml",
                "<?xml version='1.0'?><?xml-stylesheet type='text/xsl' href='configuration.xsl'?><!-- x --><configuration>
                   <property><name> a </name><value>\n core </value></property>
                   <property><name>b</name><value>core</value><final>true</final><source>x</source></property>
                   <property><name>empty</name><value/></property>
                 </configuration>",
            ),
            (
                "hdfs-site.xml",
                "<configuration><property><name>a</name><value>hdfs</value><description>d &amp; e</description></property>
                 <property><value>hdfs</value><name>b</name></property></configuration>",
            ),
        ])
        .expect("it is a configuration");
        assert_eq!((conf.get("a"), conf.get("b"), conf.get("empty")), (Some("hdfs"), Some("core"), None));
    }

    #[test]
    fn included_files_count_where_they_are_included() {
        let including = "<configuration xmlns:xi='http://www.w3.org/2001/XInclude'>
            <property><name>a</name><value>before</value></property>
            <xi:include href='mounts.xml'/>
            <xi:include href='nowhere.xml'><xi:fallback/></xi:include>
            <property><name>b</name><value>after</value></property></configuration>";
        let included = "<configuration><property><name>a</name><value>included</value></property>
            <property><name>b</name><value>included</value></property></configuration>";
        let conf = conf(&[("core-site.xml", including), ("mounts.xml", included)]).expect("it is a configuration");
        assert_eq!((conf.get("a"), conf.get("b")), (Some("included"), Some("after")));
    }

    #[test]
    fn an_included_file_that_is_missing_or_includes_itself_is_an_error_that_names_it() {
        for href in ["nowhere.xml", "core-site.xml"] {
            let text = format!("<configuration><include href='{href}'/></configuration>");
            let error = conf(&[("core-site.xml", &text)]).expect_err("it cannot be read").to_string();
            assert!(error.contains(href), "{error}");
        }
    }

    #[test]
    fn variables_in_values_are_other_properties_and_the_environment() {
        let raw: HashMap<String, String> =
            [("ns", "prod"), ("prod.host", "nn1"), ("loop", "${loop}"), ("grow", "${grow}${grow}${grow}")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
        let environment = |name: &str| (name == "PORT").then(|| "8020".to_owned());
        for (written, meant) in [
            ("hdfs://${ns}", "hdfs://prod"),
            ("${${ns}.host}:${env.PORT}", "nn1:8020"),
            ("${env.NONE:-9000}${env.NONE-1}${env.PORT:-2}", "900018020"),
            ("${user.home}/${ns}", "${user.home}/prod"),
            ("${loop}", "${loop}"),
            ("${", "${"),
        ] {
            assert_eq!(substituted(written, &raw, &environment), meant, "{written}");
        }
        assert!(substituted("${grow}", &raw, &environment).len() < 2 * LONGEST_VALUE);
    }

    #[test]
    fn name_services_without_high_availability_have_one_name_node() {
        let conf = HadoopConf::of(&[
            ("dfs.nameservices", "a, b,c"),
            ("dfs.ha.namenodes.a", "nn1, nn2"),
            ("dfs.namenode.rpc-address.a.nn1", "h1:8020"),
            ("dfs.namenode.rpc-address.a.nn2", "h2:8020"),
            ("dfs.namenode.rpc-address.b", "h3:8020"),
        ]);
        let name_nodes: Vec<_> = conf.name_nodes().collect();
        assert_eq!(name_nodes, [("h1:8020", "a"), ("h2:8020", "a"), ("h3:8020", "b")]);
    }

    #[test]
    fn a_directory_without_configuration_is_an_error() {
        let error = conf(&[]).expect_err("there is nothing").to_string();
        assert!(error.ends_with("neither core-site.xml nor hdfs-site.xml is there"), "{error}");
    }

    #[test]
    fn values_are_not_shown() {
        assert!(!format!("{:?}", HadoopConf::of(&[("fs.cosn.userinfo.secretKey", "hush")])).contains("hush"));
    }
}
