"""A made-up home-oxygen case for the packet tests: two FHIR resources, a text note and a two-page PDF note."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from cases.criteria import CriteriaResult, GapAdvice, Judgement, Op, PolicyRef, PolicySpan, State, TreeStatus
from cases.document import Document, DocumentKind, Page
from cases.evidence import (
    Assertion,
    DateBasis,
    Defect,
    Evidence,
    Fact,
    FactDate,
    Finding,
    Origin,
    Role,
    Span,
)
from cases.ids import CaseId, ConceptId, DocumentId, FactId, PayerId, PolicyDocId, digest_of
from cases.packet import (
    ChartCitation,
    ChartExtract,
    Letter,
    LetterPoint,
    PacketContent,
    PolicyCitation,
    Sentence,
    SentenceKind,
)

POLICY = PolicyRef(
    payer_id=PayerId("northlake-ma"),
    doc_id=PolicyDocId("nl-oxygen"),
    version=3,
    number="NL-240",
    title="Oxygen equipment for use at home",
    effective=date(2026, 1, 1),
)
POLICY_TEXT = "arterial saturation of 88 percent or lower, measured awake, at rest, breathing room air"
RULE = PolicyCitation(policy=POLICY, span=PolicySpan(start=410, end=410 + len(POLICY_TEXT), quote=POLICY_TEXT))

OXIMETRY_TEXT = """Observation (oxygen saturation by pulse oximetry)
status: final
code: 59408-5 Oxygen saturation in Arterial blood by Pulse oximetry
subject: Patient/p-204
effective: 2026-11-12T09:40:00-05:00
value: 85 %
note: At rest, awake, breathing room air for 30 minutes. Probe on the left index finger, warm hand.
performer: Harbour Pulmonary Clinic
"""
CONDITION_TEXT = """Condition (problem list)
clinicalStatus: active
code: J44.9 Chronic obstructive pulmonary disease, unspecified
subject: Patient/p-204
onset: 2019-03
recordedDate: 2026-11-12
"""
NOTE_TEXT = """Pulmonary clinic visit, 12 November 2026
Patient: M. Alder, born 2 May 1951                                   MRN 00-204

HISTORY
  Dyspnoea on one flight of stairs for two years, worse since September. Inhaled tiotropium and
  formoterol daily; prednisone 40 mg × 5 days in October, completed 21 October. No admission this year.

EXAMINATION
  SpO2 85 % at rest on room air, rising to 93 % on 2 L/min. Respiratory rate 22/min. Temperature 36.8 °C.
  Breath sounds reduced in both lungs, no crackles. No ankle oedema.

ASSESSMENT AND PLAN
  1. Severe COPD (FEV1 34 % predicted, FEV1/FVC 0.41). Stable on optimal inhaled treatment.
  2. Chronic hypoxaemia. Start home oxygen 2 L/min by nasal cannula, 16 h/day or more, stationary
     concentrator with portable system. Recheck saturation within 90 days.
  3. Sleep study to be scheduled.
                                                                     Ada Wren, MD
