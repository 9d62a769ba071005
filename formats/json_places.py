"""JSON text to values with the place of each part: strict where JSON is loose, and never deeper than we walk."""

import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeAlias

from cases.errors import UnreadableFile

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | Decimal | bool | None"
JsonObject: TypeAlias = "dict[str, Json]"

MAX_DEPTH = 60
"""The deepest sample resource nests 23 levels; Python's own stack ends near 1,000."""
MAX_NODES = 200_000
"""A 450 KB Synthea bundle holds about 15,000 values; one resource never comes near this."""
GIVEN_TWICE = " (given twice)"
"""Added to a repeated key, so that the model that knows the element refuses it at its place."""

_SPACE = " \t\n\r"


def _object(pairs: list[tuple[str, Json]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                found[key + GIVEN_TWICE] = None
            seen.add(key)
    return found


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_object)


class JsonText:
    """The text of one file, walked one level at a time; offsets are code points of `text`.

    Every method raises UnreadableFile, with line and column, where the text is not JSON.
    """

    def __init__(self, content: bytes, file: str) -> None:
        self.file = file
        try:
            self.text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        except UnicodeDecodeError as error:
            raise UnreadableFile(file, f"is not UTF-8 at byte {error.start}", fix="save the JSON as UTF-8") from error

    def whole(self) -> Json:
        """The one value of the file."""
        value, end = self.value(self.skip(0))
        if self.skip(end) < len(self.text):
            raise self._refuse("more text follows the JSON value", self.skip(end))
        return value

    def value(self, at: int) -> tuple[Json, int]:
        """The value that starts at `at`, and where it ends."""
        try:
            value, end = _DECODER.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            raise self._refuse(error.msg, error.pos) from error
        except RecursionError as error:
            raise self._refuse("is nested too deeply", at) from error
        except (ValueError, ArithmeticError) as error:
            raise self._refuse("holds a number that cannot be read", at) from error
        return value, end

    def skip(self, at: int) -> int:
        """The first code point at or after `at` that is not white space."""
        while at < len(self.text) and self.text[at] in _SPACE:
            at += 1
        return at

    def each_member(self, at: int, visit: Callable[[str, int], int]) -> int:
        """Call `visit(key, start of value)`, which answers where the value ends, for the object at `at`."""
        at = self.skip(at + 1)
        while self.text[at] != "}":
            key, at = self.value(at)
            at = visit(str(key), self.skip(self.skip(at) + 1))
            at = self._after_comma(at)
        return at + 1

    def each_item(self, at: int, visit: Callable[[int, int], int]) -> int:
        """Call `visit(index, start of item)`, which answers where the item ends, for the array at `at`."""
        at, index = self.skip(at + 1), 0
        while self.text[at] != "]":
            at = self._after_comma(visit(index, at))
            index += 1
        return at + 1

    def _after_comma(self, at: int) -> int:
        at = self.skip(at)
        return self.skip(at + 1) if self.text[at] == "," else at

    def _refuse(self, reason: str, at: int) -> UnreadableFile:
        line = self.text.count("\n", 0, at) + 1
        column = at - self.text.rfind("\n", 0, at)
        return UnreadableFile(
            self.file, f"is not JSON: {reason}", field=f"line {line} column {column}", fix="export the file again"
        )


def joined(steps: Iterable[str | int]) -> str:
    """FHIR path of the steps from a root: `code.coding[0].code`."""
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def as_pointer(path: str) -> str:
    """JSON pointer, without the leading slash, of a FHIR path: `content[0].attachment` is `content/0/attachment`."""
    return path.replace("]", "").replace("[", "/").replace(".", "/")


def defect_in(value: Json) -> tuple[str, str] | None:
    """FHIR path and reason of the first part we refuse to walk or cannot store; None where all is well.

    Refused: nesting deeper than MAX_DEPTH, more than MAX_NODES values, NUL, lone surrogates.
    """
    stack: list[tuple[Json, tuple[str | int, ...]]] = [(value, ())]
    nodes = 0
    while stack:
        node, path = stack.pop()
        nodes += 1
        if len(path) > MAX_DEPTH:
            return joined(path[:4]), f"is nested deeper than {MAX_DEPTH} levels"
        if nodes > MAX_NODES:
            return "", f"holds more than {MAX_NODES} values"
        if isinstance(node, dict):
            for key in node:
                if not _storable(key):
                    return joined(path), "an element's name holds characters that are not text"
            stack.extend((item, (*path, key)) for key, item in node.items())
        elif isinstance(node, list):
            stack.extend((item, (*path, index)) for index, item in enumerate(node))
        elif isinstance(node, str) and not _storable(node):
            return joined(path), "holds characters that are not text"
    return None


def _storable(text: str) -> bool:
    if "\0" in text:
        return False
    if text.isascii():
        return True
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
