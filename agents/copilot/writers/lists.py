"""Answers about several cases, and about the copilot itself."""

from collections import Counter

from agents.copilot.answer import AnswerSentence, part
from agents.copilot.kinds import examples
from agents.copilot.wording import STATE
from agents.copilot.writers.desk import Desk, Written


def worklist(desk: Desk) -> Written:
    """Cases by the time left, each with where it stands."""
    found = desk.found.lines
    if found is None or not found.lines:
        return Written(
            reason="No case fits that you may see.", would_help=("Ask for open cases, or look at the worklist.",)
        )
    shown = len(found.lines)
    head = AnswerSentence(
        text=f"{found.found} cases fit; the {shown} with the least time left come first.",
        reckoned=(str(found.found), str(shown)),
    )
    lines = []
    for line, source in zip(found.lines, found.stand, strict=True):
        codes = ", ".join(line.codes) or "no code"
        text = f"{line.patient or 'Patient not named'}, {codes}, {line.payer or 'payer not known'}: {source.quote}"
        lines.append(AnswerSentence(text=text, sources=(source,), reckoned=line.codes))
    return Written(parts=(part("", head), part("Least time left first", *lines)))


def similar(desk: Desk) -> Written:
    """How cases of the same code and payer came out; a count, and each case to open."""
    found = desk.found.lines
    if found is None or not found.code:
        return Written(
            reason="No code is named to compare by.", would_help=("Name a HCPCS or CPT code, or ask on a case.",)
        )
    if not found.lines:
        return Written(
            reason=f"No decided case of {found.code}{f' with {found.payer}' if found.payer else ''} is held here.",
            would_help=("Ask again when cases of this kind have been decided.",),
        )
    counts = Counter(STATE[line.state] for line in found.lines)
    told = ", ".join(f"{count} {state}" for state, count in counts.most_common())
    head = AnswerSentence(
        text=f"{found.found} decided cases of {found.code}: {told}.",
        reckoned=(str(found.found), *map(str, counts.values()), *found.code.split(", ")),
    )
    lines = [
        AnswerSentence(text=f"{line.case_id}: {source.quote}", sources=(source,), reckoned=(line.case_id,))
        for line, source in zip(found.lines, found.stand, strict=True)
    ]
    few = "Few cases: how these came out says little about how the next one will."
    return Written(parts=(part("", head, *lines),), notes=(few,) if found.found < 10 else ())


def help_(desk: Desk) -> Written:
    """What can be asked here."""
    what = "I answer from policies, charts and case records, each sentence with its source; I send and decide nothing."
    return Written(
        parts=(part("", AnswerSentence(text=what)),), would_help=examples(of_case=desk.asked.case_id is not None)
    )


def refuse_to_act(desk: Desk) -> Written:
    """Whatever would change or send something is a person's, on the case's own page."""
    return Written(
        reason="The copilot only reads: it sends, signs, approves and changes nothing.",
        would_help=("Decide on the case’s own page, where what would leave is shown.",),
    )
