#!/bin/sh
# Installs persona for one user: downloads a release, verifies its checksum, and puts one program into a folder. It needs no
# root, changes no shell's configuration, and runs nothing that it has not verified.
#
#   sh install.sh                       the latest release, into ~/.local/bin
#   PERSONA_VERSION=0.1.0 sh install.sh one release
#   PERSONA_TO=/opt/bin sh install.sh   into another folder
#   PERSONA_FROM=/mnt/releases/0.1.0    from a folder, or another address, that holds the archive and SHA256SUMS
set -eu

REPOSITORY=${PERSONA_REPOSITORY:-@REPOSITORY@}

say() {
    printf '%s\n' "persona: $*" >&2
}

fail() {
    say "$*"
    exit 1
}

# The name that releases have for this machine.
target() {
    case "$(uname -s)-$(uname -m)" in
    Linux-x86_64 | Linux-amd64) echo x86_64-unknown-linux-gnu ;;
    Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-gnu ;;
    *) fail "there is no release for $(uname -s) on $(uname -m); build it with: cargo install --locked --git https://github.com/$REPOSITORY persona-cli" ;;
    esac
}

# Copies one file of the release to a place.
get() {
    case "$from" in
    http://*) fail "$from is not encrypted; use https, or a folder" ;;
    https://*)
        if command -v curl >/dev/null 2>&1; then
            curl --proto '=https' --tlsv1.2 -fsSL --retry 3 -o "$2" "$from/$1"
        elif command -v wget >/dev/null 2>&1; then
            wget -q --https-only -O "$2" "$from/$1"
        else
            fail "neither curl nor wget is there"
        fi
        ;;
    *) cp "${from#file://}/$1" "$2" ;;
    esac || fail "$from/$1 cannot be had"
}

checksum() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum "$1"
    elif command -v shasum >/dev/null 2>&1; then
        shasum -a 256 "$1"
    else
        fail "neither sha256sum nor shasum is there, so nothing can be verified"
    fi | cut -d ' ' -f 1
}

# The whole script is read before anything happens: a download of it that breaks off does nothing.
main() {
    machine=$(target)
    archive="persona-$machine.tar.gz"
    to=${PERSONA_TO:-${HOME:?"there is no home folder; say where with PERSONA_TO"}/.local/bin}
    if [ -n "${PERSONA_FROM:-}" ]; then
        from=${PERSONA_FROM%/}
    elif [ -n "${PERSONA_VERSION:-}" ]; then
        from="https://github.com/$REPOSITORY/releases/download/v${PERSONA_VERSION#v}"
    else
        from="https://github.com/$REPOSITORY/releases/latest/download"
    fi

    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    get SHA256SUMS "$work/SHA256SUMS"
    get "$archive" "$work/$archive"

    # A line is a checksum, two spaces (or a space and a star), and the name.
    wanted=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
    case "$wanted" in
    '') fail "SHA256SUMS says nothing about $archive; nothing was installed" ;;
    *[!0-9a-f]*) fail "SHA256SUMS has no single checksum for $archive; nothing was installed" ;;
    esac
    found=$(checksum "$work/$archive")
    [ "$found" = "$wanted" ] ||
        fail "the checksum of $archive is $found, and should be $wanted; nothing was installed"

    # Only the one file that is wanted is unpacked, whatever else the archive names.
    mkdir "$work/unpacked"
    tar -xzf "$work/$archive" -C "$work/unpacked" "persona-$machine/persona" ||
        fail "$archive holds no persona; nothing was installed"
    new="$work/unpacked/persona-$machine/persona"
    version=$("$new" -V) || fail "the program does not run on this machine; nothing was installed"

    mkdir -p "$to"
    # Renamed in the same folder: whoever starts persona meanwhile gets the old one or the new one, whole.
    cp "$new" "$to/.persona.$$"
    chmod 755 "$to/.persona.$$"
    mv -f "$to/.persona.$$" "$to/persona"
    say "$version is in $to"
    case ":${PATH:-}:" in
    *":$to:"*) ;;
    *) say "add it to the search path: export PATH=\"$to:\$PATH\"" ;;
    esac
}

main
