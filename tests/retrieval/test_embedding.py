"""The shipped model: vectors of length one that lie near where meanings do."""

import numpy as np
import pytest

from retrieval.embedding import SentenceEmbedder
from retrieval.vectors import from_bytes, to_bytes
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


def test_a_vector_comes_back_from_its_stored_form(embedder: SentenceEmbedder) -> None:
    (row,) = embedder.embed(["lamp"])
    assert len(to_bytes(row)) == 384 * 4
    assert np.array_equal(from_bytes(to_bytes(row)), row)
