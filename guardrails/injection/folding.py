"""Text as a machine would take it, with the way back: what is invisible or disguised is brought to plain letters."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_TAGS = range(0xE0020, 0xE007F)
"""Unicode tag characters: ASCII that no page shows."""
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһΑΒΕΖΗΙΚΜΝΟΡΤΥΧαοѵАВЕКМНОРСТУХІЈЅ", "aeopcyxijsdhABEZHIKMNOPTYXaovABEKMHOPCTYXIJS"
)
_WORD = re.compile(r"\w+")
_MIXED = re.compile(r"[A-Za-z][Ͱ-ԯ]|[Ͱ-ԯ][A-Za-z]")
"""A word of Latin letters with Greek or Cyrillic ones among them."""
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{24,}={0,2}(?![A-Za-z0-9+/=])")
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[ :]?){16,}(?![0-9A-Fa-f])")
_BITS = re.compile(r"(?<![01])(?:[01]{8}\s?){8,}(?![01])")
_MOST_CODED = 20_000


@dataclass(frozen=True)
class Folded:
    """`text` with one origin for each of its letters; `unseen` are runs that a reader of the page cannot see."""

    text: str
    origins: tuple[int, ...]
    unseen: tuple[tuple[int, int], ...]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where [start, end) of the folded text stands in the text given."""
        return self.origins[start], self.origins[end - 1] + 1


def folded(text: str) -> Folded:
    """NFKC letter by letter, look-alike letters as Latin, invisible characters left out, tag characters as ASCII."""
    letters: list[str] = []
    origins: list[int] = []
    unseen: list[tuple[int, int]] = []
    disguised = {at for word in _WORD.finditer(text) if _MIXED.search(word[0]) for at in range(*word.span())}
    for at, letter in enumerate(text):
        shown, hidden = _plain(letter.translate(_LOOKALIKES) if at in disguised else letter)
        if hidden:
            unseen = _grown(unseen, at)
        letters += shown
        origins += [at] * len(shown)
    return Folded("".join(letters), tuple(origins), tuple(run for run in unseen))


def _plain(letter: str) -> tuple[str, bool]:
    code = ord(letter)
    if code < 128:
        return letter, False
    if code in _TAGS:
        return chr(code - 0xE0000), True
    if unicodedata.category(letter) == "Cf":
        return "", False
    return unicodedata.normalize("NFKC", letter), False


def _grown(runs: list[tuple[int, int]], at: int) -> list[tuple[int, int]]:
    if runs and runs[-1][1] == at:
        return [*runs[:-1], (runs[-1][0], at + 1)]
    return [*runs, (at, at + 1)]


def coded(text: str) -> Iterator[tuple[int, int, str]]:
    """Runs of base64, hexadecimal or binary digits that spell readable text, with what they spell."""
    for pattern, decode in ((_BITS, _from_bits), (_HEX, _from_hex), (_BASE64, _from_base64)):
        for match in pattern.finditer(text[:_MOST_CODED]):
            said = _readable(decode(match[0]))
            if said:
                yield match.start(), match.end(), said


def _from_bits(run: str) -> bytes:
    digits = re.sub(r"\s", "", run)
    return bytes(int(digits[at : at + 8], 2) for at in range(0, len(digits) - 7, 8))


def _from_hex(run: str) -> bytes:
    digits = re.sub(r"[ :]", "", run)
    return bytes.fromhex(digits[: len(digits) // 2 * 2])


def _from_base64(run: str) -> bytes:
    try:
        return base64.b64decode(run + "=" * (-len(run.rstrip("=")) % 4 if "=" not in run else 0), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _readable(content: bytes) -> str:
    """The text, where it is words and nothing else."""
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        return ""
    return text if re.fullmatch(r"[\x20-\x7e\s]+", text) and len(text.split()) >= 3 else ""
