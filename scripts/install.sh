#!/bin/sh
# Makes .venv from the hashed lock file and installs hiwar into it. Called by make; PYTHON names the interpreter.
# The stamp .venv/.installed is written last: without it the environment counts as unfinished and is made anew.
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
stamp=.venv/.installed

fail() {
    printf '\nhiwar: %s\n' "$1" >&2
    exit 1
}

interrupted() {
    status=$?
    [ "$status" -eq 0 ] || printf '\nhiwar: the set-up did not finish; mend what is said above and run the same command again.\n' >&2
    exit "$status"
}

command -v "$python" >/dev/null 2>&1 || fail "no Python found. Install Python 3.11 or later, for example:
  Debian, Ubuntu:  apt-get install python3 python3-venv
  Fedora:          dnf install python3.11
  macOS:           brew install python@3.11
or name one that is installed elsewhere: make serve PYTHON=/path/to/python3.11"

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "$python is $("$python" --version 2>&1), but 3.11 or later is needed.
Install a later one and name it: make serve PYTHON=/path/to/python3.11"

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"$python" -c 'import ensurepip, venv' 2>/dev/null || fail "Python $version lacks the venv module.
  Debian, Ubuntu:  apt-get install python$version-venv"
"$python" -c 'import sqlite3, ssl' 2>/dev/null || fail "Python $version was built without sqlite3 or ssl; use another build of Python."

trap interrupted EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -f "$stamp" ] && .venv/bin/python -c 'import pip' 2>/dev/null; then
    printf 'hiwar: bringing .venv up to date\n'
    rm -f "$stamp"
else
    printf 'hiwar: making .venv with Python %s\n' "$version"
    "$python" -m venv --clear .venv
fi

pip() {
    .venv/bin/python -m pip --disable-pip-version-check --no-input "$@"
}

printf 'hiwar: installing the packages of requirements.lock (some hundred megabytes the first time)\n'
pip install --require-hashes --no-deps -r requirements.lock
printf 'hiwar: installing hiwar itself\n'
pip install --quiet --no-deps --no-build-isolation -e .

touch "$stamp"
printf 'hiwar: set up in .venv\n'
