"""The policy library as people read it: what is held, a passage in its text, and the criteria drawn from it."""

import re
from collections.abc import Sequence

from agents.casework.panel.changes import ChangedLine, Line, changed_lines
from agents.toolbox import Toolbox
from cases.criteria import CriteriaTree
from cases.errors import NotFound
from cases.frozen import Frozen
from cases.ids import PayerId, PolicyDocId, digest_of
from knowledge import library
from knowledge.policy_structure import Block, blocks
from runtime import policy_store
from runtime.policy_store import PolicyVersion

_MARKER = re.compile(r"\s*(?:#{1,6}\s+|>\s+)?")
"""What Markdown puts before a heading or a quotation; it is not shown."""


class HeldPolicy(Frozen):
    """One document of one payer with its versions, the newest first."""

    payer_id: PayerId
    payer: str
    doc_id: PolicyDocId
    versions: tuple[PolicyVersion, ...]


class PolicyBlock(Frozen):
    """A heading, paragraph or item: code points [start, end) of the text, and its pieces, each marked or not."""

    kind: str
    start: int
    pieces: tuple[tuple[str, bool], ...]


class OpenedPolicy(Frozen):
    """A version's text in blocks, opened at a passage. `intact` is False where the quote is not at its place."""

    version: PolicyVersion
    payer: str
    blocks: tuple[PolicyBlock, ...]
    others: tuple[PolicyVersion, ...] = ()
    tree: CriteriaTree | None = None
    intact: bool = True
    marked: bool = False


def held_policies(toolbox: Toolbox) -> tuple[HeldPolicy, ...]:
    """Every document held, by payer and title."""
    with toolbox.database.read() as transaction:
        versions = policy_store.versions(transaction)
        directory = library.payer_directory(transaction)
    groups: dict[tuple[PayerId, PolicyDocId], list[PolicyVersion]] = {}
    for version in versions:
        groups.setdefault((version.record.payer_id, version.record.doc_id), []).append(version)
    names = {entry.id: entry.name for entry in directory.entries.values()}
    held = [
        HeldPolicy(
            payer_id=payer_id,
            payer=names.get(payer_id, payer_id),
            doc_id=doc_id,
            versions=tuple(sorted(group, key=lambda one: -one.version)),
        )
        for (payer_id, doc_id), group in groups.items()
    ]
    return tuple(sorted(held, key=lambda one: (one.payer, one.versions[0].record.title)))


def open_policy(
    toolbox: Toolbox, payer_id: PayerId, doc_id: PolicyDocId, number: int, place: tuple[int, int], stands: str = ""
) -> OpenedPolicy:
    """A version's text, with the passage [start, end) marked. Raises NotFound, StoreDamaged for a changed text.

    `stands` is what `passage_key` gives for the quoted words: where other words stand there, nothing is marked.
    """
    with toolbox.database.read() as transaction:
        held = policy_store.versions(transaction, payer_id, doc_id)
        version = next((one for one in held if one.version == number), None)
        if version is None:
            raise NotFound("This version of the policy is not held.")
        text = policy_store.text_of(transaction, version)
        tree = library.criteria_of_document(transaction, version).tree
        entry = library.payer_directory(transaction).entries.get(payer_id)
    start, end = place
    intact = not stands or passage_key(text[start:end]) == stands
    span = place if intact and start < end <= len(text) else None
    return OpenedPolicy(
        version=version,
        payer=entry.name if entry else payer_id,
        blocks=_blocks(text, span),
        others=tuple(sorted(held, key=lambda one: -one.version)),
        tree=tree,
        intact=intact,
        marked=span is not None,
    )


class PolicyChanges(Frozen):
    """What differs between two versions of one document."""

    before: PolicyVersion
    after: PolicyVersion
    payer: str
    changed: tuple[ChangedLine, ...]


def policy_changes(toolbox: Toolbox, payer_id: PayerId, doc_id: PolicyDocId, before: int, after: int) -> PolicyChanges:
    """Two versions compared, paragraph by paragraph. Raises NotFound, StoreDamaged."""
    with toolbox.database.read() as transaction:
        held = {one.version: one for one in policy_store.versions(transaction, payer_id, doc_id)}
        if before not in held or after not in held:
            raise NotFound("These versions of the policy are not held.")
        texts = [policy_store.text_of(transaction, held[number]) for number in (before, after)]
        entry = library.payer_directory(transaction).entries.get(payer_id)
    old, new = (_paragraphs(text) for text in texts)
    return PolicyChanges(
        before=held[before], after=held[after], payer=entry.name if entry else payer_id,
        changed=changed_lines(old, new),
    )  # fmt: skip


def _paragraphs(text: str) -> list[Line]:
    shown = ((block, _block(text, block, None)) for block in blocks(text))
    return [
        (" › ".join(block.path[-1:]).lstrip("# "), " ".join("".join(words for words, _ in one.pieces).split()))
        for block, one in shown
    ]


def passage_key(quote: str) -> str:
    """Sixteen letters that stand for quoted words in an address."""
    return digest_of(quote.encode())[:16]


def _blocks(text: str, span: tuple[int, int] | None) -> tuple[PolicyBlock, ...]:
    return tuple(_block(text, block, span) for block in blocks(text))


def _block(text: str, block: Block, span: tuple[int, int] | None) -> PolicyBlock:
    marker = _MARKER.match(text, block.start, block.end)
    start = marker.end() if marker else block.start
    return PolicyBlock(kind=block.kind, start=start, pieces=_pieces(text, start, block.end, span))


def _pieces(text: str, start: int, end: int, span: tuple[int, int] | None) -> tuple[tuple[str, bool], ...]:
    """A stretch of text cut at the ends of the marked span."""
    if span is None or span[1] <= start or end <= span[0]:
        return ((text[start:end], False),)
    first, last = max(start, span[0]), min(end, span[1])
    cut: Sequence[tuple[str, bool]] = (
        (text[start:first], False), (text[first:last], True), (text[last:end], False),
    )  # fmt: skip
    return tuple(piece for piece in cut if piece[0])
