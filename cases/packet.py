"""What leaves the house: letter, gaps, requests and the submission whose bytes a person approves."""

from datetime import datetime
from enum import StrEnum

from cases.criteria import CriteriaResult, PolicyRef, PolicySpan, State
from cases.document import Document
from cases.evidence import Span
from cases.frozen import Frozen
from cases.ids import CaseId, Digest


class ChartCitation(Frozen):
    """Support from the chart: the span, and the source file it can be opened in."""

    kind: str = "chart"
    span: Span
    source: str


class PolicyCitation(Frozen):
    """Support from the policy version in force."""

    kind: str = "policy"
    policy: PolicyRef
    span: PolicySpan


class LawCitation(Frozen):
    """Support from the law that binds the payer: our own wording of it, as the rules hold it, with the place."""

    kind: str = "law"
    law_id: str
    place: str
    verified: bool
    span: PolicySpan


Citation = ChartCitation | PolicyCitation | LawCitation


class SentenceKind(StrEnum):
    """What a sentence does; a request states what is asked and is supported by the order itself."""

    REQUEST = "request"
    POLICY = "policy"
    EVIDENCE = "evidence"
    CONCLUSION = "conclusion"
    MISSING = "missing"
    DENIAL = "denial"
    LAW = "law"


class Sentence(Frozen):
    """One sentence of a letter with its support; without support it never leaves."""

    kind: SentenceKind
    text: str
    citations: tuple[Citation, ...]


class LetterPoint(Frozen):
    """A heading and the sentences under it; `criterion_id` where it argues one criterion."""

    heading: str
    sentences: tuple[Sentence, ...]
    criterion_id: str = ""


class Letter(Frozen):
    """A letter of medical necessity, unsigned until the named clinician signs these bytes."""

    date: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    subject: tuple[str, ...]
    salutation: str
    points: tuple[LetterPoint, ...]
    closing: str
    signer: str
    signer_npi: str = ""
    signature_line: str = ""

    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(sentence for point in self.points for sentence in point.sentences)


class Gap(Frozen):
    """An open criterion: what is missing, from whom, of what date, and the request drafted for it."""

    criterion_id: str
    statement: str
    state: State
    why: str
    looked_for: str
    document: str
    holder: str
    dated: str
    request: str
    required_document: bool = False


class Enclosure(Frozen):
    """A document that goes with the packet, with the pages chosen and the page it starts on in the packet."""

    number: int
    title: str
    source: str
    pages: tuple[int, ...] = ()
    starts_on: int | None = None


class Submission(Frozen):
    """The exact bytes an approval is for: `digest` is of `bundle`, which carries the packet inside it."""

    case_id: CaseId
    revision: int
    bundle: bytes
    packet_pdf: bytes
    letter: Letter
    digest: Digest
    drafted_at: datetime


class ChartExtract(Frozen):
    """A chart document as it is enclosed: the pages chosen, or the text, with the quoted passages marked.

    `highlights` are code points of `document.text`. `pdf_pages` are page numbers of a PDF source; empty for
    text and structured resources, whose stored text is printed.
    """

    number: int
    document: Document
    highlights: tuple[tuple[int, int], ...] = ()
    pdf_pages: tuple[int, ...] = ()


class PacketContent(Frozen):
    """Everything the packet's pages show, in order: cover, summary, criteria, letter, enclosure list, extracts.

    `watermark` is printed across each page of something that must not be sent as it is.
    """

    case_id: CaseId
    title: str
    cover: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    summary: tuple[Sentence, ...]
    criteria: CriteriaResult | None
    letter: Letter | None
    extracts: tuple[ChartExtract, ...]
    drafted_at: datetime
    watermark: str = ""
