"""Packets: what is drafted is whole, everything relied on can be read in it, and what is open is asked for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pypdfium2

from cases.criteria import CriteriaResult, State
from cases.criteria_evaluation import open_leaves
from cases.decision import GateOutcome
from cases.evidence import Evidence, Role
from cases.frozen import Frozen
from cases.ids import digest_of
from evals.bench_room import Bench
from evals.suites.worked import Worked, samples, worked
from evals.task import Item, Mark, Measure, Score, Solver, Task

_SENT = ("letter.md", "packet.pdf", "pas-bundle.json", "x12-278.edi")
_ALWAYS = ("criteria.json", "gaps.json", "gate.json")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class PacketParts:
    """What comes between the casework and the judge: nothing, unless a fault is planted."""

    after: Callable[[Worked], Worked] = lambda case: case


class Aspect(Frozen):
    """One side of one sample's cases."""

    sample: str
    aspect: str


class Checked(Frozen):
    """How many things were looked at, and those that fail, in words."""

    looked_at: int
    faults: tuple[str, ...]


def _items(bench: Bench) -> list[Item[Aspect]]:
    return [
        Item(f"{sample}.{aspect}", Aspect(sample=sample, aspect=aspect), sample, {"aspect": aspect})
        for sample in samples(bench)
        for aspect in _CHECKS
    ]


def _solver(bench: Bench, parts: PacketParts) -> Solver[Aspect, Checked]:
    def solve(item: Item[Aspect]) -> Checked:
        looked, faults = 0, list[str]()
        for case in worked(bench, item.content.sample):
            count, found = _CHECKS[item.content.aspect](parts.after(case))
            looked, faults = looked + count, faults + found
        return Checked(looked_at=looked, faults=tuple(faults))

    return solve


def _artefacts(case: Worked) -> tuple[int, list[str]]:
    """Ready for a person: everything that would be sent. Blocked with nothing drafted: nothing of it."""
    ready = case.gate is not None and case.gate.outcome is GateOutcome.REVIEW
    drafted = ready or case.letter is not None
    missing = [name for name in (*_ALWAYS, *(_SENT if drafted else ())) if not case.artefacts.get(name)]
    beyond = [] if drafted else [name for name in _SENT if name in case.artefacts]
    return len(_ALWAYS) + len(_SENT), [f"missing {name}" for name in missing] + [f"beyond {name}" for name in beyond]


def _evidence(case: Worked) -> tuple[int, list[str]]:
    """Each MET leaf rests on a quote that stands in the chart where it says."""
    leaves = [leaf for leaf in case.result.root.leaves() if leaf.state is State.MET] if case.result else []
    faults = []
    for leaf in leaves:
        supports = [item for item in leaf.evidence if item.role is Role.SUPPORTS]
        if not supports:
            faults.append(f"{leaf.id} rests on nothing")
        faults += [f"{leaf.id}: a quote does not open" for item in supports if not _opens(case, item)]
    return len(leaves), faults


def _opens(case: Worked, item: Evidence) -> bool:
    span = item.fact.span
    document = case.chart.document(span.document_id)
    return document is not None and document.text[span.start : span.end] == span.quote


def _readable(case: Worked) -> tuple[int, list[str]]:
    """Every quote that a MET leaf rests on can be read in the packet's pages."""
    packet = case.artefacts.get("packet.pdf")
    if packet is None or case.result is None:
        return 0, []
    text = _squeezed(_text_of(packet))
    quotes = _relied_on(case.result)
    return len(quotes), [f"{leaf}: not in the packet" for leaf, quote in quotes if _squeezed(quote) not in text]


def _relied_on(result: CriteriaResult) -> list[tuple[str, str]]:
    return [
        (leaf.id, item.fact.span.quote)
        for leaf in result.root.leaves()
        if leaf.state is State.MET
        for item in leaf.evidence[:1]
        if item.role is Role.SUPPORTS and item.fact.span.quote
    ]


def _text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def _squeezed(text: str) -> str:
    return _SPACE.sub("", text).replace("\ufffe", "").replace("\u00ad", "")


def _gaps(case: Worked) -> tuple[int, list[str]]:
    """Each leaf that keeps the tree open is asked for: which document, from whom, with the request drafted."""
    if case.result is None:
        return 0, []
    asked = {gap.criterion_id: gap for gap in case.gaps}
    leaves = open_leaves(case.result.root)
    faults = [f"{leaf.id}: not asked for" for leaf in leaves if leaf.id not in asked]
    empty = [name for name, gap in asked.items() if not (gap.request and gap.document and gap.holder)]
    return len(leaves), faults + [f"{name}: the request is empty" for name in empty]


def _digest(case: Worked) -> tuple[int, list[str]]:
    """The gate judged exactly the bytes that lie there."""
    bundle = case.artefacts.get("pas-bundle.json")
    if bundle is None or case.gate is None:
        return 0, []
    return 1, [] if case.gate.digest == digest_of(bundle) else ["the gate's digest is of other bytes"]


def _verdicts(case: Worked) -> tuple[int, list[str]]:
    """Nothing goes to a person whose letter is not grounded or that holds another patient's page."""
    ready = case.gate is not None and case.gate.outcome is GateOutcome.REVIEW
    failed = [verdict.guard for verdict in case.verdicts if verdict.passed is not True]
    return 1, [f"{guard} did not pass" for guard in failed] if ready else []


_CHECKS: dict[str, Callable[[Worked], tuple[int, list[str]]]] = {
    "artefacts": _artefacts, "evidence": _evidence, "readable": _readable, "gaps": _gaps, "digest": _digest,
    "verdicts": _verdicts,
}  # fmt: skip


def _score(item: Item[Aspect], found: Checked) -> Score:
    marks = {item.content.aspect: Mark(len(found.faults), found.looked_at)} if found.looked_at else {}
    return Score(marks, not found.faults, "; ".join(found.faults) or "whole", f"{found.looked_at} looked at")


def task(parts: PacketParts | None = None) -> Task[Aspect, Checked]:
    """The suite, over the casework of production unless a fault is put behind it."""
    return Task(
        name="packet",
        title="Packet completeness",
        claim="A packet that goes to a person is whole and grounded, and what keeps a case open is asked for.",
        datasets=("samples",),
        measures=(
            Measure("artefacts", "artefacts missing, or drafted although nothing may be sent"),
            Measure("evidence", "MET criteria without a quote that opens in the chart"),
            Measure("readable", "quotes relied on that cannot be read in the packet"),
            Measure("gaps", "open criteria that nobody is asked about"),
            Measure("digest", "gates that judged other bytes than those that lie there"),
            Measure("verdicts", "drafts put to a person although a guard did not pass"),
        ),
        items=_items,
        solver=partial(_solver, parts=parts or PacketParts()),
        scorer=_score,
    )
