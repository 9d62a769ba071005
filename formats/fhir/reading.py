"""FHIR JSON to single validated resources: a resource, a Bundle of any type, or NDJSON; a bad one is refused alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cases.chart import Refusal
from cases.errors import UnreadableFile
from formats.fhir.elements import child, children, text_of
from formats.fhir.resource import ChartResource
from formats.fhir.validation import problems_of
from formats.json_places import GIVEN_TWICE, Json, JsonObject, JsonText

MAX_ENTRIES = 20_000
"""A lifetime record from a large EHR export; this many resources take under a minute."""
MAX_BUNDLE_DEPTH = 3
"""Bundles in bundles: a searchset of documents nests two deep."""
_LONGEST_WORDS = 600
_MEND = "correct the resource at its source and export it again"
_LITERAL_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass
class FhirFile:
    """What one file gave: resources in file order, refusals, and the `Type/id` that its entries delete."""

    file: str
    resources: list[ChartResource] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)

    def refuse(self, pointer: str, path: str, reason: str, fix: str = _MEND) -> None:
        self.refusals.append(
            Refusal(file=self.file, pointer=pointer, field=_printable(path), reason=_printable(reason), fix=fix)
        )


def read_fhir(content: bytes, file: str) -> FhirFile:
    """Resources of one JSON or NDJSON file. Raises UnreadableFile where nothing in it is FHIR."""
    found = FhirFile(file)
    lines = _ndjson_lines(content)
    if lines:
        for number, line in lines:
            _read_line(found, line, number)
        return found
    text = JsonText(content, file)
    _Reader(text, found).value(text.whole(), text.skip(0), "", "")
    if not found.resources and not found.refusals:
        found.refuse("", "Bundle.entry", "holds no resource", "export the resources themselves")
    return found


def _ndjson_lines(content: bytes) -> list[tuple[int, bytes]]:
    """Numbered lines where the file holds one JSON object a line, and more than one; else none."""
    numbered = enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), 1)
    lines = [(number, line.strip()) for number, line in numbered if line.strip()]
    whole = len(lines) > 1 and all(line.startswith(b"{") and line.endswith(b"}") for _, line in lines[:2])
    return lines if whole else []


def _read_line(found: FhirFile, line: bytes, number: int) -> None:
    try:
        text = JsonText(line, found.file)
        _Reader(text, found).value(text.whole(), text.skip(0), f"line {number}", "")
    except UnreadableFile as error:
        found.refuse(f"line {number}", error.field, error.reason, error.fix)


@dataclass(frozen=True)
class _Reader:
    """Reads the values of one JSON text into `found`."""

    text: JsonText
    found: FhirFile

    def value(self, value: Json, at: int, pointer: str, full_url: str, depth: int = 0) -> None:
        """Take the value that starts at `at`: a resource, or the entries of a Bundle."""
        if not isinstance(value, dict) or "resourceType" not in value:
            raise UnreadableFile(
                self.found.file, _not_fhir(value), field="resourceType", fix="export FHIR R4 resources"
            )
        if value["resourceType"] != "Bundle":
            self._resource(value, self.text.text[at : self.text.value(at)[1]], pointer, full_url)
        elif depth >= MAX_BUNDLE_DEPTH:
            self.found.refuse(pointer, "Bundle", f"is nested deeper than {MAX_BUNDLE_DEPTH} bundles")
        else:
            self._bundle(value, at, pointer, depth)

    def _bundle(self, bundle: JsonObject, at: int, pointer: str, depth: int) -> None:
        doubled = next((key for key in bundle if key.endswith(GIVEN_TWICE)), "")
        entries = bundle.get("entry", [])
        if doubled or not isinstance(entries, list) or len(entries) > MAX_ENTRIES:
            reason = "is given twice" if doubled else f"must be a list of at most {MAX_ENTRIES} entries"
            self.found.refuse(pointer, f"Bundle.{doubled.removesuffix(GIVEN_TWICE) or 'entry'}", reason)
            return
        for problem in problems_of({key: value for key, value in bundle.items() if key != "entry"}):
            self.found.refuse(pointer, f"Bundle.{problem.path}", f"{problem.reason}; the entries are used all the same")
        for index, (entry, start) in enumerate(zip(entries, self._resource_starts(at), strict=True)):
            self._entry(entry, start, f"{pointer}/entry/{index}", depth)

    def _entry(self, entry: Json, start: int | None, pointer: str, depth: int) -> None:
        path = f"{_as_path(pointer)}.resource"
        if not isinstance(entry, dict):
            self.found.refuse(pointer, _as_path(pointer), "is not an object")
            return
        request = child(entry, "request")
        if text_of(request, "method") == "DELETE":
            self.found.deleted.add(text_of(request, "url"))
            self.found.refuse(pointer, path, f"the entry deletes {text_of(request, 'url')}", "")
        elif start is None:
            if not request and not child(entry, "response"):
                self.found.refuse(pointer, path, "the entry holds no resource")
        elif not isinstance(entry["resource"], dict) or "resourceType" not in entry["resource"]:
            self.found.refuse(pointer, path, "is not a FHIR resource: it has no resourceType")
        else:
            self.value(entry["resource"], start, f"{pointer}/resource", text_of(entry, "fullUrl"), depth + 1)

    def _resource_starts(self, at: int) -> list[int | None]:
        """Where each entry's resource starts in the text; None for an entry without one."""
        starts: list[int | None] = []

        def entry_member(key: str, start: int) -> int:
            if key == "resource":
                starts[-1] = start
            return self.text.value(start)[1]

        def entry(_: int, start: int) -> int:
            starts.append(None)
            is_object = self.text.text[start] == "{"
            return self.text.each_member(start, entry_member) if is_object else self.text.value(start)[1]

        def member(key: str, start: int) -> int:
            is_list = key == "entry" and self.text.text[start] == "["
            return self.text.each_item(start, entry) if is_list else self.text.value(start)[1]

        self.text.each_member(at, member)
        return starts

    def _resource(self, body: JsonObject, text: str, pointer: str, full_url: str) -> None:
        problems = problems_of(body)
        if problems:
            root = _as_path(pointer) if "/" in pointer else text_of(body, "resourceType") or "Resource"
            where = [f"{root}.{problem.path}".rstrip(".") for problem in problems]
            said = [f"{path} {problem.reason}" for path, problem in zip(where[1:], problems[1:], strict=True)]
            self.found.refuse(pointer, where[0], "; ".join([problems[0].reason, *said]))
            return
        name = text_of(body, "resourceType")
        identity = text_of(body, "id") or _made_id(self.found.file, pointer, full_url)
        self.found.resources.append(
            ChartResource(name, identity, body, text.encode(), self.found.file, pointer, full_url)
        )


