"""Denials at work: opened once from a payer's message, joined to their case, given clocks, and closed by a person."""

from collections.abc import Sequence

from agents.casework.denials.joining import join
from agents.casework.denials.timers import timers_of
from agents.desk import flagged
from agents.toolbox import Toolbox
from cases.audit_event import Actor, AuditEvent
from cases.case import Case, Flag
from cases.denial import Denial, DenialFacts, DenialStatus, Pathway
from cases.errors import Conflict, InputError, NotAllowed
from cases.ids import CaseId, Digest, UserId, digest_of
from cases.lifecycle import CaseEvent, CaseState, move
from cases.review import UserRole
from knowledge.deadline_rules import DeadlineBook, shipped_deadlines
from knowledge.denial_clocks import clocks_of
from runtime import case_records, case_store, denial_store, denial_terms, review_store
from runtime.database import Transaction

DECISION_DUE = "payer_decision_due"
_ANSWERABLE = frozenset({CaseState.SUBMITTED, CaseState.PENDED})
_MAY_CLOSE = frozenset({UserRole.REVIEWER, UserRole.SUPERVISOR})


def open_denials(
    toolbox: Toolbox, name: str, content: bytes, facts: Sequence[DenialFacts], case_id: CaseId | None = None
) -> tuple[Denial, ...]:
    """Open a denial for each of `facts`, in one commit with its timers and audit; the same message opens nothing twice.

    `case_id` is given where the message is known to be about that case; else it is looked for.
    """
    with toolbox.database.begin() as transaction:
        digest = denial_store.keep_source(transaction, name, content, toolbox.clock.now())
        return tuple(_open(toolbox, transaction, digest, n, one, case_id) for n, one in enumerate(facts))


def _open(
    toolbox: Toolbox, transaction: Transaction, digest: Digest, number: int, facts: DenialFacts, case_id: CaseId | None
) -> Denial:
    denial_id = "d-" + digest_of(f"{digest}:{number}".encode())[:16]
    held = denial_store.find(transaction, denial_id)
    if held is not None:
        return held
    joined, by = (case_id, "answer") if case_id else join(transaction, facts)
    zone, book = toolbox.settings.time_zone, shipped_deadlines()
    denial = Denial(
        id=denial_id,
        facts=facts,
        opened_at=toolbox.clock.now(),
        source_digest=digest,
        case_id=joined,
        joined_by=by,
        status=_status(facts, joined),
        clocks=clocks_of(facts, zone, book, denial_terms.windows(transaction)),
        rules_version=book.version,
        zone=zone,
    )
    denial_store.put(transaction, denial)
    denial_store.set_timers(transaction, timers_of(denial, toolbox.clock.now()))
    if joined is not None:
        _tell_case(toolbox, transaction, denial, joined)
    record(toolbox, transaction, denial, "denial.opened", Actor.PAYER, facts.source)
    return denial


def _status(facts: DenialFacts, joined: CaseId | None) -> DenialStatus:
    """A person is needed where nothing may be decided by rule: doubts, a contradiction, no case."""
    doubtful = facts.appealable == "person" or facts.pathway is Pathway.PERSON or bool(facts.doubts)
    return DenialStatus.NEEDS_PERSON if doubtful or joined is None else DenialStatus.OPEN


def _tell_case(toolbox: Toolbox, transaction: Transaction, denial: Denial, case_id: CaseId) -> None:
    """The case is flagged; one that waits for its payer has its answer. The payer's numbers lead here from now on."""
    case = case_store.get(transaction, case_id)
    flag = Flag(code="denied", message=f"A denial is open: {denial.facts.pathway}.", source=denial.id)
    changed: Case = case.model_copy(update={"flags": flagged(case, [flag])})
    if case.state in _ANSWERABLE and denial.facts.numbers.authorization:
        changed = changed.model_copy(update={"state": move(case.state, CaseEvent.PAYER_DENIES)})
        case_records.clear_timers(transaction, case_id, (DECISION_DUE,))
    if changed != case:
        case_store.save(transaction, changed, toolbox.clock.now())
    payer = denial.facts.payer_id or denial.facts.payer_name
    for system, value in (
        ("authorization", denial.facts.numbers.authorization),
        ("claim", denial.facts.numbers.payer_claim),
    ):
        if value:
            _refer(transaction, f"{system}:{payer}", value, case_id)


