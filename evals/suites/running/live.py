"""With a model: each sample worked by the model that is set, beside the same cases without one, and what that cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from agents.casework.policies import import_shipped
from agents.model_work import ModelReading
from agents.products import MODEL_READING, MODEL_WORDING
from agents.toolbox import Toolbox, build_toolbox
from cases.errors import InputError
from cases.frozen import Frozen
from evals.bench_room import Bench
from evals.suites.worked import Worked, samples, work, worked
from evals.task import Item, Kind, Mark, Measure, Score, Solver, Task
from runtime import work_store
from runtime.work_store import GATE


@dataclass(frozen=True)
class LiveParts:
    """What comes between the model's case and the judge: nothing, unless a fault is planted."""

    after: Callable[[Worked], Worked] = lambda case: case


class Asked(Frozen):
    """What a model did on the cases of a sample, and what came of it.

    `gained` are leaves MET with the model and not without it. `dollars` is None where no price is set.
    """

    leaves: int
    gained: tuple[str, ...]
    disputed: int
    ungrounded: int
    drafts: int
    calls: int
    answered: int
    tokens: int
    seconds: float
    dollars: float | None


def need_model(bench: Bench) -> None:
    """Raises InputError where no model is set."""
    if not bench.settings.llm_base_url:
        raise InputError("No model is set: give COUNTERSIGN_LLM_BASE_URL and COUNTERSIGN_LLM_MODEL for --live.")


def _items(bench: Bench) -> list[Item[str]]:
    need_model(bench)
    return [Item(name, name) for name in samples(bench)]


def live_box(bench: Bench) -> Toolbox:
    """The product with the caller's model and agreements, in a home of its own, at the real time."""
    return bench.once("home live", lambda: _opened(bench))


def _opened(bench: Bench) -> Toolbox:
    settings = bench.settings
    changes = {"home": bench.scratch / "home-live", "agreements": settings.agreements_file, "database_url": ""}
    box = build_toolbox(settings.model_copy(update=changes))
    bench.at_end(box.database.close)
    import_shipped(box)
    return box


def _solver(bench: Bench, parts: LiveParts) -> Solver[str, Asked]:
    box = live_box(bench)

    def solve(item: Item[str]) -> Asked:
        pairs = list(zip(worked(bench, item.content), map(parts.after, work(box, item.content)), strict=True))
        return _asked(box, pairs)

    return solve


def _asked(box: Toolbox, pairs: Sequence[tuple[Worked, Worked]]) -> Asked:
    readings, calls = list[ModelReading](), []
    for _, case in pairs:
        with box.database.read() as transaction:
            at = work_store.newest_revision(transaction, case.case.id, GATE) or 0
            reading = work_store.get_product(transaction, case.case.id, MODEL_READING, at)
            wording = work_store.get_product(transaction, case.case.id, MODEL_WORDING, at)
        readings += [reading] if reading else []
        calls += [call for one in (reading, wording) if one is not None for call in one.log.calls]
    costs = [call.cost for call in calls if call.cost is not None]
    drafted = [case for _, case in pairs if case.letter is not None]
    return Asked(
        leaves=sum(len(_states(case)) for _, case in pairs),
        gained=tuple(leaf for plain, case in pairs for leaf in _gained(plain, case)),
        disputed=sum(leaf.differ for reading in readings for leaf in reading.readings),
        ungrounded=sum(verdict.passed is not True for case in drafted for verdict in case.verdicts),
        drafts=len(drafted),
        calls=len(calls),
        answered=sum(call.outcome == "answered" for call in calls),
        tokens=sum(call.prompt_tokens + call.completion_tokens for call in calls),
        seconds=sum(call.seconds for call in calls),
        dollars=float(sum(costs)) if costs else None,
    )


def _states(case: Worked) -> dict[str, str]:
    return {leaf.id: leaf.state.value for leaf in case.result.root.leaves()} if case.result else {}


def _gained(plain: Worked, case: Worked) -> list[str]:
    before = _states(plain)
    return [leaf for leaf, state in _states(case).items() if state == "MET" != before.get(leaf)]


def _score(item: Item[str], found: Asked) -> Score:
    marks = {
        "model_met": Mark(len(found.gained), found.leaves),
        "disputed": Mark(found.disputed, found.leaves),
        "ungrounded": Mark(found.ungrounded, found.drafts),
        "answered": Mark(found.answered, found.calls),
        "model_seconds": Mark(found.seconds),
        "tokens": Mark(found.tokens),
    }
    if found.dollars is not None:
        marks["dollars"] = Mark(found.dollars)
    told = f"{found.calls} questions, {found.answered} answered, {found.disputed} leaves in dispute"
    return Score(marks, not found.gained and not found.ungrounded, told, ", ".join(found.gained))


def task(parts: LiveParts | None = None) -> Task[str, Asked]:
    """The suite, over the model that the settings name."""
    return Task(
        name="live",
        title="With the model that is set",
        claim="A model can pend a case, never pass one; what it costs is known.",
        datasets=("samples",),
        measures=(
            Measure("model_met", "criteria MET with the model and not without it"),
            Measure("ungrounded", "drafts with a guard that did not pass"),
            Measure("disputed", "criteria on which rules and model differ"),
            Measure("answered", "questions that got a usable answer"),
            Measure("model_seconds", "seconds of model time for a sample, 95th percentile", Kind.QUANTILE, "s"),
            Measure("tokens", "tokens for a sample, 95th percentile", Kind.QUANTILE, "tokens"),
            Measure("dollars", "dollars for a sample, 95th percentile", Kind.QUANTILE, "$"),
        ),
        items=_items,
        solver=partial(_solver, parts=parts or LiveParts()),
        scorer=_score,
        few="The samples that ship are 24; a smoke run takes five.",
        model=True,
    )