"""
PAGE_ONE = [
    "Harbour Pulmonary Clinic: pulmonary function and gas exchange",
    "Patient: M. Alder     MRN 00-204     Date of test: 5 November 2026",
    "",
    "Spirometry after bronchodilator",
    "FEV1 0.92 L (34 % predicted). FVC 2.24 L. FEV1/FVC 0.41.",
    "Interpretation: very severe airflow obstruction, no reversibility.",
]
PAGE_TWO = [
    "Arterial blood gas, 5 November 2026, 10:15",
    "Sample drawn at rest with the patient awake, breathing",
    "room air for 30 minutes. PaO2 52 mm Hg, PaCO2 44 mm Hg, pH 7.39.",
    "Signed: R. Osei, respiratory therapist",
]
OXIMETRY, CONDITION = DocumentId("Observation/obs013"), DocumentId("Condition/c07")
NOTE, GASES = DocumentId("notes/visit-2026-11-12.txt"), DocumentId("notes/gas-exchange.pdf")


def pdf_of(pages: list[list[str]], **canvas: object) -> bytes:
    """A born-digital PDF with these lines on its pages."""
    stream = BytesIO()
    drawn = Canvas(stream, pagesize=(612, 792), invariant=1, **canvas)
    for lines in pages:
        drawn.setFont("Helvetica", 12)
        for row, line in enumerate(lines):
            drawn.drawString(72, 700 - 22 * row, line)
        drawn.showPage()
    drawn.save()
    return stream.getvalue()


def document(identifier: DocumentId, title: str, text: str, **fields: object) -> Document:
    plain = {"kind": DocumentKind.FHIR_RESOURCE, "media_type": "application/fhir+json", "source": f"chart.json#{title}"}
    return Document.model_validate(
        {"id": identifier, "title": title, "text": text, "digest": digest_of(text.encode()), **plain, **fields}
    )


def pdf_document(pages: list[list[str]], identifier: DocumentId, title: str) -> Document:
    """What the PDF reader stores: every page's lines, ended by a form feed."""
    text, held = "", []
    for number, lines in enumerate(pages, start=1):
        start = len(text)
        text += "\n".join(lines) + "\f"
        held.append(Page(number=number, start=start, end=len(text)))
    return document(
        identifier, title, text, pages=tuple(held), kind=DocumentKind.NOTE, media_type="application/pdf",
        source=str(identifier), dated=date(2026, 11, 5),
    )  # fmt: skip


OXIMETRY_DOC = document(OXIMETRY, "Oxygen saturation", OXIMETRY_TEXT, dated=date(2026, 11, 12))
CONDITION_DOC = document(CONDITION, "COPD, problem list", CONDITION_TEXT)
NOTE_DOC = document(
    NOTE, "Pulmonary clinic visit", NOTE_TEXT, kind=DocumentKind.NOTE, media_type="text/plain", source=str(NOTE),
    dated=date(2026, 11, 12),
)  # fmt: skip
GASES_DOC = pdf_document([PAGE_ONE, PAGE_TWO], GASES, "Pulmonary function and blood gas")
GASES_PDF = pdf_of([PAGE_ONE, PAGE_TWO])
SOURCES = {GASES: GASES_PDF}


def span(source: Document, words: str) -> Span:
    start = source.text.index(words)
    page = source.page_at(start)
    return Span(document_id=source.id, start=start, end=start + len(words), quote=words, page=page)


def cite(source: Document, words: str) -> ChartCitation:
    return ChartCitation(span=span(source, words), source=source.source)


def evidence(
    source: Document, words: str, context: str, role: Role = Role.SUPPORTS, on: date | None = date(2026, 11, 12),
    basis: DateBasis = DateBasis.EFFECTIVE, findings: tuple[Finding, ...] = (),
) -> Evidence:  # fmt: skip
    fact = Fact(
        id=FactId(f"f-{source.id}-{words[:12]}"), concept=ConceptId("spo2"), statement=words, value=Decimal(85),
        assertion=Assertion.AFFIRMED, origin=Origin.PROSE, span=span(source, words), context=span(source, context),
        when=FactDate(on=on, basis=basis) if on else None,
    )  # fmt: skip
    return Evidence(fact=fact, role=role, findings=findings)


def leaf(identifier: str, statement: str, state: State, **fields: object) -> Judgement:
    return Judgement.model_validate(
        {"id": identifier, "op": Op.LEAF, "statement": statement, "state": state, "confidence": 0.9, **fields}
    )


