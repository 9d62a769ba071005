"""The patterns by which concepts are stated in a sentence, compiled, each with words that it cannot do without."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from cases.errors import StoreDamaged

_CLASS = re.compile(r"\{(?P<name>[a-z_]+)\}")
_QUANTIFIED = re.compile(r"(?:[?*]|\{0)")
_LOOK_BEHIND = re.compile(r"\(\?<[!=][^()]*\)")
_SHORTEST = 3
_SIGN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]|[^\\\[()|]+", re.DOTALL)
_RUN = re.compile(r"[A-Za-z]{3,}")


@dataclass(frozen=True)
class StatementPattern:
    """One way of stating a concept, or with `denies` its absence.

    `anchors` are lower-case words of which a text must hold one for the pattern to match; empty where none is sure.
    `needs` are further sets of words, of each of which a text must hold one.
    """

    concept_id: str
    regex: re.Pattern[str]
    denies: bool
    anchors: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]


def compile_pattern(concept_id: str, words: str, classes: Mapping[str, str], *, denies: bool) -> StatementPattern:
    """Compile one pattern; raises StoreDamaged naming the concept where it does not compile."""
    filled = fill_classes(concept_id, words, classes)
    try:
        regex = re.compile(_spaced(filled), re.IGNORECASE)
    except re.error as error:
        raise StoreDamaged(f"{concept_id}: the pattern {words!r} does not compile: {error}") from error
    anchors = anchors_of(filled)
    return StatementPattern(concept_id, regex, denies, anchors, tuple(n for n in needs_of(filled) if n != anchors))


def _spaced(pattern: str) -> str:
    """The pattern with its blanks as white space: any amount, but one sign where a look-behind needs a fixed width."""
    fixed = _LOOK_BEHIND.sub(lambda match: match[0].replace(" ", r"\s"), pattern)
    return fixed.replace(" ?", r"\s*").replace(" ", r"\s+")


def fill_classes(concept_id: str, words: str, classes: Mapping[str, str]) -> str:
    """The pattern with its named classes written in; raises StoreDamaged for a class that the file does not hold."""
    for _ in range(3):
        unknown = [match["name"] for match in _CLASS.finditer(words) if match["name"] not in classes]
        if unknown:
            raise StoreDamaged(f"{concept_id}: no class of words is named {unknown[0]!r}")
        words = _CLASS.sub(lambda match: f"(?:{classes[match['name']]})", words)
    return words


@cache
def anchors_of(pattern: str) -> tuple[str, ...]:
    """Words of which every match holds one: the longest plain run, or the runs of one group of alternatives."""
    if re.search(r"(?<!\\)\|", _without_groups(pattern)):
        parts = [anchors_of(part) for part in _split(pattern, "|")]
        return tuple(dict.fromkeys(word for part in parts for word in part)) if all(parts) else ()
    return max(needs_of(pattern), key=lambda words: (min(map(len, words)), -len(words)), default=())


@cache
def needs_of(pattern: str) -> tuple[tuple[str, ...], ...]:
    """Sets of words of each of which every match holds one; none for alternatives at the top."""
    if re.search(r"(?<!\\)\|", _without_groups(pattern)):
        return ()
    choices = [choice for group in _groups(pattern) if (choice := _of_group(group))]
    return (*((run,) for run in _runs(_without_groups(pattern))), *choices)


def _of_group(group: str) -> tuple[str, ...]:
    parts = [anchors_of(part) for part in _split(group, "|")]
    return tuple(dict.fromkeys(word for part in parts for word in part)) if all(parts) else ()


@cache
def _runs(words: str) -> tuple[str, ...]:
    """Plain runs of letters that no quantifier makes optional; a letter before one is cut off."""
    plain = re.sub(r"\\[A-Za-z]|\\.|\[[^\]]*\](?:[?*+]|\{[^}]*\})?", "\0", words)
    plain = re.sub(r".(?:[?*]|\{0[^}]*\})\??", "\0", plain)
    return tuple(run.lower() for run in _RUN.findall(plain))


@cache
def _without_groups(pattern: str) -> str:
    """The pattern with each group at its top replaced by a mark."""
    kept, depth = [], 0
    for place, sign in _signs(pattern):
        if sign == "(":
            depth += 1
        if depth == 0:
            kept.append(pattern[place : place + 2] if sign == "\\" else _bracketed(sign))
        if sign == ")":
            depth -= 1
            if depth == 0:
                kept.append("\0")
    return "".join(kept)


def _bracketed(sign: str) -> str:
    """A bar inside `[...]` parts nothing."""
    return sign.replace("|", "x") if sign[0] == "[" else sign


def _groups(pattern: str) -> Iterator[str]:
    """The insides of each group at the top that must take part in a match."""
    depth, start = 0, 0
    for place, sign in _signs(pattern):
        if sign == "(":
            start = place + 1 if depth == 0 else start
            depth += 1
        elif sign == ")":
            depth -= 1
            inside = pattern[start:place]
            if depth == 0 and not _QUANTIFIED.match(pattern, place + 1) and not re.match(r"\?(?:!|=|<[!=])", inside):
                yield re.sub(r"^\?(?::|P<\w+>|-i:)", "", inside)


def _split(pattern: str, mark: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for place, sign in _signs(pattern):
        depth += (sign == "(") - (sign == ")")
        if sign == mark and depth == 0:
            parts.append(pattern[start:place])
            start = place + 1
    return [*parts, pattern[start:]]


@cache
def _signs(pattern: str) -> tuple[tuple[int, str], ...]:
    """Each bracket, bar and escape that counts, and runs of all else, with their places; what `[...]` holds is letters.

    An escaped sign comes as a backslash.
    """
    found: list[tuple[int, str]] = []
    for match in _SIGN.finditer(pattern):
        sign = match[0]
        found.append((match.start(), "\\" if sign[0] == "\\" else sign))
    return tuple(found)


class PatternIndex:
    """Patterns by the first letters of their anchors, so that a sentence is tried with few of them."""

    def __init__(self, patterns: Sequence[StatementPattern]) -> None:
        self.patterns = tuple(patterns)
        self._always = [number for number, pattern in enumerate(self.patterns) if not pattern.anchors]
        self._by_letters: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for number, pattern in enumerate(self.patterns):
            for anchor in pattern.anchors:
                self._by_letters[anchor[:_SHORTEST]].append((anchor, number))

    def possible(self, lowered: str) -> list[StatementPattern]:
        """Those that can match in a text in lower case, in their order."""
        found = set(self._always)
        for letters in {lowered[place : place + _SHORTEST] for place in range(len(lowered) - _SHORTEST + 1)}:
            for anchor, number in self._by_letters.get(letters, ()):
                if anchor in lowered:
                    found.add(number)
        return [one for number in sorted(found) if _has_all((one := self.patterns[number]).needs, lowered)]


def _has_all(needs: Sequence[tuple[str, ...]], lowered: str) -> bool:
    """Whether a text in lower case holds a word of each set; plain loops, because it runs for every sentence."""
    for words in needs:
        for word in words:
            if word in lowered:
                break
        else:
            return False
    return True
