"""The worklist people choose from: every case as a line, by the time left, filtered and searched in memory.

Lines are kept by case and revision, so that only what changed is opened again; they hold PHI and never leave the
process.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from agents.appeal_products import PLAN
from agents.casework.panel.clocks import CaseClock, clocks_of
from agents.products import ANSWER
from agents.toolbox import Toolbox
from cases.case import Case, Urgency
from cases.frozen import Frozen
from cases.ids import CaseId, PayerId, UserId
from cases.lifecycle import CaseState
from knowledge.code_wording import shipped_codes
from runtime import case_store, panel_store, work_store
from runtime.case_store import CaseSummary
from runtime.database import Transaction
from runtime.panel_store import Claim
from runtime.work_store import GAPS, GATE

PAGE = 40
_HAS_ANSWER = frozenset({CaseState.SUBMITTED, CaseState.PENDED})


class CaseLine(Frozen):
    """A case as a line. `clocks` are those that run, the next one first; `warned` are the codes of its flags."""

    case_id: CaseId
    revision: int
    state: CaseState
    urgency: Urgency
    patient: str
    patient_id: str
    family: str
    order_id: str
    birth_date: str
    numbers: tuple[str, ...]
    codes: tuple[str, ...]
    item: str
    payer_id: PayerId | None
    payer: str
    opened_at: datetime
    updated_at: datetime
    clocks: tuple[CaseClock, ...]
    warned: tuple[str, ...] = ()
    appeal_level: int = 0
    """0 for a request; else the level at which its refusal is appealed."""

    @property
    def due(self) -> datetime | None:
        return self.clocks[0].due if self.clocks else None


class LineDetail(Frozen):
    """What is read only of the lines that are shown: what is missing and what the gate says."""

    missing: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class ShownLine(Frozen):
    """A line with its detail and whoever has it in hand."""

    line: CaseLine
    detail: LineDetail
    claim: Claim | None = None


class WorklistFilter(Frozen):
    """What to show. `states` empty for all; `claimed_by` one person's; `words` must all be found in a line.

    `only` leaves these cases alone.
    """

    states: frozenset[CaseState] = frozenset()
    payer_id: PayerId | None = None
    expedited: bool = False
    claimed_by: UserId | None = None
    unclaimed: bool = False
    words: str = ""
    only: frozenset[CaseId] | None = None


class WorklistView(Frozen):
    """One page of lines, how many fit the filter, and how many cases stand in each state."""

    lines: tuple[ShownLine, ...]
    found: int
    page: int
    by_state: dict[CaseState, int]
    payers: tuple[tuple[PayerId, str], ...]

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // PAGE))


@dataclass
class WorklistReader:
    """Reads worklists of one process; safe to be used by several threads."""

    toolbox: Toolbox
    _lines: list[CaseLine] = field(default_factory=list)
    _stamp: tuple[int, int] | None = None
    _details: dict[tuple[CaseId, int], LineDetail] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def view(self, wanted: WorklistFilter, page: int = 1, size: int = PAGE) -> WorklistView:
        """One page of what fits, the least time left first; what has no clock comes last, the oldest first."""
        now = self.toolbox.clock.now()
        with self.toolbox.database.read() as transaction:
            lines = self._all(transaction)
            claims = panel_store.claims_at(transaction, now)
            fitting = list(filter(_fits(wanted, claims), lines))
            shown = fitting[(page - 1) * size : page * size]
            details = [self._detail(transaction, line) for line in shown]
        return WorklistView(
            lines=tuple(
                ShownLine(line=line, detail=detail, claim=claims.get(line.case_id))
                for line, detail in zip(shown, details, strict=True)
            ),
            found=len(fitting),
            page=page,
            by_state=_counted(lines),
            payers=tuple(sorted({(line.payer_id, line.payer) for line in lines if line.payer_id}, key=lambda p: p[1])),
        )

    def lines(self, wanted: WorklistFilter) -> tuple[CaseLine, ...]:
        """Every line that fits, in the same order, without its detail."""
        with self.toolbox.database.read() as transaction:
            claims = panel_store.claims_at(transaction, self.toolbox.clock.now())
            return tuple(filter(_fits(wanted, claims), self._all(transaction)))

    def _all(self, transaction: Transaction) -> Sequence[CaseLine]:
        """Every line in the order it is shown in; read anew only where a case was added or saved."""
        stamp = panel_store.cases_stamp(transaction)
        with self._lock:
            if stamp != self._stamp:
                held = {line.case_id: line for line in self._lines}
                found = case_store.listing(transaction)
                lines = [self._line(transaction, summary, held.get(summary.id)) for summary in found]
                self._lines, self._stamp = sorted(lines, key=_urgency), stamp
            return self._lines

    def _line(self, transaction: Transaction, summary: CaseSummary, held: CaseLine | None) -> CaseLine:
        if held is not None and held.revision == summary.revision:
            return held
        case = case_store.get(transaction, summary.id)
        answered = case.state in _HAS_ANSWER
        answer = work_store.get_product(transaction, case.id, ANSWER) if answered else None
        plan = work_store.get_product(transaction, case.id, PLAN) if case.appeal else None
        clocks = clocks_of(case, answer, ZoneInfo(self.toolbox.settings.time_zone), plan)
        return line_of(case, summary.updated_at, clocks)

    def _detail(self, transaction: Transaction, line: CaseLine) -> LineDetail:
        key = (line.case_id, line.revision)
        if key not in self._details:
            gaps = work_store.get_product(transaction, line.case_id, GAPS) or ()
            gate = work_store.get_product(transaction, line.case_id, GATE)
            missing = tuple(dict.fromkeys(gap.document for gap in gaps))
            self._details[key] = LineDetail(missing=missing, reasons=gate.reasons if gate else ())
        return self._details[key]


def line_of(case: Case, updated_at: datetime, clocks: tuple[CaseClock, ...]) -> CaseLine:
    """A case as its line."""
    numbers = [one.value for one in case.patient.identifiers] + ([case.coverage.member_id] if case.coverage else [])
    return CaseLine(
        case_id=case.id,
        revision=case.revision,
        state=case.state,
        urgency=case.urgency,
        patient=case.patient.full_name,
        patient_id=case.patient.id,
        family=case.patient.family,
        order_id=case.order.id,
        birth_date=str(case.patient.birth_date or ""),
        numbers=tuple(number for number in numbers if number),
        codes=tuple(dict.fromkeys(coding.code for coding in case.order.codes if coding.code)),
        item=item_of(case),
        payer_id=case.payer.id if case.payer else None,
        payer=case.payer.name if case.payer else "",
        opened_at=case.opened_at,
        updated_at=updated_at,
        clocks=clocks,
        warned=tuple(flag.code for flag in case.flags if flag.severity != "info"),
        appeal_level=case.appeal.level if case.appeal else 0,
    )


def item_of(case: Case) -> str:
    """What was ordered, in our wording of its code, else in the sender's own words."""
    first = case.order.codes[0] if case.order.codes else None
    ours = shipped_codes().wording(first.code) if first else ""
    return ours or (first.display if first else "") or case.order.text


