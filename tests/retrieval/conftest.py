"""A small library of several payers, versions and dates, and an embedder whose vectors are plain to follow."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from knowledge.library import import_policies
from knowledge.policy_document import Particulars
from knowledge.policy_import import Outcome
from knowledge.policy_manifest import path_items
from retrieval.ranking import tokens
from retrieval.vectors import EmbeddedText, TextToEmbed, Vectors
from runtime.database import Database
from runtime.settings import Settings

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LAMP = "{number} - {title}\n(Rev. 1; Effective: {day})\n\nA. General\n\n{text}\n"


class WordEmbedder:
    """Counts words into a fixed number of places: near where words are shared."""

    name = "words"

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in tokens(text):
                row[sum(map(ord, word)) % 64] += 1
            row /= max(float(np.linalg.norm(row)), 1.0)
        return rows

    def embed_with_parts(self, texts: Sequence[TextToEmbed]) -> list[EmbeddedText]:
        return [
            EmbeddedText(
                self.embed([one.text, *(one.text[start:end] for start, end in one.parts)]),
                tuple(len(one.text[start:end].split()) for start, end in one.parts),
            )
            for one in texts
        ]


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(Settings(home=tmp_path / "home"))
    yield database
    database.close()


def put(database: Database, folder: Path, name: str, text: str, **given: object) -> None:
    """Import one text under a file name, for the payer given or as CMS's."""
    path = folder / f"{name}.txt"
    path.write_text(text, encoding="utf-8")
    (report,) = import_policies(database.begin, path_items([path], Particulars.model_validate(given)), NOW)
    assert report.outcome is not Outcome.REFUSED, report.reason


@pytest.fixture
def library(database: Database, tmp_path: Path) -> Database:
    ma = {"line_of_business": "medicare_advantage"}
    lamp = "A desk lamp is covered when the room is darker than 5 lux, code E0424."
    put(database, tmp_path, "lamps", LAMP.format(number="7.1", title="Desk Lamps", day="01-01-20", text=lamp))
    newer = lamp.replace("5 lux", "8 lux")
    put(database, tmp_path, "lamps", LAMP.format(number="7.1", title="Desk Lamps", day="01-01-24", text=newer))
    put(
        database,
        tmp_path,
        "chairs",
        LAMP.format(number="7.2", title="Chairs", day="01-01-21", text="A chair with arms is covered."),
    )
    heron = lamp.replace("5 lux", "3 lux")
    put(database, tmp_path, "heron-lamps", f"Desk Lamps\n\n{heron}\n", payer="Blue Heron Health", number="BH-1", **ma)
    old = {"expires": "2022-12-31", "effective": "2020-01-01"}
    put(database, tmp_path, "heron-old", "Stools\n\nA stool is covered.\n", payer="Blue Heron Health", **ma, **old)
    return database
