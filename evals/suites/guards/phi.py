"""Identifiers: every labelled one found whole, by type and genre; codes, eponyms and plain words left alone."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from pydantic import BaseModel, ConfigDict

from cases.frozen import Frozen
from evals.bench_room import Bench
from evals.dataset_registry import registry
from evals.task import Item, Mark, Measure, Score, Solver, Task, share, thinned
from guardrails.phi.guard import shipped_guard
from guardrails.phi.spans import PhiSpan

_SMOKE = 90
_NUMBERS = ("SSN", "MRN", "MEMBER_ID", "PHONE", "EMAIL")
_CODES = ("icd", "cpt", "hcpcs", "ndc")


@dataclass(frozen=True)
class PhiParts:
    """What finds identifiers."""

    find: Callable[[str], Sequence[PhiSpan]] = lambda text: shipped_guard().find(text)


class Place(BaseModel):
    """A labelled stretch, in code points; `kind` names what only looks like an identifier."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    start: int
    end: int
    type: str = ""
    kind: str = ""
    optional: bool = False


class Marked(BaseModel):
    """A document with its identifiers and its look-alikes."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    genre: str
    text: str
    spans: tuple[Place, ...]
    negatives: tuple[Place, ...] = ()

    @property
    def required(self) -> tuple[Place, ...]:
        return tuple(span for span in self.spans if not span.optional)


class Spans(Frozen):
    """What was found."""

    spans: tuple[PhiSpan, ...]


def _items(bench: Bench) -> list[Item[Marked]]:
    lines = (registry()["phi-documents"].place / "documents.jsonl").read_text("utf-8").split("\n")
    found = []
    for line in filter(None, lines):
        document = Marked.model_validate(json.loads(line))
        kept = bool(sha256(document.id.encode()).digest()[0] % 2)
        slices = {"genre": document.genre, "half": "kept" if kept else "seen"}
        found.append(Item(document.id, document, slices=slices, sealed=kept))
    return found if bench.full else thinned(found, _SMOKE)


def _solver(_: Bench, parts: PhiParts) -> Solver[Marked, Spans]:
    return lambda item: Spans(spans=tuple(parts.find(item.content.text)))


def _score(item: Item[Marked], found: Spans) -> Score:
    """Only letters and digits count. A span of a required identifier that loses one letter leaks."""
    document = item.content
    text, required = document.text, document.required
    covered = {at for span in found.spans for at in range(span.start, span.end)}
    whole = {span: _whole(text, span, covered) for span in required}
    marks: dict[str, Mark] = {}
    if required:
        letters = [at for span in required for at in range(span.start, span.end) if text[at].isalnum()]
        marks["span_recall"] = Mark(sum(whole.values()), len(required))
        marks["character_recall"] = Mark(sum(at in covered for at in letters), len(letters))
        marks["clean_documents"] = share(all(whole.values()))
        marks |= _by_type(whole)
    else:
        free = {at for span in document.spans for at in range(span.start, span.end)}
        marks["phi_free_touched"] = share(any(text[at].isalnum() and at not in free for at in covered))
    marks |= _over(document, found.spans, covered)
    lost = Counter(span.type for span, held in whole.items() if not held)
    told = ", ".join(f"{kind} ×{count}" for kind, count in sorted(lost.items()))
    return Score(marks, not lost, f"{len(found.spans)} spans" + (f", lost {told}" if lost else ""), document.genre)


def _whole(text: str, span: Place, covered: set[int]) -> bool:
    return all(at in covered for at in range(span.start, span.end) if text[at].isalnum())


def _by_type(whole: dict[Place, bool]) -> dict[str, Mark]:
    counted: dict[str, list[bool]] = {}
    for span, held in whole.items():
        counted.setdefault(f"type_{span.type}", []).append(held)
        if span.type in _NUMBERS:
            counted.setdefault("number_recall", []).append(held)
    return {name: Mark(sum(held), len(held)) for name, held in counted.items()}


def _over(document: Marked, spans: Sequence[PhiSpan], covered: set[int]) -> dict[str, Mark]:
    """Of what was found, the share that touches a label; of look-alikes, the share that was touched."""
    marks: dict[str, Mark] = {}
    labelled = {at for span in document.spans for at in range(span.start, span.end)}
    if spans:
        touching = sum(any(at in labelled for at in range(span.start, span.end)) for span in spans)
        marks["span_precision"] = Mark(touching, len(spans))
    touched: dict[str, list[bool]] = {}
    for one in document.negatives:
        hit = any(at in covered for at in range(one.start, one.end))
        touched.setdefault("codes_touched" if one.kind in _CODES else "look_alikes_touched", []).append(hit)
    return marks | {name: Mark(sum(hits), len(hits)) for name, hits in touched.items()}


_TYPES = (
    "NAME", "DATE", "AGE_OVER_89", "PHONE", "FAX", "EMAIL", "SSN", "MRN", "MEMBER_ID", "ACCOUNT", "LICENSE", "VEHICLE",
    "DEVICE_ID", "URL", "IP", "BIOMETRIC_REF", "STREET", "CITY", "ZIP",
)  # fmt: skip


def task(parts: PhiParts | None = None) -> Task[Marked, Spans]:
    """The suite, over the guard that ships unless another is given."""
    return Task(
        name="phi",
        title="Identifiers (PHI guard)",
        claim="Identifiers are found before text leaves for a model or a log, and clinical words are left readable.",
        datasets=("phi-documents",),
        measures=(
            Measure("span_recall", "identifiers wholly covered"),
            Measure("character_recall", "characters of identifiers covered"),
            Measure("number_recall", "SSN, MRN, member number, phone and e-mail wholly covered"),
            Measure("clean_documents", "documents without a leak"),
            Measure("span_precision", "found spans that touch an identifier"),
            Measure("phi_free_touched", "documents without identifiers that are touched (walls of traps)"),
            Measure("codes_touched", "ICD, CPT, HCPCS and NDC codes touched"),
            Measure("look_alikes_touched", "eponyms, drugs and other look-alikes touched"),
            *(Measure(f"type_{kind}", f"{kind} wholly covered") for kind in _TYPES),
        ),
        items=_items,
        solver=partial(_solver, parts=parts or PhiParts()),
        scorer=_score,
    )
