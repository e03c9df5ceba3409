//! Durations and what is said of many of them.

/// Nanoseconds of many exchanges of one kind.
#[derive(Default)]
pub struct Figures(Vec<u64>);

impl Figures {
    /// Takes in one more, in nanoseconds.
    pub fn add(&mut self, ns: u64) {
        self.0.push(ns);
    }

    /// Those of one kind and of another that always follows it, as one.
    pub fn followed_by(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(one, next)| one + next).collect())
    }

    /// The value that `percent` of all do not exceed, in nanoseconds.
    pub fn percentile(&self, percent: usize) -> u64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(at).copied().unwrap_or(0)
    }

    /// The same in microseconds, as text.
    pub fn us(&self, percent: usize) -> String {
        format!("{} us", self.percentile(percent) / 1000)
    }

    /// The same in milliseconds, as text.
    pub fn ms(&self, percent: usize) -> String {
        format!("{:.2} ms", self.percentile(percent) as f64 / 1e6)
    }
}
