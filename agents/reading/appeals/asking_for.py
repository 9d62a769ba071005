"""What an appeal asks for, in one sentence: all that was denied, or only what its arguments reach."""

from cases.appeal import Filing, Rebuttal

_ALL = {
    Filing.APPEAL: "We appeal {of} and ask that it be overturned for {what}.",
    Filing.EXPEDITED_APPEAL: "We appeal {of} and ask for an expedited decision that overturns it for {what}.",
    Filing.REOPENING: "We hand in what was asked for and ask that the request for {what} be reopened and approved.",
    Filing.EXTERNAL_REVIEW: "We ask for an independent review of {of} and that it be overturned for {what}.",
    Filing.HEARING: "We ask for a hearing on {of} and that it be overturned for {what}.",
}
_SOME = {
    Filing.APPEAL: "We appeal {of} for {what} as to {reasons}, and ask that {they} be withdrawn.",
    Filing.EXPEDITED_APPEAL: (
        "We appeal {of} for {what} as to {reasons}, and ask for an expedited decision that withdraws {them}."
    ),
    Filing.REOPENING: "We hand in what was asked for about {what} as to {reasons}.",
    Filing.EXTERNAL_REVIEW: "We ask for an independent review of {of} for {what} as to {reasons}.",
    Filing.HEARING: "We ask for a hearing on {of} for {what} as to {reasons}.",
}
"""Where a stated reason is left standing: a reversal of the whole cannot follow from what is argued."""
_LATER = {
    Filing.APPEAL: "We appeal this denial of {what}. Nothing is argued in this draft yet.",
    Filing.EXPEDITED_APPEAL: (
        "We appeal this denial of {what} and ask for an expedited decision. Nothing is argued in this draft yet."
    ),
    Filing.REOPENING: (
        "Nothing is handed in yet of what was asked for about {what}; once it is, we ask that the request be reopened."
    ),
}
"""Where nothing is argued or handed in yet: the gate holds such a letter back, and it claims no more than this."""
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def asked_for(filing: Filing, rebuttal: Rebuttal, what: str, of: str) -> str:
    """The request's sentence; `what` names the service, `of` the decision or the part of it that is appealed."""
    if not rebuttal.argued:
        return {**_ALL, **_LATER}[filing].format(what=what, of=of)
    if not rebuttal.left:
        return _ALL[filing].format(what=what, of=of)
    numbers = [answer.number for answer in rebuttal.argued]
    named = [_ORDINALS[number - 1] for number in numbers if number <= len(_ORDINALS)]
    reasons = f"the {_listed(named)} stated reason{'s' * (len(numbers) > 1)}"
    if len(named) < len(numbers):
        reasons = "the reasons that are answered below"
    they, them = ("it", "it") if len(numbers) == 1 else ("they", "them")
    return _SOME[filing].format(what=what, of=of, reasons=reasons, they=they, them=them)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
