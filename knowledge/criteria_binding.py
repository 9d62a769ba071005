"""Finds each leaf of a reviewed tree in an imported policy text; what is not found leaves the tree a draft."""

import re

from cases.criteria import Anchor, CriteriaTree, Criterion, Op, PolicyNote, PolicyRef, PolicySpan, TreeStatus
from knowledge.criteria_trees import CriteriaTemplate
from knowledge.policy_structure import Block, blocks, sentences

_BULLETS = "•●▪◦ "
_DASHES = "-–—‑−"
_QUOTES = "\"“”„«»'‘’"


class PolicyPlaces:
    """A policy text prepared for seeking anchors in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._blocks = blocks(text)

    def find(self, anchor: Anchor) -> PolicySpan | str:
        """The sentence under the section, be it of a paragraph or a list item, that holds all terms; else why not.

        White space, dashes and quotation marks are not told apart, nor is case. More than one place is none.
        """
        inside = [
            block for block in self._blocks if block.kind != "heading" and self._stands_under(block, anchor.section)
        ]
        if not inside:
            return f"the section '{anchor.section}' is not in the text"
        patterns = [_pattern(term) for term in anchor.terms]
        found = self._holding(inside, patterns)
        if len(found) == 1:
            start, end = found[0]
            start += len(self._text[start:end]) - len(self._text[start:end].lstrip(_BULLETS))
            return PolicySpan(start=start, end=end, quote=self._text[start:end])
        terms = ", ".join(f"'{term}'" for term in anchor.terms)
        if found:
            return f"{terms} stand together at {len(found)} places under '{anchor.section}'"
        return f"{terms} do not stand together under '{anchor.section}'"

    def _stands_under(self, block: Block, section: str) -> bool:
        pattern = _pattern(section)
        return any(pattern.search(heading) for heading in block.path)

    def _holding(self, inside: list[Block], patterns: list[re.Pattern[str]]) -> list[tuple[int, int]]:
        spans = [span for block in inside for span in sentences(self._text, block.start, block.end)]
        return [span for span in spans if self._holds(span, patterns)]

    def _holds(self, span: tuple[int, int], patterns: list[re.Pattern[str]]) -> bool:
        return all(pattern.search(self._text, *span) for pattern in patterns)


def bind(template: CriteriaTemplate, policy_text: str, ref: PolicyRef) -> CriteriaTree:
    """The tree with the span of each leaf and note in this text.

    A draft where a place was not found, or where the text is of another time than the tree was reviewed for.
    """
    places = PolicyPlaces(policy_text)
    reasons: list[str] = _wrong_time(template, ref)
    root = _bound(template.root, places, reasons)
    notes = tuple(_bound_note(note, places, reasons) for note in template.notes)
    return CriteriaTree(
        id=template.id,
        policy=ref,
        root=root,
        status=TreeStatus.DRAFT if reasons else TreeStatus.APPROVED,
        draft_reasons=tuple(reasons),
        notes=notes,
    )


def _wrong_time(template: CriteriaTemplate, ref: PolicyRef) -> list[str]:
    meant = f"the tree is for texts in effect from {template.effective}"
    if ref.effective is None:
        return [f"{ref.number}: when this text took effect is not known, and {meant}"]
    if ref.effective < template.effective or (template.expires and ref.effective > template.expires):
        return [f"{ref.number}: this text took effect on {ref.effective}, and {meant}"]
    return []


def _bound(criterion: Criterion, places: PolicyPlaces, reasons: list[str]) -> Criterion:
    if criterion.op is not Op.LEAF:
        children = tuple(_bound(child, places, reasons) for child in criterion.children)
        return criterion.model_copy(update={"children": children})
    span = _span(criterion.id, criterion.anchor, places, reasons)
    return criterion.model_copy(update={"policy_span": span})


def _bound_note(note: PolicyNote, places: PolicyPlaces, reasons: list[str]) -> PolicyNote:
    return note.model_copy(update={"policy_span": _span(f"note on {note.about}", note.anchor, places, reasons)})


def _span(name: str, anchor: Anchor | None, places: PolicyPlaces, reasons: list[str]) -> PolicySpan | None:
    found = places.find(anchor) if anchor else "it has no place in the policy"
    if isinstance(found, PolicySpan):
        return found
    reasons.append(f"{name}: {found}")
    return None


def _pattern(words: str) -> re.Pattern[str]:
    """Words as a pattern that stands alone and does not mind spacing, dashes, quotation marks or case."""
    tokens = re.findall(rf"\d+|[^\W\d]+|[{re.escape(_DASHES)}]|[{re.escape(_QUOTES)}]|[^\w\s]", words)
    parts = [_token(token) for token in tokens]
    start = r"(?<!\w)" if tokens and tokens[0][0].isalnum() else ""
    end = r"(?!\w)" if tokens and tokens[-1][-1].isalnum() else ""
    return re.compile(start + r"\s*".join(parts) + end, re.IGNORECASE)


def _token(token: str) -> str:
    if token in _DASHES:
        return f"[{re.escape(_DASHES)}]"
    if token in _QUOTES:
        return f"[{re.escape(_QUOTES)}]"
    return re.escape(token)
