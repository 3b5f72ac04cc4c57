//! What nobody should be able to do with a package: reach files that it does not name, wait for ever, fill the memory, run what is
//! written. `compiler/docs/security.md` points here.

use std::fs;
use std::process::Command;

use super::Package;

const CONTENT: &str = "profile P { id: String @key }\ncontent c { body: Html, otherwise { body = template \"PATH\" } }\n";

#[test]
fn a_template_outside_of_the_package_is_refused_however_it_is_written() {
    for path in [
        "../../etc/passwd",
        "/etc/passwd",
        "messages/../../x.liquid",
        "..\\\\x.liquid",
        "C:/x.liquid",
    ] {
        let run = Package::new(&CONTENT.replace("PATH", path)).call(&["check", "."]);
        run.ends_with(1);
        let said = run.stdout.clone() + &run.stderr;
        assert!(said.contains("P0957"), "{path}: {said}");
        assert!(!said.contains("root:"), "{path}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn folders_that_are_links_are_not_followed() {
    let package = Package::new("profile P { id: String @key }\nsegment s { when id == \"a\" }\n");
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("stray.persona"), "this is no rule").unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), package.path().join("linked")).unwrap();
    std::os::unix::fs::symlink(".", package.path().join("round")).unwrap();
    let run = package.call(&["check", "."]);
    run.ends_with(0);
    assert!(
        !(run.stdout.clone() + &run.stderr).contains("stray"),
        "{run:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_with_the_name_of_a_program_is_not_waited_for() {
    let package = Package::new("profile P { id: String @key }\n");
    let pipe = package.path().join("pipe.persona");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    package
        .call(&["check", "."])
        .ends_with(2)
        .complains(&["pipe.persona", "no file"]);
    fs::remove_file(&pipe).unwrap();
    fs::create_dir(package.path().join("folder.persona")).unwrap();
    package.call(&["check", "."]).ends_with(0);
}

#[test]
fn files_beyond_all_measure_are_refused_before_they_are_read_to_their_end() {
    let sized = |name: &str, bytes: u64| {
        let package = Package::new(&CONTENT.replace("PATH", "m.liquid"));
        let file = fs::File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(package.path().join(name));
        file.unwrap().set_len(bytes).unwrap();
        package.call(&["check", "."])
    };
    sized("persona.toml", (1 << 20) + 1)
        .ends_with(2)
        .complains(&["persona.toml", "larger than 1 MiB"]);
    sized("big.persona", 1 << 40)
        .ends_with(2)
        .complains(&["big.persona", "larger than 256 MiB"]);
    sized("m.liquid", 1 << 40)
        .ends_with(2)
        .complains(&["m.liquid", "larger than 64 MiB"]);
}

#[test]
fn rules_and_data_that_look_like_commands_run_nothing() {
    let package = Package::new(
        "profile P { id: String @key, name: String? }\nsource p of P { from \"p.csv\" }\nsegment s { when name == \"$(touch ran)\" }\n",
    )
    .file("p.csv", b"id,name\n$(touch ran),`touch ran`\n=cmd|'/C touch ran'!A0,x;touch ran\n");
    package.call(&["run", "."]).ends_with(0);
    package
        .call(&["why", "s", ".", "--profile", "$(touch ran)"])
        .ends_with(0);
    assert!(!package.path().join("ran").exists());
}

#[test]
fn checking_and_running_leave_the_folder_as_it_was() {
    let package = Package::new(
        "profile P { id: String @key, n: Int }\nsource p of P { from \"p.csv\" }\nsegment s { when n > 1 }\n",
    )
    .file("p.csv", b"id,n\na,1\nb,x\n");
    let seen = || {
        let entries = fs::read_dir(package.path()).unwrap();
        let mut seen: Vec<_> = entries
            .map(|entry| {
                let path = entry.unwrap().path();
                let bytes = fs::read(&path).unwrap();
                let modified = fs::metadata(&path).unwrap().modified().unwrap();
                (path, bytes, modified)
            })
            .collect();
        seen.sort();
        seen
    };
    let before = seen();
    for call in [
        &["check", "."][..],
        &["run", "."],
        &["why", "s", ".", "--profile", "a"],
        &["fmt", "--check", "."],
        &["overlap", "."],
        &["uses", "s", "."],
        &["explain", "P0301"],
    ] {
        let run = package.call(call);
        assert!(run.code < 3, "{call:?}: {run:?}");
    }
    assert_eq!(seen(), before);
}

#[cfg(target_os = "linux")]
#[test]
fn no_memory_can_be_written_and_run_at_once() {
    let rules = "profile P { id: String @key, n: Int, x: Float }\nevent E { v: Int }\n\
        segment a { when n > 3 and x * 2.5 < 7.0 }\nsegment b { when sum(E.v in last 7d) > 3 and n != 5 }\n";
    let package = persona::Package::from_memory("p", None, [("main.persona", rules)], ".".as_ref());
    let persona::Compiled::Program(program, _) = package.compile().unwrap() else {
        panic!("the rules are right");
    };
    let rows = program.rows(&[]).unwrap();
    let mut asked = rows.at("2026-01-31T10:00Z").unwrap();
    let mut profile = rows.profile();
    profile.set("id", "a").unwrap();
    profile.set("n", 4).unwrap();
    profile.set("x", 1.0).unwrap();
    assert!(asked.holds("a", &profile).unwrap());
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let rights = maps.lines().filter_map(|line| line.split(' ').nth(1));
    let (mut run, mut both) = (0, 0);
    for rights in rights {
        run += usize::from(rights.contains('x'));
        both += usize::from(rights.contains('x') && rights.contains('w'));
    }
    assert!(run > 0, "machine code lies somewhere");
    assert_eq!(both, 0, "{maps}");
}
