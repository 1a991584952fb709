//! What can go wrong between keepoint and HDFS, and how that is told.

use std::io;

use hdfs_native::HdfsError;

use super::name_nodes::{CONFIGURATION_HINT, NameNode, NameNodes};
use crate::storage::{Error, ErrorKind};
use crate::uri::StorageUri;

const STANDBY: &str = "org.apache.hadoop.ipc.StandbyException";
const OBSERVER: &str = "org.apache.hadoop.ipc.ObserverRetryOnActiveException";
const RETRIABLE: &str = "org.apache.hadoop.ipc.RetriableException";
const SAFE_MODE: &str = "org.apache.hadoop.hdfs.server.namenode.SafeModeException";

/// Something that is asked of HDFS.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    /// The word for it.
    pub(super) operation: &'static str,
    /// Of what, as the caller knows it.
    pub(super) place: &'a StorageUri,
    /// Whether it may be asked again when it is not known what became of it.
    pub(super) may_repeat: bool,
}

impl Question<'_> {
    /// The answer that something is wrong with what was asked for.
    pub(super) fn answer(&self, kind: ErrorKind) -> Error {
        Error::new(self.operation, self.place, kind)
    }
}

/// Why there is no result.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The name node does not take connections.
    Unreachable(Unreachable),
    /// An answer took too long.
    NoAnswer,
    /// Getting a ticket, or showing it, took too long.
    NoLogin,
    /// What the client says.
    Client(HdfsError),
    /// The client came to an end that it had not thought of.
    Broken(String),
    /// An answer about what was asked for.
    Answer(ErrorKind),
}

/// Why a name node does not take connections.
#[derive(Debug, Clone)]
pub(super) struct Unreachable {
    /// In words.
    pub(super) reason: String,
    /// Whether not even the name of the host is known.
    pub(super) is_unknown_host: bool,
}

impl Trouble {
    /// Whether another name node of the name service, or this one a moment later, may do better.
    pub(super) fn may_pass(&self, question: &Question<'_>) -> bool {
        match self {
            Self::Unreachable(_) | Self::NoLogin => true,
            Self::NoAnswer => question.may_repeat,
            Self::Client(error) => {
                is_not_active(error)
                    || is_class(error, RETRIABLE)
                    || matches!(error, HdfsError::IOError(error) if question.may_repeat || error.kind() == io::ErrorKind::ConnectionRefused)
            }
            Self::Broken(_) | Self::Answer(_) => false,
        }
    }

    /// Whether the name node is not the active one.
    pub(super) fn is_of_stand_by(&self) -> bool {
        matches!(self, Self::Client(error) if is_not_active(error))
    }

    /// Whether a connection is of no use any more.
    pub(super) fn is_of_connection(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::NoAnswer | Self::NoLogin | Self::Client(HdfsError::IOError(_)))
    }

    /// Whether the name node does not accept who asks.
    pub(super) fn is_of_login(&self) -> bool {
        matches!(self, Self::Client(error) if kind_of(error) == ErrorKind::Unauthenticated)
    }

    /// Whether an answer took too long.
    pub(super) fn is_of_time(&self) -> bool {
        matches!(self, Self::NoAnswer | Self::NoLogin)
    }

    /// Whether it is about the data nodes, and may pass.
    pub(super) fn is_of_data(&self) -> bool {
        matches!(
            self,
            Self::NoAnswer
                | Self::Client(HdfsError::DataTransferError(_) | HdfsError::ChecksumError | HdfsError::IOError(_))
        )
    }

    /// One line for one name node.
    fn words(&self) -> String {
        match self {
            Self::Unreachable(Unreachable { reason, .. }) | Self::Broken(reason) => reason.clone(),
            Self::NoAnswer => "takes connections and does not answer".to_owned(),
            Self::NoLogin => "takes connections, but there is no Kerberos ticket for it in time".to_owned(),
            Self::Answer(kind) => format!("{kind:?}"),
            Self::Client(error) if is_not_active(error) => "is a stand-by name node".to_owned(),
            Self::Client(HdfsError::IOError(error)) if is_closed(error) => {
                "closes the connection without an answer".to_owned()
            }
            Self::Client(HdfsError::IOError(error)) => error.to_string(),
            Self::Client(error) => client_words(error),
        }
    }

    /// The error for an answer that no other name node would give differently.
    pub(super) fn into_error(self, question: &Question<'_>) -> Error {
        let error = match self {
            Self::Answer(kind) => return question.answer(kind),
            Self::Client(error) => error,
            Self::NoAnswer | Self::NoLogin => return question.answer(ErrorKind::TimedOut),
            Self::Unreachable(unreachable) => {
                return question.answer(ErrorKind::Unreachable).because(unreachable.reason);
            }
            Self::Broken(reason) => {
                return question.answer(ErrorKind::Other).because(format!("the client for HDFS broke off: {reason}"));
            }
        };
        let kind = kind_of(&error);
        let new = question.answer(kind);
        match kind {
            // These have words of their own, which say as much.
            ErrorKind::NotFound
            | ErrorKind::IsDirectory
            | ErrorKind::NotADirectory
            | ErrorKind::AlreadyExists
            | ErrorKind::NotEmpty => new,
            ErrorKind::Unauthenticated => new.because(client_words(&error)).with_hint(KERBEROS_HINT),
            ErrorKind::Other if is_class(&error, SAFE_MODE) => new
                .because("the name node is in safe mode, in which nothing is changed")
                .with_hint("wait until it has left it; `hdfs dfsadmin -safemode get` tells"),
            _ => new.because(client_words(&error)),
        }
    }
}