def _fits(wanted: WorklistFilter, claims: Mapping[CaseId, Claim]) -> Callable[[CaseLine], bool]:
    words = wanted.words.casefold().split()

    def fits(line: CaseLine) -> bool:
        claim = claims.get(line.case_id)
        return (
            (not wanted.states or line.state in wanted.states)
            and wanted.payer_id in (None, line.payer_id)
            and (not wanted.expedited or line.urgency is Urgency.EXPEDITED)
            and (wanted.claimed_by is None or (claim is not None and claim.user_id == wanted.claimed_by))
            and not (wanted.unclaimed and claim is not None)
            and (wanted.only is None or line.case_id in wanted.only)
            and _has_words(line, words)
        )

    return fits


def _has_words(line: CaseLine, words: Sequence[str]) -> bool:
    if not words:
        return True
    said = (line.patient, line.case_id, line.payer, line.item, line.birth_date, *line.codes, *line.numbers)
    text = " ".join(said).casefold()
    return all(word in text for word in words)


def _urgency(line: CaseLine) -> tuple[bool, datetime, datetime, str]:
    return (line.due is None, line.due or line.opened_at, line.opened_at, line.case_id)


def _counted(lines: Sequence[CaseLine]) -> dict[CaseState, int]:
    counted = dict.fromkeys(CaseState, 0)
    for line in lines:
        counted[line.state] += 1
    return counted
