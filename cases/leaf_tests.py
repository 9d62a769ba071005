"""What a leaf of a criteria tree asks of a chart: the kinds of test, with their windows and comparisons."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from cases.evidence import Outcome, Setting, SignerRole
from cases.frozen import Frozen
from cases.ids import ConceptId


class Window(Frozen):
    """The days around an anchor in which evidence counts: from `days_before` to `days_after`, both inclusive.

    `inpatient_days` narrows it for what was taken in hospital: on or before a known discharge, evidence counts
    only from so many days before that discharge (NCD 240.2). `source` cites the rule; `verified` is False where
    nobody has checked it in a primary source yet.
    """

    days_before: int | None = None
    days_after: int = 0
    anchor: Literal["order", "service", "discharge"] = "order"
    inpatient_days: int | None = None
    source: str = ""
    verified: bool = False


class Comparison(Frozen):
    """A numeric condition in the canonical unit; `between` includes both ends."""

    op: Literal["<=", ">=", "<", ">", "==", "between"]
    value: Decimal
    high: Decimal | None = None

    def holds(self, value: Decimal) -> bool:
        match self.op:
            case "<=":
                return value <= self.value
            case ">=":
                return value >= self.value
            case "<":
                return value < self.value
            case ">":
                return value > self.value
            case "==":
                return value == self.value
        return self.high is not None and self.value <= value <= self.high

    def __str__(self) -> str:
        if self.op == "between":
            return f"{self.value} to {self.high}"
        return f"{self.op} {self.value}"


Pick = Literal["latest", "earliest", "any", "any_of_day", "lowest", "highest"]
"""Which of several qualifying facts decides.

