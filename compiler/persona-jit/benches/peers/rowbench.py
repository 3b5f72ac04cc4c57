"""Adds persona to a copy of the harness's parts A and D: `rowbench.py HARNESS COPY [--limits]` copies the harness's `rowbench` to
COPY and adds our modules and a few lines. With `--limits` other engines are left out of the copy, which builds in a tenth of the time.
"""
import os
import re
import shutil
import sys

HARNESS, COPY = sys.argv[1:3]
HERE = os.path.dirname(os.path.abspath(__file__))
COMPILER = os.path.normpath(f"{HERE}/../../..")
CRATES = ("persona", "persona-ir", "persona-jit", "persona-runtime")

# Behind these lines of a file, these of ours.
ADDITIONS = {
    "Cargo.toml": {'zen-expression = "2.1.6"\n': "".join(f'{crate} = {{ path = "{COMPILER}/{crate}" }}\n' for crate in CRATES) + "\n[workspace]\n"},
    "src/peers.rs": {
        "use std::sync::Arc;\n": '#[path = "ours/rows.rs"]\nmod ours;\n',
        '    if want("jit") { jit_(&mut o, rows); }\n': '    if want("persona") { ours::ours_(&mut o, ps); }\n',
    },
    "src/bin/rules.rs": {
        "use std::collections::HashMap;\n": '#[path = "../ours/rules.rs"]\nmod ours;\n',
        "let mut cells: Vec<(String, usize, Box<dyn FnMut(usize) -> usize + '_>, f64)> = vec![];\n": "        cells.push(ours::cell(&rules, &ps));\n",
    },
}

# What the limits need.
NEEDED = ("libc", "cranelift-", "memchr", "mimalloc", "rust_decimal", "serde", "serde_json", "persona")
OFF = "#[cfg(any())]\n"


def limits_only(file, text):
    """The file without other engines."""
    if file == "Cargo.toml":
        before, rest = text.split("[dependencies]\n")
        dependencies, behind = rest.split("\n[", 1)
        kept = [line for line in dependencies.splitlines() if line.startswith(NEEDED)]
        return before + "[dependencies]\n" + "\n".join(kept) + "\n\n[" + behind
    if file == "src/peers.rs":
        others = re.findall(r'    if want\("(?!native|jit"|persona)\w+"\) \{ (\w+)\(.*\n', text)
        for function in others:
            text = re.sub(rf"    if want.* {function}\(.*\n", "", text)
            text = text.replace(f"\nfn {function}(", f"\n{OFF}fn {function}(")
        return text
    text = text.replace("if n <= 10_000 { // cedar", "{ // cedar")
    return re.sub(r"(        )(\{ // (?:a-tree|cel|datalogic|cedar))", rf"\1{OFF}\1\2", text)


def main():
    shutil.copytree(f"{HARNESS}/rowbench", COPY, dirs_exist_ok=True, ignore=shutil.ignore_patterns("target"))
    shutil.copytree(f"{HERE}/rowbench", f"{COPY}/src/ours", dirs_exist_ok=True)
    for file, additions in ADDITIONS.items():
        with open(f"{COPY}/{file}") as opened:
            text = opened.read()
        for line, ours in additions.items():
            if text.count(line) != 1:
                sys.exit(f"{file} has not the line {line!r}: another harness than the one this was written for")
            text = text.replace(line, line + ours)
        if "--limits" in sys.argv:
            text = limits_only(file, text)
        with open(f"{COPY}/{file}", "w") as opened:
            opened.write(text)


main()
