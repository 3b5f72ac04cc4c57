//! A package: its files, what is wrong with them, and the program that they make.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use persona_base::{Diagnostic, Severity};
use persona_sema::Database;

use crate::error::guarded;
use crate::{Error, Program, Texts, find};

/// A package's files. Opening one reads them; nothing is checked until [`Package::check`] or [`Package::compile`].
#[derive(Debug)]
pub struct Package {
    db: Database,
    texts: Texts,
    root: PathBuf,
    within: Option<PathBuf>,
}

/// What is wrong or dubious in a package.
#[derive(Clone, Debug)]
pub struct Report {
    /// In the order of files and places.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that they point into.
    pub texts: Texts,
}

impl Report {
    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .count()
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.diagnostics.len() - self.errors()
    }
}

/// What compiling gives: a program with the warnings about it, or the report that says why there is none.
#[derive(Debug)]
pub enum Compiled {
    /// The program, and its report, which has warnings at most.
    Program(Box<Program>, Report),
    /// The report, which has errors.
    Broken(Report),
}

impl Package {
    /// Opens the package that a path means: a folder, or the nearest one above it, with a `persona.toml`; or a single
    /// `.persona` file. Without a path, the current folder.
    ///
    /// # Errors
    /// Where there is no such package, or a file of it cannot be read.
    pub fn open(path: Option<&Path>) -> Result<Self, Error> {
        let found = find::find(path)?;
        let config = found
            .config
            .as_ref()
            .map(|(path, text)| (path.as_str(), text.as_str()));
        let files = found
            .files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()));
        Ok(Self {
            within: found.within,
            ..Self::build(&found.name, config, files, found.root)
        })
    }

    /// A package from memory: `persona.toml`'s text, if there is one, and files with their paths. Sources' paths are relative
    /// to `root`.
    pub fn from_memory<'a>(
        name: &str,
        config: Option<&str>,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        root: &Path,
    ) -> Self {
        Self::build(
            name,
            config.map(|text| (find::CONFIG, text)),
            files,
            root.to_owned(),
        )
    }

    fn build<'a>(
        name: &str,
        config: Option<(&str, &str)>,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        root: PathBuf,
    ) -> Self {
        let mut db = Database::new();
        let mut count = 0;
        match config {
            Some((path, text)) => {
                db.set_config(path, Some(text.to_owned()));
                count += 1;
            }
            None => db.set_name(name),
        }
        for (path, text) in files {
            let file = db.set_file(path, text.to_owned());
            count = count.max(usize::from(file) + 1);
        }
        let texts = Texts::of(&db, count);
        Self {
            db,
            texts,
            root,
            within: None,
        }
    }

    /// The folder that sources' paths are relative to.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// For a single file that lies in the folder of a package: that folder. What the file says is not joined with it.
    pub fn within(&self) -> Option<&Path> {
        self.within.as_deref()
    }

    /// The package's files.
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Everything that is wrong or dubious.
    ///
    /// # Errors
    /// Only internal ones.
    pub fn check(&self) -> Result<Report, Error> {
        let diagnostics = guarded("checking the package", || self.db.diagnostics())?;
        Ok(Report {
            diagnostics,
            texts: self.texts.clone(),
        })
    }

    /// The program, where nothing is wrong.
    ///
    /// # Errors
    /// Only internal ones, and a program whose expansion is too large.
    pub fn compile(&self) -> Result<Compiled, Error> {
        let report = self.check()?;
        if report.errors() > 0 {
            return Ok(Compiled::Broken(report));
        }
        let checked = guarded("assembling the package", || self.db.checked())?;
        let checked = checked
            .ok_or_else(|| Error::internal("the package has no errors, and yet it is not valid"))?;
        let plan = guarded("lowering the package", || persona_lower::lower(&checked))?;
        let plan = plan.map_err(|error| {
            Error::program(format!("the program is too large: {error}"))
                .with_help("declarations with arguments that call each other multiply; give fewer of them arguments")
        })?;
        let program = Program::new(Arc::new(plan), self.texts.clone(), self.root.clone());
        Ok(Compiled::Program(Box::new(program), report))
    }
}
