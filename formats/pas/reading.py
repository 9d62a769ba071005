"""Careful steps through JSON that somebody else wrote: whatever is not of the shape asked for is not there."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from cases.errors import InputError
from formats.pas.bundle import Json
from formats.pas.systems import PROFILE

MAX_DEPTH = 60
"""Deeper than any FHIR resource; a body nested further is hostile."""


def parse(body: bytes, what: str) -> Json:
    """A JSON object out of bytes. Raises InputError on anything else, on a key given twice and on deep nesting."""
    try:
        value = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        reason = "not UTF-8" if isinstance(error, UnicodeDecodeError) else _reason(error)
        raise InputError(f"unreadable {what}: {reason}") from None
    if not isinstance(value, dict):
        raise InputError(f"unreadable {what}: not a JSON object")
    if _depth(value) > MAX_DEPTH:
        raise InputError(f"unreadable {what}: nested too deeply")
    if not _is_text(value):
        raise InputError(f"unreadable {what}: half of a surrogate pair")
    return value


def _is_text(value: Json) -> bool:
    """Whether every string can be written down: JSON escapes can name half of a pair."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON at character {error.pos}"
    return str(error) if isinstance(error, _Twice) else "not JSON"


class _Twice(ValueError):
    """A key that an object holds twice: two readers would read two things."""


def _once(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice("an object holds the same key twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _depth(value: Json) -> int:
    level: list[Any] = [value]
    depth = 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [child for item in level for child in _children(item)]
    return depth


def _children(item: Any) -> list[Any]:
    inside = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    return [child for child in inside if isinstance(child, (dict, list))]


def objects(value: object, name: str) -> list[Json]:
    """The objects under `name`; an object that stands alone counts as a list of one."""
    found = value.get(name) if isinstance(value, dict) else None
    return [item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict)]


def child(value: object, name: str) -> Json:
    """The first object under `name`, or an empty one."""
    found = objects(value, name)
    return found[0] if found else {}


def text(value: object, name: str) -> str:
    """The string under `name`, trimmed, or nothing."""
    found = value.get(name) if isinstance(value, dict) else None
    return found.strip() if isinstance(found, str) else ""


def positive(value: object) -> int | None:
    """A sequence number."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def day(value: str) -> date | None:
    """The day of a FHIR date or dateTime; None where it names no day or does not exist."""
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def extensions(value: object, name: str) -> list[Json]:
    """Extensions of this name: `extension-…` means PAS's own, in any version; any other is a part's short name."""
    address = PROFILE + name if name.startswith("extension-") else name
    return [e for e in objects(value, "extension") if text(e, "url").partition("|")[0] == address]


def entries(bundle: Json) -> Iterator[tuple[str, Json]]:
    """Full address and resource of each entry."""
    for entry in objects(bundle, "entry"):
        resource = child(entry, "resource")
        if resource:
            yield text(entry, "fullUrl"), resource


def reachable(start: Json, held: dict[str, Json]) -> list[str]:
    """Addresses of the resources in `held` that `start` refers to, directly or not, in the order they are met."""
    found: list[str] = []
    queue: list[object] = [start]
    while queue:
        item = queue.pop(0)
        if isinstance(item, list):
            queue.extend(item)
        elif isinstance(item, dict):
            reference = text(item, "reference")
            if reference in held and reference not in found:
                found.append(reference)
                queue.append(held[reference])
            queue.extend(item.values())
    return found
