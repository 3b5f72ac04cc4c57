//! Progress on a terminal: a bar while files are read, a word about what follows. Nothing is left of it at the end.

use indicatif::{ProgressBar, ProgressStyle};
use persona::{Progress, Stage};

/// One line of progress, or none.
#[derive(Debug)]
pub(crate) struct Bars(Option<ProgressBar>);

impl Bars {
    /// Progress, if it is wanted.
    pub(crate) fn new(wanted: bool) -> Self {
        Self(wanted.then(ProgressBar::new_spinner))
    }

    /// Takes it off the terminal.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bars {
    fn stage(&self, stage: Stage<'_>) {
        let Some(bar) = &self.0 else { return };
        match stage {
            Stage::Reading { source, bytes } => {
                bar.reset();
                bar.set_length(bytes);
                bar.set_style(style(
                    "{spinner} reading {msg} {wide_bar} {bytes} of {total_bytes}",
                ));
                bar.set_message(source.to_owned());
            }
            Stage::Sorting => word(bar, "sorting events"),
            Stage::Compiling => word(bar, "making machine code"),
            Stage::Answering => word(bar, "answering"),
            Stage::Generating => word(bar, "making up people"),
            Stage::Measuring { what } => {
                bar.set_style(style("{spinner} measuring {msg}"));
                bar.set_message(what.to_owned());
            }
        }
        bar.tick();
    }

    fn read(&self, _: u64, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(bytes);
        }
    }
}

fn word(bar: &ProgressBar, word: &'static str) {
    bar.set_style(style("{spinner} {msg}"));
    bar.set_message(word);
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
