//! What users put into their repositories: the GitHub action's steps, run as a runner runs them, and the hooks of
//! pre-commit, run by the real program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use yaml_rust2::{Yaml, YamlLoader};

use super::Package;
use crate::support::binary::path as binary;
use crate::support::root;

const GOOD: &str =
    "profile P {\n  id: String @key\n  points: Int\n}\n\nsegment s {\n  when points > 1\n}\n";

/// A job that has one step: this action.
struct Job {
    folder: PathBuf,
    inputs: BTreeMap<&'static str, String>,
    /// What the steps find programs in.
    search: String,
    temporary: tempfile::TempDir,
}

/// What became of a job.
#[derive(Debug)]
struct Done {
    /// The steps that ran, with their exit codes.
    steps: Vec<(String, i32)>,
    output: String,
}

impl Done {
    fn failed(&self) -> bool {
        self.steps.iter().any(|(_, code)| *code != 0)
    }
}

fn action() -> Yaml {
    let text = std::fs::read_to_string(root().join(".github/actions/check/action.yml"));
    let mut documents =
        YamlLoader::load_from_str(&text.expect("the action is there")).expect("YAML");
    documents.remove(0)
}

impl Job {
    /// A job in a folder, with `persona` on the runner.
    fn new(folder: &Path) -> Self {
        let tools = binary().parent().expect("a folder").display().to_string();
        let search = std::env::var("PATH").expect("a search path");
        Self {
            folder: folder.to_owned(),
            inputs: BTreeMap::new(),
            search: format!("{tools}:{search}"),
            temporary: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    fn with(mut self, input: &'static str, value: &str) -> Self {
        self.inputs.insert(input, value.to_owned());
        self
    }

    /// The text with the runner's expressions replaced.
    fn expanded(&self, text: &str, action: &Yaml) -> String {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{") {
            let (expression, after) = after.split_once("}}").expect("a closed expression");
            expanded.push_str(before);
            expanded.push_str(&self.value(expression.trim(), action));
            rest = after;
        }
        expanded + rest
    }

    fn value(&self, expression: &str, action: &Yaml) -> String {
        if expression == "github.action_path" {
            return root().join(".github/actions/check").display().to_string();
        }
        let input = expression.strip_prefix("inputs.").expect("an input");
        let declared = &action["inputs"][input];
        assert!(!declared.is_badvalue(), "the action has no input `{input}`");
        let given = self.inputs.get(input).cloned();
        given.unwrap_or_else(|| {
            declared["default"]
                .as_str()
                .expect("a default that is text")
                .to_owned()
        })
    }

    /// Whether a step runs: after a failure only those that say `always()`.
    fn runs(&self, step: &Yaml, action: &Yaml, failed: bool) -> bool {
        let Some(condition) = step["if"].as_str() else {
            return !failed;
        };
        let condition = condition
            .trim()
            .trim_start_matches("${{")
            .trim_end_matches("}}");
        condition.split("&&").map(str::trim).all(|part| {
            if part == "always()" {
                return true;
            }
            let (left, right, equal) = match part.split_once("!=") {
                Some((left, right)) => (left, right, false),
                None => {
                    let (left, right) = part.split_once("==").expect("a comparison");
                    (left, right, true)
                }
            };
            let right = right.trim().trim_matches('\'');
            (self.value(left.trim(), action) == right) == equal
        })
    }

    /// Runs the steps.
    fn run(&self) -> Done {
        let action = action();
        assert_eq!(action["runs"]["using"].as_str(), Some("composite"));
        let (path_file, mut search) = (self.temporary.path().join("path"), self.search.clone());
        let mut done = Done {
            steps: Vec::new(),
            output: String::new(),
        };
        for step in action["runs"]["steps"].as_vec().expect("steps") {
            if !self.runs(step, &action, done.failed()) {
                continue;
            }
            assert_eq!(step["shell"].as_str(), Some("bash"));
            let script = self.temporary.path().join("step.sh");
            let text = self.expanded(step["run"].as_str().expect("a script"), &action);
            std::fs::write(&script, text).expect("written");
            std::fs::write(&path_file, "").expect("written");
            // As a runner calls bash.
            let mut bash = Command::new("bash");
            bash.args(["--noprofile", "--norc", "-eo", "pipefail"])
                .arg(&script);
            bash.current_dir(&self.folder)
                .env("PATH", &search)
                .env("GITHUB_PATH", &path_file)
                .env("RUNNER_TEMP", self.temporary.path());
            for (name, value) in step["env"].as_hash().into_iter().flatten() {
                let value = self.expanded(value.as_str().expect("text"), &action);
                bash.env(name.as_str().expect("a name"), value);
            }
            let output = bash.output().expect("bash is there");
            let name = step["name"].as_str().expect("a name").to_owned();
            done.output += &String::from_utf8_lossy(&output.stdout);
            done.output += &String::from_utf8_lossy(&output.stderr);
            done.steps.push((name, output.status.code().unwrap_or(-1)));
            for added in std::fs::read_to_string(&path_file)
                .expect("readable")
                .lines()
            {
                search = format!("{added}:{search}");
            }
        }
        done
    }
}

#[test]
fn the_action_passes_a_good_package() {
    let package = Package::new(GOOD);
    let done = Job::new(package.path())
        .with("sarif-file", "found.sarif")
        .run();
    assert!(!done.failed(), "{done:?}");
    assert_eq!(done.steps.len(), 4, "{done:?}");
    let sarif = std::fs::read_to_string(package.path().join("found.sarif")).expect("written");
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn the_action_fails_on_a_broken_package_and_still_writes_the_file() {
    let package = Package::new(&GOOD.replace("points >", "pints >"));
    let done = Job::new(package.path())
        .with("sarif-file", "a b.sarif")
        .run();
    let codes: Vec<i32> = done.steps.iter().map(|(_, code)| *code).collect();
    assert_eq!(codes, [0, 1, 0, 0], "{done:?}");
    let annotation = "::error file=main.persona,line=7,endLine=7,col=8,endColumn=13,title=P0250::";
    assert!(done.output.contains(annotation), "{}", done.output);
    let sarif = std::fs::read_to_string(package.path().join("a b.sarif")).expect("written");
    assert!(sarif.contains("\"ruleId\": \"P0250\""), "{sarif}");
}

#[test]
fn the_action_asks_for_the_format_and_for_warnings_as_it_is_told() {
    let package = Package::new(&GOOD.replace("\n\nsegment", "\n\n\n\nsegment"));
    let run = |job: Job| job.run();
    assert!(
        run(Job::new(package.path())).failed(),
        "not in the one format"
    );
    let without = run(Job::new(package.path()).with("format-check", "false"));
    assert!(!without.failed(), "{without:?}");
    assert_eq!(without.steps.len(), 2, "{without:?}");
    let dubious = Package::new(&GOOD.replace("segment s", "segment Bad"));
    let warned = run(Job::new(dubious.path()));
    assert!(
        !warned.failed() && warned.output.contains("::warning file="),
        "{warned:?}"
    );
    assert!(run(Job::new(dubious.path()).with("deny-warnings", "true")).failed());
}

#[test]
fn the_action_takes_a_path_as_it_is_and_runs_nothing_of_it() {
    let package = Package::new(GOOD);
    let inside = package.path().join("a $(touch gone) b");
    std::fs::create_dir(&inside).expect("a folder");
    let done = Job::new(package.path())
        .with("path", "a $(touch gone) b")
        .run();
    assert!(!done.failed(), "{done:?}");
    assert!(!package.path().join("gone").exists(), "a path was run");
    let done = Job::new(package.path())
        .with("path", "nowhere")
        .with("sarif-file", "x")
        .run();
    assert_eq!(done.steps[1].1, 2, "{done:?}");
    assert_eq!(done.steps[2].1, 1, "no file without a package: {done:?}");
}

#[cfg(unix)]
#[test]
fn the_action_builds_persona_where_the_runner_has_none() {
    use std::os::unix::fs::PermissionsExt as _;
    let package = Package::new(GOOD);
    let mut job = Job::new(package.path());
    // A `cargo` that notes how it was called and delivers the binary that is there already.
    let tools = job.temporary.path().join("tools");
    std::fs::create_dir(&tools).expect("a folder");
    let script = format!(
        "#!/bin/bash\necho \"$@\" >'{0}/called'\nwhile [ $# -gt 0 ]; do\n  [ \"$1\" = --target-dir ] && target=$2\n  shift\ndone\n\
         mkdir -p \"$target/release\"\ncp '{1}' \"$target/release/persona\"\n",
        job.temporary.path().display(),
        binary().display()
    );
    std::fs::write(tools.join("cargo"), script).expect("written");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(tools.join("cargo"), executable).expect("permissions");
    job.search = format!("{}:/usr/bin:/bin", tools.display());
    let done = job.run();
    assert!(!done.failed(), "{done:?}");
    let called = std::fs::read_to_string(job.temporary.path().join("called")).expect("cargo ran");
    let manifest = called
        .split(' ')
        .skip_while(|word| *word != "--manifest-path")
        .nth(1);
    let manifest = std::fs::canonicalize(manifest.expect("a manifest")).expect("it is there");
    assert_eq!(
        manifest,
        root().join("Cargo.toml").canonicalize().expect("there")
    );
    assert!(
        called.contains("--locked") && called.contains("--package persona-cli"),
        "{called}"
    );
    std::fs::remove_file(tools.join("cargo")).expect("removed");
    let without = job.run();
    assert!(
        without.failed() && without.output.contains("install a Rust toolchain"),
        "{without:?}"
    );
}

/// The real program: `PERSONA_PRE_COMMIT` names it, as CI does; else the one on the search path, if there is one.
fn pre_commit() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("PERSONA_PRE_COMMIT") {
        return Some(path.into());
    }
    let search = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&search)
        .map(|folder| folder.join("pre-commit"))
        .find(|path| path.is_file());
    if found.is_none() {
        eprintln!("pre-commit is not here, so the hooks are not tried; .ci/run installs it");
    }
    found
}

/// Calls a program in a folder; git knows who commits, and nothing of the person's own settings.
fn call(folder: &Path, program: &Path, arguments: &[&str]) -> (bool, String) {
    let tools = binary().parent().expect("a folder").display().to_string();
    let search = std::env::var("PATH").expect("a search path");
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("PATH", format!("{tools}:{search}"))
        .env("HOME", folder.parent().expect("a folder above"))
        .env(
            "PRE_COMMIT_HOME",
            folder.parent().expect("a folder above").join("cache"),
        )
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "somebody")))
        .envs(
            ["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "somebody@example.com")),
        )
        .output()
        .expect("the program starts");
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

/// A repository of everything that is in the folder.
fn commit(folder: &Path) -> String {
    let git = |arguments: &[&str]| {
        let (fine, text) = call(folder, Path::new("git"), arguments);
        assert!(fine, "git {arguments:?}: {text}");
        text
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "all"]);
    git(&["rev-parse", "HEAD"]).trim().to_owned()
}

