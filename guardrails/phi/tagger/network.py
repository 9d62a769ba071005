"""The tagger's net in numpy: word vectors kept by word, then dilated convolutions over the sequence of tokens."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from guardrails.phi.tagger.features import FLAGS, MAX_GRAMS, WordFeatures, word_features
from guardrails.phi.tagger.tokens import Tokens

Floats = NDArray[np.float32]
WEIGHTS = Path(__file__).parent / "weights.npz"
DILATIONS = (1, 2, 4, 8)
"""Reach of each layer: a token sees 15 tokens to either side."""
_KEPT_WORDS = 60_000
_SHORT_LABELS = frozenset({"id", "no", "dob", "dos", "fax", "tel", "npi", "ssn", "mrn", "to", "re", "cc"})


class Tag(IntEnum):
    """What a token is part of; the columns of the probabilities."""

    OTHER = 0
    NAME = 1
    CITY = 2
    STREET = 3
    FACILITY = 4
    COMPANY = 5
    NUMBER = 6
    DATE = 7
    AGE = 8
    """An age of 90 and more."""


@dataclass(frozen=True)
class Weights:
    """Arrays of a trained net; `grams` and `vectors` are stored as int8 with one scale each."""

    grams: Floats
    vectors: Floats
    vocabulary: Mapping[str, int]
    from_grams: Floats
    from_word: Floats
    from_vector: Floats
    shapes: Floats
    flags: Floats
    gaps: Floats
    bias: Floats
    layers: Sequence[tuple[Floats, Floats]]
    out: Floats
    out_bias: Floats


@cache
def shipped_weights(path: Path = WEIGHTS) -> Weights:
    """The weights that ship with the project. Raises OSError or KeyError where the file is not ours."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    vocabulary = bytes(arrays["vocabulary"]).decode().split("\n")

    def dense(name: str) -> Floats:
        array: Floats = arrays[name].astype(np.float32)
        return array

    return Weights(
        grams=dense("grams") * float(arrays["grams_scale"]),
        vectors=dense("vectors") * float(arrays["vectors_scale"]),
        vocabulary={word: row for row, word in enumerate(vocabulary, start=1)},
        from_grams=dense("from_grams"),
        from_word=dense("from_word"),
        from_vector=dense("from_vector"),
        shapes=dense("shapes"),
        flags=dense("flags"),
        gaps=dense("gaps"),
        bias=dense("bias"),
        layers=[(dense(f"layer{n}"), dense(f"layer{n}_bias")) for n in range(len(DILATIONS))],
        out=dense("out"),
        out_bias=dense("out_bias"),
    )


class Tagger:
    """Gives each token its probabilities over Tag. Safe for use by several threads."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._lock = threading.Lock()
        self._pools = ThreadpoolController()
        self._rows: dict[str, int] = {}
        self._vectors = np.zeros((1024, weights.bias.shape[0]), np.float32)

    def knows(self, folded: str) -> bool:
        """Whether the word is one of the general vocabulary (or a short label that everybody writes)."""
        return folded in self._weights.vocabulary or folded in _SHORT_LABELS

    def probabilities(self, tokens: Tokens) -> Floats:
        """An array of len(tokens) × len(Tag); each row sums to 1."""
        if not tokens.words:
            return np.zeros((0, len(Tag)), np.float32)
        with self._pools.limit(limits=1, user_api="blas"):
            return self._computed(tokens)

    def _computed(self, tokens: Tokens) -> Floats:
        """On one thread: these sums are so short that sharing them out costs ten times what it saves."""
        weights = self._weights
        state = self._word_vectors(tokens.words)
        state += weights.gaps[np.asarray(tokens.gaps)]
        np.maximum(state, 0, out=state)
        for (kernel, bias), reach in zip(weights.layers, DILATIONS, strict=True):
            state += _convolve(state, kernel, bias, reach)
        logits = state @ weights.out + weights.out_bias
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= logits.sum(axis=1, keepdims=True)
        return logits

    def _word_vectors(self, words: Sequence[str]) -> Floats:
        with self._lock:
            rows = self._rows
            missing = [word for word in dict.fromkeys(words) if word not in rows]
            if missing:
                self._learn(missing, words)
            return self._vectors[[self._rows[word] for word in words]]

    def _learn(self, missing: list[str], words: Sequence[str]) -> None:
        if len(self._rows) + len(missing) > _KEPT_WORDS:
            self._rows = {}
            missing = list(dict.fromkeys(words))
        first = len(self._rows)
        needed = first + len(missing)
        if needed > len(self._vectors):
            grown = np.zeros((max(needed, 2 * len(self._vectors)), self._vectors.shape[1]), np.float32)
            grown[:first] = self._vectors[:first]
            self._vectors = grown
        self._vectors[first:needed] = self._vectors_of([word_features(word) for word in missing])
        self._rows.update((word, first + place) for place, word in enumerate(missing))

    def _vectors_of(self, features: Sequence[WordFeatures]) -> Floats:
        weights = self._weights
        padded = np.zeros((len(features), MAX_GRAMS), np.int64)
        present = np.zeros((len(features), MAX_GRAMS), np.float32)
        flags = np.zeros((len(features), FLAGS), np.float32)
        for row, item in enumerate(features):
            padded[row, : len(item.grams)] = item.grams
            present[row, : len(item.grams)] = 1
            flags[row, list(item.flags)] = 1
        count = np.maximum(present.sum(axis=1, keepdims=True), 1)
        grams = np.einsum("wge,wg->we", weights.grams[padded], present) / np.sqrt(count)
        words = weights.grams[[item.word for item in features]]
        vectors = weights.vectors[[weights.vocabulary.get(item.folded, 0) for item in features]]
        found: Floats = grams @ weights.from_grams + words @ weights.from_word + vectors @ weights.from_vector
        return found + flags @ weights.flags + weights.shapes[[item.shape for item in features]] + weights.bias


def _convolve(state: Floats, kernel: Floats, bias: Floats, reach: int) -> Floats:
    """max(0, …) of the token, the one `reach` before and the one `reach` after; nothing stands beyond the ends."""
    width = state.shape[1]
    mixed = state @ kernel
    found: Floats = mixed[:, width : 2 * width] + bias
    found[reach:] += mixed[:-reach, :width]
    found[:-reach] += mixed[reach:, 2 * width :]
    return np.maximum(found, 0, out=found)