The latest; the first; any that supports; of the latest day any that supports, or the lowest or highest value.
"""


class MeasurementTest(Frozen):
    """A measured value under stated conditions.

    `concepts` in order of the policy's own preference when `prefer_in_order` (NCD 240.2: blood gas over
    oximetry). `settings` must all be shown, and none of `excludes`; `pick` says whether the latest qualifying
    value decides or any.
    `silence_means` is for exclusions, where a chart that says nothing of it shows that it is not so. `side` asks
    for the body side that is ordered, `side_of` for that of one of these findings, where the chart shows one.
    """

    kind: Literal["measurement"] = "measurement"
    concepts: tuple[ConceptId, ...]
    comparisons: dict[ConceptId, Comparison]
    settings: frozenset[Setting] = frozenset()
    excludes: frozenset[Setting] = frozenset()
    window: Window | None = None
    prefer_in_order: bool = False
    pick: Pick = "latest"
    side: Literal["ordered"] | None = None
    side_of: tuple[ConceptId, ...] = ()
    silence_means: Literal["insufficient", "not_met"] = "insufficient"


class ChangeTest(Frozen):
    """A value under one condition that is higher than the same concept's value of the same day under another.

    Of several values of a day the lowest stands for it. Evidence is dated inside the window.
    """

    kind: Literal["change"] = "change"
    concept: ConceptId
    settings: frozenset[Setting]
    than: frozenset[Setting]
    window: Window | None = None


class FindingTest(Frozen):
    """A condition, sign, procedure, treatment or document that the chart must show of this patient.

    A plan or an order never counts. `historical_counts` accepts a past
    event (a stroke in the history). `min_duration_days` demands a stated duration. An explicit denial inside
    the window makes the leaf NOT_MET only where `denial_decides`; else silence and denial both pend.
    `silence_means` is for exclusions, where a chart that says nothing of it shows that it is not so. `side` asks
    for the body side that is ordered, `side_of` for the side that one of these findings has, `site_of` for the body
    site; with `place_if_known` only where the chart tells it. `settings` must all be shown, and none of `excludes`.
    With `until_order` a duration runs from the stated beginning to the order. `refusal_decides` makes what was
    refused or stated not done a no, `stale_denies` what last took place before the window.
    """

    kind: Literal["finding"] = "finding"
    concepts: tuple[ConceptId, ...]
    window: Window | None = None
    settings: frozenset[Setting] = frozenset()
    excludes: frozenset[Setting] = frozenset()
    side_of: tuple[ConceptId, ...] = ()
    site_of: tuple[ConceptId, ...] = ()
    place_if_known: bool = False
    until_order: bool = False
    stale_denies: bool = False
    refusal_decides: bool = False
    historical_counts: bool = False
    denial_decides: bool = True
    min_duration_days: int | None = None
    required_document: bool = False
    pick: Pick = "latest"
    side: Literal["ordered"] | None = None
    silence_means: Literal["insufficient", "not_met"] = "insufficient"


class TrialTest(Frozen):
    """A treatment tried long enough, recently enough, and with an outcome where one is asked.

    Each concept is one treatment or one class; `at_least` of them must have had a trial of their own. A trial ends
    inside the window. First and last day may stand in different notes. `outcomes`: one of these must be said of the
    trial. `excused_by`: an outcome that stands in for the length (a drug not tolerated need not be taken for weeks).
    `min_dose` is one dose in `dose_unit`, `min_per_week` how often, `min_visits` how many were attended.
    `settings`, `excludes` and `denial_decides` as in FindingTest. `shortfall_decides` makes it a no when every trial
    that the chart shows of this patient falls short in length, dose or visits, or came out otherwise. `min_days_of`
    overrides `min_days` for some concepts; `once` are those of which one use is a trial, `sided` those that must be of
    the side ordered. `closed_by` are findings that nothing else was tried. A trial begins after those of `after` began.
    """

    kind: Literal["trial"] = "trial"
    concepts: tuple[ConceptId, ...]
    window: Window | None = None
    min_days: int | None = None
    min_days_of: dict[ConceptId, int] = {}
    once: tuple[ConceptId, ...] = ()
    sided: tuple[ConceptId, ...] = ()
    closed_by: tuple[ConceptId, ...] = ()
    after: tuple[ConceptId, ...] = ()
    at_least: int = 1
    outcomes: frozenset[Outcome] = frozenset()
    excused_by: frozenset[Outcome] = frozenset()
    min_dose: Decimal | None = None
    dose_unit: str = ""
    min_per_week: Decimal | None = None
    min_visits: int | None = None
    settings: frozenset[Setting] = frozenset()
    excludes: frozenset[Setting] = frozenset()
    side: Literal["ordered"] | None = None
    denial_decides: bool = False
    shortfall_decides: bool = False


class CountTest(Frozen):
    """At least `n` facts on days of their own, `apart_days` or more from one to the next.

    With `comparisons` they are measured values that hold; without, findings that are affirmed, past ones too.
    With `months` they lie in consecutive calendar months instead, the last of them inside the window: for values
    the latest `n` months on record must all hold, and one that does not makes it a no; for findings a run of `n`
    months is enough, and a record that shows none is a no.
    """

    kind: Literal["count"] = "count"
    concepts: tuple[ConceptId, ...]
    n: int
    comparisons: dict[ConceptId, Comparison] = {}
    apart_days: int = 1
    months: bool = False
    settings: frozenset[Setting] = frozenset()
    window: Window | None = None


class Step(Frozen):
    """One event of a sequence: any of these concepts, shown as done.

    `outcomes` narrow it to how a treatment ended, `settings` to the conditions under which it took place.
    """

    concepts: tuple[ConceptId, ...]
    outcomes: frozenset[Outcome] = frozenset()
    settings: frozenset[Setting] = frozenset()


class SequenceTest(Frozen):
    """Events in this order by their dates: each begins on or after the last day of the one before.

    The last one lies inside the window, and where `all_inside` every one. `stated_by` are findings that say the order
    themselves (`examined again after therapy`), of which one inside the window is enough. `denied_by` are findings
    whose latest denial inside the window makes it a no.
    """

    kind: Literal["sequence"] = "sequence"
    steps: tuple[Step, ...]
    stated_by: tuple[ConceptId, ...] = ()
    denied_by: tuple[ConceptId, ...] = ()
    all_inside: bool = False
    window: Window | None = None


class SideTest(Frozen):
    """Order and evidence name the same body side.

    Each of `concepts` must be shown of the ordered side. Of `others`, what has a side at all must be of it too.
    """

    kind: Literal["side"] = "side"
    concepts: tuple[ConceptId, ...]
    others: tuple[ConceptId, ...] = ()
    window: Window | None = None


class DocumentTest(Frozen):
    """A document of some kind, dated inside the window; signed by one of `signers` where that is asked."""

    kind: Literal["document"] = "document"
    concepts: tuple[ConceptId, ...]
    window: Window | None = None
    signers: frozenset[SignerRole] = frozenset()
    side: Literal["ordered"] | None = None
    required_document: bool = True


class AgeTest(Frozen):
    """The patient's age in whole years on the anchor date."""

    kind: Literal["age"] = "age"
    at_least: int | None = None
    below: int | None = None


class PersonTest(Frozen):
    """Something only a person can settle; INSUFFICIENT until someone has recorded it with a reason."""

    kind: Literal["person"] = "person"
    question: str


ChartTest = MeasurementTest | ChangeTest | FindingTest | TrialTest | CountTest | SequenceTest | SideTest | DocumentTest
"""Tests that words of the chart can settle; each has a window, or None where any day counts."""
LeafTest = Annotated[ChartTest | AgeTest | PersonTest, Field(discriminator="kind")]
