//! Every decision of a schedule, one byte each: drawn once, and the same ever after.
//!
//! A byte of 0 is the dull decision (nothing happens, the collector goes on), and where the bytes end all that follow are 0: so a schedule
//! stays one when bytes are taken out of it or made smaller, and the fewer there are the less happens.

/// Where decisions come from.
#[derive(Debug, Clone)]
pub(crate) struct Choices {
    taken: Vec<u8>,
    position: usize,
    /// What is drawn behind the end; `None` gives 0.
    random: Option<u64>,
}

impl Choices {
    /// Draws as it goes.
    pub(crate) fn drawn(seed: u64) -> Self {
        Self { taken: Vec::new(), position: 0, random: Some(seed) }
    }

    /// The same again.
    pub(crate) fn replayed(bytes: &[u8]) -> Self {
        Self { taken: bytes.to_vec(), position: 0, random: None }
    }

    /// What was decided so far.
    pub(crate) fn taken(&self) -> &[u8] {
        &self.taken[..self.position.min(self.taken.len())]
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let byte = match (self.taken.get(self.position), &mut self.random) {
            (Some(byte), _) => *byte,
            (None, None) => 0,
            (None, Some(state)) => {
                let byte = spread(state);
                self.taken.push(byte);
                byte
            }
        };
        self.position += 1;
        byte
    }

    /// One of so many; 0 is the dull one.
    pub(crate) fn pick(&mut self, of: usize) -> usize {
        if of <= 1 { 0 } else { usize::from(self.byte()) % of }
    }

    /// Whether something happens that does so this often in 256 times.
    pub(crate) fn happens(&mut self, often: u8) -> bool {
        self.byte() > 255 - often
    }

    /// One of several.
    pub(crate) fn one<'c, T>(&mut self, of: &'c [T]) -> Option<&'c T> {
        of.get(self.pick(of.len()))
    }
}

/// The next number in the order of nothing (SplitMix64).
fn spread(state: &mut u64) -> u8 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    u8::try_from((bits ^ (bits >> 31)) >> 56).expect("eight bits")
}
