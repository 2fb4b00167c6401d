//! Figures and their presentation.

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    Higher,
    Lower,
}

/// One measured figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    pub name: &'static str,
    pub value: f64,
    pub unit: &'static str,
    /// The target; none if it only explains another figure.
    pub bar: Option<f64>,
    pub better: Better,
    /// Number of runs; `value` is the median.
    pub runs: usize,
    /// From the smallest to the largest run, relative to the median.
    pub spread: f64,
    /// The input of the measurement.
    pub input: String,
}

impl Figure {
    #[must_use]
    pub fn of(name: &'static str, unit: &'static str, better: Better, values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let value = sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN);
        let (least, most) = (sorted.first().copied().unwrap_or(value), sorted.last().copied().unwrap_or(value));
        // Practically zero has no relative spread.
        let spread = if value.abs() < 1e-6 { 0.0 } else { (most - least) / value };
        Self { name, value, unit, bar: None, better, runs: values.len(), spread, input: String::new() }
    }

    #[must_use]
    pub fn with_bar(self, bar: f64) -> Self {
        Self { bar: Some(bar), ..self }
    }

    #[must_use]
    pub fn on(self, input: impl Into<String>) -> Self {
        Self { input: input.into(), ..self }
    }

    /// Whether the target is met; none without a target.
    #[must_use]
    pub fn reaches(&self) -> Option<bool> {
        let bar = self.bar?;
        Some(match self.better {
            Better::Higher => self.value >= bar,
            Better::Lower => self.value < bar,
        })
    }
}

/// A table for people.
#[must_use]
pub fn table(figures: &[Figure]) -> String {
    let mut lines =
        vec![format!("{:<28} {:>14} {:<6} {:>14}  {:<6} {}", "name", "value", "unit", "bar", "", "measured on")];
    for figure in figures {
        let sign = if figure.better == Better::Higher { "≥" } else { "<" };
        let bar = figure.bar.map(|bar| format!("{sign} {}", number(bar))).unwrap_or_default();
        let verdict = figure.reaches().map_or("", |reached| if reached { "met" } else { "missed" });
        let spread = format!("{} runs, spread {:.0} %", figure.runs, figure.spread * 100.0);
        let value = number(figure.value);
        lines.push(format!(
            "{:<28} {value:>14} {:<6} {bar:>14}  {verdict:<6} {} ({spread})",
            figure.name, figure.unit, figure.input
        ));
    }
    lines.join("\n")
}

/// Three significant digits, with separated thousands.
fn number(value: f64) -> String {
    if value.abs() < 100.0 {
        return format!("{value:.2}");
    }
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// The percentile of the values for `share`. Sorts them.
pub(super) fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = ((values.len() as f64 * share).ceil() as usize).clamp(1, values.len().max(1));
    values.get(at - 1).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::{Better, Figure, number, percentile, table};

    #[test]
    fn the_median_and_the_bar_decide() {
        let fast = Figure::of("x_per_s", "1/s", Better::Higher, &[30.0, 10.0, 20.0]).with_bar(20.0);
        assert_eq!((fast.value, fast.runs, fast.reaches()), (20.0, 3, Some(true)));
        let slow = Figure::of("x_ms", "ms", Better::Lower, &[20.0]).with_bar(20.0);
        assert_eq!(slow.reaches(), Some(false), "lower means below the bar");
        assert!(table(&[fast, slow]).contains("missed"));
        assert_eq!(number(1_234_567.8), "1 234 568");
        assert_eq!(percentile(&mut [4.0, 1.0, 3.0, 2.0], 0.99), 4.0);
        assert_eq!(percentile(&mut [4.0, 1.0, 3.0, 2.0], 0.5), 2.0);
    }
}
