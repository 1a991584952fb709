//! How a store is reached, for those who have to find out why it is not.

/// What is in use for a store. No secret is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Description {
    /// In the order in which they are of interest.
    pub facts: Vec<Fact>,
}

/// One setting that is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is, such as `endpoint`.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// Where it was set, where that is known.
    pub source: Option<String>,
}

impl Description {
    /// Adds a fact whose source is known.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>, source: impl Into<String>) -> Self {
        self.facts.push(Fact { name, value: value.into(), source: Some(source.into()) });
        self
    }

    /// Adds a fact that is so without anybody having set it.
    #[must_use]
    pub fn with_default(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.push(Fact { name, value: value.into(), source: None });
        self
    }
}
