//! The index over a program's segments, for whoever asks about one person at a time and has many segments.

use persona_jit::{RuleIndex, RuleIndexError, RuleIndexOptions};

use crate::error::guarded;
use crate::{Error, Program};

impl Program {
    #[doc(hidden)]
    /// An index that says which segments hold for one profile, without asking each: made once, asked often, within a
    /// budget of memory.
    ///
    /// ```
    /// use persona::tools::{RuleIndexOptions, RuleRow, RuleScratch};
    /// use persona::{Compiled, Package, Value};
    ///
    /// let package = Package::open(Some("../../examples/shop".as_ref()))?;
    /// let Compiled::Program(program, _) = package.compile()? else {
    ///     panic!("the example has no errors");
    /// };
    /// let index = program.rule_index(&RuleIndexOptions::default())?;
    /// assert!(index.memory().total() <= RuleIndexOptions::default().memory);
    ///
    /// // The values that segments test, here of somebody of whom nothing is known.
    /// let values = vec![Value::Missing; index.attributes().len()];
    /// let row = RuleRow { now: 1_767_225_600_000_000, today: 20_454, values: &values };
    /// let mut scratch = RuleScratch::default();
    /// for answer in index.matches(&mut scratch, &row) {
    ///     let name = program.answers().nth(*answer as usize).map(|answer| answer.name);
    ///     println!("is in {name:?}");
    /// }
    /// # Ok::<(), persona::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When what is asked for is no segment, when the segments alone take more memory than the index may, or when no
    /// machine code can be made here.
    pub fn rule_index(&self, options: &RuleIndexOptions) -> Result<RuleIndex, Error> {
        let index = guarded("making the index", || RuleIndex::new(&self.plan, options))?;
        index.map_err(|error| {
            let message = error.to_string();
            match error {
                RuleIndexError::Memory { needed, .. } => {
                    Error::too_large(message).with_help(format!("allow {needed} bytes or more"))
                }
                RuleIndexError::Code(error) => Error::no_code(error)
                    .with_help("`Program::run` with the interpreter answers without machine code"),
                _ => Error::call(message),
            }
        })
    }
}
