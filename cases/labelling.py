"""People's labels: what a person decided of a fact becomes an item of the suites, after approval and masking."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from pydantic import AwareDatetime

from cases.frozen import Frozen
from cases.ids import CaseId, UserId

LETTER_SENTENCE = "letter_sentence"
"""The concept of items made of a letter: `read` is then a sentence, `passage` what it cites."""


class Says(StrEnum):
    """Whether the passage shows of the patient what was read from it, or bears a letter's sentence."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Label(Frozen):
    """One person's answer to an item."""

    user_id: UserId
    says: Says
    at: AwareDatetime


class Asked(Frozen):
    """What is asked of a passage: whether it shows of the patient what was read (`affirmed`, or denied or uncertain).

    `passage` and `read` are masked; `concept` is the vocabulary's.
    """

    id: str
    case_id: CaseId
    concept: str
    read: str
    affirmed: bool
    passage: str


class Candidate(Asked):
    """A decision on a fact that may become an item; nobody approved it yet."""

    first: Label


class LabelItem(Asked):
    """An approved item. The first label is that of the person who decided on the fact in the course of work."""

    labels: tuple[Label, ...]
    approved_by: UserId
    approved_at: AwareDatetime

    @property
    def answer(self) -> Says | None:
        """What two or more people agree on, by majority; None while it stands open, and where they are unsure."""
        counts = Counter(label.says for label in self.labels).most_common(2)
        if len(self.labels) < 2 or counts[0][1] < 2 or (len(counts) > 1 and counts[0][1] == counts[1][1]):
            return None
        return None if counts[0][0] is Says.UNSURE else counts[0][0]

    @property
    def contested(self) -> bool:
        """Whether two have answered and a third is needed."""
        return len(self.labels) > 1 and len({label.says for label in self.labels}) > 1 and self.answer is None


class Agreement(Frozen):
    """How far the first two labels of items agree: observed, and Cohen's kappa (None where chance explains all)."""

    items: int
    agreed: int
    kappa: float | None


def agreement(items: Sequence[LabelItem]) -> Agreement:
    """Over the items with a second label."""
    pairs = [(item.labels[0].says.value, item.labels[1].says.value) for item in items if len(item.labels) > 1]
    return Agreement(items=len(pairs), agreed=sum(one == other for one, other in pairs), kappa=cohens_kappa(pairs))


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Agreement beyond chance of two who answered the same items; None without any, and where chance explains all."""
    if not pairs:
        return None
    first, second = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    observed = sum(one == other for one, other in pairs) / len(pairs)
    chance = sum(first[answer] * second[answer] for answer in first) / len(pairs) ** 2
    return (observed - chance) / (1 - chance) if chance < 1 else None
