#!/bin/sh
# Builds test/fixtures/models anew: ./build.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv="$here/.venv"
[ -d "$venv" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
exec "$venv/bin/python" "$here/build.py"
