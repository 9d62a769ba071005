"""Draft what would leave: the letter, the packet and the request bundle, as exact bytes a person can approve."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from agents.desk import CaseDesk, Detail, Record
from agents.model_session import ModelSession
from agents.model_work import ModelWording, call_events
from agents.products import EDITED_LETTER, LETTER, MODEL_WORDING, NOT_DRAFTED
from agents.reading.letter_wording import LetterMatter, request_sentences, write_letter
from agents.reading.model_reader.paragraphs import phrase_letter
from agents.reading.packet_contents import chart_extracts, packet_content
from agents.state import AuthorizationState
from agents.steps.enclosure_basis import NO_BASIS, enclosure_basis
from agents.steps.request_bundle import TRANSACTION_SYSTEM, pas_request
from agents.toolbox import Hands
from cases.authorization import AuthorizationNeed
from cases.case import Case
from cases.chart import Chart
from cases.criteria import CriteriaResult, Judgement
from cases.document import Document, DocumentKind
from cases.errors import InputError
from cases.ids import DocumentId, digest_of
from cases.packet import ChartExtract, Letter, Submission
from formats import letter_markdown, packet_pdf
from formats.pas.inquiry import claim_identifier
from formats.pas.request_bundle import write_request
from formats.scan.picture_pdf import scan_as_pdf
from formats.scan.reading import ScanReader
from formats.x12.request_278 import write_278
from knowledge.chart_signals import EXPEDITED, RESTRICTED
from knowledge.code_wording import shipped_codes
from runtime.work_store import CRITERIA, NEED


@dataclass(frozen=True)
class _Matter:
    """What the draft is made from, once it is known that there is something to draft."""

    case: Case
    chart: Chart
    letter_matter: LetterMatter
    result: CriteriaResult

    @property
    def documents(self) -> dict[DocumentId, Document]:
        return {document.id: document for document in self.chart.documents}


def draft(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Store letter, packet and bundle; or why nothing is drafted, so that the gate says it."""
    result = desk.product(CRITERIA, state["revision"]) if state.get("policy") else None
    need = desk.product(NEED, state["revision"])
    why_not = _why_nothing(state, desk.case(), result, need)
    if why_not or result is None or need is None:
        return withheld(state, desk, why_not)
    return _draft(state, desk, hands, result, need)


def withheld(state: AuthorizationState, desk: CaseDesk, why_not: str) -> AuthorizationState:
    """Nothing is drafted, and why: the code before the colon, for the gate to say."""
    detail: Detail = {"reason": why_not.split(":", 1)[0]}
    desk.record(state["revision"], Record(action="draft.withheld", detail=detail, products=((NOT_DRAFTED, why_not),)))
    return {"digest": ""}


def _why_nothing(
    state: AuthorizationState, case: Case, result: CriteriaResult | None, need: AuthorizationNeed | None
) -> str:
    if any(flag.code == RESTRICTED for flag in case.flags):
        return RESTRICTED
    if result is None:
        return "no_policy_in_force"
    if need is None:
        return "payer_unresolved"
    return "required_document_missing" if state.get("required_document_missing") else ""


def _draft(
    state: AuthorizationState, desk: CaseDesk, hands: Hands, result: CriteriaResult, need: AuthorizationNeed
) -> AuthorizationState:
    case = desk.case()
    chart = hands.call("read_chart").for_patient(case.patient.id)
    code = case.order.codes[0].code
    documents = {document.id: document for document in chart.documents}
    result = of_patient(result, documents)
    basis = enclosure_basis(case, chart_extracts(case, result, documents), desk, hands)
    if not basis.passed:
        return withheld(state, desk, f"{NO_BASIS}: {'; '.join(basis.details)}")
    matter = _Matter(
        case=case,
        chart=chart,
        result=result,
        letter_matter=LetterMatter(
            case=case,
            need=need,
            result=result,
            wording=shipped_codes().wording(code),
            payer_address=hands.call("payer_address", payer=case.payer),
            written_on=desk.clock.now().date(),
        ),
    )
    edited = desk.product(EDITED_LETTER, state["revision"])
    letter = edited or worded(state, desk, hands, write_letter(matter.letter_matter, matter.documents))
    return _store(state, desk, hands, matter, letter)


