"""The tagger's net in torch, with the word features that it shares with the numpy side."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from guardrails.phi.tagger.features import BUCKETS, FLAGS, MAX_GRAMS, SHAPES, word_features
from guardrails.phi.tagger.network import DILATIONS, Tag
from guardrails.phi.tagger.tokens import GAP_KINDS
from guardrails.phi.training.corpus import IGNORED, TaggedTokens
from guardrails.phi.training.vectors import WordVectors

GRAM_WIDTH = 48
WIDTH = 128
_WORD_DROPOUT = 0.25
_LIST_DROPOUT = 0.30


class WordTable:
    """Features of every word met so far, as arrays that grow."""

    def __init__(self, vectors: WordVectors) -> None:
        self._vocabulary = {word: row for row, word in enumerate(vectors.words, start=1)}
        self._index: dict[str, int] = {}
        self._size = 1 << 14
        self.grams = np.zeros((self._size, MAX_GRAMS), np.int32)
        self.counts = np.zeros(self._size, np.int32)
        self.single = np.zeros((self._size, 3), np.int32)
        self.flags = np.zeros((self._size, FLAGS), np.float32)

    def rows(self, words: Sequence[str]) -> list[int]:
        return [self._row(word) for word in words]

    def _row(self, word: str) -> int:
        row = self._index.get(word)
        if row is not None:
            return row
        row = self._index[word] = len(self._index)
        if row >= self._size:
            self._grow()
        features = word_features(word)
        self.grams[row, : len(features.grams)] = features.grams
        self.counts[row] = len(features.grams)
        self.single[row] = (features.word, self._vocabulary.get(features.folded, 0), features.shape)
        self.flags[row, list(features.flags)] = 1
        return row

    def _grow(self) -> None:
        self._size *= 2
        for name in ("grams", "counts", "single", "flags"):
            array: NDArray[np.generic] = getattr(self, name)
            grown = np.zeros((self._size, *array.shape[1:]), array.dtype)
            grown[: len(array)] = array
            setattr(self, name, grown)


class Batch:
    """Documents of like length as one padded block; `words` point into the distinct rows of the table."""

    def __init__(self, documents: Sequence[TaggedTokens], table: WordTable) -> None:
        longest = max(len(document.tags) for document in documents)
        words = np.zeros((len(documents), longest), np.int64)
        gaps = np.zeros_like(words)
        tags = np.full_like(words, IGNORED)
        present = np.zeros(words.shape, np.float32)
        for place, document in enumerate(documents):
            length = len(document.tags)
            words[place, :length] = table.rows(document.tokens.words)
            gaps[place, :length] = document.tokens.gaps
            tags[place, :length] = document.tags
            present[place, :length] = 1
        distinct, where = np.unique(words, return_inverse=True)
        self.where = torch.from_numpy(where.reshape(words.shape))
        self.gaps, self.tags = torch.from_numpy(gaps), torch.from_numpy(tags)
        self.present = torch.from_numpy(present)[:, :, None]
        counts = table.counts[distinct]
        self.grams = torch.from_numpy(
            table.grams[distinct][np.arange(MAX_GRAMS)[None] < counts[:, None]].astype(np.int64)
        )
        self.gram_starts = torch.from_numpy(np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int64))
        self.scale = torch.from_numpy(1 / np.sqrt(np.maximum(counts, 1))[:, None].astype(np.float32))
        single = table.single[distinct].astype(np.int64)
        self.word, self.vector, self.shape = (torch.from_numpy(single[:, column]) for column in range(3))
        self.flags = torch.from_numpy(table.flags[distinct])


class TaggerNet(nn.Module):
    """Same sums as guardrails.phi.tagger.network.Tagger; lists and whole words are at times hidden in training."""

    def __init__(self, vectors: WordVectors) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(BUCKETS, GRAM_WIDTH, mode="sum", sparse=True)
        nn.init.normal_(self.table.weight, std=0.1)
        self.vectors = torch.from_numpy(vectors.values.astype(np.float32) * vectors.scale)
        self.from_grams = nn.Linear(GRAM_WIDTH, WIDTH, bias=False)
        self.from_word = nn.Linear(GRAM_WIDTH, WIDTH, bias=False)
        self.from_vector = nn.Linear(vectors.values.shape[1], WIDTH, bias=False)
        self.from_flags = nn.Linear(FLAGS, WIDTH, bias=True)
        self.shapes = nn.Embedding(SHAPES, WIDTH)
        self.gaps = nn.Embedding(GAP_KINDS, WIDTH)
        self.kernels = [nn.Linear(WIDTH, 3 * WIDTH, bias=False) for _ in DILATIONS]
        self.layers = nn.ModuleList(self.kernels)
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(WIDTH)) for _ in DILATIONS)
        self.out = nn.Linear(WIDTH, len(Tag))
        self.dropout = nn.Dropout(0.1)

    def forward(self, batch: Batch) -> torch.Tensor:
        grams = self.table(batch.grams, batch.gram_starts) * batch.scale
        spelled = self.from_grams(grams) + self.shapes(batch.shape)
        known = self.from_word(self.table(batch.word[:, None])) + self.from_vector(self.vectors[batch.vector])
        listed = self.from_flags(batch.flags)
        where = batch.where
        keep = torch.rand(2, *where.shape, 1) > torch.tensor([_WORD_DROPOUT, _LIST_DROPOUT])[:, None, None, None]
        shown = keep.float() if self.training else torch.ones(2, *where.shape, 1)
        state = spelled[where] + shown[0] * known[where] + shown[1] * listed[where] + self.gaps(batch.gaps)
        state = self.dropout(torch.relu(state)) * batch.present
        for layer, bias, reach in zip(self.kernels, self.biases, DILATIONS, strict=True):
            state = (state + self.dropout(_convolve(layer(state), bias, reach))) * batch.present
        logits: torch.Tensor = self.out(state)
        return logits


def _convolve(mixed: torch.Tensor, bias: torch.Tensor, reach: int) -> torch.Tensor:
    before, here, after = torch.split(mixed, WIDTH, dim=2)
    zeros = torch.zeros(mixed.shape[0], min(reach, mixed.shape[1]), WIDTH)
    left = torch.cat((zeros, before), 1)[:, : mixed.shape[1]]
    right = torch.cat((after, zeros), 1)[:, -mixed.shape[1] :]
    return torch.relu(left + here + right + bias)


def _eighths(array: NDArray[np.float32]) -> tuple[NDArray[np.int8], float]:
    scale = float(np.abs(array).max()) / 127
    return np.round(array / scale).astype(np.int8), scale


def save(net: TaggerNet, vectors: WordVectors, path: Path) -> None:
    """The arrays that guardrails.phi.tagger.network.shipped_weights reads, compressed."""

    def half(tensor: torch.Tensor) -> NDArray[np.float16]:
        return tensor.detach().numpy().astype(np.float16)

    grams, scale = _eighths(net.table.weight.detach().numpy())
    arrays: dict[str, NDArray[np.generic]] = {
        "grams": grams,
        "grams_scale": np.array(scale),
        "vectors": vectors.values,
        "vectors_scale": np.array(vectors.scale),
        "vocabulary": np.frombuffer("\n".join(vectors.words).encode(), np.uint8),
        "from_grams": half(net.from_grams.weight.T),
        "from_word": half(net.from_word.weight.T),
        "from_vector": half(net.from_vector.weight.T),
        "shapes": half(net.shapes.weight),
        "flags": half(net.from_flags.weight.T),
        "gaps": half(net.gaps.weight),
        "bias": half(net.from_flags.bias),
        "out": half(net.out.weight.T),
        "out_bias": half(net.out.bias),
    }
    for place, (layer, bias) in enumerate(zip(net.kernels, net.biases, strict=True)):
        arrays[f"layer{place}"] = half(layer.weight.T)
        arrays[f"layer{place}_bias"] = half(bias)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
