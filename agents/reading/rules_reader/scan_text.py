"""The text of a scan made easier to read: specks and the blank lines that OCR puts in, taken out sign for sign."""

import re

_SPECK = re.compile(r"(?<=[a-z])[.'`](?=\s[a-z])|(?<=\s)[.,'`~°©®*_](?=\s)|(?<=[A-Za-z0-9])[.](?=\s{2,})")
_APART = re.compile(r"\n[ \t]*\n")
_MOSTLY = 0.5


def cleaned(text: str) -> str:
    """A text of the same length, so that offsets stay true; only specks and needless blank lines become spaces.

    Where most lines stand apart from the next by a blank one, the blank lines say nothing and the lines are closed up.
    """
    plain = _SPECK.sub(lambda match: " " * len(match[0]), text)
    breaks, apart = len(re.findall(r"\n\s*(?=\S)", plain)), len(_APART.findall(plain))
    if breaks and apart / breaks >= _MOSTLY:
        plain = _APART.sub(lambda match: " " * (len(match[0]) - 1) + "\n", plain)
    return plain
