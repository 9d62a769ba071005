"""Draft what would leave: the letter, the enclosures, and the exact bytes a person can approve."""

from dataclasses import dataclass

from agents.appeal_products import CALLS, DENIAL_DOCUMENT, HANDED_OVER, PLAN, PROOFS, REBUTTAL, SLOTS
from agents.desk import CaseDesk, Record
from agents.products import EDITED_LETTER, LETTER, NOT_DRAFTED
from agents.reading.appeals.appeal_wording import AppealMatter, write_appeal
from agents.reading.appeals.brief import peer_brief
from agents.reading.appeals.enclosing import appeal_extracts, appeal_packet
from agents.reading.appeals.patient_copy import patient_copy
from agents.state import AuthorizationState
from agents.steps.appeal.answer import citable, judged
from agents.steps.appeal.binding_laws import binding_laws
from agents.steps.appeal.denial_of import denial_of
from agents.steps.draft import as_pages, withheld, worded
from agents.steps.enclosure_basis import NO_BASIS, enclosure_basis
from agents.steps.request_bundle import TRANSACTION_SYSTEM, pas_request
from agents.toolbox import Hands
from cases.appeal import LETTERS, Channel, PathwayPlan
from cases.case import Case, Urgency
from cases.chart import Chart, Party
from cases.document import Document
from cases.errors import InputError
from cases.ids import DocumentId, digest_of
from cases.packet import ChartExtract, Letter, PacketContent, Submission
from formats import letter_markdown, packet_pdf
from formats.letter_pdf import render_letter
from formats.pas.codes import CERTIFICATION_APPEAL, CERTIFICATION_APPEAL_NOW
from formats.pas.inquiry import claim_identifier
from formats.pas.request_bundle import write_request
from formats.scan.picture_pdf import scan_as_pdf
from formats.x12.request_278 import write_278
from knowledge.chart_signals import RESTRICTED
from knowledge.code_wording import shipped_codes


@dataclass(frozen=True)
class _Drafted:
    """The printed parts: the letter alone, the enclosures alone, and both as one packet."""

    letter: bytes
    enclosures: bytes
    packet: bytes


def draft_appeal(state: AuthorizationState, desk: CaseDesk, hands: Hands) -> AuthorizationState:
    """Store letter, enclosures and submission; or why nothing is drafted, so that the gate says it."""
    plan, rebuttal = desk.product(PLAN, state["revision"]), desk.product(REBUTTAL, state["revision"])
    case = desk.case()
    why_not = _why_nothing(case, plan)
    if why_not or plan is None or rebuttal is None:
        return withheld(state, desk, why_not)
    documents = citable(desk, hands)
    matter = appeal_matter(state, desk, hands, documents)
    edited = desk.product(EDITED_LETTER, state["revision"])
    letter = edited or worded(state, desk, hands, write_appeal(matter, documents))
    return _store(state, desk, hands, matter, letter, documents)


def _why_nothing(case: Case, plan: PathwayPlan | None) -> str:
    if any(flag.code == RESTRICTED for flag in case.flags):
        return RESTRICTED
    if plan is None or plan.filing not in LETTERS:
        return "no_letter_for_this_pathway"
    return ""


def appeal_matter(
    state: AuthorizationState, desk: CaseDesk, hands: Hands, documents: dict[DocumentId, Document]
) -> AppealMatter:
    """What the letter is written from, out of this run's products."""
    revision, case = state["revision"], desk.case()
    plan, rebuttal = desk.product(PLAN, revision), desk.product(REBUTTAL, revision)
    denial = desk.product(DENIAL_DOCUMENT, revision)
    assert plan is not None
    assert rebuttal is not None
    assert denial is not None
    organization, code = hands.organization, case.order.codes[0].code if case.order.codes else ""
    own = _letterhead(organization) if organization else ()
    return AppealMatter(
        case=case,
        facts=denial_of(desk).facts,
        denial=denial,
        plan=plan,
        rebuttal=rebuttal,
        result=judged(state, desk, documents),
        laws=binding_laws(case, denial_of(desk), desk.clock.now()),
        wording=shipped_codes().wording(code),
        organization=own,
        earlier=_earlier(desk, plan),
        written_on=desk.clock.now().date(),
    )


