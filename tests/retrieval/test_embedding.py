"""The shipped model: vectors of length one that lie near where meanings do."""

import numpy as np
import pytest

from retrieval.embedding import SentenceEmbedder
from retrieval.vectors import TextToEmbed, rows_of, to_bytes
from runtime.settings import Settings


@pytest.fixture(scope="module")
def embedder() -> SentenceEmbedder:
    return SentenceEmbedder(Settings().embedding_model)


def test_like_meanings_lie_nearer_than_unlike(embedder: SentenceEmbedder) -> None:
    rows = embedder.embed(["oxygen saturation at rest", "SpO2 while resting", "the price of a bicycle"])
    assert rows.shape == (3, 384)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


def test_rows_come_back_from_their_stored_form(embedder: SentenceEmbedder) -> None:
    rows = embedder.embed(["lamp", "chair"])
    assert len(to_bytes(rows)) == 2 * 384 * 2
    assert np.allclose(rows_of(to_bytes(rows), 2), rows, atol=1e-3)


def test_parts_are_pooled_from_the_whole_and_count_their_tokens(embedder: SentenceEmbedder) -> None:
    text = "Lamps. A desk lamp is covered. A stool is not."
    parts = ((7, 30), (31, len(text)), (len(text), len(text)))
    (made,) = embedder.embed_with_parts([TextToEmbed(text, parts)])
    assert made.rows.shape == (4, 384)
    assert np.allclose(np.linalg.norm(made.rows, axis=1), 1, atol=1e-5)
    assert made.part_tokens == (6, 5, 0)
    assert np.allclose(made.rows[0], embedder.embed([text])[0], atol=1e-4)
    lamp = embedder.embed(["is a lamp for the desk paid"])[0]
    assert made.rows[1] @ lamp > made.rows[2] @ lamp


def test_rows_do_not_depend_on_what_else_is_embedded_with_them(embedder: SentenceEmbedder) -> None:
    alone = embedder.embed(["home oxygen"])[0]
    among = embedder.embed(["home oxygen", "a much longer text about something else " * 12])[0]
    assert np.allclose(alone, among, atol=1e-4)
