"""The demo's table: one block a case, readable at a hundred columns, in words and not in codes."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cases.case import Case

WIDTH = 100
_INDENT = "    "
Json = dict[str, Any]
_MOST_LINES, _CUT = 3, 88
_COLUMNS = ((38, "<"), (27, "<"), (7, "<"), (11, "<"), (9, "<"), (8, ">"))
_HEADS = ("sample", "payer", "code", "criteria", "gate", "seconds")
_STATES = {"MET": "met", "NOT_MET": "not met", "INSUFFICIENT": "not shown", "ERROR": "error"}
_NOW = {
    "awaiting review": "ready for a person's decision",
    "waiting documents": "waits for documents",
    "needs person": "a person has to look",
    "not required": "nothing to submit",
}
_OWN_WORDS = frozenset({"criteria_insufficient", "criteria_not_met", "required_document_missing"})


@dataclass(frozen=True)
class Worked:
    """One case as the artefacts say it; `tree` is empty where no policy was asked."""

    sample: str
    case_id: str
    payer: str
    code: str
    tree: str
    outcome: str
    reasons: tuple[str, ...]
    missing: tuple[str, ...]
    not_met: tuple[str, ...]
    need: dict[str, str]
    flags: tuple[str, ...]
    set_aside: tuple[str, ...]
    expedited: bool
    state: str
    seconds: float


def head() -> list[str]:
    """The heads of the columns, ruled off."""
    return [_row(_HEADS), "-" * WIDTH]


def block(worked: Worked) -> list[str]:
    """The case's row and, under it, why it stands where it stands."""
    verdict = _STATES.get(worked.tree, "-")
    row = _row((worked.sample, worked.payer, worked.code, verdict, worked.outcome, f"{worked.seconds:.1f}"))
    lines = [row]
    for said in _said(worked):
        wrapped = textwrap.wrap(said, WIDTH - len(_INDENT), subsequent_indent="  ", break_long_words=False)
        if len(wrapped) > _MOST_LINES:
            wrapped = [
                *wrapped[: _MOST_LINES - 1],
                textwrap.shorten(wrapped[_MOST_LINES - 1], 80, placeholder="") + " …",
            ]
        lines += [_INDENT + line for line in wrapped]
    return lines


def appeal_block(case: "Case", gate: Json, plan: Json, rebuttal: Json, seconds: float, sample: str) -> Iterator[str]:
    """A denial's row and, under it, what is filed, by when, and what is said to each reason."""
    reasons = rebuttal["reasons"]
    argued = sum(reason["stance"] in ("contested", "supplied") for reason in reasons)
    payer, code = (
        case.payer.name if case.payer else "not resolved",
        case.order.codes[0].code if case.order.codes else "",
    )
    answered = f"{argued} of {len(reasons)}"
    yield _row((f"denial of {sample}", payer, code, answered, str(gate["outcome"]), f"{seconds:.1f}"))
    level = f", {plan['level_name']}" if plan["level_name"] else ""
    yield f"{_INDENT}{str(plan['filing']).replace('_', ' ').capitalize()}{level}, due {plan['due'] or 'no date'}."
    for reason in reasons:
        words = " ".join((reason["payer_words"] or {"quote": reason["wording"]})["quote"].split())
        said = f"They say: “{words}” {str(reason['stance']).replace('_', ' ').capitalize()}: {reason['why']}"
        lines = textwrap.wrap(said, WIDTH - len(_INDENT), subsequent_indent="  ", break_long_words=False)
        yield from (_INDENT + line for line in lines[:_MOST_LINES])
    yield f"{_INDENT}Now: {_NOW.get(case.state.replace('_', ' '), case.state)}. Appeal {case.id}"


def totals(cases: list[Worked], seconds: float) -> str:
    """What became of all of them, in one line."""
    states: dict[str, int] = {}
    for worked in cases:
        states[worked.state] = states.get(worked.state, 0) + 1
    parts = ", ".join(f"{count} {state}" for state, count in sorted(states.items(), key=lambda item: -item[1]))
    return f"{len(cases)} cases in {seconds:.0f} seconds: {parts}."


def _said(worked: Worked) -> Iterator[str]:
    need = worked.need.get("need", "")
    if need == "not_required":
        yield f"No authorization is needed: {worked.need.get('reason', '')}"
    elif need == "vendor":
        channel = worked.need.get("channel", "")
        by = f", by {channel}" if channel else ""
        yield f"Decided by {worked.need.get('decider') or 'a vendor'}{by}, not by the plan."
    yield from worked.flags
    if worked.not_met:
        yield f"Not met: {'; '.join(worked.not_met)}."
    if worked.missing and need not in ("not_required", "vendor") and "restricted_by_patient" not in worked.reasons:
        yield f"Ask for: {'; '.join(worked.missing)}."
    others = [reason for reason in worked.reasons if reason not in _OWN_WORDS]
    if others and not worked.flags and need not in ("not_required", "vendor"):
        from api.panel.words import reason

        for what, todo in map(reason, others):
            yield f"Held: {what} {todo}".rstrip()
    for place in worked.set_aside:
        yield f"Set aside: {place}."
    if worked.expedited:
        yield "Expedited, on the physician's own statement."
    yield f"Now: {_NOW.get(worked.state, worked.state)}. Case {worked.case_id}"


def _row(cells: tuple[str, ...]) -> str:
    shown = []
    for (width, side), cell in zip(_COLUMNS, cells, strict=True):
        cut = cell if len(cell) <= width - (side == "<") else cell[: width - 2] + "…"
        shown.append(f"{cut:{side}{width}}")
    return "".join(shown).rstrip()
