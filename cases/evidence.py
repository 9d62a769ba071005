"""Facts with their qualifiers and spans: what a criterion may rest on, and why a fact does not count."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from cases.frozen import Frozen
from cases.ids import ConceptId, DocumentId, FactId, PatientId


class Span(Frozen):
    """A passage of a chart document: code points [start, end) of its stored text, and that text verbatim."""

    document_id: DocumentId
    start: int
    end: int
    quote: str
    page: int | None = None


class DateBasis(StrEnum):
    """What a fact's date rests on, strongest first."""

    STATED = "stated"
    EFFECTIVE = "effective"
    NOTE = "note"
    ENCOUNTER = "encounter"
    ISSUED = "issued"


class FactDate(Frozen):
    """When a fact was true. `issued` alone says when it was made known, not when it was measured."""

    on: date
    basis: DateBasis
    until: date | None = None


class Assertion(StrEnum):
    """What the writer says of the fact."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"
    UNCERTAIN = "uncertain"
    HYPOTHETICAL = "hypothetical"
    PLANNED = "planned"
    REFUSED = "refused"


class Experiencer(StrEnum):
    """Whom the fact is about."""

    PATIENT = "patient"
    FAMILY = "family"
    OTHER = "other"


class Setting(StrEnum):
    """The condition under which something was measured, found or given."""

    REST = "rest"
    EXERCISE = "exercise"
    SLEEP = "sleep"
    AWAKE = "awake"
    ROOM_AIR = "room_air"
    ON_OXYGEN = "on_oxygen"
    ON_TREATMENT = "on_treatment"
    FASTING = "fasting"
    NOT_FASTING = "not_fasting"
    WEIGHT_BEARING = "weight_bearing"
    NOT_WEIGHT_BEARING = "not_weight_bearing"
    IN_PERSON = "in_person"
    VIDEO = "video"
    TELEPHONE = "telephone"
    SUPERVISED = "supervised"
    UNSUPERVISED = "unsupervised"
    SELF_REPORTED = "self_reported"
    AT_HOME = "at_home"


class Laterality(StrEnum):
    """Body side."""

    LEFT = "left"
    RIGHT = "right"
    BILATERAL = "bilateral"


class Outcome(StrEnum):
    """How a treatment that was tried came out, in the writer's words."""

    FAILED = "failed"
    INTOLERANT = "intolerant"
    CONTRAINDICATED = "contraindicated"
    HELPED = "helped"
    STOPPED_OTHERWISE = "stopped_otherwise"


class Informant(StrEnum):
    """Whom the writer names as having said or measured it; a fact without one is the writer's own."""

    PATIENT = "patient"
    RELATIVE = "relative"
    SUPPLIER = "supplier"


class Course(Frozen):
    """The run of a treatment as one source states it.

    `starts` and `ends` are the first and last day where stated; a treatment said to go on ends on the day the
    source was written. `dose` is one dose in `dose_unit`; `per_week` how often it is taken or attended; `visits`
    how many were attended in all.
    """

    starts: date | None = None
    ends: date | None = None
    dose: Decimal | None = None
    dose_unit: str = ""
    per_week: Decimal | None = None
    visits: int | None = None
    outcomes: frozenset[Outcome] = frozenset()


class SignerRole(StrEnum):
    """What kind of professional signed a document."""

    PRACTITIONER = "practitioner"
    THERAPIST = "therapist"
    NURSE = "nurse"
    OTHER = "other"


class Signing(Frozen):
    """A signature under a document: whose in the document's words, what they are, and when."""

    name: str
    role: SignerRole
    on: date | None = None


class Origin(StrEnum):
    """How the fact was read. What only a model has read is a proposal: no leaf is decided by it."""

    STRUCTURED = "structured"
    PROSE = "prose"
    OCR = "ocr"
    PERSON = "person"
    MODEL = "model"


