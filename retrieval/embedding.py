"""Sentence vectors from a model folder on this machine. torch and transformers load with the first text, not before."""

import json
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retrieval.vectors import EmbeddedText, Span, TextToEmbed, Vectors, embedder_name

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_BATCH_TOKENS = 4096
_MOST_TOKENS = 384
"""Longer than a passage with its title and headings; the models of this size were trained on less."""


class SentenceEmbedder:
    """A sentence-transformers model with mean or first-token pooling; vectors are float32 of length one.

    Parts of a text are pooled from the tokens of the whole, so that they carry what stands around them and cost
    nothing more. Loaded when first used; safe to use from several threads.
    """

    def __init__(self, model: str) -> None:
        """`model` is a folder, or a hub id where the settings name one."""
        self._model_place = model
        self.name = embedder_name(model)
        self._lock = threading.Lock()

    @cached_property
    def _loaded(self) -> "tuple[PreTrainedTokenizerBase, PreTrainedModel]":
        transformers = import_module("transformers")
        import_module("transformers.utils.logging").disable_progress_bar()
        tokenizer = transformers.AutoTokenizer.from_pretrained(self._model_place)
        return tokenizer, transformers.AutoModel.from_pretrained(self._model_place).eval()

    @cached_property
    def _threads(self) -> int:
        """As many as torch takes by itself. One short text is done sooner by one: waking a second costs more."""
        return int(import_module("torch").get_num_threads())

    @cached_property
    def _pools_first_token(self) -> bool:
        pooling = Path(self._model_place) / "1_Pooling" / "config.json"
        return pooling.is_file() and bool(json.loads(pooling.read_text("utf-8")).get("pooling_mode_cls_token"))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, in the order given."""
        made = self.embed_with_parts([TextToEmbed(text, ()) for text in texts])
        return np.vstack([one.rows[0] for one in made]) if made else np.zeros((0, 0), dtype=np.float32)

    def embed_with_parts(self, texts: Sequence[TextToEmbed]) -> list[EmbeddedText]:
        """For each text its own row, a row for each part, and the tokens of each part."""
        with self._lock:
            tokenizer, _ = self._loaded
            _ = self._threads
            read = tokenizer(
                [one.text for one in texts], truncation=True, max_length=_MOST_TOKENS, return_offsets_mapping=True
            )
            ids, offsets = read["input_ids"], read["offset_mapping"]
            made: dict[int, EmbeddedText] = {}
            for places in _batches([len(row) for row in ids]):
                states = self._states([ids[place] for place in places])
                for place, state in zip(places, states, strict=True):
                    kept = state[: len(ids[place])]
                    made[place] = self._pooled(kept, texts[place].parts, np.asarray(offsets[place]))
        return [made[place] for place in range(len(texts))]

    def _states(self, ids: Sequence[Sequence[int]]) -> Vectors:
        torch = import_module("torch")
        all_threads = self._threads
        torch.set_num_threads(1 if len(ids) == 1 else all_threads)
        longest = max(len(row) for row in ids)
        padded, mask = torch.zeros(len(ids), longest, dtype=torch.long), torch.zeros(len(ids), longest)
        for place, row in enumerate(ids):
            padded[place, : len(row)], mask[place, : len(row)] = torch.tensor(row), 1
        with torch.inference_mode():
            found: Vectors = self._loaded[1](input_ids=padded, attention_mask=mask).last_hidden_state.numpy()
        return found

    def _pooled(self, state: Vectors, parts: Sequence[Span], offsets: np.ndarray) -> EmbeddedText:
        whole = state[0] if self._pools_first_token else state.mean(axis=0)
        rows, counts = [whole], []
        for start, end in parts:
            inside = (offsets[:, 0] >= start) & (offsets[:, 1] <= end) & (offsets[:, 1] > offsets[:, 0])
            counts.append(int(inside.sum()))
            rows.append(state[inside].mean(axis=0) if counts[-1] else whole)
        stacked = np.stack(rows)
        length = np.linalg.norm(stacked, axis=1, keepdims=True)
        return EmbeddedText((stacked / np.maximum(length, 1e-9)).astype(np.float32), tuple(counts))


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts of like length, so that little is padded; no batch holds more than so many tokens."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda at: -lengths[at]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
