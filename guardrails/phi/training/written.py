"""Documents written for training, with other people, places, numbers, drugs and eponyms put in at every reading."""

import re
from pathlib import Path
from random import Random

from guardrails.phi.gazetteer.lexicon import listed, medicine
from guardrails.phi.tagger.features import flags_of, fold
from guardrails.phi.tagger.network import Tag
from guardrails.phi.training.found_text import Piece
from guardrails.phi.training.marked_text import MARK, Marked, documents
from guardrails.phi.training.slots import Slots

_FOLDER = Path(__file__).parent / "written"
_TAGS = {
    "NAME": Tag.NAME,
    "CITY": Tag.CITY,
    "STREET": Tag.STREET,
    "FACILITY": Tag.FACILITY,
    "ORG": Tag.COMPANY,
    "DATE": Tag.DATE,
    "AGE_OVER_89": Tag.AGE,
    "GPE": Tag.OTHER,
    "WEEKDAY": Tag.OTHER,
}
"""All other types are numbers: what a form, a register or a machine gave."""
_WORD = re.compile(r"[^\W\d_]+")
_PARTICLES = listed(
    "de la del di da dos das du van von der den ter bin binti ibn al el y e of the and le st jr sr ii iii"
)
_FACILITY_FLAG, _COMPANY_FLAG = 8, 9
_KEPT_WHOLE = 0.3
"""Share of readings in which a document keeps the people of its author."""
_ODD = 0.08
"""Share of names that are words or eponyms (`Ms. Early`, `Mr. Crohn`)."""


class Written:
    """Draws one document at a time; a name that recurs in a document is replaced alike."""

    def __init__(self, random: Random, slots: Slots) -> None:
        self._random = random
        self._slots = slots
        self._documents = [
            document
            for path in sorted(_FOLDER.glob("*.txt"))
            for document in documents(path.read_text(encoding="utf-8"))
        ]
        self._eponyms = medicine()["eponyms"]

    def document(self) -> list[Piece]:
        return self.pieces(self._random.choice(self._documents))

    def pieces(self, document: Marked) -> list[Piece]:
        """The document's parts with their tags, its identifiers exchanged for others of the same form."""
        pieces: list[Piece] = []
        people: dict[str, str] = {}
        kept = self._random.random() < _KEPT_WHOLE
        at = 0
        for found in MARK.finditer(document.body):
            pieces.append((document.body[at : found.start()], Tag.OTHER))
            at = found.end()
            if found["type"]:
                tag = _TAGS.get(found["type"], Tag.NUMBER)
                pieces.append((self._other(found["type"], tag, found["span"], people, kept=kept), tag))
            else:
                pieces.append((self._look_alike(found["kind"], found["negative"]), Tag.OTHER))
        pieces.append((document.body[at:], Tag.OTHER))
        return [(text, tag) for text, tag in pieces if text]

    def _other(self, kind: str, tag: Tag, shown: str, people: dict[str, str], *, kept: bool) -> str:
        if tag is Tag.NAME:
            return shown if kept else self._renamed(shown, people)
        if tag is Tag.CITY and not kept and self._random.random() < 0.7 and not any(c.isdigit() for c in shown):
            return _cased(self._slots.fill("C")[0], shown)
        if tag is Tag.STREET:
            return self._moved(shown, kept=kept)
        if tag is Tag.NUMBER and kind not in ("EMAIL", "URL", "BIOMETRIC_REF"):
            return self._renumbered(shown)
        return shown

    def _renamed(self, shown: str, people: dict[str, str]) -> str:
        """The same order, initials, particles and case with other names in it; names of companies stay."""
        words = _WORD.findall(shown)
        if any(_is_of_a_company(word) for word in words) or not all(word.isascii() or word.istitle() for word in words):
            return shown
        first_is_family = "," in shown
        places = {match.start(): place for place, match in enumerate(_WORD.finditer(shown))}

        def other(match: re.Match[str]) -> str:
            word = match[0]
            if word.lower() in _PARTICLES:
                return word
            if len(word) == 1:
                return _cased(self._random.choice("ABCDEFGHJKLMNPRSTVWY"), word)
            known = people.get(fold(word))
            if known is None:
                place = places[match.start()]
                family = place == 0 if first_is_family else place == len(words) - 1
                slot = "L" if (family if len(words) > 1 else self._random.random() < 0.5) else "F"
                if self._random.random() < _ODD:
                    slot = self._random.choice(("EPL", "NW"))
                known = people[fold(word)] = self._slots.fill(slot)[0]
            return _cased(known, word)

        return _WORD.sub(other, shown)

    def _moved(self, shown: str, *, kept: bool) -> str:
        """The same street form with other numbers, and mostly another street's name."""
        shown = self._renumbered(shown)
        words = [match for match in _WORD.finditer(shown) if match[0].istitle() and len(match[0]) > 3]
        if kept or not words or self._random.random() < 0.3:
            return shown
        first = words[0]
        return shown[: first.start()] + self._slots.fill("L")[0] + shown[first.end() :]

    def _renumbered(self, shown: str) -> str:
        """Other digits, and other letters where letters and digits mix; a leading digit that is not 0 stays so."""
        random = self._random
        mixed = random.random() < 0.5 and any(c.isdigit() for c in shown)
        parts = []
        for place, c in enumerate(shown):
            if c.isdigit():
                parts.append(random.choice("123456789" if place == 0 and c != "0" else "0123456789"))
            elif mixed and c.isascii() and c.isupper() and place < len(shown) - 1:
                parts.append(random.choice("ABCDEFGHJKLMNPQRSTUVWXYZ"))
            else:
                parts.append(c)
        return "".join(parts)

    def _look_alike(self, kind: str, shown: str) -> str:
        """Half of the drugs and single eponyms change for others; all else stays."""
        if self._random.random() < 0.5:
            return shown
        if kind == "drug" and _WORD.fullmatch(shown):
            return _cased(self._slots.fill("DRUG")[0], shown)
        if kind == "eponym" and _WORD.fullmatch(shown):
            return _cased(self._random.choice(self._eponyms), shown)
        return shown


def _is_of_a_company(word: str) -> bool:
    flags = flags_of(word, fold(word))
    return _FACILITY_FLAG in flags or _COMPANY_FLAG in flags


def _cased(text: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return text.upper()
    return text.lower() if like.islower() else text
