//! What was wrong with a message, in a sentence.

use crate::{model::Problem, render};

/// One sentence; the page links to the source below it.
pub fn note(problem: &Problem) -> String {
    match problem {
        Problem::TooDeep => {
            "This message is nested too deeply; its innermost parts are not shown.".to_owned()
        }
        Problem::TooManyParts => "This message has more parts than are shown.".to_owned(),
        Problem::Structure => "This message is damaged. What could be read is shown.".to_owned(),
        Problem::Encoding(_) => "Some characters could not be read and are replaced.".to_owned(),
        Problem::Shortened(_, n_bytes) => {
            format!("This message is very long: its first {} are shown.", render::size(*n_bytes))
        }
    }
}