def worded(state: AuthorizationState, desk: CaseDesk, hands: Hands, letter: Letter) -> Letter:
    """The letter in the model's words, where one is set and keeps to the quotes; else as it is."""
    session: ModelSession | None = hands.call("model_session")
    if session is None:
        return letter
    phrased, log = phrase_letter(session, letter), session.log()
    points = sum(new is not old for new, old in zip(phrased.points, letter.points, strict=True))
    desk.record(
        state["revision"],
        Record(
            action="letter.phrased",
            detail={"points": points, "dropped": sum(log.dropped.values()), "stopped": log.stopped or None},
            products=((MODEL_WORDING, ModelWording(points=points, log=log)),),
            events=call_events("draft", log),
        ),
    )
    return phrased


def _store(
    state: AuthorizationState, desk: CaseDesk, hands: Hands, matter: _Matter, letter: Letter
) -> AuthorizationState:
    """Render the packet, put it into the request, and keep all three with their digests in one commit."""
    packet = _packet(desk, matter, letter, hands.scans)
    artefacts = {"letter.md": letter_markdown.write_letter(letter).encode(), "packet.pdf": packet}
    submission = None
    not_drafted = ""
    try:
        request = pas_request(
            matter.case, matter.chart, packet, state["revision"], desk.clock.now(), hands.organization
        )
        bundle = write_request(request)
    except InputError as error:
        not_drafted = f"request_incomplete: {error.message}"
    else:
        artefacts["pas-bundle.json"] = bundle
        artefacts["x12-278.edi"] = write_278(request)
        submission = Submission(
            case_id=matter.case.id, revision=state["revision"], bundle=bundle, packet_pdf=packet, letter=letter,
            digest=digest_of(bundle), drafted_at=desk.clock.now(),
        )  # fmt: skip
    desk.record(
        state["revision"],
        Record(
            action="draft.made",
            detail={"digest": submission.digest if submission else None, "sentences": len(letter.sentences())},
            products=((LETTER, letter), (NOT_DRAFTED, not_drafted)),
            artefacts=artefacts,
            submission=submission,
            references=((TRANSACTION_SYSTEM, claim_identifier(submission.bundle).value),) if submission else (),
        ),
    )
    return {"digest": submission.digest if submission else ""}


def _packet(desk: CaseDesk, matter: _Matter, letter: Letter, scans: ScanReader) -> bytes:
    extracts = tuple(map(as_pages, chart_extracts(matter.case, matter.result, matter.documents)))
    content = packet_content(
        matter.letter_matter,
        request_sentences(matter.letter_matter, matter.documents),
        letter,
        extracts,
        desk.clock.now(),
    )
    content = content.model_copy(update={"cover": _with_statement(matter.case, content.cover)})
    paged = [item for item in extracts if item.pdf_pages]
    held = desk.sources([item.document for item in paged])
    sources = {
        item.document.id: scan_as_pdf(held[item.document.id], item.document, item.pdf_pages, scans) for item in paged
    }
    return packet_pdf.render_packet(content, sources).pdf


def _with_statement(case: Case, cover: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The cover with the physician's statement beside the urgency: an expedited request stands on it."""
    said = next((flag.message for flag in case.flags if flag.code == EXPEDITED), "")
    return tuple((name, f"{value}. {said}" if name == "Urgency" and said else value) for name, value in cover)


def as_pages(extract: ChartExtract) -> ChartExtract:
    """A scan is enclosed as the pictures of its cited pages, not as what was read out of them."""
    document = extract.document
    if document.kind is not DocumentKind.SCAN or extract.pdf_pages:
        return extract
    cited = {page for start, _ in extract.highlights if (page := document.page_at(start)) is not None}
    return extract.model_copy(update={"pdf_pages": tuple(sorted(cited))})


def of_patient(result: CriteriaResult, documents: Mapping[DocumentId, Document]) -> CriteriaResult:
    """The judgement without quotes from pages that do not say whose they are: no such page may leave, or be quoted."""
    nobodys = {document.id for document in documents.values() if document.patient_id is None}
    return result.model_copy(update={"root": _without(result.root, nobodys)})


def _without(node: Judgement, nobodys: Collection[DocumentId]) -> Judgement:
    evidence = tuple(item for item in node.evidence if item.fact.span.document_id not in nobodys)
    children = tuple(_without(child, nobodys) for child in node.children)
    return node.model_copy(update={"evidence": evidence, "children": children})
