"""One FHIR resource as it lay in a file: its JSON, its exact bytes, and its place."""

from dataclasses import dataclass

from cases.ids import DocumentId
from formats.json_places import JsonObject


@dataclass(frozen=True)
class ChartResource:
    """A resource that passed validation.

    `source` is the file and JSON pointer, `full_url` the bundle entry's, `content` the exact bytes of the
    resource's own JSON. `id` is the resource's, else made from the entry's fullUrl or the place in the file.
    """

    type: str
    id: str
    body: JsonObject
    content: bytes
    file: str
    pointer: str
    full_url: str = ""

    @property
    def document_id(self) -> DocumentId:
        return DocumentId(f"{self.type}/{self.id}")

    @property
    def source(self) -> str:
        return f"{self.file}#{self.pointer}" if self.pointer else self.file
