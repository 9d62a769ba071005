"""Carriers as a small language: `[a|b]` chooses, `{SLOT}` is filled, backslash n and t are a line break and a tab."""

import re
from pathlib import Path
from random import Random

_FOLDER = Path(__file__).parent / "templates"
_FILES = ("clinical.txt", "paperwork.txt", "everyday.txt", "formats.txt")
_CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
SLOT = re.compile(r"\{([A-Z]+0?)\}")


def families() -> dict[str, list[str]]:
    """Carriers by family (kind of text)."""
    found: dict[str, list[str]] = {}
    family = ""
    for name in _FILES:
        for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines():
            if line.startswith("#") or not line:
                continue
            if re.fullmatch(r"\[\w+\]", line):
                family = line[1:-1]
            else:
                found.setdefault(family, []).append(line)
    return found


def chosen(carrier: str, random: Random) -> str:
    """The carrier with every choice made, slots still open."""
    while match := _CHOICE.search(carrier):
        carrier = carrier[: match.start()] + random.choice(match[1].split("|")) + carrier[match.end() :]
    return carrier.replace("\\n", "\n").replace("\\t", "\t")