const KERBEROS_HINT: &str = "get a ticket with `kinit`; libgssapi_krb5 (Debian: libgssapi-krb5-2) must be installed";

/// The error for name nodes of which none answered the question.
pub(super) fn of_all(question: &Question<'_>, name_nodes: &NameNodes, failed: &[(&NameNode, Trouble)]) -> Error {
    let each = |failed: &[(&NameNode, Trouble)]| {
        let words = failed.iter().map(|(node, trouble)| {
            let id = if node.id == node.address { String::new() } else { format!("{} ", node.id) };
            format!("{id}{} {}", node.address, trouble.words())
        });
        words.collect::<Vec<_>>().join("; ")
    };
    if let (Some(missing), [(_, Trouble::Unreachable(Unreachable { is_unknown_host: true, .. }))]) =
        (&name_nodes.missing, failed)
    {
        let what = format!("{missing}, and no host of this name is known");
        return question.answer(ErrorKind::Misconfigured).because(what).with_hint(CONFIGURATION_HINT);
    }
    if !name_nodes.is_service && failed.iter().any(|(_, trouble)| trouble.is_of_stand_by()) {
        return question
            .answer(ErrorKind::Misconfigured)
            .because(each(failed))
            .with_hint("name the name service and not one of its name nodes: hdfs://<dfs.nameservices>/…");
    }
    if failed.iter().any(|(_, trouble)| trouble.is_of_time()) {
        return question.answer(ErrorKind::TimedOut).because(each(failed));
    }
    if failed.iter().any(|(_, trouble)| matches!(trouble, Trouble::Client(error) if is_class(error, RETRIABLE))) {
        let busy = failed.iter().any(|(_, trouble)| trouble.words().contains("too busy"));
        let kind = if busy { ErrorKind::Throttled } else { ErrorKind::Other };
        return question.answer(kind).because(each(failed));
    }
    let closed = |trouble: &Trouble| matches!(trouble, Trouble::Client(HdfsError::IOError(error)) if is_closed(error));
    let error = question.answer(ErrorKind::Unreachable).because(each(failed));
    if failed.iter().any(|(_, trouble)| closed(trouble)) {
        return error.with_hint(
            "is that the port of dfs.namenode.rpc-address, and not that of the web pages? a name node that wants Kerberos needs `--hadoop-conf`",
        );
    }
    if failed.iter().any(|(_, trouble)| trouble.is_of_stand_by()) {
        return error.with_hint("wait until a name node has become the active one");
    }
    error
}

fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof
    )
}

fn is_not_active(error: &HdfsError) -> bool {
    is_class(error, STANDBY) || is_class(error, OBSERVER)
}

fn is_class(error: &HdfsError, class: &str) -> bool {
    matches!(error, HdfsError::RPCError(of, _) | HdfsError::FatalRPCError(of, _) if of == class)
}

