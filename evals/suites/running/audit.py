"""Audit and replay: every tampering with the log is named, and a case worked again gives the same bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from cases.audit_event import Actor, AuditEvent, leaf_bytes, leaf_hash
from cases.frozen import Frozen
from cases.ids import DEFAULT_TENANT
from evals.bench_room import NOW, Bench
from evals.product import toolbox
from evals.suites.worked import samples, worked
from evals.task import Item, Mark, Measure, Score, Solver, Task, share
from runtime.audit_chain import GENESIS, chain_hash
from runtime.audit_walk import AuditProblem, EntryWalk, StoredEntry

_ENTRIES = 24
_COLUMNS = ("leaf", "leaf_hash", "chain_hash", "action", "subject", "tenant_id", "sequence")
_REPLAYED = ("criteria.json", "gaps.json", "gate.json", "letter.md", "x12-278.edi")


def _walked(entries: Sequence[StoredEntry], size: int) -> Sequence[AuditProblem]:
    walk = EntryWalk(size=size)
    for entry in entries:
        walk.take(entry)
    walk.end()
    return walk.problems


@dataclass(frozen=True)
class AuditParts:
    """What proves a log, and the home in which a case is worked again."""

    prove: Callable[[Sequence[StoredEntry], int], Sequence[AuditProblem]] = _walked
    again: str = "replay"


class Deed(Frozen):
    """A tampering (`what` on entry `at`), an untouched log (`sound`), or a sample to be worked again (`replay`)."""

    what: str
    at: int = 0
    sample: str = ""


class Found(Frozen):
    """Problems named, or artefacts that differ."""

    problems: tuple[str, ...]
    looked_at: int = 1


def _items(bench: Bench) -> list[Item[Deed]]:
    found = [Item("sound", Deed(what="sound"), slices={"what": "sound"})]
    for what in (*_COLUMNS, "removed", "repeated", "swapped", "cut"):
        for at in range(2, _ENTRIES, 1 if bench.full else 4):
            found.append(Item(f"{what}.{at}", Deed(what=what, at=at), slices={"what": what}))
    found += [
        Item(f"log of {sample}", Deed(what="log", sample=sample), slices={"what": "log"})
        for sample in samples(bench)[:1]
    ]
    found += [
        Item(f"replay of {sample}", Deed(what="replay", sample=sample), slices={"what": "replay"})
        for sample in samples(bench)[: None if bench.full else 2]
    ]
    return found


def _log() -> list[StoredEntry]:
    """A log as the store would hold it."""
    entries, before = [], GENESIS
    for number in range(1, _ENTRIES + 1):
        event = AuditEvent(
            tenant_id=DEFAULT_TENANT, at=NOW + timedelta(minutes=number), actor=Actor.SYSTEM, actor_id="evals",
            action="case.worked" if number % 2 else "gate.judged", subject=f"c-{number:04}", detail={"flags": number},
        )  # fmt: skip
        leaf = leaf_bytes(event, number, None)
        before = chain_hash(before, leaf_hash(leaf))
        entries.append(StoredEntry(number, event.tenant_id, event.action, event.subject, leaf, leaf_hash(leaf), before))
    return entries


def _tampered(deed: Deed) -> list[StoredEntry]:
    entries, at = _log(), deed.at
    if deed.what == "removed":
        return entries[:at] + entries[at + 1 :]
    if deed.what == "repeated":
        return [*entries[: at + 1], *entries[at:]]
    if deed.what == "swapped":
        entries[at - 1], entries[at] = entries[at], entries[at - 1]
    elif deed.what == "cut":
        return entries[:at]
    elif deed.what in _COLUMNS:
        change: dict[str, Any] = {deed.what: _other(getattr(entries[at], deed.what))}
        entries[at] = replace(entries[at], **change)
    return entries


def _other(value: object) -> object:
    if isinstance(value, bytes):
        return value[:-2] + bytes([value[-2] ^ 1]) + value[-1:]
    return value + 1000 if isinstance(value, int) else f"{value}x"


def _solver(bench: Bench, parts: AuditParts) -> Solver[Deed, Found]:
    def solve(item: Item[Deed]) -> Found:
        deed = item.content
        if deed.what == "replay":
            return _replayed(bench, deed.sample, parts.again)
        if deed.what == "log":
            worked(bench, deed.sample)
            box = toolbox(bench)
            with box.database.read() as transaction:
                return Found(problems=tuple(map(str, box.audit.verify(transaction).problems)))
        return Found(problems=tuple(str(one) for one in parts.prove(_tampered(deed), _ENTRIES)))

    return solve


def _replayed(bench: Bench, sample: str, again: str) -> Found:
    pairs = list(zip(worked(bench, sample), worked(bench, sample, again), strict=True))
    differ = [
        f"{name} differs"
        for first, second in pairs
        for name in _REPLAYED
        if first.artefacts.get(name) != second.artefacts.get(name)
    ]
    return Found(problems=tuple(differ), looked_at=len(_REPLAYED) * len(pairs))


def _score(item: Item[Deed], found: Found) -> Score:
    what = item.content.what
    told = "; ".join(found.problems[:3]) or "nothing"
    if what in ("sound", "log"):
        return Score({"false_alarm": share(bool(found.problems))}, not found.problems, told)
    if what == "replay":
        return Score({"replay_differs": Mark(len(found.problems), found.looked_at)}, not found.problems, told)
    return Score({"not_named": share(not found.problems)}, bool(found.problems), told, what)


def task(parts: AuditParts | None = None) -> Task[Deed, Found]:
    """The suite, over the product's own proof unless another is given."""
    return Task(
        name="audit",
        title="Audit and replay",
        claim="The log names whatever was changed in it, and the same chart worked again gives the same artefacts.",
        datasets=("samples",),
        measures=(
            Measure("not_named", "tamperings with the log that the proof does not name"),
            Measure("false_alarm", "sound logs in which something is named"),
            Measure("replay_differs", "artefacts of a case worked again that differ"),
        ),
        items=_items,
        solver=partial(_solver, parts=parts or AuditParts()),
        scorer=_score,
    )
