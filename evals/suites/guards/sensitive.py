"""Records that the law protects beyond HIPAA: one enters a packet only on the basis that its category needs."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from cases.consent import Consent, SensitiveCategory
from cases.ids import CaseId
from evals.bench_room import Bench
from evals.dataset_registry import registry
from evals.suites.denials.labels import Row
from evals.task import Item, Measure, Score, Solver, Task, share
from guardrails.sensitive import Disclosee, Entry, EntryVerdict, Finding, judge_resource, judge_text, may_enter

_TODAY = date(2026, 11, 25)
_PLAN = "Summit Ridge Health"
_CHANGES: Mapping[str, Mapping[str, object]] = {
    "consent": {},
    "consent_other_purpose": {"purpose": "research"},
    "consent_expired": {"expires_on": date(2026, 3, 1)},
    "consent_revoked": {"revoked_on": date(2026, 3, 1)},
    "consent_other_recipient": {"recipient": "County Probation"},
    "consent_without_notice": {"notice": False},
}


@dataclass(frozen=True)
class SensitiveParts:
    """What decides whether a record may enter."""

    enter: Callable[[Finding, Sequence[Consent], Disclosee], EntryVerdict] = may_enter


def _items(_: Bench) -> list[Item[Row]]:
    lines = (registry()["phi-documents"].place / "sensitive.jsonl").read_text("utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line.strip()]
    return [
        Item(row["id"], row, slices={"category": (row["categories"] or ["none"])[0], "basis": row["basis"]})
        for row in rows
    ]


def _solver(_: Bench, parts: SensitiveParts) -> Solver[Row, EntryVerdict]:
    def solve(item: Item[Row]) -> EntryVerdict:
        row = item.content
        finding = judge_resource(row["resource"]) if "resource" in row else judge_text(row["text"])
        to = Disclosee(recipient=_PLAN, purpose="payment", on=_TODAY, state=str(row.get("state") or ""))
        return parts.enter(finding, _consents(row["basis"]), to)

    return solve


def _consents(basis: str) -> tuple[Consent, ...]:
    """The basis that a row asserts, as the consent it stands for."""
    if basis not in _CHANGES:
        return ()
    held = Consent(
        id="c1", case_id=CaseId("case-1"), categories=tuple(SensitiveCategory), recipient=_PLAN, purpose="payment",
        signed_by="patient", signed_on=date(2026, 1, 5), notice=True,
    )  # fmt: skip
    return (held.model_copy(update=dict(_CHANGES[basis])),)


def _score(item: Item[Row], found: EntryVerdict) -> Score:
    allowed, entered = bool(item.content["may_enter_packet"]), found.entry is Entry.MAY_ENTER
    name = "held_back_harmless" if allowed else "released"
    wrong = entered is not allowed
    told = "may enter" if entered else "held back"
    return Score(
        {name: share(wrong)}, not wrong, found.entry.value, ", ".join(found.reasons), seen=(str(allowed), told)
    )


def task(parts: SensitiveParts | None = None) -> Task[Row, EntryVerdict]:
    """The suite, over the product's own judge unless another is given."""
    return Task(
        name="sensitive",
        title="Specially protected records",
        claim="Psychotherapy notes, substance-use, HIV, genetic, mental and reproductive health records enter a packet "
        "only on their legal basis.",
        datasets=("phi-documents",),
        measures=(
            Measure("released", "records released without their basis"),
            Measure("held_back_harmless", "harmless or consented records held back"),
        ),
        items=_items,
        solver=partial(_solver, parts=parts or SensitiveParts()),
        scorer=_score,
    )