def _printable(text: str) -> str:
    """Text that can be stored and shown, whatever the names and addresses in the file hold."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")[:_LONGEST_WORDS]


def _as_path(pointer: str) -> str:
    """FHIR path of a JSON pointer into a Bundle: `/entry/3/resource` is `Bundle.entry[3].resource`."""
    return "Bundle" + re.sub(r"/(\d+)", r"[\1]", pointer.partition("/")[1] + pointer.partition("/")[2]).replace(
        "/", "."
    )


def _made_id(file: str, pointer: str, full_url: str) -> str:
    """An id for a resource without one: the last part of its fullUrl, else file and place."""
    last = re.split("[/:]", full_url)[-1]
    if _LITERAL_ID.fullmatch(last):
        return last
    numbers = re.findall(r"\d+", pointer)
    return f"{file}#{'.'.join(numbers) or '0'}"


def _not_fhir(value: Json) -> str:
    if not isinstance(value, dict):
        return "is not a FHIR resource: it is a JSON list or a bare value"
    if "hook" in value and "hookInstance" in value:
        return "is not a FHIR resource but a CDS Hooks request"
    if "cards" in value or "systemActions" in value or children(value, "services"):
        return "is not a FHIR resource but a CDS Hooks answer"
    return "is not a FHIR resource: it has no resourceType"


def without_deleted(files: list[FhirFile]) -> Iterator[ChartResource]:
    """Every resource of the files, in order, save those that an entry deletes."""
    deleted = {name for found in files for name in found.deleted}
    for found in files:
        yield from (item for item in found.resources if item.document_id not in deleted)