class Fact(Frozen):
    """One clinical statement with everything that decides whether it counts.

    `value` is in `unit` (the concept's canonical UCUM unit after conversion); `value_high` closes a stated
    range. `settings` are only those the chart shows. `patient_id` is who the source names, None if it names
    nobody. `hidden` marks text a reader of the page cannot see. `span` covers the words that state value and
    concept; `context` the sentence or fields read; `supporting` are further passages that give its
    date, setting or person (a note's header, another element of the resource). `reliability` is in 0..1.
    `duration_days` is the shortest run that the words allow. `first_written` is the day of the earlier note from
    which the passage was carried over word for word. `signing` is only on facts that a document is of some kind.
    `site` is the body site that the words name, such as a spinal level (`C5-6`). `first_hand` is for a fact from
    the record of whoever gave the treatment, which outweighs another writer's summary of it.
    `rejected` is why a person let it settle nothing; empty for every other fact.
    """

    id: FactId
    concept: ConceptId
    statement: str
    assertion: Assertion
    origin: Origin
    span: Span
    context: Span
    experiencer: Experiencer = Experiencer.PATIENT
    historical: bool = False
    value: Decimal | None = None
    value_high: Decimal | None = None
    unit: str = ""
    when: FactDate | None = None
    settings: frozenset[Setting] = frozenset()
    laterality: Laterality | None = None
    duration_days: int | None = None
    course: Course | None = None
    signing: Signing | None = None
    said_by: Informant | None = None
    first_written: date | None = None
    patient_id: PatientId | None = None
    supporting: tuple[Span, ...] = ()
    reliability: float = 1.0
    hidden: bool = False
    site: str = ""
    first_hand: bool = False
    rejected: str = ""


class Defect(StrEnum):
    """Why a fact that names the right thing still does not settle a criterion."""

    OTHER_PATIENT = "other_patient"
    UNKNOWN_PATIENT = "unknown_patient"
    FAMILY_HISTORY = "family_history"
    NEGATED = "negated"
    UNCERTAIN = "uncertain"
    HYPOTHETICAL = "hypothetical"
    PLANNED = "planned"
    REFUSED = "refused"
    HISTORICAL = "historical"
    UNDATED = "undated"
    DATE_ISSUED_ONLY = "date_issued_only"
    STALE = "stale"
    AFTER_WINDOW = "after_window"
    SETTING_NOT_SHOWN = "setting_not_shown"
    OTHER_SETTING = "other_setting"
    SIDE_NOT_SHOWN = "side_not_shown"
    OTHER_SIDE = "other_side"
    OTHER_SITE = "other_site"
    TOO_FEW_VISITS = "too_few_visits"
    SECOND_HAND = "second_hand"
    DURATION_NOT_SHOWN = "duration_not_shown"
    DURATION_TOO_SHORT = "duration_too_short"
    OUTCOME_NOT_SHOWN = "outcome_not_shown"
    OTHER_OUTCOME = "other_outcome"
    DOSE_NOT_SHOWN = "dose_not_shown"
    DOSE_TOO_LOW = "dose_too_low"
    NOT_SIGNED = "not_signed"
    OUT_OF_ORDER = "out_of_order"
    CONTRADICTED = "contradicted"
    COPIED_FORWARD = "copied_forward"
    UNIT_UNKNOWN = "unit_unknown"
    HIDDEN_TEXT = "hidden_text"
    UNRELIABLE_SCAN = "unreliable_scan"
    IMPLAUSIBLE = "implausible"
    REJECTED = "rejected"


class Role(StrEnum):
    """What a fact does for a leaf."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    CONSIDERED = "considered"


class Finding(Frozen):
    """A defect with the words that explain it to a reader (`at rest is not stated`)."""

    defect: Defect
    detail: str


class Evidence(Frozen):
    """A fact weighed for one leaf."""

    fact: Fact
    role: Role
    findings: tuple[Finding, ...] = ()
