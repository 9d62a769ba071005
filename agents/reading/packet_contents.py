"""What goes into a packet: the cover's rows, the flags, and the chart documents that the criteria rest on."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from agents.reading.letter_wording import LetterMatter, long_date
from cases.authorization import Need
from cases.case import Case
from cases.criteria import CriteriaResult, Judgement, Op, State
from cases.document import Document
from cases.evidence import Role, Span
from cases.ids import DocumentId
from cases.packet import ChartExtract, Letter, PacketContent, Sentence

_INCOMPLETE = "NOT COMPLETE: NOT FOR SUBMISSION"
_DOCUMENTATION = "DOCUMENTATION: NO PRIOR AUTHORIZATION"


def packet_content(
    matter: LetterMatter,
    summary: Sequence[Sentence],
    letter: Letter,
    extracts: Sequence[ChartExtract],
    drafted_at: datetime,
) -> PacketContent:
    """Everything the packet's pages show. What must not be sent as it is carries that across each page."""
    case = matter.case
    met = matter.result.root.state is State.MET
    watermark = _DOCUMENTATION if matter.need.need is Need.NOT_REQUIRED else ""
    documented = matter.need.need is Need.NOT_REQUIRED
    return PacketContent(
        case_id=case.id,
        title="Documentation of medical necessity" if documented else "Prior authorization request",
        cover=_cover(matter),
        flags=tuple(flag.message for flag in case.flags if flag.severity != "info"),
        summary=tuple(summary),
        criteria=told(matter.result) if met else matter.result,
        letter=letter,
        extracts=tuple(extracts),
        drafted_at=drafted_at,
        watermark=watermark if met or documented else _INCOMPLETE,
    )


def told(result: CriteriaResult) -> CriteriaResult:
    """A met tree as the payer reads it: of alternatives the met ones, of evidence what supports.

    An exclusion that is not there is one line. What was weighed and set aside stays in criteria.json.
    """
    return result.model_copy(update={"root": _told(result.root)})


def _told(node: Judgement) -> Judgement:
    if node.op is Op.LEAF:
        supports = tuple(item for item in node.evidence if item.role is Role.SUPPORTS)
        return node.model_copy(update={"evidence": supports})
    kept = node.children
    if node.op in (Op.ANY, Op.AT_LEAST):
        kept = tuple(child for child in node.children if child.state is State.MET)
    if node.op is Op.NONE:
        kept = ()
    return node.model_copy(update={"children": tuple(_told(child) for child in kept)})


def _cover(matter: LetterMatter) -> tuple[tuple[str, str], ...]:
    case = matter.case
    code = case.order.codes[0].code if case.order.codes else "not coded"
    rows = [
        ("Patient", case.patient.full_name),
        ("Date of birth", long_date(case.patient.birth_date) if case.patient.birth_date else "not in the chart"),
        ("Member ID", case.coverage.member_id if case.coverage and case.coverage.member_id else "not in the chart"),
        ("Payer", case.payer.name if case.payer else "not resolved"),
        ("Service", f"{code} {matter.wording}".strip()),
        ("Ordered", long_date(case.order.authored_on) if case.order.authored_on else "not dated"),
        ("Ordered by", _party(case)),
        ("Policy", _policy(matter.result)),
        ("Urgency", case.urgency.value),
        ("Prior authorization", f"{matter.need.need.replace('_', ' ')}: {matter.need.reason}"),
    ]
    return tuple(rows)


def _party(case: Case) -> str:
    party = case.requester
    if party is None or not party.name:
        return "not named in the order"
    return f"{party.name}, NPI {party.npi}" if party.npi else party.name


def _policy(result: CriteriaResult) -> str:
    policy = result.policy
    effective = f", effective {long_date(policy.effective)}" if policy.effective else ", effective date not known"
    return f"{policy.number} {policy.title}{effective}".strip()


def chart_extracts(
    case: Case, result: CriteriaResult, documents: Mapping[DocumentId, Document]
) -> tuple[ChartExtract, ...]:
    """The order and every document of this patient that a criterion's evidence cites, passages marked.

    Minimum necessary (45 CFR 164.502(b)): nothing else of the chart goes along; of a PDF, only the pages cited.
    """
    spans = _cited(result)
    cited = [case.order.document_id, *spans]
    chosen = [documents[item] for item in dict.fromkeys(cited) if item in documents]
    own = [document for document in chosen if document.patient_id == case.patient.id]
    return tuple(extract(number, document, spans.get(document.id, [])) for number, document in enumerate(own, start=1))


def _cited(result: CriteriaResult) -> dict[DocumentId, list[Span]]:
    spans: dict[DocumentId, list[Span]] = {}
    for leaf in result.root.leaves():
        for evidence in leaf.evidence:
            if evidence.role is Role.SUPPORTS or leaf.state is not State.MET:
                for span in (evidence.fact.span, *evidence.fact.supporting):
                    spans.setdefault(span.document_id, []).append(span)
    return spans


def extract(number: int, document: Document, spans: Sequence[Span]) -> ChartExtract:
    """A document as an enclosure with these passages marked; of a PDF only the pages they stand on."""
    pages = sorted({span.page for span in spans if span.page is not None})
    return ChartExtract(
        number=number,
        document=document,
        highlights=tuple(sorted({(span.start, span.end) for span in spans})),
        pdf_pages=tuple(pages) if document.media_type == "application/pdf" else (),
    )
