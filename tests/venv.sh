#!/usr/bin/env bash
# Packages of Python for the tests, in an environment of their own: target/venv.
# tests/venv.sh PACKAGE...: installs those that it lacks.
set -eu
cd "$(dirname "$0")/.."
venv=target/venv
# Several scripts may come at once.
mkdir -p target
exec 9>target/venv.lock
flock 9
[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
missing=()
for package in "$@"; do
    stamp=$venv/have/${package//\//_}
    [ -e "$stamp" ] || missing+=("$package")
done
[ ${#missing[@]} = 0 ] && exit 0
"$venv/bin/pip" --quiet --disable-pip-version-check install "${missing[@]}" </dev/null
mkdir -p "$venv/have"
for package in "${missing[@]}"; do touch "$venv/have/${package//\//_}"; done
