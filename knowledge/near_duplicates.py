"""Policies that are almost word for word alike, across payers or under two ids: kept apart, and known as such."""

import re
from collections import defaultdict
from collections.abc import Mapping
from hashlib import blake2b

from cases.frozen import Frozen
from cases.ids import PayerId, PolicyDocId
from runtime.policy_store import PolicyVersion

NEAR = 0.6
_SHINGLE = 5
_HASHES = 128
_BAND = 4
_LEAST_WORDS = 30


class NearDuplicate(Frozen):
    """Two documents and the share of their wording that is the same, 0..1."""

    payer_id: PayerId
    doc_id: PolicyDocId
    other_payer_id: PayerId
    other_doc_id: PolicyDocId
    likeness: float


def near_duplicates(texts: Mapping[int, tuple[PolicyVersion, str]]) -> tuple[NearDuplicate, ...]:
    """Pairs of documents alike by at least 0.6 of their five-word runs, the most alike first.

    Candidates come from min-hash bands, the likeness itself is exact. Versions of one document are no pair.
    """
    runs = {key: _runs(text) for key, (_, text) in texts.items()}
    buckets: dict[tuple[int, tuple[int, ...]], list[int]] = defaultdict(list)
    for key, found in runs.items():
        signature = sorted(found)[:_HASHES]
        for place in range(0, len(signature) - _BAND + 1, _BAND):
            buckets[(0, tuple(signature[place : place + _BAND]))].append(key)
        for value in signature[:: _BAND * 2]:
            buckets[(1, (value,))].append(key)
    pairs = {(a, b) for keys in buckets.values() if len(keys) <= 50 for a in keys for b in keys if a < b}
    found_pairs = [_pair(texts[a][0], texts[b][0], _likeness(runs[a], runs[b])) for a, b in sorted(pairs)]
    return tuple(sorted((one for one in found_pairs if one), key=lambda one: -one.likeness))


def _pair(one: PolicyVersion, other: PolicyVersion, likeness: float) -> NearDuplicate | None:
    same = (one.record.payer_id, one.record.doc_id) == (other.record.payer_id, other.record.doc_id)
    if same or likeness < NEAR:
        return None
    return NearDuplicate(
        payer_id=one.record.payer_id,
        doc_id=one.record.doc_id,
        other_payer_id=other.record.payer_id,
        other_doc_id=other.record.doc_id,
        likeness=round(likeness, 3),
    )


def _likeness(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other) if one or other else 0.0


def _runs(text: str) -> frozenset[int]:
    words = re.findall(r"\w+", text.casefold())
    if len(words) < _LEAST_WORDS:
        return frozenset()
    return frozenset(
        int.from_bytes(blake2b(" ".join(words[at : at + _SHINGLE]).encode(), digest_size=8).digest(), "big")
        for at in range(len(words) - _SHINGLE + 1)
    )
