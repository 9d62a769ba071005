"""An import killed with -9 leaves a library that can be read, and the next import takes up the rest."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from knowledge.library import held_policies, import_policies
from knowledge.policy_document import Particulars
from knowledge.policy_manifest import path_items
from runtime.database import Database
from runtime.policy_store import passages_of, text_of
from runtime.settings import Settings

_IMPORT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from knowledge.library import import_policies
from knowledge.policy_document import Particulars
from knowledge.policy_manifest import path_items
from runtime.database import Database
from runtime.settings import Settings
database = Database.open(Settings(home=Path(sys.argv[1])))
items = path_items([Path(sys.argv[2])], Particulars())
list(import_policies(database.begin, items, datetime.now(UTC)))
"""
_DOCUMENTS = 400


def _held(home: Path) -> int:
    try:
        with sqlite3.connect(f"file:{home / 'countersign.db'}?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM policy_versions").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def test_a_killed_import_leaves_whole_versions_and_is_taken_up_again(tmp_path: Path) -> None:
    folder, home = tmp_path / "policies", tmp_path / "home"
    folder.mkdir()
    for number in range(_DOCUMENTS):
        body = "A lamp is covered at night. " * 60
        head = f"{number % 90 + 10}.{number // 90 + 1} - Lamp {number}\n(Rev. 1; Effective: 01-01-20)"
        text = f"{head}\n\nA. Rules\n\n{body}\n"
        (folder / f"lamp-{number}.txt").write_text(text, "utf-8")
    root = str(Path(__file__).parents[2])
    running = subprocess.Popen(
        [sys.executable, "-c", _IMPORT, str(home), str(folder)], cwd=root, env={**os.environ, "PYTHONPATH": root}
    )
    deadline = time.monotonic() + 60
    while _held(home) < 5 and time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    database = Database.open(Settings(home=home))
    with database.read() as transaction:
        left = held_policies(transaction)
        for version in left:
            text = text_of(transaction, version)
            spans = passages_of(transaction, version)
            assert spans
            assert text[spans[-1].start : spans[-1].end].strip()
    assert 5 <= len(left) < _DOCUMENTS
    list(import_policies(database.begin, path_items([folder], Particulars()), datetime.now(UTC)))
    with database.read() as transaction:
        assert len(held_policies(transaction)) == _DOCUMENTS
    database.close()
