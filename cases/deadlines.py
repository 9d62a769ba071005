"""Deadline rules as typed data: who has how long for what, from which event, under which law. No rule lives in code."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import field_validator

from cases.calendar_time import Moment, Span
from cases.case import LineOfBusiness, Urgency
from cases.frozen import Frozen

Fact = str | int | float | bool | None
Facts = Mapping[str, Fact]


class DenialKind(StrEnum):
    """What was refused: care to come, care going on, care given, or its payment."""

    PRE = "pre"
    CONCURRENT = "concurrent"
    POST = "post"
    PAYMENT = "payment"


class Condition(Frozen):
    """Facts that must all hold. A fact holds if its value is among those listed; one not known is `null`."""

    facts: dict[str, tuple[Fact, ...]]

    def holds(self, facts: Facts) -> bool:
        return all(facts.get(name) in values for name, values in self.facts.items())


_TERM = re.compile(r"([a-z_]+)(?:\s*([+-])\s*(\w+))?")


class Term(Frozen):
    """A moment in words: `notice_date`, `notice_date + 5d`, `coverage_ends - 1d`."""

    event: str
    plus: Span | None = None
    minus: Span | None = None

    @classmethod
    def of(cls, written: str) -> "Term":
        """Raises ValueError where the words are not an event with at most one span."""
        match = _TERM.fullmatch(written.strip())
        if match is None:
            raise ValueError(f"'{written}' is not an event with a span, such as notice_date + 5d")
        span = Span.of(match[3]) if match[3] else None
        return cls(event=match[1], plus=span if match[2] == "+" else None, minus=span if match[2] == "-" else None)


def _terms(value: object) -> object:
    if not isinstance(value, list | tuple):
        return value
    return tuple(Term.of(item) if isinstance(item, str) else item for item in value)


class Form(Frozen):
    """A paper without which no clock starts: asked `when` these facts hold, received at `event`."""

    name: str
    event: str
    when: Condition


class Extension(Frozen):
    """More time for the one who decides: `by` so much, on these grounds, with a notice in time.

    `grounds` pairs who asks (enrollee, plan) with the grounds that are lawful; an empty list means any.
    """

    by: Span
    grounds: dict[str, tuple[str, ...]]

    @field_validator("by", mode="before")
    @classmethod
    def _by(cls, value: object) -> object:
        return Span.of(value) if isinstance(value, str) else value


class Toll(Frozen):
    """Days that do not count: from one event to the first of `until` that is held."""

    start: str
    until: tuple[Term, ...]
    when: Condition = Condition(facts={})

    @field_validator("until", mode="before")
    @classmethod
    def _until(cls, value: object) -> object:
        return _terms(value)


class Bar(Frozen):
    """A state of facts in which no clock runs, with the reason; `over` asks that a fact exceed a number."""

    why: str
    when: Condition = Condition(facts={})
    missing: tuple[str, ...] = ()
    not_over: dict[str, float] = {}

    def stands(self, facts: Facts, events: Mapping[str, Moment]) -> bool:
        """Whether the bar applies: its facts hold, none of `missing` is held, no number is over its least."""
        small = all(_number(facts.get(name)) <= least for name, least in self.not_over.items())
        return self.when.holds(facts) and small and not any(name in events for name in self.missing)


def _number(value: Fact) -> float:
    return float(value) if isinstance(value, int | float) else float("inf")


class DeadlineRule(Frozen):
    """One clock. It governs a question if lines, levels, kinds, urgency, benefits, procedures and facts fit.

    `asks` names the clock (`decided_by`, `file_by` …). It starts at the first of `starts` that is held, and fits
    only if that is not after `start_by`, where one is set. `why_none` says that no clock binds. `amount` names the
    table of amounts in controversy. `citation` is the law; `verified` is False until someone has read it there.
    In force from `effective` up to and including `expires`, by the first event of `version_by` that is held (else
    by its start).
    """

    id: str
    asks: str
    lines: tuple[LineOfBusiness, ...]
    levels: tuple[int, ...]
    citation: str
    verified: bool
    kinds: tuple[DenialKind, ...] = ()
    urgency: Urgency | None = None
    benefits: tuple[str, ...] = ()
    benefits_except: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ("",)
    when: Condition = Condition(facts={})
    unless: tuple[Condition, ...] = ()
    why_none: str = ""
    starts: tuple[Term, ...] = ()
    missing: str = "no_clock_yet"
    within: Span | None = None
    within_fact: str = ""
    within_missing: str = ""
    at: str = ""
    later_of: tuple[Term, ...] = ()
    earlier_of: tuple[Term, ...] = ()
    start_by: Term | None = None
    toll: Toll | None = None
    extension: Extension | None = None
    forms: tuple[Form, ...] = ()
    bars: tuple[Bar, ...] = ()
    roll: bool = False
    amount: str = ""
    outer: Span | None = None
    version_by: tuple[str, ...] = ()
    effective: date | None = None
    expires: date | None = None
    who: tuple[str, ...] = ()
    form: str = ""
    consent: str = ""
    address: str = ""
    next_level: str = ""
    note: str = ""

    @field_validator("within", "outer", mode="before")
    @classmethod
    def _span(cls, value: object) -> object:
        return Span.of(value) if isinstance(value, str) else value

    @field_validator("start_by", mode="before")
    @classmethod
    def _moment(cls, value: object) -> object:
        return Term.of(value) if isinstance(value, str) else value

    @field_validator("starts", "later_of", "earlier_of", mode="before")
    @classmethod
    def _moments(cls, value: object) -> object:
        return _terms(value)


class ClockQuestion(Frozen):
    """What is asked of the rules: which clock, for what, and what has happened so far.

    `zone` is where the payer (or the QIO) keeps its days. `facts` are flat: `extension.asked_by`.
    """

    asks: str
    line: LineOfBusiness
    kind: DenialKind
    level: int
    urgency: Urgency = Urgency.STANDARD
    benefit: str = "medical"
    procedure: str = ""
    zone: str = "America/New_York"
    events: dict[str, Moment] = {}
    facts: dict[str, Fact] = {}

    @property
    def place(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Deadline(Frozen):
    """A computed instant with the rule it rests on.

    `on` is the day where the clock counts days (it ends with that day), None where it counts hours.
    """

    rule_id: str
    kind: str
    starts: datetime
    due: datetime
    citation: str
    verified: bool
    on: date | None = None
    arithmetic: str = ""


class Breach(Frozen):
    """A decision that was not given in time: the clock it missed, and when that was seen or the decision came."""

    deadline: Deadline
    seen_at: datetime
    decided_at: datetime | None = None


class Reckoning(Frozen):
    """The answer: a deadline, or why none may be claimed; and what goes with it.

    `latest` is the outer limit where the rule leaves room, `amount_required` the amount in controversy in dollars
    (None where the rule asks none or the year's is not known).
    """

    deadline: Deadline | None = None
    why_none: str = ""
    rule_id: str = ""
    citation: str = ""
    verified: bool = False
    who: tuple[str, ...] = ()
    form: str = ""
    consent: str = ""
    address: str = ""
    next_level: str = ""
    latest: date | None = None
    amount_required: float | None = None
    note: str = ""


class WorkTo(Frozen):
    """The day to work to: the earlier of the printed and the computed one. Both stay in sight.

    `differs` is `shorter` where the notice prints less time than the law leaves: a defect to be reported, and the
    right to the later date is kept.
    """

    day: date | None
    printed: date | None
    computed: date | None
    differs: str = "none"

    @property
    def is_defect(self) -> bool:
        return self.differs == "shorter"


def work_to(printed: date | None, computed: date | None) -> WorkTo:
    """Choose the earlier date. A later one is only ever a person's recorded choice (standards, head)."""
    held = [day for day in (printed, computed) if day is not None]
    differs = "none"
    if printed and computed and printed != computed:
        differs = "shorter" if printed < computed else "longer"
    return WorkTo(day=min(held, default=None), printed=printed, computed=computed, differs=differs)
