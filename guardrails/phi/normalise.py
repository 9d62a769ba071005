"""Undoes what hides an identifier: look-alike letters, odd spaces, scanner slips, spelled digits.

Every change keeps its way back (text_map), so that spans are always those of the text as given.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from guardrails.phi.text_map import Edit, TextMap, edited, unchanged

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]+"
)
_ACCENTED = re.compile(r"[^\W\d_][\u0300-\u036f]+")
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d", "-")
_QUOTES = dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032", "'") | dict.fromkeys("\u201c\u201d\u2033", '"')
_SPACES = dict.fromkeys(
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
)
_MARKS = _DASHES | _QUOTES | _SPACES | {"\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n"}
_LOOKALIKES = str.maketrans(
    "АВЕЗКМНОРСТУХаеорсухіјѕһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρІЈЅ",
    "ABE3KMHOPCTYXaeopcyxijshdqwABEZHIKMNOPTYXovpIJS",
)
_FOREIGN_WORD = re.compile(r"[^\W\d_]*[\u0370-\u052f][^\W\d_]*")
_LETTER_AS_DIGIT = re.compile(
    r"(?<=\d)[OoIl|](?=\d)|(?<=\d{3}[-. ])[OoIl](?=\d)|(?<=\d)[OoIl](?=[-. ]\d{3})|(?<=\d/)[OoIl](?=\d/)"
)
_LEADING_LETTER = re.compile(
    r"(?<![\w./-])[OoIl](?=\d{0,2}/[\dOoIl]{1,2}/\d)|(?<=\d/)[OoIl]{1,2}(?=/\d)|(?<=\d/)\d[OoIl](?=/\d)"
)
_DIGIT_OF = str.maketrans("OoIl|", "00111")
_AS_DIGIT = r"[\dOoIl|]"
_SCANNED_RUN = re.compile(
    rf"(?<![^\W_])\(?{_AS_DIGIT}+(?:[-/. ()\n]{{1,3}}{_AS_DIGIT}+){{1,5}}(?![^\W_])"
    rf"|(?<![^\W_]){_AS_DIGIT}{{7,}}(?![^\W_])"
)
_SCANNED_DATE = re.compile(
    rf"(?<![\w/-])(?:{_AS_DIGIT}{{1,2}}\s?/\s?{_AS_DIGIT}{{1,2}}(?:\s?/\s?{_AS_DIGIT}{{2,4}})?"
    rf"|{_AS_DIGIT}{{1,2}}-{_AS_DIGIT}{{1,2}}-{_AS_DIGIT}{{2,4}}|{_AS_DIGIT}{{4}}-{_AS_DIGIT}{{2}}-{_AS_DIGIT}{{2}})(?![\w/-])"
)
_AFTER_MONTH = re.compile(
    r"\b((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*\.?\s?)([lIO|]\d|\d[lIO|])(?![\w])",
    re.IGNORECASE,
)
_WHOLE_LETTERS = re.compile(r"(?<![\dOoIl|])(?:[oOIl|]|[OIl|]*o[oOIl|]*)(?![\dOoIl|])")
"""A lone letter, or a word with a small o, inside such a run is a letter."""
_SCANNED_DIGITS = 4
_SPACED = re.compile(r"(?<![\w.,])\(?\d(?: [-/.()]? ?\d| ?[-/.()] \d){6,}(?!\w)")
_BROKEN_WORD = re.compile(r"(?<=[a-z]{2})-[ \t]*\r?\n[ \t]*(?=[a-z]{2})|(?<=[A-Z]{2})-[ \t]*\r?\n[ \t]*(?=[A-Z]{2})")
_SOFT_BREAK = re.compile("\u00ad[ \\t]*\\r?\\n[ \\t]*")
_UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SPELLED = (
    {word: str(n) for n, word in enumerate(_UNITS)}
    | {word: str(n) for n, word in enumerate(_TEENS, start=10)}
    | {word: str(n) for n, word in enumerate(_TENS, start=2)}
    | {"oh": "0", "o": "0", "nought": "0", "dash": "-", "hyphen": "-", "slash": "/"}
)
_NUMBER_WORD = "|".join(sorted(_SPELLED, key=len, reverse=True))
_SPELLED_RUN = re.compile(
    rf"\b(?:{'|'.join((*_UNITS, *_TEENS, *_TENS, 'oh', 'double', 'triple'))})\b(?:[\s,.-]+(?:{_NUMBER_WORD}"
    rf"|double|triple)\b){{5,}}",
    re.IGNORECASE,
)
_BETWEEN_DIGITS = re.compile(
    rf"(?<=\d{{3}}[\s-])(?:{'|'.join((*_UNITS, 'oh'))})\b(?:[\s,.-]+(?:{'|'.join((*_UNITS, 'oh'))})\b){{2,}}"
    r"(?=[\s-]+\d{4}\b)",
    re.IGNORECASE,
)
"""`512 five five five 0149`."""
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_FEWEST_DIGITS = 7
_FEWEST_SPELLED = 6


def normalise(text: str) -> TextMap:
    """The text as the recognisers read it, with the way back. Length may change; `source` of the map undoes it."""
    plain = text if text.isascii() else _letter_by_letter(text)
    plain = _digits_mended(plain)
    edits = [*_invisible_edits(plain), *_spaced_edits(plain), *_spelled_edits(plain), *_broken_edits(plain)]
    return edited(plain, edits) if edits else unchanged(plain)


def _letter_by_letter(text: str) -> str:
    """Changes that keep the length: marks, full-width forms, letters of another script inside a Latin word."""
    text = text.translate({ord(c): to for c in set(text) if c > "\x7f" and (to := _single(c)) != c})
    if any("\u0370" <= c <= "\u052f" for c in set(text)):
        text = _FOREIGN_WORD.sub(lambda match: _delatinised(match[0]), text)
    return text


@lru_cache(maxsize=4096)
def _single(letter: str) -> str:
    if letter in _MARKS:
        return _MARKS[letter]
    kind = unicodedata.category(letter)
    if kind == "No":
        return letter
    if kind == "Nd":
        return str(unicodedata.digit(letter))
    compatible = unicodedata.normalize("NFKC", letter)
    return compatible if len(compatible) == 1 else letter


def _delatinised(word: str) -> str:
    """A word of mixed scripts in Latin letters, when that leaves nothing foreign; any other word as it is."""
    if not any(c.isascii() for c in word):
        return word
    latin = word.translate(_LOOKALIKES)
    return latin if latin.isascii() else word


def _digits_mended(text: str) -> str:
    """O, o, I, l and | that stand inside a run of digits, read as 0 and 1."""
    text = _LETTER_AS_DIGIT.sub(lambda match: match[0].translate(_DIGIT_OF), text)
    text = _SCANNED_DATE.sub(_scanned_date, text)
    text = _AFTER_MONTH.sub(lambda match: match[1] + match[2].translate(_DIGIT_OF), text)
    text = _SCANNED_RUN.sub(_scanned, text)
    if "/" in text:
        text = _LEADING_LETTER.sub(lambda match: match[0].translate(_DIGIT_OF), text)
    return text


def _scanned_date(match: re.Match[str]) -> str:
    """A date with letters for digits, in digits, where enough of it is sure to be a date."""
    run = match[0]
    digits = sum(c.isdigit() for c in run)
    letters = sum(c in "OoIl|" for c in run)
    if not letters or not digits:
        return run
    sure = digits > 1 or run.count("/") > 1 or (digits + letters > 3 and letters < 4)
    return run.translate(_DIGIT_OF) if sure and "o" not in run else run


def _scanned(match: re.Match[str]) -> str:
    """A number whose O, I, l and | are a scanner's slips, in digits; anything else as it is."""
    run = match[0]
    digits = sum(c.isdigit() for c in run)
    if digits == len(run) or not any(c in "OoIl|" for c in run) or not digits:
        return run
    if digits < _SCANNED_DIGITS or sum(c.isalnum() for c in run) < _FEWEST_DIGITS or _WHOLE_LETTERS.search(run):
        return run
    return run.translate(_DIGIT_OF)


