"""The case page: what needs you now, the criteria with their evidence, what would leave, and what happened."""

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import JSONResponse, Response

from agents.casework.appeals.precedents import precedents_of
from agents.casework.appeals.sheet import appeal_sheet, may_end
from agents.casework.denials.views import denials_of_case
from agents.casework.panel.case import CaseSheet, chart_of, history_of, letter_of, read_case
from agents.casework.panel.documents import DocumentLine, OpenedDocument, OpenedPage, key_of, open_document, read_chart
from agents.casework.panel.letter import changes
from agents.casework.panel.moves import AGAIN, CLOSABLE
from agents.casework.panel.timeline import timeline
from agents.casework.panel.worklist import WorklistFilter
from agents.copilot.answer import ChartSource
from agents.copilot.chart_search import search_chart
from api.auth import Caller
from api.panel import words
from api.panel.desk import Desk, PanelDesk
from api.panel.entry import PanelRoute, Reader
from api.panel.next_step import effect, next_step
from api.panel.pages import page
from api.routes.cases import OneCase
from api.routes.reviews import SCOPE_OF_ACT
from api.scopes import Scope
from cases.criteria import Judgement
from cases.errors import CountersignError, NotFound
from cases.ids import CaseId, Digest
from cases.lifecycle import WORKABLE
from cases.review import ReviewAct

router = APIRouter(prefix="/panel/cases/{case_id}", route_class=PanelRoute, include_in_schema=False)
Criterion = Annotated[str, Path(pattern=r"^[\w.:-]{1,200}$")]
Chosen = Annotated[int, Query(ge=0, le=500)]
_NEAREST, _LEAST_NEAR = 3, 0.25
"""How many sentences are offered for an open criterion, and the share of its words that one must hold."""
_NOT_SOUGHT = re.compile(r"\b(?:signs?|symptoms?|evidence|reports?) of\b|\bin the last \w+ \w+", re.IGNORECASE)
"""Words of a criterion that say nothing of what stands in the chart; `signs` would find every signature."""
_BESIDE = 25
"""Lines of the worklist that stand beside a case on a wide screen."""


@router.get("", name="panel.case")
def case_page(
    request: Request, desk: Desk, caller: Reader, case_id: OneCase, criterion: str = "", told: str = ""
) -> Response:
    """The case, with the criterion asked for opened beside it, else the first that is open."""
    return shown(request, desk, caller, read_case(desk.toolbox, case_id, caller.id), criterion=criterion, told=told)


def shown(
    request: Request, desk: PanelDesk, caller: Caller, sheet: CaseSheet, *, status: int = 200, criterion: str = "",
    **told: object,
) -> Response:  # fmt: skip
    """The case page; `told` is what happened just now: a notice, or what was refused with the words to keep."""
    judged = next((node for node in _nodes(sheet) if node.id == criterion), None) or sheet.first_open()
    pages = _packet_pages(desk, sheet)
    beside = desk.worklist.view(WorklistFilter(states=words.FILTERS[0][2]), size=_BESIDE)
    appeal = appeal_sheet(desk.toolbox, sheet.case.id) if sheet.case.appeal else None
    precedents = precedents_of(desk.toolbox, sheet.case) if appeal else ()
    by_hand = appeal is not None and appeal.by_hand
    known = {
        "told": "",
        "acted": None,
        "act_failed": "",
        "refused": None,
        "reason": "",
        "failed": None,
        "written": {},
        **told,
    }
    answers_from = answerable(desk, caller, sheet, judged)
    return page(
        request, "case.html", status=status, caller=caller, sheet=sheet, pages=pages, beside=beside,
        step=next_step(sheet, len(pages), by_hand=by_hand), effect=effect(sheet, len(pages), by_hand),
        appeal=appeal, precedents=precedents, may_end=may_end(sheet.case), acts=acts_of(caller, sheet),
        events=timeline(history_of(desk.toolbox, sheet.case.id), sheet.reviews, sheet.names),
        again=AGAIN, closable=CLOSABLE, answerable=answers_from, judged=judged, chosen=0,
        near=nearest(desk, sheet, judged) if answers_from else (), key_of=key_of,
        opened=_opened(desk, sheet.case.id, judged, 0),
        denials=denials_of_case(desk.toolbox, sheet.case.id), **known,
    )  # fmt: skip


def acts_of(caller: Caller, sheet: CaseSheet) -> frozenset[ReviewAct]:
    """What this person may do to what lies ready now."""
    return frozenset(act for act in ReviewAct if sheet.waits and SCOPE_OF_ACT[act] in caller.scopes)


def _nodes(sheet: CaseSheet) -> tuple[Judgement, ...]:
    return sheet.result.root.nodes() if sheet.result else ()


