"""Text of other authors that is read at training time and never kept: notes, policies and Python's own help pages."""

import json
import pydoc_data.topics
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from guardrails.phi.gazetteer.lexicon import family_names, given_names
from guardrails.phi.tagger.features import fold
from guardrails.phi.tagger.network import Tag

UNSURE = None
"""Tag of words that may be a name of the text's own: they teach nothing."""
Piece = tuple[str, Tag | None]

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[.:]),\s*|\n+")
_SUBJECT = re.compile(r"\b(?:[Tt]he patient|[Pp]atient|She|He|she|he)\b(?!')")
_DOCTOR = re.compile(r"\b(Dr|Drs|Mr|Mrs|Ms)\.?,? (?:[A-Z]{1,4}|[A-Z][a-z]+)\b")
_KIN = re.compile(r"\b(?:[Hh]is|[Hh]er) (?:wife|husband|son|daughter|mother|father|sister|brother|mom|dad)\b")
_CAPITALIZED = re.compile(r"\b[A-Z][a-z]{2,}\b")
_TITLES = ("Mr. ", "Mrs. ", "Ms. ", "Mr ", "Ms ")


def sentences(text: str) -> list[str]:
    return [part.strip(" ,") for part in _SENTENCE_END.split(text) if len(part.strip(" ,")) > 3]


class FoundText:
    """Windows of sentences; `notes` may be given names, `others` stay as they are."""

    def __init__(self, notes: Path, policies: Path, random: Random) -> None:
        self._random = random
        lines = notes.read_text(encoding="utf-8").splitlines()
        self._notes = [sentences(json.loads(line)["text"]) for line in lines]
        self._policies = [sentences(path.read_text(encoding="utf-8")) for path in sorted(policies.glob("*.txt"))]
        self._help = [sentences(page) for _, page in sorted(pydoc_data.topics.topics.items())]
        plain = Counter(word for text in self._notes for part in text for word in re.findall(r"\b[a-z]{3,}\b", part))
        listed = {fold(name) for names in (*given_names().values(), *family_names().values()) for name in names}
        self._doubtful = frozenset(word for word in listed if word not in plain)

    def note(self, most: int) -> list[str]:
        return self._window(self._notes, most)

    def policy(self, most: int) -> list[str]:
        return self._window(self._policies, most)

    def help_page(self, most: int) -> list[str]:
        return self._window(self._help, most)

    def _window(self, texts: Sequence[list[str]], most: int) -> list[str]:
        text = self._random.choice(texts)
        if not text:
            return []
        at = self._random.randrange(len(text))
        return text[at : at + self._random.randint(1, most)]

    def as_found(self, sentence: str) -> list[Piece]:
        """The sentence, with capitalised words that stand on a name list marked unsure."""
        pieces: list[Piece] = []
        last = 0
        for match in _CAPITALIZED.finditer(sentence):
            if fold(match[0]) in self._doubtful or sentence[: match.start()].endswith(("Dr. ", *_TITLES)):
                pieces += [(sentence[last : match.start()], Tag.OTHER), (match[0], UNSURE)]
                last = match.end()
        return [*pieces, (sentence[last:], Tag.OTHER)]

    def with_openings(self, sentence: str) -> list[str]:
        """The sentence cut where a name may stand: even parts are text, odd parts are slots to be filled."""
        parts = [""]
        last = 0
        for start, end, shown, slot in self._openings(sentence):
            if start < last:
                continue
            parts[-1] += sentence[last:start] + shown
            parts += [slot, ""]
            last = end
        parts[-1] += sentence[last:]
        return parts

    def _openings(self, sentence: str) -> list[tuple[int, int, str, str]]:
        """(start, end, text before the slot, slot) of what is replaced, in order."""
        random = self._random
        found = [
            (m.start(), m.end(), f"{m[1]}{random.choice(('. ', ' ', '. '))}", "L") for m in _DOCTOR.finditer(sentence)
        ]
        for match in _SUBJECT.finditer(sentence):
            if random.random() < 0.3:
                shown = random.choice(("", "", random.choice(_TITLES), f"{match[0]}, ", f"{match[0]} "))
                slot = "L" if shown in _TITLES else random.choice(("N", "F", "L"))
                found.append((match.start(), match.end(), shown, slot))
        for match in _KIN.finditer(sentence):
            if random.random() < 0.5:
                found.append((match.end(), match.end(), random.choice((", ", " ", " (")), random.choice("FFN")))
        return sorted(found)
