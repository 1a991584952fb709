//! Who asks.

use crate::storage::{HadoopConf, HdfsSettings};

const USER_VARIABLE: &str = "HADOOP_USER_NAME";
const TOKENS_VARIABLE: &str = "HADOOP_TOKEN_FILE_LOCATION";
const TICKETS_VARIABLE: &str = "KRB5CCNAME";

/// How one makes oneself known to the name nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Identity {
    /// The cluster believes what it is told.
    Told {
        /// The user.
        name: String,
        /// Where that was set; `None` for the user of the process.
        source: Option<&'static str>,
    },
    /// The cluster wants tickets or tokens, and whom they are for is in them.
    Proven {
        /// Where tickets or tokens are looked for.
        credentials: String,
    },
}

impl Identity {
    /// What settings, configuration and environment say.
    pub(super) fn of(settings: &HdfsSettings, conf: Option<&HadoopConf>) -> Self {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        if is_secure(conf) {
            let tickets = variable(TICKETS_VARIABLE).map(|place| format!("Kerberos tickets in {place}"));
            let tokens = variable(TOKENS_VARIABLE).map(|place| format!("delegation tokens in {place}"));
            let default = || "Kerberos tickets where `klist` shows them".to_owned();
            return Self::Proven { credentials: tokens.or(tickets).unwrap_or_else(default) };
        }
        let told = settings.user.clone().map(|name| (name, "the settings of keepoint"));
        match told.or_else(|| Some((variable(USER_VARIABLE)?, USER_VARIABLE))) {
            Some((name, source)) => Self::Told { name, source: Some(source) },
            // As Hadoop's clients: the name that the operating system has for the user.
            None => Self::Told { name: whoami::username().unwrap_or_else(|_| "unknown".to_owned()), source: None },
        }
    }
}

/// `UserGroupInformation.isSecurityEnabled`.
fn is_secure(conf: Option<&HadoopConf>) -> bool {
    conf.and_then(|conf| conf.get("hadoop.security.authentication")).is_some_and(|method| method != "simple")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_that_was_set_is_told_to_clusters_that_believe_it_and_only_to_those() {
        let settings = HdfsSettings { user: Some("flink".to_owned()) };
        let Identity::Told { name, .. } = Identity::of(&settings, None) else { panic!("there is no security") };
        assert_eq!(name, "flink");
        let secure = HadoopConf::of(&[("hadoop.security.authentication", "kerberos")]);
        assert!(matches!(Identity::of(&settings, Some(&secure)), Identity::Proven { .. }));
    }
}