def _packet_pages(desk: PanelDesk, sheet: CaseSheet) -> tuple[OpenedPage, ...]:
    return desk.shelf.packet_sizes(sheet.case.id)[2] if sheet.packet else ()


def _opened(desk: PanelDesk, case_id: CaseId, judged: Judgement | None, chosen: int) -> OpenedDocument | None:
    """The document of the evidence chosen, opened at its place."""
    if judged is None or chosen >= len(judged.evidence):
        return None
    span = judged.evidence[chosen].fact.span
    return open_document(desk.toolbox, case_id, key_of(span.document_id), span)


@router.get("/evidence/{criterion_id}", name="panel.evidence")
def evidence(
    request: Request, desk: Desk, caller: Reader, case_id: OneCase, criterion_id: Criterion, e: Chosen = 0,
    use: Annotated[int | None, Query(ge=0, lt=_NEAREST)] = None,
) -> Response:  # fmt: skip
    """One criterion with its evidence, a document opened at the place of the quote; `use` takes over near words."""
    sheet = read_case(desk.toolbox, case_id, caller.id)
    judged = sheet.judgement(criterion_id)
    return one_criterion(request, desk, caller, sheet, judged, chosen=e, use=use)


def one_criterion(
    request: Request, desk: PanelDesk, caller: Caller, sheet: CaseSheet, judged: Judgement, *, chosen: int = 0,
    status: int = 200, failed: CountersignError | None = None, written: Mapping[str, str] | None = None,
    use: int | None = None,
) -> Response:  # fmt: skip
    """The page of a criterion; `failed` and `written` where an answer was given that cannot be taken.

    `use` numbers the near words to begin an answer with.
    """
    answers_from = answerable(desk, caller, sheet, judged)
    near = nearest(desk, sheet, judged) if answers_from else ()
    if use is not None and use < len(near):
        written = {"document": near[use].key, "quote": " ".join(near[use].quote.split()), "answer": "yes"}
    return page(
        request, "evidence.html", status=status, caller=caller, sheet=sheet, judged=judged, chosen=chosen,
        key_of=key_of, opened=_opened(desk, sheet.case.id, judged, chosen), failed=failed, written=written or {},
        answerable=answers_from, near=near,
    )  # fmt: skip


def nearest(desk: PanelDesk, sheet: CaseSheet, judged: Judgement | None) -> tuple[ChartSource, ...]:
    """Sentences of the chart that come nearest to an open criterion by their words; nobody has judged them."""
    if judged is None:
        return ()
    _, chart = chart_of(desk.toolbox, sheet.case.id)
    sought = _NOT_SOUGHT.sub("", judged.statement)
    return search_chart(sheet.case, chart, sought, most=_NEAREST, least=_LEAST_NEAR)


def answerable(desk: PanelDesk, caller: Caller, sheet: CaseSheet, judged: Judgement | None) -> tuple[DocumentLine, ...]:
    """The documents a person may answer from; none where nothing is to be answered, or not by this person."""
    asked = judged is not None and judged.id in sheet.questions and sheet.case.state in WORKABLE
    if not asked or Scope.REVIEW_EDIT not in caller.scopes:
        return ()
    return tuple(line for line in read_chart(desk.toolbox, sheet.case.id).documents if line.mine)


@router.get("/state", name="panel.state")
def state(desk: Desk, caller: Reader, case_id: OneCase) -> Response:
    """Where the case stands, for scripts that watch it."""
    sheet = read_case(desk.toolbox, case_id, caller.id)
    return JSONResponse(
        {
            "state": sheet.case.state.value,
            "words": words.STATE[sheet.case.state][0],
            "revision": sheet.case.revision,
            "digest": sheet.ready.digest if sheet.ready else None,
            "moves": sheet.moves,
        }
    )


@router.get("/changes/{review_id}", name="panel.changes")
def what_changed(
    request: Request, desk: Desk, caller: Reader, case_id: OneCase, review_id: Annotated[str, Path(max_length=64)]
) -> Response:
    """What an edit of the letter changed, and why."""
    sheet = read_case(desk.toolbox, case_id, caller.id)
    edits = [review for review in sheet.reviews if review.act is ReviewAct.EDIT]
    place = next((at for at, review in enumerate(edits) if review.id == review_id), None)
    if place is None:
        raise NotFound("The case has no such edit.")
    later = [review.digest for review in sheet.reviews[sheet.reviews.index(edits[place]) + 1 :]]
    after = next(iter(later), sheet.ready.digest if sheet.ready else None)
    if after is None:
        raise NotFound("The edited letter has not been drafted yet.")
    before = letter_of(desk.toolbox, case_id, edits[place].digest)
    changed = changes(before, letter_of(desk.toolbox, case_id, Digest(after)))
    return page(request, "changes.html", caller=caller, sheet=sheet, review=edits[place], changed=changed)