fn kind_of(error: &HdfsError) -> ErrorKind {
    match error {
        HdfsError::FileNotFound(_) => ErrorKind::NotFound,
        HdfsError::AlreadyExists(_) => ErrorKind::AlreadyExists,
        HdfsError::IsADirectoryError(_) => ErrorKind::IsDirectory,
        HdfsError::SASLError(_) | HdfsError::GSSAPIError(..) | HdfsError::NoSASLMechanism => ErrorKind::Unauthenticated,
        HdfsError::OperationFailed(words) if words.contains("gssapi") => ErrorKind::Unauthenticated,
        HdfsError::UrlParseError(_) | HdfsError::InvalidArgument(_) | HdfsError::XmlParseError(_) => {
            ErrorKind::Misconfigured
        }
        HdfsError::IOError(error) if error.kind() == io::ErrorKind::TimedOut => ErrorKind::TimedOut,
        HdfsError::RPCError(class, message) | HdfsError::FatalRPCError(class, message) => of_class(class, message),
        _ => ErrorKind::Other,
    }
}

/// The exceptions of `ClientProtocol`.
fn of_class(class: &str, message: &str) -> ErrorKind {
    match class.rsplit('.').next().unwrap_or(class) {
        "FileNotFoundException" if message.contains("Path is not a file") => ErrorKind::IsDirectory,
        // A name that HDFS does not allow is the name of nothing.
        "FileNotFoundException" | "InvalidPathException" => ErrorKind::NotFound,
        "ParentNotDirectoryException" => ErrorKind::NotADirectory,
        "FileAlreadyExistsException" => ErrorKind::AlreadyExists,
        "PathIsNotEmptyDirectoryException" => ErrorKind::NotEmpty,
        "AccessControlException" if message.contains("SIMPLE authentication is not enabled") => {
            ErrorKind::Unauthenticated
        }
        // Whoever may not go through everything is told so of what cannot be gone through (`FSPermissionChecker`).
        "AccessControlException" if message.contains("(is not a directory)") => ErrorKind::NotADirectory,
        "AccessControlException" | "AuthorizationException" => ErrorKind::PermissionDenied,
        "SaslException" | "GSSException" | "SecretManager$InvalidToken" => ErrorKind::Unauthenticated,
        _ => ErrorKind::Other,
    }
}

