//! Measures with a budget of their own.

/// One row: what was measured, beside what is asked for.
pub struct Goal {
    what: &'static str,
    measured: f64,
    budget: f64,
    /// Whether more is better.
    floor: bool,
}

impl Goal {
    /// A measure that is to reach `budget`.
    pub const fn at_least(what: &'static str, measured: f64, budget: f64) -> Self {
        Self { what, measured, budget, floor: true }
    }

    /// A measure that is to stay below `budget`.
    pub const fn at_most(what: &'static str, measured: f64, budget: f64) -> Self {
        Self { what, measured, budget, floor: false }
    }

    /// By how much it is missed or held: at most 1 when held.
    fn ratio(&self) -> f64 {
        if self.floor { self.budget / self.measured } else { self.measured / self.budget }
    }
}

/// Prints the measures, also where they miss, as a Markdown table.
pub fn print_goals(goals: &[Goal]) {
    println!("\n| what | measured | budget | ratio | |");
    println!("|---|---|---|---|---|");
    for goal in goals {
        let (sign, ratio) = (if goal.floor { '≥' } else { '≤' }, goal.ratio());
        let verdict = match ratio {
            ratio if ratio.is_nan() => "not measured",
            ratio if ratio <= 1.0 => "held",
            _ => "missed",
        };
        println!(
            "| {} | {} | {sign} {} | {ratio:.2} | {verdict} |",
            goal.what,
            number(goal.measured),
            number(goal.budget)
        );
    }
}

fn number(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}