ROOT = Judgement(
    id="oxygen",
    op=Op.ALL,
    statement="Home oxygen is covered",
    state=State.INSUFFICIENT,
    confidence=0.9,
    children=(
        leaf(
            "oxygen.disease",
            "A severe lung disease, or hypoxia-related symptoms expected to improve with oxygen",
            State.MET,
            reason="COPD is active on the problem list and described as severe in the visit note.",
            evidence=(
                evidence(
                    CONDITION_DOC,
                    "Chronic obstructive pulmonary disease",
                    "code: J44.9 Chronic obstructive pulmonary disease, unspecified",
                    basis=DateBasis.ISSUED,
                ),
                evidence(
                    NOTE_DOC, "Severe COPD", "Severe COPD (FEV1 34 % predicted, FEV1/FVC 0.41).", basis=DateBasis.NOTE
                ),
            ),
        ),  # fmt: skip
        Judgement(
            id="oxygen.gas",
            op=Op.ANY,
            statement="Hypoxaemia in group I",
            state=State.MET,
            confidence=0.9,
            children=(
                leaf(
                    "oxygen.gas.rest",
                    "PaO2 ≤ 55 mm Hg or saturation ≤ 88 %, at rest, awake, on room air",
                    State.MET,
                    policy_span=RULE.span,
                    reason="The blood gas of 5 November is preferred over oximetry; both qualify.",
                    evidence=(
                        evidence(
                            GASES_DOC,
                            "PaO2 52 mm Hg",
                            "Sample drawn at rest with the patient awake, breathing\nroom air for 30 minutes. "
                            "PaO2 52 mm Hg, PaCO2 44 mm Hg, pH 7.39.",
                            on=date(2026, 11, 5),
                        ),
                        evidence(OXIMETRY_DOC, "85 %", "value: 85 %"),
                        evidence(
                            NOTE_DOC,
                            "93 % on 2 L/min",
                            "SpO2 85 % at rest on room air, rising to 93 % on 2 L/min.",
                            role=Role.CONSIDERED,
                            findings=(Finding(defect=Defect.OTHER_SETTING, detail="measured on oxygen"),),
                        ),
                    ),
                ),
                Judgement(
                    id="oxygen.gas.sleep",
                    op=Op.AT_LEAST,
                    n=2,
                    statement="Desaturation in sleep",
                    state=State.INSUFFICIENT,
                    confidence=0.5,
                    children=(
                        leaf(
                            "oxygen.gas.sleep.level",
                            "Saturation ≤ 88 % for at least 5 minutes asleep",
                            State.INSUFFICIENT,
                            reason="No sleep study is in the chart; one is planned.",
                            looked_for="a saturation with the setting “asleep” in the 30 days before the order",
                            gap=GapAdvice(
                                document="Overnight oximetry or sleep study report",
                                holder="the sleep laboratory",
                                dated="within 30 days before the order",
                            ),
                        ),
                        leaf("oxygen.gas.sleep.awake", "Awake saturation above 88 %", State.NOT_MET),
                        leaf("oxygen.gas.sleep.signs", "Signs of hypoxia such as nocturnal restlessness", State.ERROR),
                    ),
                ),
            ),
        ),
        leaf(
            "oxygen.alternatives",
            "Other treatment has been tried or considered and found not sufficient",
            State.INSUFFICIENT,
            required_document=True,
            reason="Inhaled treatment is described; that it is not sufficient is not stated.",
            looked_for="a statement that other treatment did not suffice",
            gap=GapAdvice(document="Addendum to the visit note", holder="Ada Wren, MD"),
        ),
    ),
)
RESULT = CriteriaResult(
    tree_id="nl-oxygen-3", policy=POLICY, status=TreeStatus.APPROVED, draft_reasons=(), root=ROOT
)  # fmt: skip

SPO2 = cite(OXIMETRY_DOC, "85 %")
PAO2 = cite(GASES_DOC, "PaO2 52 mm Hg")
ORDER = cite(NOTE_DOC, "Start home oxygen 2 L/min by nasal cannula, 16 h/day or more")
COPD = cite(NOTE_DOC, "Severe COPD (FEV1 34 % predicted, FEV1/FVC 0.41)")


def say(kind: SentenceKind, text: str, *citations: ChartCitation | PolicyCitation) -> Sentence:
    return Sentence(kind=kind, text=text, citations=citations)


