"""Exports of the CMS coverage database (NCDs, LCDs): a policy for each row of a CSV or record of a JSON file."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from pydantic import ValidationError

from cases.errors import StoreDamaged, UnreadableFile
from cases.frozen import Frozen
from formats.html.reading import read_html
from formats.text import read_text
from knowledge.policy_dates import read_date
from knowledge.rule_files import RULES, read_yaml

EXPORT_ENDINGS = (".csv", ".json")
_FIELD_LIMIT = 2_000_000
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")


class ExportedPolicy(Frozen):
    """One policy of an export: its text is made of the export's text fields under their headings."""

    doc_id: str
    number: str
    title: str
    version: str
    effective: date | None
    implementation: date | None
    expires: date | None
    text: str
    is_ncd: bool


class _TextField(Frozen):
    heading: str
    names: tuple[str, ...]


class _Fields(Frozen):
    version: str
    source: str
    verified: bool
    record_lists: tuple[str, ...]
    identifier: tuple[str, ...]
    section: tuple[str, ...]
    document_version: tuple[str, ...]
    title: tuple[str, ...]
    effective: tuple[str, ...]
    implementation: tuple[str, ...]
    expires: tuple[str, ...]
    texts: tuple[_TextField, ...]


def read_export(content: bytes, file: str) -> tuple[ExportedPolicy, ...]:
    """The policies of an export; raises UnreadableFile where it holds no row with a title and text we know."""
    rows = _rows(read_text(content, file).text, file)
    found = tuple(policy for row in rows if (policy := _policy(row)))
    if not found:
        raise UnreadableFile(
            file, "holds no policy in the fields of the coverage database", fix="hand in its NCD or LCD export"
        )
    return found


def _rows(text: str, file: str) -> list[Mapping[str, object]]:
    if file.casefold().endswith(".json"):
        try:
            return list(_records(json.loads(text)))
        except json.JSONDecodeError as error:
            raise UnreadableFile(file, f"is not JSON: {error.msg}", fix="export it again") from error
    csv.field_size_limit(_FIELD_LIMIT)
    try:
        return list(csv.DictReader(io.StringIO(text)))
    except csv.Error as error:
        raise UnreadableFile(file, f"is not CSV: {error}", fix="export it again") from error


def _records(content: object) -> Iterator[Mapping[str, object]]:
    """The records of a JSON export: a list, one record, or a record that holds the list."""
    if isinstance(content, list):
        yield from (one for one in content if isinstance(one, dict))
    elif isinstance(content, dict):
        inside = next((content[name] for name in _fields().record_lists if isinstance(content.get(name), list)), None)
        yield from _records(inside) if inside is not None else iter([content])


def _policy(row: Mapping[str, object]) -> ExportedPolicy | None:
    fields = _fields()
    values = {_name(key): str(value) for key, value in row.items() if isinstance(value, str | int | float)}

    def first(names: tuple[str, ...]) -> str:
        return next((values[name].strip() for name in names if values.get(name, "").strip()), "")

    title, section, identifier = first(fields.title), first(fields.section), first(fields.identifier)
    parts = [f"{one.heading}\n\n{_plain(words)}" for one in fields.texts if (words := first(one.names))]
    if not title or not parts or not (section or identifier):
        return None
    is_ncd = bool(section) and re.fullmatch(r"\d{1,3}(?:\.\d{1,2})+", section) is not None
    number = f"NCD {section}" if is_ncd else section or identifier
    return ExportedPolicy(
        doc_id=f"ncd-{section}" if is_ncd else re.sub(r"\W+", "-", number).strip("-").casefold(),
        number=number,
        title=_plain(title),
        version=first(fields.document_version),
        effective=read_date(first(fields.effective)),
        implementation=read_date(first(fields.implementation)),
        expires=read_date(first(fields.expires)),
        text=f"{number} - {_plain(title)}\n\n" + "\n\n".join(parts) + "\n",
        is_ncd=is_ncd,
    )


def _plain(words: str) -> str:
    """Text of a field, which the database keeps as HTML; lists keep their nesting and tables their rows."""
    if not _TAG.search(words):
        return words.strip()
    return read_html(f"<html><body>{words}</body></html>".encode(), "field").text.strip()


def _name(key: object) -> str:
    return re.sub(r"[^a-z0-9]", "", str(key).casefold())


@cache
def _fields() -> _Fields:
    """The names of fields; raises StoreDamaged naming the entry that does not fit."""
    path = RULES / "coverage_exports.yaml"
    try:
        return _Fields.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreDamaged(f"{path.name}: {place}: {first['msg']}") from error
