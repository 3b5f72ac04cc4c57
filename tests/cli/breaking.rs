//! `persona breaking`: two versions of a package, in folders and in a git repository.

use std::path::Path;
use std::process::Command;

use super::Package;

const SHOP: &str = "profile Customer { id: String @key, visits: Int = 0, city: String? }\n\n\
    segment keen \"Keen\" {\n  when visits > 10\n}\n\n\
    segment local { when city == \"Ghent\" }\n";

/// Changes nobody's rules break at.
fn wider() -> String {
    SHOP.replace("visits > 10", "visits > 5")
}

/// A field is renamed.
fn renamed() -> String {
    SHOP.replace("city", "town")
}

fn git(folder: &Path, arguments: &[&str]) {
    let run = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .output()
        .expect("git runs");
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
}

#[test]
fn a_renamed_field_breaks_rules() {
    let (old, new) = (Package::new(SHOP), Package::new(&renamed()));
    let against = old.path().display().to_string();
    let run = new.call(&["breaking", "--against", &against]);
    run.ends_with(1).says(&[
        "Breaks rules (1)",
        "field Customer.city is gone; `town` has its type, so it was probably renamed",
        "main.persona:1",
        "1 change breaks rules",
    ]);
}

#[test]
fn other_meanings_fail_only_when_they_are_denied() {
    let (old, new) = (Package::new(SHOP), Package::new(&wider()));
    let against = old.path().display().to_string();
    new.call(&["breaking", "--against", &against])
        .ends_with(0)
        .says(&[
            "Widens segments (1)",
            "segment keen holds everybody it held, and perhaps more",
        ]);
    new.call(&["breaking", "--against", &against, "--deny", "meaning"])
        .ends_with(1);
    old.call(&["breaking", "--against", &against])
        .ends_with(0)
        .says(&["Nothing changed that anybody rests on."]);
}

#[test]
fn machines_read_the_same() {
    let (old, new) = (Package::new(SHOP), Package::new(&renamed()));
    let against = old.path().display().to_string();
    let json = new
        .call(&["breaking", "--against", &against, "--format", "json"])
        .ends_with(1)
        .json();
    assert_eq!(json["format"], 1);
    assert_eq!(json["summary"]["breaks"], 1);
    assert_eq!(json["changes"][0]["name"], "Customer.city");
    assert_eq!(json["changes"][0]["old"]["line"], 1);
    new.call(&["breaking", "--against", &against, "--format", "github"])
        .ends_with(1)
        .says(&[
            "::error file=main.persona,line=1,col=",
            "title=Breaks rules::field Customer.city is gone",
        ]);
}

#[test]
fn a_revision_of_git_is_an_earlier_version() {
    let package = Package::new(SHOP);
    let folder = package.path();
    git(folder, &["init", "-q"]);
    git(folder, &["add", "."]);
    git(folder, &["commit", "-q", "-m", "first"]);
    std::fs::write(folder.join("main.persona"), renamed()).expect("a file is written");
    let run = package.call(&["breaking", "--against", "git:HEAD"]);
    run.ends_with(1)
        .says(&["HEAD:main.persona:1", "field Customer.city is gone"]);
    package
        .call(&["breaking", "--against", "git:nowhere"])
        .ends_with(2)
        .complains(&["git knows no revision `nowhere`"]);
    package
        .call(&["breaking", "--against", "git:--output=x"])
        .ends_with(2)
        .complains(&["is no revision"]);
}

#[test]
fn dependencies_of_a_revision_are_those_of_then() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        std::fs::write(path, text).expect("a file is written");
    };
    write("common/persona.toml", "[package]\nname = \"common\"\n");
    write("common/rules.persona", "const MANY: Int = 10\n");
    write(
        "shop/persona.toml",
        "[package]\nname = \"shop\"\n\n[dependencies]\ncommon = { path = \"../common\" }\n",
    );
    write(
        "shop/main.persona",
        "use common\n\nprofile Customer { id: String @key, visits: Int = 0 }\n\nsegment keen { when visits > common.MANY }\n",
    );
    git(root, &["init", "-q"]);
    git(root, &["add", "."]);
    git(root, &["commit", "-q", "-m", "first"]);
    let shop = root.join("shop");
    crate::support::binary::persona(&shop, &["check", "--deny", "warnings"]).ends_with(0);
    write(
        "shop/main.persona",
        "use common\n\nprofile Customer { id: String @key, visits: Int = 0 }\n\nsegment keen { when visits > common.MANY and visits < 100 }\n",
    );
    crate::support::binary::persona(&shop, &["breaking", "--against", "git:HEAD"])
        .ends_with(0)
        .says(&["Narrows segments (1)"]);
}

#[test]
fn wrong_calls_are_explained() {
    let package = Package::new(SHOP);
    package
        .call(&["breaking", "--against", "git:HEAD"])
        .ends_with(2)
        .complains(&["is in no git repository"]);
    package
        .call(&["breaking", "--against", "nowhere"])
        .ends_with(2)
        .complains(&["there is no file or folder nowhere"]);
}
