"""Which payers a question is about, by the names in it: a former payer is not meant where a present one is named."""

import re
from typing import NamedTuple

from cases.case import PayerRef
from knowledge.payer_directory import PayerDirectory

_BEFORE_A_FORMER_ONE = re.compile(
    r"(?:\bwas (?:on|with|under)|\bused to (?:be|have)\b.{0,12}|\bprevious(?:ly)?\b.{0,12}|\bformer(?:ly)?\b.{0,12}"
    r"|\bold (?:plan|payer)\b.{0,8}|\bswitched from|\bchanged from|\bcame from|\bleft|\bmoved from|\bunlike|\bnot)"
    r"\s+(?:the\s+|an?\s+)?$",
    re.IGNORECASE,
)


class PayersAsked(NamedTuple):
    """The payers a question is about, and the question without any payer's name."""

    payers: tuple[PayerRef, ...]
    rest: str


def payers_asked(directory: PayerDirectory, question: str) -> PayersAsked:
    """Payers named in a question; the words that remain are what is asked of them."""
    rest = question
    present: list[PayerRef] = []
    former: list[PayerRef] = []
    for payer in directory.named_in(question):
        match = _spelled(payer.matched_on).search(question)
        is_former = match is not None and _BEFORE_A_FORMER_ONE.search(question[: match.start()]) is not None
        (former if is_former else present).append(payer)
        rest = _spelled(payer.matched_on).sub(" ", rest)
    return PayersAsked(tuple(present or former), rest if re.search(r"\w", rest) else question)


def _spelled(key: str) -> re.Pattern[str]:
    """A name's key as it may stand in a sentence: other spacing and signs, `&` for `and`, articles in between."""
    words = [r"(?:and|&)" if word == "and" else re.escape(word) for word in key.split()]
    return re.compile(r"(?<!\w)" + r"\W*(?:the\W+)?".join(words) + r"(?!\w)(?:'s|’s)?", re.IGNORECASE)
