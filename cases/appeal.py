"""An appeal's own nouns: what may be filed, how each stated reason is answered, and what came of it."""

from datetime import date, datetime
from enum import StrEnum

from cases.criteria import Judgement, PolicyRef, PolicySpan
from cases.denial import Appealable, Pathway
from cases.evidence import Span
from cases.frozen import Frozen
from cases.ids import CaseId, UserId
from cases.packet import Sentence


class Filing(StrEnum):
    """What leaves in answer to a denial; `none` where nothing may, `person` where a person has to choose."""

    APPEAL = "appeal"
    EXPEDITED_APPEAL = "expedited_appeal"
    REOPENING = "reopening"
    CORRECTED_CLAIM = "corrected_claim"
    EXTERNAL_REVIEW = "external_review"
    HEARING = "hearing"
    PERSON = "person"
    NONE = "none"


LETTERS = frozenset({Filing.APPEAL, Filing.EXPEDITED_APPEAL, Filing.REOPENING, Filing.EXTERNAL_REVIEW, Filing.HEARING})
"""Filings that are made by a letter with enclosures."""


class Channel(StrEnum):
    """How it is filed: an electronic appeal of a request (X12 UM02 1 or 2 over PAS), or by a person's hand."""

    PAS = "pas"
    HAND = "hand"


class PathwayPlan(Frozen):
    """pathway.json: what is filed, at which level, by when, by whom, where to, and why.

    `due` is the day to work to, `printed` and `computed` stand beside it. `decide_by` is when an answer is owed if it
    were filed on `planned_on`. `next_level` is what follows if it is refused.
    """

    filing: Filing
    pathway: Pathway
    why: str
    to_do: str
    appealable: Appealable
    level: int | None
    level_name: str
    decider: str
    channel: Channel
    line_of_business: str
    forwarded: bool = False
    due: date | None = None
    printed: date | None = None
    computed: date | None = None
    is_defect: bool = False
    rule: str = ""
    citation: str = ""
    verified: bool = False
    arithmetic: str = ""
    why_no_date: str = ""
    decide_by: str = ""
    planned_on: date | None = None
    who_may_file: tuple[str, ...] = ()
    form: str = ""
    consent: str = ""
    consent_on_file: bool = False
    send_to: tuple[str, ...] = ()
    fax: str = ""
    next_level: str = ""
    corrections: tuple[str, ...] = ()
    packet: tuple[str, ...] = ()


class Stance(StrEnum):
    """What is said to a stated reason. Only `contested` and `supplied` argue; the others are for a person."""

    CONTESTED = "contested"
    SUPPLIED = "supplied"
    NOT_SHOWN = "not_shown"
    OTHER_WAY = "other_way"
    PERSON = "person"


ARGUED = frozenset({Stance.CONTESTED, Stance.SUPPLIED})


class CriterionAnswer(Frozen):
    """One criterion of the policy in force as it answers a reason: the judgement with its evidence and policy span."""

    judgement: Judgement
    sentences: tuple[Sentence, ...]


class ReasonAnswer(Frozen):
    """One stated reason and what is said to it.

    `words` is the verbatim span of the denial's text, `policy_words` the policy's own on the point where the criteria
    do not quote it already. `said` answers a reason that is about no criterion. `why` says in words why it stands so;
    `instead` what is done where it is not argued.
    """

    number: int
    category: Pathway
    wording: str
    words: Span | None
    codes: tuple[str, ...]
    policy_cited: str
    stance: Stance
    why: str
    instead: str = ""
    policy_words: PolicySpan | None = None
    criteria: tuple[CriterionAnswer, ...] = ()
    supplied: tuple[Span, ...] = ()
    said: tuple[Sentence, ...] = ()


class Rebuttal(Frozen):
    """rebuttal.json: every reason answered, under the policy version in force on the day of service."""

    policy: PolicyRef | None
    applied_on: date | None
    answers: tuple[ReasonAnswer, ...]
    added: tuple[str, ...] = ()
    reused_from: CaseId | None = None

    @property
    def argued(self) -> tuple[ReasonAnswer, ...]:
        return tuple(answer for answer in self.answers if answer.stance in ARGUED)

    @property
    def left(self) -> tuple[ReasonAnswer, ...]:
        """Reasons that are not argued, which a person decides about."""
        return tuple(answer for answer in self.answers if answer.stance not in ARGUED)


class Result(StrEnum):
    """How an appeal ended."""

    OVERTURNED = "overturned"
    PARTLY = "partly"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


ON_THE_MERITS = frozenset({Result.OVERTURNED, Result.PARTLY, Result.UPHELD})
"""Results that say something about the argument: a dismissal or a withdrawal does not, and no base rate counts it."""


class ReasonOutcome(Frozen):
    """What came of one argument: the reason's category, how it was argued, and whether it won."""

    number: int
    category: Pathway
    codes: tuple[str, ...]
    stance: Stance
    criteria: tuple[str, ...]
    result: Result


class AppealOutcome(Frozen):
    """The end of one appeal, by reason and argument, for the authorization and for our own base rates."""

    appeal_id: CaseId
    denial_id: str
    parent: CaseId
    payer_id: str
    line_of_business: str
    level: int
    service_codes: tuple[str, ...]
    result: Result
    reasons: tuple[ReasonOutcome, ...]
    at: datetime
    by: str
    said: str = ""


class Slot(Frozen):
    """A time at which the physician can take a peer-to-peer call; `agreed_with` names who of the payer agreed to it."""

    at: datetime
    physician: str
    agreed_with: str = ""
    by: UserId = UserId("")


class Call(Frozen):
    """A telephone call about an appeal, such as a peer-to-peer: with whom, of what specialty, and what was said.

    It never tolls the appeal's clock.
    """

    at: datetime
    kind: str
    with_whom: str
    specialty: str = ""
    outcome: str = ""
    note: str = ""
    by: UserId = UserId("")
