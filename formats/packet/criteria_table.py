"""The criteria table: the tree indented, each state as a mark and a word, each quote with its source."""

from collections.abc import Iterator

from reportlab.lib.colors import Color
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, HRFlowable, Paragraph, Table

from cases.criteria import CriteriaResult, Judgement, Op, State, TreeStatus
from cases.evidence import DateBasis, Evidence, Fact, Role
from formats.letter_references import policy_name
from formats.packet.page_frame import TEXT_WIDTH
from formats.packet.page_links import PageLinks
from formats.packet.typeface import (
    BODY,
    GREY,
    LABEL,
    LINES,
    NOTICE,
    QUOTE,
    REGULAR,
    RULE,
    SMALL,
    day,
    inline,
    paragraphs,
    shortened,
)

STATE_WORDS = {
    State.MET: "✓ Met",
    State.NOT_MET: "× Not met",
    State.INSUFFICIENT: "? Not shown",
    State.ERROR: "! Error",
}
_OPERATORS = {Op.ALL: "All of the following", Op.ANY: "Any one of the following", Op.NONE: "None of the following"}
_ROLES = {Role.SUPPORTS: "Supports", Role.CONTRADICTS: "Contradicts", Role.CONSIDERED: "Considered, does not count"}
_WEAK_DATES = {
    DateBasis.NOTE: "date of the note",
    DateBasis.ENCOUNTER: "date of the encounter",
    DateBasis.ISSUED: "date issued",
}
_STATE_WIDTH, _INDENT, _DEEPEST = 84.0, 14.0, 8
_LONGEST_STATEMENT, _KEPT_TOGETHER = 800, 4
_ITEM = ParagraphStyle("item", parent=LINES, fontSize=10.5, leading=14)
_STATE = ParagraphStyle("state", parent=NOTICE, fontSize=10.5, leading=14)


def criteria_story(result: CriteriaResult, links: PageLinks) -> Iterator[Flowable]:
    """What the table rests on, then the table."""
    yield Paragraph(f"Judged against {inline(shortened(policy_name(result.policy)))}.", BODY)
    if result.status is TreeStatus.DRAFT:
        yield Paragraph("Draft criteria: nobody has approved this reading of the policy.", NOTICE)
        for reason in result.draft_reasons:
            yield from paragraphs(reason, BODY)
    head = _row([Paragraph("Criterion and evidence", LABEL), Paragraph("State", LABEL)], 0, None)
    head.keepWithNext = True
    yield head
    yield from _node(result.root, "", 0, links)
    yield HRFlowable(width="100%", thickness=0.8, color=GREY, spaceBefore=2, spaceAfter=0)


def _node(node: Judgement, number: str, depth: int, links: PageLinks) -> Iterator[Flowable]:
    indent = _INDENT * min(depth, _DEEPEST)
    state = Paragraph(STATE_WORDS[node.state], _STATE)
    explained = _explained(node, indent)
    quoted = [part for evidence in node.evidence for part in _evidence(evidence, indent, links)]
    for part in explained if quoted else explained[:-1]:
        part.keepWithNext = True
    row = _row([Paragraph(_statement(node, number), _ITEM), state], indent, RULE if depth else GREY)
    row.keepWithNext = bool(explained or quoted) or bool(node.children and depth < _KEPT_TOGETHER)
    yield from (row, *explained, *quoted)
    for place, child in enumerate(node.children, start=1):
        yield from _node(child, f"{number}.{place}" if number else str(place), depth + 1, links)


def _row(cells: list[Paragraph], indent: float, rule: Color | None) -> Table:
    style: list[tuple[object, ...]] = [
        ("FONTNAME", (0, 0), (-1, -1), REGULAR),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (0, 0), indent),
        ("LEFTPADDING", (1, 0), (1, 0), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ]
    if rule is not None:
        style.append(("LINEABOVE", (0, 0), (-1, 0), 0.8 if rule is GREY else 0.4, rule))
    widths = [TEXT_WIDTH - _STATE_WIDTH, _STATE_WIDTH]
    return Table([cells], colWidths=widths, style=style, spaceBefore=3, spaceAfter=0)


def _statement(node: Judgement, number: str) -> str:
    counted = f"{number}\u2002" if number else ""
    text = f"{counted}{inline(shortened(node.statement, _LONGEST_STATEMENT))}"
    if node.op is Op.LEAF:
        return text
    operator = _OPERATORS.get(node.op, f"At least {node.n} of the following")
    return f"<b>{text}</b> <font size=9 color=#4d4d4d>({operator})</font>"


def _explained(node: Judgement, indent: float) -> list[Paragraph]:
    """Why the state is what it is; for an open criterion also what was sought and what would settle it."""
    said = [inline(shortened(node.reason))] if node.reason else []
    if node.policy_span:
        said.append(f"Policy: “{inline(shortened(node.policy_span.quote))}”")
    if node.state is not State.MET and node.looked_for:
        said.append(f"Looked for: {inline(shortened(node.looked_for))}")
    if node.state is not State.MET and node.gap:
        dated = f", {node.gap.dated}" if node.gap.dated else ""
        said.append(f"Needed: {inline(shortened(f'{node.gap.document} from {node.gap.holder}{dated}'))}")
    style = ParagraphStyle("explained", parent=SMALL, leftIndent=indent, rightIndent=_STATE_WIDTH)
    return [Paragraph(line, style) for line in said]


def _evidence(evidence: Evidence, indent: float, links: PageLinks) -> list[Flowable]:
    """The quote set apart, and under it what it does, its date and where it stands."""
    fact = evidence.fact
    quote = ParagraphStyle("evidence", parent=QUOTE, leftIndent=indent + _INDENT, spaceBefore=3, keepWithNext=1)
    source = ParagraphStyle("evidence source", parent=SMALL, leftIndent=indent + _INDENT, spaceAfter=2)
    findings = "; ".join(finding.detail or finding.defect.replace("_", " ") for finding in evidence.findings)
    role = f"<b>{_ROLES[evidence.role]}</b>" + (f": {inline(shortened(findings))}" if findings else "")
    said = " · ".join((role, _dated(fact), links.place(fact.span)))
    return [Paragraph(_quoted(fact), quote), Paragraph(said, source)]


def _dated(fact: Fact) -> str:
    if fact.when is None:
        return "no date stated"
    until = f" to {day(fact.when.until)}" if fact.when.until else ""
    weak = f" ({_WEAK_DATES[fact.when.basis]})" if fact.when.basis in _WEAK_DATES else ""
    return f"{day(fact.when.on)}{until}{weak}"


def _quoted(fact: Fact) -> str:
    """The sentence that was read, the words that state the fact in bold; the words alone where it is long."""
    span, context = fact.span, fact.context
    start, end = span.start - context.start, span.end - context.start
    if len(context.quote) > 400 or context.quote[max(start, 0) : end] != span.quote or not span.quote:
        return f"“<b>{inline(shortened(span.quote))}</b>”"
    before, after = context.quote[:start], context.quote[end:]
    return f"“{_spaced(before)}<b>{inline(span.quote)}</b>{_spaced(after)}”"


def _spaced(text: str) -> str:
    """Inline text that keeps the space towards its neighbour."""
    lead = " " if text[:1].isspace() else ""
    trail = " " if text[-1:].isspace() and text.strip() else ""
    return f"{lead}{inline(text)}{trail}"
