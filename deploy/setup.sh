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
need tesseract tesseract-ocr
need pdftoppm poppler-utils
need chromium chromium
find /usr/lib /lib -name libmagic.so.1 2>/dev/null | grep -q . || missing="$missing libmagic1"
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
log=$venv/setup.log
echo "Installing Python packages into $venv (about three minutes the first time; details in $log)"
pip() { "$venv/bin/python" -m pip --disable-pip-version-check "$@" >>"$log" 2>&1; }
# torch first: a later, unpinned request for it would fetch gigabytes of CUDA builds. Modules are compiled when they
# are first imported: most of the twenty thousand never are.
if pip install "pip==26.3" && pip install --no-compile "torch==2.13.0" &&
    pip install --no-compile -c constraints.txt -e '.[test]'; then
    echo "$wanted" >"$venv/.ready"
else
    tail -n 20 "$log" >&2
    echo "The Python packages did not install; the whole log is $log." >&2
    exit 1
fi
