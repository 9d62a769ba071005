"""A line of a suite without code, and what the product made of it."""

import datetime

from pydantic import BaseModel, ConfigDict

from cases.case import LineOfBusiness
from cases.frozen import Frozen


class OwnItem(BaseModel):
    """One line of items.jsonl. `expected` is a text or a list of texts; `case` joins lines of one case.

    `concept` is what a passage is read for, in a suite of readings; `passage` what a sentence cites;
    `read` what people were told was read from the text, where they were asked of more than the concept.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str
    expected: str | tuple[str, ...] = ""
    case: str = ""
    slice: str = ""
    payer: str | None = None
    lob: LineOfBusiness | None = None
    date: datetime.date | None = None
    concept: str = ""
    passage: str = ""
    read: str = ""

    @property
    def wanted(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.expected,) if isinstance(self.expected, str) else self.expected))


class Outcome(Frozen):
    """Whether the product's answer is the one expected, and what it was."""

    right: bool
    found: str
