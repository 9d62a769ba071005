"""Sentence vectors from a model folder on this machine. Heavy to import: only what embeds imports this module."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar

from retrieval.vectors import Vectors

_BATCH = 32


class SentenceEmbedder:
    """A sentence-transformers model, loaded when first used; vectors are float32 of length one."""

    def __init__(self, model: str) -> None:
        """`model` is a folder, or a hub id where the settings name one."""
        self._model_place = model
        self.name = "/".join(Path(model).parts[-2:])

    @cached_property
    def _model(self) -> SentenceTransformer:
        disable_progress_bar()  # type: ignore[no-untyped-call]
        return SentenceTransformer(self._model_place, device="cpu")

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, in the order given."""
        vectors = self._model.encode(
            list(texts), batch_size=_BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)