def _refer(transaction: Transaction, system: str, value: str, case_id: CaseId) -> None:
    if case_records.case_of(transaction, system, value) is None:
        case_records.refer(transaction, system, value, case_id)


def reclock(toolbox: Toolbox, book: DeadlineBook | None = None) -> tuple[str, ...]:
    """Reckon every open denial again under the rules given; only those whose clock moves are written, and audited.

    Gives the ids of the denials that moved.
    """
    rules = book or shipped_deadlines()
    moved = []
    with toolbox.database.begin() as transaction:
        windows = denial_terms.windows(transaction)
        for denial in denial_store.listing(transaction, (DenialStatus.OPEN, DenialStatus.NEEDS_PERSON)):
            clocks = clocks_of(denial.facts, denial.zone or toolbox.settings.time_zone, rules, windows)
            if clocks == denial.clocks:
                continue
            changed = denial_store.save(
                transaction, denial.model_copy(update={"clocks": clocks, "rules_version": rules.version})
            )
            denial_store.set_timers(transaction, timers_of(changed, toolbox.clock.now()))
            was, now = denial.clocks[0], clocks[0]
            detail = {
                "old_rule": was.rule_id or None, "new_rule": now.rule_id or None,
                "old_due": was.due.isoformat() if was.due else None,
                "new_due": now.due.isoformat() if now.due else None,
                "rules_version": rules.version,
            }  # fmt: skip
            record(toolbox, transaction, changed, "denial.clock_moved", Actor.SYSTEM, "rules", detail)
            moved.append(denial.id)
    return tuple(moved)


def close_denial(toolbox: Toolbox, denial_id: str, user_id: UserId, reason: str) -> Denial:
    """Close a denial: a reviewer's or supervisor's act with a reason (a write-off is never made by itself).

    Raises InputError without a reason, NotAllowed for other roles, Conflict where it is closed already.
    """
    if not reason.strip():
        raise InputError("reason: say why the denial is closed")
    with toolbox.database.begin() as transaction:
        user = review_store.get_user(transaction, user_id)
        if not user.active or user.role not in _MAY_CLOSE:
            raise NotAllowed("Only a reviewer or supervisor may close a denial.")
        denial = denial_store.get(transaction, denial_id)
        if denial.status is DenialStatus.CLOSED:
            raise Conflict(f"Denial {denial_id} is closed already.")
        closed = denial_store.save(
            transaction,
            denial.model_copy(
                update={"status": DenialStatus.CLOSED, "closed_by": user_id, "close_reason": reason.strip()}
            ),
        )
        denial_store.clear_timers(transaction, denial_id)
        record(toolbox, transaction, closed, "denial.closed", Actor.PERSON, user_id)
    return closed


def record(
    toolbox: Toolbox,
    transaction: Transaction,
    denial: Denial,
    action: str,
    actor: Actor,
    actor_id: str,
    detail: dict[str, str | None] | None = None,
) -> None:
    """The audit entry of an act on a denial: codes, dates and rule ids, never the letter's words."""
    clock = denial.clocks[0] if denial.clocks else None
    told: dict[str, str | int | bool | None] = {
        "case": denial.case_id,
        "pathway": denial.facts.pathway,
        "rule": clock.rule_id if clock and clock.rule_id else None,
        "due": denial.due.isoformat() if denial.due else None,
        "printed_differs": clock.work.differs if clock else None,
        "source": denial.source_digest,
        **(detail or {}),
    }
    toolbox.audit.append(
        transaction,
        AuditEvent(
            tenant_id=transaction.tenant_id, at=toolbox.clock.now(), actor=actor, actor_id=actor_id, action=action,
            subject=denial.id, detail=told,
        ),
    )  # fmt: skip
