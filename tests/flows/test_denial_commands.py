"""`countersign intake` and `denials` as a process: what is printed, what fails in one line, and exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.labels.halves import FOLDER

ROOT = Path(__file__).resolve().parents[2]
LETTER = FOLDER / "letters" / "07-northlake-wheelchair.txt"
REMIT = FOLDER / "remits" / "21-three-lines-mixed.835"
BROKEN = FOLDER / "remits" / "28-broken-se-count.835"


class Shell:
    """Runs the command line of this working copy in a home of its own."""

    def __init__(self, home: Path) -> None:
        fixed = {"COUNTERSIGN_HOME": str(home), "COUNTERSIGN_FIXED_TIME": "2026-11-26T15:00:00Z"}
        self.environment = {**os.environ, **fixed, "PYTHONPATH": str(ROOT)}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from api.cli import main; main()", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


def test_intake_opens_denials_and_the_list_shows_them_by_day(shell: Shell) -> None:
    read = shell.run("intake", str(LETTER), str(REMIT), "--json")
    assert read.returncode == 0, read.stderr
    first, second = (json.loads(line) for line in read.stdout.splitlines())
    assert (first["kind"], len(first["denials"])) == ("denial", 1)
    assert (second["kind"], len(second["denials"])) == ("remittance", 1)
    listed = shell.run("denials", "list")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == [
        first["denials"][0]["id"], second["denials"][0]["id"],
    ]  # fmt: skip
    shown = shell.run("denials", "show", first["denials"][0]["id"]).stdout
    assert "2027-01-22, 57 days left; printed 2027-01-22, computed 2027-01-27  DEFECT" in shown
    assert "42 CFR 422.582(b)" in shown
    assert shell.run("denials", "due").stdout.splitlines()[0].startswith("2027-01-22")


def test_a_broken_file_fails_in_one_line_and_the_others_are_read(shell: Shell) -> None:
    read = shell.run("intake", str(BROKEN), str(LETTER), str(LETTER.with_name("none.txt")))
    assert read.returncode == 1
    errors = read.stderr.strip().splitlines()
    assert len(errors) == 2
    assert "28-broken-se-count.835: envelope: SE01 says 23 segments, there are 18" in errors[0]
    assert "1 denial opened" in read.stdout
