//! Steps that announce themselves: what and why before, how long after, and in failing what to do next.

use std::time::{Duration, Instant};

/// Why something could not be done, in words for the person at the keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub why: String,
    /// What to do about it.
    pub advice: String,
    /// Everything that the failed program had printed.
    pub printed: String,
}

impl Failure {
    pub fn new(why: impl Into<String>, advice: impl Into<String>) -> Failure {
        Failure {
            why: why.into(),
            advice: advice.into(),
            printed: String::new(),
        }
    }
}

/// A step failed and has said so; whoever gets this has only to stop.
#[derive(Debug)]
pub struct Stopped;

struct Done {
    name: String,
    took: Duration,
    passed: bool,
}

pub struct Steps {
    done: Vec<Done>,
    started: Instant,
}

impl Steps {
    pub fn new() -> Steps {
        Steps {
            done: Vec::new(),
            started: Instant::now(),
        }
    }

    /// Does one step. A failure is told at once; the caller decides whether to go on.
    pub fn step<T>(
        &mut self,
        name: &str,
        why: &str,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Stopped> {
        println!("\n=== {name}: {why}");
        let began = Instant::now();
        let result = work();
        let took = began.elapsed();
        self.done.push(Done {
            name: name.to_owned(),
            took,
            passed: result.is_ok(),
        });
        match result {
            Ok(value) => {
                println!("=== {name}: done in {}", seconds(took));
                Ok(value)
            }
            Err(failure) => {
                println!(
                    "=== {name}: FAILED after {}\n{}",
                    seconds(took),
                    indented(&failure.why)
                );
                println!("    What to do: {}", failure.advice);
                Err(Stopped)
            }
        }
    }

    pub fn all_passed(&self) -> bool {
        self.done.iter().all(|step| step.passed)
    }

    /// Each step with its seconds, for the end of a long run.
    pub fn summary(&self) -> String {
        let widest = self
            .done
            .iter()
            .map(|step| step.name.chars().count())
            .max()
            .unwrap_or(0);
        let mut text = String::from("\n=== Summary\n");
        for step in &self.done {
            let verdict = if step.passed { "done" } else { "FAILED" };
            let took = seconds(step.took);
            let line = format!("    {:widest$}  {took:>9}  {verdict}\n", step.name);
            text.push_str(&line);
        }
        let took = seconds(self.started.elapsed());
        text + &format!("    {:widest$}  {took:>9}\n", "in all")
    }
}

pub fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| format!("    {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_remembered_and_the_next_still_runs() {
        let mut steps = Steps::new();
        assert!(
            steps
                .step("first", "to see it fail", || Err::<(), _>(Failure::new(
                    "it broke", "mend it"
                )))
                .is_err()
        );
        assert_eq!(
            steps.step("second", "to see it run", || Ok(2)).ok(),
            Some(2)
        );
        assert!(!steps.all_passed());
        let summary = steps.summary();
        assert!(
            summary.contains("first") && summary.contains("FAILED") && summary.contains("second"),
            "{summary}"
        );
    }

    #[test]
    fn steps_that_pass_add_up_to_a_pass() {
        let mut steps = Steps::new();
        assert!(steps.step("only", "to see it pass", || Ok(())).is_ok());
        assert!(steps.all_passed());
    }
}
