//! Many short texts in one piece of memory.

/// Texts one after the other, by number. One costs its bytes and eight more.
#[derive(Debug, Clone, Default)]
pub struct Names {
    text: String,
    ends: Vec<u64>,
}

impl Names {
    /// Adds a text; gives its number.
    pub fn push(&mut self, name: &str) -> usize {
        self.text.push_str(name);
        self.ends.push(self.text.len() as u64);
        self.ends.len() - 1
    }

    /// The text of a number; empty if there is none.
    #[must_use]
    pub fn get(&self, number: usize) -> &str {
        let end = |number: usize| self.ends.get(number).and_then(|end| usize::try_from(*end).ok());
        let start = number.checked_sub(1).map_or(Some(0), end);
        start.zip(end(number)).and_then(|(start, end)| self.text.get(start..end)).unwrap_or("")
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_comes_back_by_its_number() {
        let mut names = Names::default();
        assert_eq!(["a", "", "bc"].map(|name| names.push(name)), [0, 1, 2]);
        assert_eq!([0, 1, 2, 3].map(|number| names.get(number)), ["a", "", "bc", ""]);
    }
}
