//! What goes wrong, for which request, and how often.

use std::fmt;

use hyper::Method;

use super::errors::S3Error;
use super::request::Request;

/// Which requests a fault meets.
pub(crate) enum When {
    /// The n-th to arrive since the fault was set, the first being 1.
    Nth(usize),
    /// Those of which it is true.
    Matching(Box<dyn Fn(&Request) -> bool + Send>),
}

impl fmt::Debug for When {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nth(number) => write!(formatter, "Nth({number})"),
            Self::Matching(_) => formatter.write_str("Matching"),
        }
    }
}

impl When {
    /// Requests of which something is true.
    pub(crate) fn matching(predicate: impl Fn(&Request) -> bool + Send + 'static) -> Self {
        Self::Matching(Box::new(predicate))
    }
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// The first of them only: a client that tries again succeeds.
    Once,
    /// The first of them and every later request with the same method and URI: trying again does not help.
    SameRequest,
    /// All of them.
    Always,
}

/// What happens to the answer.
#[derive(Debug, Clone)]
pub(crate) enum Effect {
    /// An error instead of it.
    Error(S3Error),
    /// A web page with this status instead of it, as of a proxy that stands between.
    Foreign(u16),
    /// None ever comes, and the connection stays open.
    Hang,
    /// The request is carried out, and no answer ever comes: whoever waits for it cannot know.
    Unanswered,
    /// None comes, and the connection is closed.
    Close,
    /// Its first half comes; then the connection is closed, although more was announced.
    CutBody,
    /// Its first half comes as if it were the whole.
    TruncateBody,
    /// A listing is answered in another way.
    Listing(ListingFault),
}

/// What is wrong with a page of `ListObjectsV2`. Of other listings only `ListObjects` knows one of them, `Reverse`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListingFault {
    /// Its token, a new one, leads to the same page again.
    RepeatPage,
    /// Its token is the one that the request came with. On the first page, as `RepeatPage`.
    RepeatToken,
    /// It says that nothing follows.
    EndEarly,
    /// Its keys come in falling order.
    Reverse,
    /// It says that more follows and has no token.
    LoseToken,
    /// It has no keys, and more follows: S3 may answer so, and a client must go on.
    Empty,
}

#[derive(Debug)]
struct Fault {
    when: When,
    repeat: Repeat,
    effect: Effect,
    /// Requests that have arrived since it was set.
    seen: usize,
    /// What it met first.
    met: Option<(Method, String)>,
}

/// All faults that were set.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    faults: Vec<Fault>,
}

impl Faults {
    pub(crate) fn add(&mut self, when: When, repeat: Repeat, effect: Effect) {
        self.faults.push(Fault { when, repeat, effect, seen: 0, met: None });
    }

    pub(crate) fn clear(&mut self) {
        self.faults.clear();
    }

    /// What happens to a request that has just arrived; the fault that was set first wins.
    pub(crate) fn meet(&mut self, request: &Request) -> Option<Effect> {
        let mut effect = None;
        for fault in &mut self.faults {
            if fault.meets(request) && effect.is_none() {
                effect = Some(fault.effect.clone());
            }
        }
        effect
    }
}

impl Fault {
    fn meets(&mut self, request: &Request) -> bool {
        self.seen += 1;
        let same = |(method, uri): &(Method, String)| *method == request.method && *uri == uri_of(request);
        match (&self.met, self.repeat) {
            (Some(_), Repeat::Once) => return false,
            (Some(met), Repeat::SameRequest) => return same(met),
            _ => {}
        }
        let meets = match &self.when {
            When::Nth(number) if self.repeat == Repeat::Always => self.seen >= *number,
            When::Nth(number) => self.seen == *number,
            When::Matching(predicate) => predicate(request),
        };
        if meets {
            self.met = Some((request.method.clone(), uri_of(request)));
        }
        meets
    }
}

fn uri_of(request: &Request) -> String {
    format!("{}{}?{}", request.host, request.path, request.query)
}