def _earlier(desk: CaseDesk, plan: PathwayPlan) -> tuple[Document, ...]:
    """Earlier decisions, letters and calls, where the level's packet holds them."""
    return desk.product(PROOFS, HANDED_OVER) or () if plan.packet else ()


def _letterhead(party: Party) -> tuple[str, ...]:
    lines = (party.name, f"NPI {party.npi}" if party.npi else "", party.phone)
    return tuple(line for line in lines if line)


def _store(
    state: AuthorizationState,
    desk: CaseDesk,
    hands: Hands,
    matter: AppealMatter,
    letter: Letter,
    documents: dict[DocumentId, Document],
) -> AuthorizationState:
    extracts = tuple(map(as_pages, appeal_extracts(matter, letter, documents)))
    ours = [item for item in extracts if item.document.id != matter.denial.id]
    basis = enclosure_basis(matter.case, ours, desk, hands)
    if not basis.passed:
        return withheld(state, desk, f"{NO_BASIS}: {'; '.join(basis.details)}")
    drafted = _print(desk, hands, matter, letter, extracts)
    artefacts = {
        "letter.md": letter_markdown.write_letter(letter).encode(),
        "letter.pdf": drafted.letter,
        "enclosures.pdf": drafted.enclosures,
        "brief.md": peer_brief(matter, documents, desk.product(CALLS) or (), desk.product(SLOTS) or ()).encode(),
        "patient-copy.md": patient_copy(matter).encode(),
    }
    bundle, not_drafted = drafted.packet, ""
    if matter.plan.channel is Channel.PAS:
        try:
            bundle = _request(state, desk, hands, matter, drafted.packet, artefacts)
        except InputError as error:
            not_drafted = f"request_incomplete: {error.message}"
    submission = Submission(
        case_id=desk.case_id, revision=state["revision"], bundle=bundle, packet_pdf=drafted.packet, letter=letter,
        digest=digest_of(bundle), drafted_at=desk.clock.now(),
    )  # fmt: skip
    named = matter.plan.channel is Channel.PAS and not not_drafted
    desk.record(
        state["revision"],
        Record(
            action="draft.made",
            detail={"digest": submission.digest, "sentences": len(letter.sentences()), "enclosures": len(extracts)},
            products=((LETTER, letter), (NOT_DRAFTED, not_drafted)),
            artefacts=artefacts,
            submission=None if not_drafted else submission,
            references=((TRANSACTION_SYSTEM, claim_identifier(bundle).value),) if named else (),
        ),
    )
    return {"digest": "" if not_drafted else submission.digest}


def _print(
    desk: CaseDesk, hands: Hands, matter: AppealMatter, letter: Letter, extracts: tuple[ChartExtract, ...]
) -> _Drafted:
    content: PacketContent = appeal_packet(matter, letter, extracts, desk.clock.now())
    paged = [item for item in extracts if item.pdf_pages]
    held = desk.sources([item.document for item in paged])
    sources = {
        item.document.id: scan_as_pdf(held[item.document.id], item.document, item.pdf_pages, hands.scans)
        for item in paged
    }
    alone = content.model_copy(update={"letter": None, "title": f"Enclosures: {content.title}"})
    enclosures = packet_pdf.render_packet(alone, sources)
    return _Drafted(
        letter=render_letter(
            letter, desk.case_id, content.title, content.drafted_at, content.watermark, enclosures.places
        ),
        enclosures=enclosures.pdf,
        packet=packet_pdf.render_packet(content, sources).pdf,
    )


def _request(
    state: AuthorizationState,
    desk: CaseDesk,
    hands: Hands,
    matter: AppealMatter,
    packet: bytes,
    artefacts: dict[str, bytes],
) -> bytes:
    """The appeal as an electronic request: X12 UM02 says that it is one, and how fast it is asked for."""
    chart: Chart = hands.call("read_chart").for_patient(matter.case.patient.id)
    now = matter.case.urgency is Urgency.EXPEDITED
    certification = (CERTIFICATION_APPEAL_NOW if now else CERTIFICATION_APPEAL).coding
    request = pas_request(
        matter.case, chart, packet, state["revision"], desk.clock.now(), hands.organization, certification
    )
    bundle = write_request(request)
    artefacts["pas-bundle.json"] = bundle
    artefacts["x12-278.edi"] = write_278(request)
    return bundle