#[test]
fn the_hooks_stop_what_is_wrong_and_format_the_rest() {
    let Some(pre_commit) = pre_commit() else {
        return;
    };
    let all = tempfile::tempdir().expect("a temporary folder");
    let (hooks, user) = (all.path().join("hooks"), all.path().join("user"));
    std::fs::create_dir_all(&hooks).expect("a folder");
    std::fs::create_dir_all(user.join("rules")).expect("a folder");
    std::fs::copy(
        root().join(".pre-commit-hooks.yaml"),
        hooks.join(".pre-commit-hooks.yaml"),
    )
    .expect("copied");
    let revision = commit(&hooks);
    let config = format!(
        "repos:\n  - repo: {}\n    rev: {revision}\n    hooks:\n      - id: persona-check\n        args: [rules]\n      \
         - id: persona-fmt\n        args: [rules]\n",
        hooks.display()
    );
    let write = |name: &str, text: &str| std::fs::write(user.join(name), text).expect("written");
    write(".pre-commit-config.yaml", &config);
    write("rules/persona.toml", super::MANIFEST);
    write("rules/main.persona", GOOD);
    commit(&user);
    let run = |id: &str| call(&user, &pre_commit, &["run", "--all-files", id]);
    for id in ["persona-check", "persona-fmt"] {
        let (fine, text) = run(id);
        assert!(fine && text.contains("Passed"), "{id}: {text}");
    }
    write("rules/main.persona", &GOOD.replace("points >", "pints >"));
    let (fine, text) = run("persona-check");
    assert!(
        !fine && text.contains("rules/main.persona:7:8: error[P0250]"),
        "{text}"
    );
    write(
        "rules/main.persona",
        &GOOD.replace("  when points > 1", "    when points>1"),
    );
    let (fine, text) = run("persona-fmt");
    assert!(
        !fine && text.contains("files were modified by this hook"),
        "{text}"
    );
    let formatted = std::fs::read_to_string(user.join("rules/main.persona")).expect("there");
    assert_eq!(formatted, GOOD);
    assert!(run("persona-fmt").0, "formatted once and for all");
}