SUMMARY = (
    say(SentenceKind.REQUEST, "Home oxygen at 2 L/min for 16 hours a day or more was ordered on 12 Nov 2026.", ORDER),
    say(SentenceKind.EVIDENCE, "PaO2 was 52 mm Hg on 5 November 2026, at rest, awake, on room air.", PAO2),
    say(SentenceKind.POLICY, "The policy asks for a saturation of 88 % or lower, or the matching PaO2.", RULE),
)  # fmt: skip
LETTER = Letter(
    date="20 November 2026",
    sender=("Harbour Pulmonary Clinic", "12 Quay Street, Port Ellis, ME 04101", "Telephone 207-555-0142"),
    recipient=("Medical Director, Utilization Management", "Northlake Medicare Advantage", "Fax 207-555-0199"),
    subject=(
        "Re: Prior authorization of home oxygen (HCPCS E1390, E0431), 12 months",
        "Member: M. Alder, ID N-4471-22, born 2 May 1951",
    ),
    salutation="Dear Medical Director:",
    points=(
        LetterPoint(
            heading="Request",
            sentences=(
                say(SentenceKind.REQUEST, "I request authorization of home oxygen at 2 L/min by nasal cannula.", ORDER),
                say(SentenceKind.EVIDENCE, "Mrs Alder has severe COPD, with an FEV1 of 34 % predicted.", COPD),
            ),
        ),
        LetterPoint(
            heading="Hypoxaemia at rest",
            criterion_id="oxygen.gas.rest",
            sentences=(
                say(SentenceKind.POLICY, "The policy asks for a saturation of 88 % or lower at rest, on air.", RULE),
                say(SentenceKind.EVIDENCE, "Her PaO2 was 52 mm Hg on 5 November 2026.", PAO2),
                say(SentenceKind.EVIDENCE, "Her saturation was 85 % on 12 November 2026.", SPO2),
                say(SentenceKind.CONCLUSION, "Both values meet the criterion.", RULE, PAO2, SPO2),
            ),
        ),
    ),
    closing="I am available for a peer-to-peer conversation on weekdays from 08:00 to 17:00 ET.\n\nSincerely,",
    signer="Ada Wren, MD",
    signer_npi="1234567893",
)  # fmt: skip


def highlight(source: Document, *words: str) -> tuple[tuple[int, int], ...]:
    return tuple((span(source, quote).start, span(source, quote).end) for quote in words)


EXTRACTS = (
    ChartExtract(number=1, document=OXIMETRY_DOC, highlights=highlight(OXIMETRY_DOC, "value: 85 %")),
    ChartExtract(
        number=2,
        document=GASES_DOC,
        pdf_pages=(1, 2),
        highlights=highlight(
            GASES_DOC, "FEV1 0.92 L (34 % predicted)", "breathing\nroom air for 30 minutes", "PaO2 52 mm Hg"
        ),
    ),
    ChartExtract(
        number=3,
        document=NOTE_DOC,
        highlights=highlight(
            NOTE_DOC, "SpO2 85 % at rest on room air", "Severe COPD (FEV1 34 % predicted, FEV1/FVC 0.41)",
            "Start home oxygen 2 L/min by nasal cannula, 16 h/day or more, stationary\n     concentrator",
        ),
    ),
    ChartExtract(
        number=4, document=CONDITION_DOC, highlights=highlight(CONDITION_DOC, "Chronic obstructive pulmonary disease")
    ),
)  # fmt: skip
CONTENT = PacketContent(
    case_id=CaseId("C-2026-01147"),
    title="Prior authorization request: home oxygen",
    cover=(
        ("Patient", "M. Alder, born 2 May 1951, member N-4471-22"),
        ("Payer", "Northlake Medicare Advantage"),
        ("Service", "E1390 stationary concentrator, 1 unit a month for 12 months\nE0431 portable gaseous system"),
        ("Diagnosis", "J44.9 Chronic obstructive pulmonary disease; J96.11 Chronic respiratory failure with hypoxia"),
        ("Ordered by", "Ada Wren, MD, NPI 1234567893, TIN 01-0000000"),
        ("Place of service", "12, home"),
        ("Urgency", "Standard; answer due Fri 27 Nov 2026, 17:00 ET"),
        ("Contact", "Prior authorization desk, 207-555-0142, fax 207-555-0143"),
    ),
    flags=("The letter is unsigned.", "Criterion 3 is not shown: an addendum to the visit note is needed."),
    summary=SUMMARY,
    criteria=RESULT,
    letter=LETTER,
    extracts=EXTRACTS,
    drafted_at=datetime(2026, 11, 20, 14, 5, tzinfo=UTC),
)
