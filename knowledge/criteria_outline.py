"""The outline of a policy's rules: paragraphs with the list items under them, at the depth their markers show."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from knowledge.policy_structure import blocks, sentences

_MARKER = re.compile(
    r"\s*(?P<bullet>[•●▪◦*·■□➢✓]|[-–—](?=\s)|o(?=\s))\s*"
    r"|\s*(?P<open>\(?)(?P<mark>\d{1,2}|[ivx]{1,5}|[a-zA-Z])(?P<close>[.)])\s+"
)


@dataclass
class Item:
    """A rule's text, code points [start, end) without its marker, its headings, and the items under it."""

    start: int
    end: int
    path: tuple[str, ...]
    children: list["Item"] = field(default_factory=list)
    is_listed: bool = False


def outline(text: str) -> list[Item]:
    """Items in reading order; what a marker of a new style follows is under the item before it."""
    found: list[Item] = []
    stack: list[tuple[str, Item]] = []
    path: tuple[str, ...] = ()
    for block in blocks(text):
        if block.kind == "heading":
            lead = Item(block.start, block.end, block.path[:-1])
            introduces = text[block.start : block.end].rstrip().endswith(":")
            found += [lead] if introduces else []
            stack, path = [("", lead)] if introduces else [], block.path
            continue
        marker = _MARKER.match(text, block.start, block.end)
        item = Item(marker.end() if marker else block.start, block.end, block.path, is_listed=marker is not None)
        if block.path != path:
            stack, path = (stack if marker and stack else []), block.path
        if marker is None:
            stack = [("", item)]
            found.append(item)
        else:
            _place(text, item, _style(marker, stack), stack, found)
    return found


def _place(text: str, item: Item, style: str, stack: list[tuple[str, Item]], found: list[Item]) -> None:
    styles = [held for held, _ in stack]
    last = stack[-1][1] if stack else None
    nests = last is not None and styles[-1] == style and _asks_for_list(text, last)
    goes_on = last is not None and style in styles and style + "+" in styles and _is_within(text, last)
    if nests or goes_on:
        style += "+"
    if style in styles:
        place = styles.index(style)
        del stack[place:]
    elif stack and not _introduces(text, stack[-1][1]) and len(stack) > 1 and not _is_open(text, stack[-1][1]):
        stack.pop()
    (stack[-1][1].children if stack else found).append(item)
    stack.append((style, item))


def _introduces(text: str, item: Item) -> bool:
    words = text[item.start : item.end].rstrip()
    return words.endswith(":") or re.search(r"following[^.]*$", words) is not None


def _asks_for_list(text: str, item: Item) -> bool:
    """A list item that ends with a colon has a list of its own, be its marker the same: it is under that item."""
    return not item.children and text[item.start : item.end].rstrip().endswith(":")


def _is_within(text: str, item: Item) -> bool:
    """Whether the list goes on under the same item: the one before does not end it with a full stop or an `and`."""
    return re.search(r"(?:\.|\band)\s*$", text[item.start : item.end]) is None


def _is_open(text: str, item: Item) -> bool:
    return bool(item.children) or _introduces(text, item)


def _style(marker: re.Match[str], stack: Sequence[tuple[str, Item]]) -> str:
    if marker["bullet"]:
        return marker["bullet"]
    mark = marker["mark"]
    shape = f"{marker['open']}{{}}{marker['close']}"
    kind = "1" if mark.isdigit() else "A" if mark.isupper() else "i" if re.fullmatch(r"[ivx]+", mark) else "a"
    if kind == "i" and len(mark) == 1 and shape.format("a") in [style for style, _ in stack] and mark != "i":
        kind = "a"
    return shape.format(kind)


def pieces(text: str, item: Item) -> Iterator[tuple[int, int]]:
    """The sentences of an item, trimmed."""
    for start, end in sentences(text, item.start, item.end):
        words = text[start:end]
        yield start + len(words) - len(words.lstrip()), start + len(words.rstrip())
