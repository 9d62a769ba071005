"""Manifests of policies to import: JSONL lines of {id, payer, path, title, policy_number, dates, lob, codes}."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from cases.case import LineOfBusiness
from cases.errors import UnreadableFile
from cases.frozen import Frozen
from knowledge.policy_dates import read_date
from knowledge.policy_document import FILE_ENDINGS, Particulars


def _day(value: object) -> date | None:
    """A date in any of the forms manifests use; empty is None."""
    if value is None or isinstance(value, date):
        return value
    text = str(value).strip()
    found = read_date(text)
    if text and found is None:
        raise ValueError(f"'{text}' is not a date; write it as YYYY-MM-DD")
    return found


Day = Annotated[date | None, BeforeValidator(_day)]


class _Line(BaseModel):
    """One manifest line; fields it has beside these are somebody else's and are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    path: str
    id: str = ""
    payer: str | None = None
    title: str | None = None
    policy_number: str | None = None
    effective_date: Day = None
    expires_date: Day = None
    lob: LineOfBusiness | None = None
    codes: tuple[str, ...] | None = None


class ImportItem(Frozen):
    """One file to import with what was said of it, or the reason why a manifest line names none."""

    source: str
    path: Path | None = None
    given: Particulars = Particulars()
    fault: str = ""


def manifest_items(manifest: Path, flags: Particulars) -> Iterator[ImportItem]:
    """An item for each line; paths are relative to the manifest, and flags fill what a line leaves out.

    Raises UnreadableFile where the manifest itself cannot be read; a faulty line becomes an item with a fault.
    """
    try:
        lines = manifest.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(str(manifest), f"cannot be read: {error}", fix="hand in JSONL in UTF-8") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _item(manifest, number, line, flags)


def _item(manifest: Path, number: int, line: str, flags: Particulars) -> ImportItem:
    place = f"{manifest} line {number}"
    try:
        read = _Line.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        return ImportItem(source=place, fault=f"not JSON: {error.msg}")
    except ValidationError as error:
        first = error.errors()[0]
        return ImportItem(source=place, fault=f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    given = Particulars(
        doc_id=read.id or flags.doc_id,
        payer=read.payer or flags.payer,
        line_of_business=read.lob or flags.line_of_business,
        number=read.policy_number or flags.number,
        title=read.title or flags.title,
        effective=read.effective_date or flags.effective,
        expires=read.expires_date or flags.expires,
        codes=read.codes or flags.codes,
    )
    path = manifest.parent / read.path
    return ImportItem(source=str(path), path=path, given=given)


def path_items(paths: list[Path], flags: Particulars) -> Iterator[ImportItem]:
    """An item for each file given, and for each file of a kind we read inside a folder given, in name order."""
    for path in paths:
        if path.is_dir():
            inside = sorted(
                file for file in path.rglob("*") if file.suffix.casefold() in FILE_ENDINGS and file.is_file()
            )
            if not inside:
                yield ImportItem(source=str(path), fault="the folder holds no file of a kind that is read")
            yield from (ImportItem(source=str(file), path=file, given=flags) for file in inside)
        elif path.exists():
            yield ImportItem(source=str(path), path=path, given=flags)
        else:
            yield ImportItem(source=str(path), fault="there is no such file or folder")