/// The first line of what a server says: it sends a stack trace along.
fn client_words(error: &HdfsError) -> String {
    match error {
        HdfsError::RPCError(class, message) | HdfsError::FatalRPCError(class, message) => {
            let first = message.lines().next().unwrap_or_default();
            let first = first.strip_prefix(class.as_str()).map_or(first, |rest| rest.trim_start_matches([':', ' ']));
            let short = class.rsplit('.').next().unwrap_or(class);
            if first.is_empty() { short.to_owned() } else { format!("{short}: {first}") }
        }
        HdfsError::DataTransferError(words) if words == "All DataNodes failed: []" => {
            "no data node has reported a block of it: the block is missing, or its data nodes are dead".to_owned()
        }
        HdfsError::GSSAPIError(_, _, words) => words.lines().next().unwrap_or_default().to_owned(),
        // What follows is the debugging form of every data node.
        HdfsError::DataTransferError(words) if words.starts_with("All DataNodes failed") => {
            "none of the data nodes that have a block of it gives it".to_owned()
        }
        error => error.to_string().lines().next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rpc(class: &str, message: &str) -> Trouble {
        Trouble::Client(HdfsError::RPCError(class.to_owned(), message.to_owned()))
    }

    fn io(kind: io::ErrorKind) -> Trouble {
        Trouble::Client(HdfsError::IOError(kind.into()))
    }

    fn with_question<T>(operation: &'static str, test: impl FnOnce(&Question<'_>) -> T) -> T {
        let place = StorageUri::parse("hdfs://prod/x").expect("a place");
        test(&Question { operation, place: &place, may_repeat: operation != "delete" })
    }

    fn told(operation: &'static str, trouble: Trouble) -> (ErrorKind, String) {
        let error = with_question(operation, |question| trouble.into_error(question));
        (error.kind(), error.reason())
    }

    #[test]
    fn exceptions_of_the_name_node_become_kinds_and_one_line_each() {
        let trace = "Permission denied: user=a\n\tat org.apache.hadoop.X(X.java:1)";
        for (class, message, kind, reason) in [
            ("java.io.FileNotFoundException", "File does not exist: /x", ErrorKind::NotFound, "not found"),
            ("java.io.FileNotFoundException", "Path is not a file: /x", ErrorKind::IsDirectory, "is a directory"),
            (
                "org.apache.hadoop.fs.PathIsNotEmptyDirectoryException",
                "`/x is non empty': Directory is not empty",
                ErrorKind::NotEmpty,
                "is not empty",
            ),
            (
                "org.apache.hadoop.security.AccessControlException",
                trace,
                ErrorKind::PermissionDenied,
                "no permission to delete it: AccessControlException: Permission denied: user=a",
            ),
            (
                "org.apache.hadoop.security.AccessControlException",
                "SIMPLE authentication is not enabled.  Available:[TOKEN, KERBEROS]",
                ErrorKind::Unauthenticated,
                "the store does not accept the credentials: AccessControlException: SIMPLE authentication is not enabled.  \
                 Available:[TOKEN, KERBEROS]",
            ),
            (
                SAFE_MODE,
                "Cannot delete /x. Name node is in safe mode.",
                ErrorKind::Other,
                "cannot delete it: the name node is in safe mode, in which nothing is changed",
            ),
            ("java.io.IOException", "", ErrorKind::Other, "cannot delete it: IOException"),
        ] {
            assert_eq!(told("delete", rpc(class, message)), (kind, reason.to_owned()));
        }
    }

    #[test]
    fn missing_blocks_and_dead_data_nodes_are_told_apart_without_their_long_descriptions() {
        let failed = |words: &str| told("read", Trouble::Client(HdfsError::DataTransferError(words.to_owned()))).1;
        let missing = failed("All DataNodes failed: []");
        assert!(missing.contains("the block is missing"), "{missing}");
        let dead = failed("All DataNodes failed: [DatanodeInfoProto { id: DatanodeIdProto { ip_addr: .. } }]");
        assert_eq!(dead, "cannot read it: none of the data nodes that have a block of it gives it");
    }

    #[test]
    fn what_may_have_been_done_already_is_not_asked_for_again() {
        for (trouble, listing, deleting) in [
            (rpc(STANDBY, ""), true, true),
            (rpc(RETRIABLE, ""), true, true),
            (rpc("java.io.IOException", ""), false, false),
            (Trouble::NoAnswer, true, false),
            (io(io::ErrorKind::ConnectionAborted), true, false),
            (io(io::ErrorKind::ConnectionRefused), true, true),
        ] {
            assert_eq!(with_question("list", |question| trouble.may_pass(question)), listing, "{trouble:?}");
            assert_eq!(with_question("delete", |question| trouble.may_pass(question)), deleting, "{trouble:?}");
        }
    }

    #[test]
    fn of_a_name_service_every_name_node_is_told_of_and_of_an_address_that_it_is_a_stand_by() {
        let node = |id: &str, address: &str| NameNode { id: id.to_owned(), address: address.to_owned() };
        let told = |is_service, failed: Vec<(NameNode, Trouble)>| {
            let nodes = failed.iter().map(|(node, _)| node.clone()).collect();
            let name_nodes = NameNodes { authority: "prod".to_owned(), is_service, missing: None, nodes };
            let failed: Vec<_> =
                name_nodes.nodes.iter().zip(failed).map(|(node, (_, trouble))| (node, trouble)).collect();
            let error = with_question("list", |question| of_all(question, &name_nodes, &failed));
            (error.kind(), error.reason())
        };
        let service = told(true, vec![(node("nn1", "a:1"), rpc(STANDBY, "")), (node("nn2", "b:2"), Trouble::NoAnswer)]);
        let reason = "no answer in time to list it: nn1 a:1 is a stand-by name node; \
                      nn2 b:2 takes connections and does not answer";
        assert_eq!(service, (ErrorKind::TimedOut, reason.to_owned()));
        let stand_bys =
            told(true, vec![(node("nn1", "a:1"), rpc(STANDBY, "")), (node("nn2", "b:2"), rpc(OBSERVER, ""))]);
        assert_eq!(stand_bys.0, ErrorKind::Unreachable);
        let address = told(false, vec![(node("a:1", "a:1"), rpc(STANDBY, ""))]);
        let reason = "the settings for hdfs lead nowhere: a:1 is a stand-by name node";
        assert_eq!(address, (ErrorKind::Misconfigured, reason.to_owned()));
        let busy = told(false, vec![(node("a:1", "a:1"), rpc(RETRIABLE, "Server is too busy."))]);
        assert_eq!(busy.0, ErrorKind::Throttled);
    }
}
