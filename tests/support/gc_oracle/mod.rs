//! A second opinion on what metadata names: slow, simple, and written without looking at `src/references`.
//!
//! It decodes with keepoint's decoder, which has oracles of its own (`tests/decode`), and walks what comes out by itself.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::HashSet;

use keepoint::format::metadata::decode;
use keepoint::model::state_handle::{ChannelStateHandle, KeyedStateHandle, OperatorStateHandle, StreamStateHandle};
use keepoint::model::{OperatorSubtaskState, SubtaskState, Subtasks};

/// What a metadata file names. A name is the authority of the store and the path, whatever the scheme.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) files: HashSet<String>,
    /// Everything below these belongs to it.
    pub(crate) directories: HashSet<String>,
}

impl Named {
    /// Whether a file is named, or lies in a directory that is.
    pub(crate) fn covers(&self, name: &str) -> bool {
        let mut above = name;
        while let Some((parent, _)) = above.rsplit_once('/') {
            if self.directories.contains(parent) {
                return true;
            }
            above = parent;
        }
        self.files.contains(name)
    }
}

/// What the bytes of a `_metadata` in a directory name; `None` where they are none.
pub(crate) fn named(bytes: &[u8], directory: &str) -> Option<Named> {
    let decoded = decode(bytes).ok()?;
    let mut walk = Walk { directory: directory.to_owned(), named: Named::default() };
    for operator in &decoded.metadata.operator_states {
        let Subtasks::Entries(entries) = &operator.subtasks else { continue };
        for entry in entries {
            if let SubtaskState::Running(state) = &entry.state {
                walk.subtask(state);
            }
        }
    }
    Some(walk.named)
}

struct Walk {
    directory: String,
    named: Named,
}

impl Walk {
    fn subtask(&mut self, state: &OperatorSubtaskState<'_>) {
        self.operator(state.managed_operator_state.as_ref());
        self.operator(state.raw_operator_state.as_ref());
        self.keyed(state.managed_keyed_state.as_ref());
        self.keyed(state.raw_keyed_state.as_ref());
        for channel in state.input_channel_state.iter().chain(&state.result_subpartition_state) {
            match channel {
                ChannelStateHandle::Single(single) => self.stream(&single.delegate),
                ChannelStateHandle::Merged(merged) => self.stream(&merged.delegate),
            }
        }
    }

    fn operator(&mut self, handle: Option<&OperatorStateHandle<'_>>) {
        let Some(handle) = handle else { return };
        self.stream(&handle.delegate);
        if let Some(directories) = &handle.file_merging {
            for path in [directories.task_owned, directories.shared] {
                let place = absolute(&path.to_str());
                self.named.directories.insert(place);
            }
        }
    }

    fn keyed(&mut self, handle: Option<&KeyedStateHandle<'_>>) {
        match handle {
            None | Some(KeyedStateHandle::InMemoryChangelog(_)) => {}
            Some(KeyedStateHandle::KeyGroups(handle)) => self.stream(&handle.delegate),
            Some(KeyedStateHandle::Incremental(handle)) => {
                for file in handle.shared.iter().chain(&handle.private) {
                    self.stream(&file.handle);
                }
                if let Some(meta) = &handle.meta {
                    self.stream(meta);
                }
            }
            Some(KeyedStateHandle::Changelog(handle)) => {
                for part in handle.materialized.iter().chain(&handle.non_materialized) {
                    self.keyed(part.as_ref());
                }
            }
            Some(KeyedStateHandle::ChangelogStream(handle)) => {
                for stream in &handle.streams {
                    self.stream(&stream.handle);
                }
            }
        }
    }

    fn stream(&mut self, stream: &StreamStateHandle<'_>) {
        let place = match stream {
            StreamStateHandle::ByteStream(_) | StreamStateHandle::EmptySegment => return,
            StreamStateHandle::KeyGroups(handle) => return self.stream(&handle.delegate),
            StreamStateHandle::File(file) => absolute(&file.path.to_str()),
            StreamStateHandle::Segment(segment) => absolute(&segment.path.to_str()),
            StreamStateHandle::Relative(file) => plain(&format!("{}/{}", self.directory, file.path.to_str())),
        };
        self.named.files.insert(place);
    }
}

/// A URI or an absolute path, as authority and path.
pub(crate) fn absolute(uri: &str) -> String {
    let rest = uri.split_once(':').map_or(uri, |(scheme, rest)| if scheme.contains('/') { uri } else { rest });
    match rest.strip_prefix("//") {
        Some(rest) => plain(rest),
        None => format!("/{}", plain(rest.trim_start_matches('/'))),
    }
}

/// Without empty and dot segments.
fn plain(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    segments.join("/")
}