def _invisible_edits(text: str) -> Iterator[Edit]:
    if text.isascii():
        return
    for match in _SOFT_BREAK.finditer(text):
        yield Edit(match.start(), match.end(), "")
    for match in _INVISIBLE.finditer(text):
        yield Edit(match.start(), match.end(), "")
    for match in _ACCENTED.finditer(text):
        yield Edit(match.start(), match.end(), unicodedata.normalize("NFC", match[0]))
    for match in re.finditer("[\ufb00-\ufb06]", text):
        yield Edit(match.start(), match.end(), unicodedata.normalize("NFKC", match[0]))


def _spaced_edits(text: str) -> Iterator[Edit]:
    """`5 5 5 - 1 2 3 4` is read as `555-1234`; a count such as `0 1 2 3 4 5 6` is not."""
    for match in _SPACED.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if digits in "01234567891011121314":
            continue
        for space in re.finditer(" +", match[0]):
            yield Edit(match.start() + space.start(), match.start() + space.end(), "")


def _spelled_edits(text: str) -> Iterator[Edit]:
    """`five five five oh one four two` is read as `5550142`."""
    for run in _SPELLED_RUN.finditer(text):
        edits = list(_spelled_digits(run[0], run.start()))
        if sum(c.isdigit() for edit in edits for c in edit.text) >= _FEWEST_SPELLED:
            yield from edits
    for run in _BETWEEN_DIGITS.finditer(text):
        yield from _spelled_digits(run[0], run.start())


def _spelled_digits(run: str, at: int) -> Iterator[Edit]:
    times, last, open_ten = 1, at, False
    for match in _WORD.finditer(run):
        word = match[0].lower()
        end = at + match.end()
        if word in ("double", "triple"):
            times = 2 if word == "double" else 3
            yield Edit(last, end, "")
        else:
            digits = _SPELLED[word] * times
            closes = open_ten and len(digits) == 1 and digits != "0"
            yield Edit(last, end, digits if closes or not open_ten else "0" + digits)
            times, open_ten = 1, word in _TENS
        last = end
    if open_ten:
        yield Edit(last, last, "0")


def _broken_edits(text: str) -> Iterator[Edit]:
    """A word cut by a hyphen at the end of a line is read whole."""
    if "-" in text and "\n" in text:
        for match in _BROKEN_WORD.finditer(text):
            yield Edit(match.start(), match.end(), "")