/// What the file of the hooks says is called, for each hook: also where pre-commit itself cannot be had.
#[test]
fn the_hooks_call_what_they_say() {
    let hooks = std::fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("the hooks");
    let entries: Vec<&str> = hooks
        .lines()
        .filter_map(|line| line.trim().strip_prefix("entry: "))
        .collect();
    assert_eq!(entries.len(), 2, "{entries:?}");
    let call = |package: &Package, entry: &str| {
        let arguments: Vec<&str> = entry.split(' ').skip(1).collect();
        package.call(&arguments)
    };
    for entry in &entries {
        assert!(entry.starts_with("persona "), "{entry}");
        call(&Package::new(GOOD), entry).ends_with(0);
    }
    let wrong = Package::new(&GOOD.replace("points >", "pints >"));
    call(&wrong, entries[0]).ends_with(1);
    let loose = Package::new(&GOOD.replace("  when points > 1", "    when points>1"));
    call(&loose, entries[1]).ends_with(0);
    let formatted = std::fs::read_to_string(loose.path().join("main.persona")).expect("there");
    assert_eq!(formatted, GOOD);
}

#[test]
fn the_templates_own_hooks_work() {
    let Some(pre_commit) = pre_commit() else {
        return;
    };
    let all = tempfile::tempdir().expect("a temporary folder");
    crate::support::binary::persona(all.path(), &["new", "user"]).ends_with(0);
    let user = all.path().join("user");
    commit(&user);
    let (fine, text) = call(&user, &pre_commit, &["run", "--all-files"]);
    assert!(fine, "{text}");
    assert_eq!(text.matches("Passed").count(), 2, "{text}");
}
