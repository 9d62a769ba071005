"""What the page of all components shows: each part of the design system in each of its states, about nobody."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agents.casework.panel.changes import ChangedLine, Piece
from agents.casework.panel.clocks import CaseClock, ClockKind
from agents.casework.panel.standing import Standing, standings
from agents.casework.panel.timeline import Entry
from cases.criteria import Judgement, Op, State
from cases.decision import ConfidencePart, GateOutcome, GateResult, RiskTier


@dataclass(frozen=True)
class Examples:
    """Things to show parts with."""

    clocks: tuple[CaseClock, ...]
    tree: Judgement
    stands: dict[str, Standing]
    gate: GateResult
    changed: tuple[ChangedLine, ...]
    events: tuple[Entry, ...]


def examples(now: datetime) -> Examples:
    """Examples around the time now."""
    return Examples(_clocks(now), _tree(), standings(_tree()), _gate(), _changed(), _events(now))


def _clocks(now: datetime) -> tuple[CaseClock, ...]:
    begun = now.astimezone(UTC) - timedelta(days=6)
    return tuple(
        CaseClock(kind=kind, starts=begun, due=now + left, citation=citation, verified=verified)
        for kind, left, citation, verified in (
            (ClockKind.SEND_BY, timedelta(days=9), "42 CFR 422.568(b)(1)", True),
            (ClockKind.DECISION_DUE, timedelta(hours=20), "42 CFR 422.568(b)(1)", False),
            (ClockKind.SEND_BY, timedelta(days=-2), "42 CFR 422.568(b)(1)", True),
            (ClockKind.SERVICE, timedelta(days=12), "", True),
        )
    )


def _tree() -> Judgement:
    leaves = tuple(
        Judgement(
            id=f"example.{state.lower()}", op=Op.LEAF, statement=statement, state=state, confidence=0.9, reason=why
        )
        for state, statement, why in (
            (State.MET, "A measurement inside the window", "86 % on 5 Nov, at rest, on room air"),
            (State.NOT_MET, "A course of treatment of six weeks", "the chart says it was not done"),
            (State.INSUFFICIENT, "A note of the visit", "the only note found is older than the window"),
            (State.ERROR, "A statement of the prescriber", "could not be judged because of a fault of ours"),
        )
    )
    return Judgement(
        id="example", op=Op.AT_LEAST, n=2, statement="What the policy asks", state=State.ERROR, confidence=0.0,
        children=leaves,
    )  # fmt: skip


def _gate() -> GateResult:
    parts = (
        ConfidencePart(name="payer", value=1.0, why="recognised by name"),
        ConfidencePart(name="order", value=0.95, why="flags: order without date"),
        ConfidencePart(name="reading", value=0.4, why="least reliable passage relied on"),
    )
    return GateResult(
        action="submit", risk_tier=RiskTier.OUTWARD, confidence=0.38, confidence_parts=parts, threshold=0.75,
        thresholds_version="example", verdicts=(), outcome=GateOutcome.BLOCKED, reasons=("confidence_below_threshold",),
    )  # fmt: skip


def _changed() -> tuple[ChangedLine, ...]:
    pieces = (
        Piece(kind="same", text="The chart records "),
        Piece(kind="removed", text="on 5 November 2026"),
        Piece(kind="added", text="at the visit of 5 November 2026"),
        Piece(kind="same", text=" a saturation of 86 %."),
    )
    return (ChangedLine(heading="At rest", pieces=pieces),)


def _events(now: datetime) -> tuple[Entry, ...]:
    return (
        Entry(now - timedelta(minutes=3), "Payer", "The payer confirmed that it has the request", "ok"),
        Entry(now - timedelta(hours=2), "A reviewer", "Edited the letter", "plain", reason="clearer", review="x"),
        Entry(now - timedelta(days=1), "Countersign", "Worked the case", "plain", notes=["Read 12 documents"]),
        Entry(now - timedelta(days=2), "Countersign", "The payer did not take the request", "bad"),
    )
