"""A case run again from its record: the stored chart and policies, the same clock, and what comes out compared."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from agents.casework.panel.phrases import plural
from agents.casework.working import open_graph, work_case
from agents.products import FACTS, LETTER, MODEL_READING
from agents.toolbox import Toolbox, build_toolbox
from cases.audit_event import Actor, AuditEvent
from cases.decision import GateResult
from cases.errors import InputError
from cases.frozen import Frozen
from cases.ids import CaseId
from cases.lifecycle import CaseState
from runtime import case_store, work_store
from runtime.database import Transaction
from runtime.settings import Settings
from runtime.store_copy import copy_store
from runtime.work_store import CRITERIA, GAPS, GATE, ProductKind

T = TypeVar("T")
_Compared = tuple[object, str]
_JUDGED = "gate.judged"


class ReplayedPart(Frozen):
    """One work product: what the record holds and what came out now, in a few words each."""

    name: str
    recorded: str
    now: str
    same: bool


class Replay(Frozen):
    """A case run again, at the time of its last judgement. `model_read` says that a model had read beside the rules."""

    case_id: CaseId
    at: datetime
    parts: tuple[ReplayedPart, ...]
    model_read: bool

    @property
    def holds(self) -> bool:
        return all(part.same for part in self.parts)


def replay_case(toolbox: Toolbox, case_id: CaseId, folder: Path, actor_id: str) -> Replay:
    """Work the case anew in a copy of the store under `folder`, and compare; the case itself is not touched.

    Persons' corrections of facts count as they stand. A model is not asked again. Raises NotFound, and InputError
    for a case that no gate has judged.
    """
    with toolbox.database.read() as transaction:
        case_store.get(transaction, case_id)
        at = _last_judged(toolbox, transaction, case_id)
        recorded = _products(transaction, case_id)
        model_read = work_store.get_product(transaction, case_id, MODEL_READING) is not None
    now = _worked_anew(copy_store(toolbox.settings, folder, at), case_id)
    parts = tuple(
        ReplayedPart(name=name, recorded=recorded[name][1], now=now[name][1], same=recorded[name][0] == now[name][0])
        for name in recorded
    )
    replay = Replay(case_id=case_id, at=at, parts=parts, model_read=model_read)
    with toolbox.database.begin() as transaction:
        toolbox.audit.append(
            transaction,
            AuditEvent(
                tenant_id=transaction.tenant_id, at=toolbox.clock.now(), actor=Actor.PERSON, actor_id=actor_id,
                action="case.replayed", subject=case_id, detail={"same": replay.holds, "parts": len(parts)},
            ),
        )  # fmt: skip
    return replay


def _last_judged(toolbox: Toolbox, transaction: Transaction, case_id: CaseId) -> datetime:
    judged = [one.event.at for one in toolbox.audit.entries(transaction, case_id) if one.event.action == _JUDGED]
    if not judged:
        raise InputError(f"{case_id}: no gate has judged this case, so there is nothing to run again.")
    return judged[-1]


def _worked_anew(settings: Settings, case_id: CaseId) -> dict[str, _Compared]:
    """The products of a run from the start. Flags begin anew: the steps set theirs, others came after the judgement."""
    box = build_toolbox(settings)
    try:
        with box.database.begin() as transaction:
            case = case_store.get(transaction, case_id)
            opened = case.model_copy(update={"state": CaseState.OPENED, "flags": ()})
            began = case_store.save(transaction, opened, box.clock.now()).revision
        with open_graph(box) as graph:
            work_case(box, graph, case_id)
        with box.database.read() as transaction:
            return _products(transaction, case_id, began)
    finally:
        box.database.close()


def _products(transaction: Transaction, case_id: CaseId, since: int = 0) -> dict[str, _Compared]:
    """Each product of a revision from `since` on: what is compared, and how it is called."""

    def of(kind: ProductKind[T], worded: Callable[[T], str], compared: Callable[[T], object]) -> _Compared:
        revision = work_store.newest_revision(transaction, case_id, kind)
        if revision is None or revision < since:
            return None, "none"
        product = work_store.get_product(transaction, case_id, kind, revision)
        return (None, "none") if product is None else (compared(product), worded(product))

    return {
        "facts": of(FACTS, lambda facts: plural(len(facts), "fact"), lambda facts: facts),
        "criteria": of(CRITERIA, lambda found: found.root.state.value, lambda found: found),
        "gaps": of(GAPS, lambda gaps: plural(len(gaps), "gap"), lambda gaps: gaps),
        "gate": of(GATE, lambda gate: gate.outcome.value, _without_bytes),
        "letter": of(LETTER, lambda letter: plural(len(letter.sentences()), "sentence"), lambda one: one.sentences()),
    }


def _without_bytes(gate: GateResult) -> GateResult:
    """The packet's bytes carry the case's revision, which grows with every run."""
    return gate.model_copy(update={"digest": None})
