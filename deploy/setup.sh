#!/bin/sh
# Make a bare Debian machine ready: system packages by apt when root, a virtual environment, pinned dependencies.
# usage: deploy/setup.sh PYTHON VENV     (quiet and instant when nothing changed)
set -eu
python=$1
venv=$2
cd "$(dirname "$0")/.."

wanted=$(cat pyproject.toml constraints.txt deploy/setup.sh | sha256sum | cut -d' ' -f1)
[ -f "$venv/.ready" ] && [ "$(cat "$venv/.ready")" = "$wanted" ] && exit 0

missing=""
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need "$python" python3
"$python" -c 'import venv, ensurepip' >/dev/null 2>&1 || missing="$missing python3-venv"
if [ -n "$missing" ]; then
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing system packages:$missing"
        apt-get update -qq
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    else
        echo "Missing system packages:$missing. Install them (apt-get install$missing) and run this again." >&2
        exit 1
    fi
fi

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "Installing Python packages into $venv (a few minutes the first time)"
pip() { "$venv/bin/python" -m pip --disable-pip-version-check "$@"; }
pip install -q --upgrade "pip==26.3" 2>/dev/null
# torch first: a later, unpinned request for it would fetch gigabytes of CUDA builds.
pip install -q "torch==2.13.0" 2>&1 | grep -v '^WARNING: Location' || true
pip install -q -c constraints.txt -e '.[test]' 2>&1 | grep -v '^WARNING: Location' || true
"$venv/bin/python" -c 'import langgraph, sentence_transformers, fhir.resources' || {
    echo "The Python packages did not install; run 'make setup' again to see pip's message." >&2
    exit 1
}
echo "$wanted" >"$venv/.ready"
