"""What happens to documents on their way: capitals, small letters, broken lines, slips of scanner and finger."""

import re
from collections.abc import Callable, Sequence
from random import Random

from guardrails.phi.tagger.network import Tag
from guardrails.phi.training.found_text import Piece
from guardrails.phi.training.names import misspelt, ocr_broken
from guardrails.phi.training.plain_words import PlainWords

_LETTERS = re.compile(r"[^\W\d_]{2,}")
_PLAIN_WORD = re.compile(r"(?<![\w'’-])[a-z]{3,}(?![\w'’-])")
_CAPITAL_WORD = re.compile(r"(?<![\w'’-])[A-Z][a-z]{2,}(?![\w'’-])")


class Roughening:
    """Changes pieces of a document; the tags stay what they were."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._plain = PlainWords(random)

    def of(self, pieces: list[Piece]) -> list[Piece]:
        """The document as it might arrive."""
        random = self._random
        roll = random.random()
        if roll < 0.10:
            pieces = _each(pieces, str.upper)
        elif roll < 0.20:
            pieces = _each(pieces, str.lower)
        elif roll < 0.23:
            pieces = _each(pieces, str.title)
        if random.random() < 0.12:
            pieces = _each(pieces, self._rewrapped)
        if random.random() < 0.05:
            pieces = [(_unmarked(text) if tag is not Tag.NUMBER else text, tag) for text, tag in pieces]
        slip = random.random()
        if slip < 0.06:
            pieces = _each(pieces, self._scanned)
        elif slip < 0.14:
            pieces = [(self._mistyped(text) if tag is Tag.OTHER else text, tag) for text, tag in pieces]
        return pieces

    def reworded(self, pieces: list[Piece]) -> list[Piece]:
        """Plain words changed for other plain words, so that it is the place and not the phrase that is learnt."""
        return [(self._other_words(text) if tag is Tag.OTHER else text, tag) for text, tag in pieces]

    def _other_words(self, text: str) -> str:
        swapped = _PLAIN_WORD.sub(lambda m: self._plain.word() if self._random.random() < 0.2 else m[0], text)
        return _CAPITAL_WORD.sub(lambda m: self._plain.word().title() if self._random.random() < 0.2 else m[0], swapped)

    def _rewrapped(self, text: str) -> str:
        return "".join("\n" if c == " " and self._random.random() < 0.08 else c for c in text)

    def _scanned(self, text: str) -> str:
        return _LETTERS.sub(lambda m: ocr_broken(m[0], self._random) if self._random.random() < 0.3 else m[0], text)

    def _mistyped(self, text: str) -> str:
        return _LETTERS.sub(lambda m: self._shortened(m[0]) if self._random.random() < 0.15 else m[0], text)

    def _shortened(self, word: str) -> str:
        """A slip of the finger, or the vowels left out as in quick notes."""
        if self._random.random() < 0.6:
            return misspelt(word, self._random)
        return word[0] + re.sub("[aeiou]", "", word[1:])


def _each(pieces: Sequence[Piece], change: Callable[[str], str]) -> list[Piece]:
    return [(change(text), tag) for text, tag in pieces]


def _unmarked(text: str) -> str:
    return text.replace(",", "").replace(".", "")
