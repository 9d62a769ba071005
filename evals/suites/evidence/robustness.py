"""The same chart worse off: faxed, in other words, its documents in another order, a document missing."""

import shutil
from collections.abc import Iterator
from functools import partial

from cases.frozen import Frozen
from evals.bench_room import Bench
from evals.suites.evidence.charts import MET, EvidenceParts, LeafCase, charts, edited, files_of, judged, states
from evals.suites.evidence.fax import faxed
from evals.task import Item, Mark, Measure, Score, Solver, Task, share, thinned
from formats.chart_files import ChartFile

_SMOKE_CHARTS, _SMOKE_WORDS, _SMOKE_FAXES = 8, 16, 1
_FAXES = 16
"""Charts that are faxed in a full run: one of each service, about two minutes on two cores. Half of them meet
everything and half show too little, so that there is something to lose and something to gain."""


class Worse(Frozen):
    """A chart and what is done to it: `fax`, `order`, `missing` (with the file that is left out) or `words`."""

    case: LeafCase
    how: str
    without: str = ""


class Found(Frozen):
    """The states of the leaves before and after."""

    before: dict[str, str]
    after: dict[str, str]


def _items(bench: Bench) -> list[Item[Worse]]:
    full = bench.full
    chosen = charts()[:: 1 if full else len(charts()) // _SMOKE_CHARTS]
    found = [item for case in chosen for item in _of_chart(case)]
    words = [
        Item(identity, Worse(case=case, how="words"), case.chart, {"how": "words", "kind": case.kind})
        for identity, case in edited("paraphrases.jsonl")
    ]
    found += words if full else thinned(words, _SMOKE_WORDS)
    if shutil.which("tesseract"):
        met, thin = charts()[::3], charts()[2::3]
        mixed = [one for pair in zip(met[::2], thin[1::2], strict=False) for one in pair]
        faxes = [Item(f"{case.chart}.fax", Worse(case=case, how="fax"), case.chart, {"how": "fax"}) for case in mixed]
        found += faxes[:_FAXES] if full else thinned(faxes, _SMOKE_FAXES)
    return found


def _of_chart(case: LeafCase) -> Iterator[Item[Worse]]:
    yield Item(f"{case.chart}.order", Worse(case=case, how="order"), case.chart, {"how": "order"})
    notes = [file.name for file in files_of(case) if file.name.endswith(".txt")]
    for name in notes if len(notes) > 1 else ():
        worse = Worse(case=case, how="missing", without=name)
        yield Item(f"{case.chart}.without.{name}", worse, case.chart, {"how": "missing"})


def _solver(_: Bench, parts: EvidenceParts) -> Solver[Worse, Found]:
    plain: dict[str, dict[str, str]] = {}

    def solve(item: Item[Worse]) -> Found:
        case = item.content.case
        if case.chart not in plain:
            plain[case.chart] = states(judged(files_of(case.model_copy(update={"edit": None})), case.service, parts))
        after = states(judged(_changed(item.content), case.service, parts))
        return Found(before=plain[case.chart], after=after)

    return solve


def _changed(worse: Worse) -> list[ChartFile]:
    files = list(files_of(worse.case))
    if worse.how == "order":
        return files[::-1]
    if worse.how == "missing":
        return [file for file in files if file.name != worse.without]
    if worse.how == "fax":
        return [faxed(file) if file.name.endswith(".txt") else file for file in files]
    return files


def _score(item: Item[Worse], found: Found) -> Score:
    expected, how = item.content.case.expected, item.content.how
    wrong = [leaf for leaf, label in expected.items() if found.after[leaf] != label]
    gained = [leaf for leaf, label in expected.items() if found.after[leaf] == MET != label]
    moved = [leaf for leaf, state in found.before.items() if found.after[leaf] != state]
    marks: dict[str, Mark] = {}
    if how == "order":
        marks["order_moves"] = Mark(len(moved), len(found.before))
    elif how == "missing":
        marks["missing_gains"] = Mark(len([leaf for leaf in moved if found.after[leaf] == MET]), len(found.before))
    elif how == "fax":
        marks["fax_gains"] = Mark(len(gained), sum(label != MET for label in expected.values()))
        marks["fax_leaves"] = Mark(len(expected) - len(wrong), len(expected))
    else:
        marks["other_words"] = share(not wrong)
    passed = not (gained or wrong) if how in ("fax", "words") else not moved if how == "order" else True
    shown = ", ".join(f"{leaf}: {found.before[leaf]}→{found.after[leaf]}" for leaf in moved)
    return Score(marks, passed, shown or "no leaf moves", f"differs from the label: {', '.join(wrong) or 'none'}")


def task(parts: EvidenceParts | None = None) -> Task[Worse, Found]:
    """The suite, over the product's own reader unless other parts are given."""
    return Task(
        name="robustness",
        title="Robustness of the evidence",
        claim="Noise, other words, another order of documents or a missing document may make a criterion pend, and "
        "never make it MET by itself.",
        datasets=("evidence-charts", "evidence-leaves"),
        measures=(
            Measure("fax_gains", "leaves of faxed charts that become MET against the label"),
            Measure("fax_leaves", "leaves of faxed charts judged as labelled"),
            Measure("other_words", "leaves that stay MET in other words or beside distractors"),
            Measure("order_moves", "leaves that another order of documents moves"),
            Measure("missing_gains", "leaves that become MET when a document is left out"),
        ),
        items=_items,
        solver=partial(_solver, parts=parts or EvidenceParts()),
        scorer=_score,
    )
