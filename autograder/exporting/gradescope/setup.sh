#!/usr/bin/env bash
# Makes the environment that grades. Gradescope runs it once, as root, when it builds the image.
set -euo pipefail
root=${GRADESCOPE_ROOT:-/autograder}
cd "$root/source"

fits() { "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; }

python=
for name in @PYTHON@ python3.12 python3.13 python3.11 python3; do
    if fits "$name"; then python=$name; break; fi
done
if [ -z "$python" ]; then
    apt-get update -q
    for name in @PYTHON@ python3.12 python3.13 python3.11; do
        if apt-get install -y -q --no-install-recommends "$name" "$name-venv" && fits "$name"; then python=$name; break; fi
    done
fi
if [ -z "$python" ]; then
    echo 'no Python 3.11, 3.12 or 3.13 here: choose an image with Ubuntu 24.04 or newer' >&2
    exit 1
fi

"$python" -m venv .venv
.venv/bin/python -m pip install -q -r requirements.txt
.venv/bin/python -m pip install -q --no-deps --no-index ./autograder-*.whl
chmod -R go-rwx course
.venv/bin/autograder --version
