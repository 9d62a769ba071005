"""A payer's answer read into decisions by line: PAS 2.2.1 and 2.0.1 bundles, 2.2.1 inquiry Parameters, older shapes.

The decision is the review action of each item and nothing else: `outcome` is `complete` in approvals, denials and
pends alike (standards §1.3) and is only kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from cases.chart import NamedIdentifier
from cases.decision import PayerAnswer
from cases.errors import InputError
from formats.pas.bundle import Json
from formats.pas.decisions import item_decisions
from formats.pas.reading import child, day, entries, extensions, objects, parse, text

_WHAT = "payer answer"


def read_response(body: bytes, received_at: datetime) -> PayerAnswer:
    """The one answer in a body. Raises InputError where there is none, more than one, or it cannot be read."""
    answers = [_answer(bundle, response, received_at) for bundle, response in _responses(parse(body, _WHAT))]
    if len(answers) != 1:
        raise InputError(f"unreadable {_WHAT}: {len(answers)} answers where one was expected")
    return answers[0]


def answered_requests(body: bytes) -> tuple[str, ...]:
    """Every number by which an answer may name the request it is about; raises InputError as `read_response` does."""
    numbers = [
        number for bundle, response in _responses(parse(body, _WHAT)) for number in _identifiers(bundle, response)
    ]
    return tuple(dict.fromkeys(numbers))


def read_inquiry_answer(body: bytes, received_at: datetime, asked: NamedIdentifier) -> PayerAnswer | None:
    """The payer's latest answer about the request of this identifier; None where the payer holds no such request.

    The value alone decides, for payers rewrite the system (the published examples do), so a value must be given once
    only. Raises InputError where the doubt would stay: an answer that does not say which request it is about, or
    none together with an OperationOutcome (a payer may withhold what it holds, and says so there).
    """
    given = parse(body, _WHAT)
    about: list[tuple[str, PayerAnswer]] = []
    for bundle, response in _responses(given):
        known = set(_identifiers(bundle, response))
        if not known:
            raise InputError(f"unreadable {_WHAT}: it does not say which request it answers")
        if asked.value in known:
            about.append((text(response, "created"), _answer(bundle, response, received_at)))
    if not about and _has_outcome(given):
        raise InputError(f"unreadable {_WHAT}: an OperationOutcome instead of an answer")
    return max(about, key=lambda dated: dated[0])[1] if about else None


def _has_outcome(body: Json) -> bool:
    inside = [child(parameter, "resource") for parameter in objects(body, "parameter")]
    inside += [resource for _, resource in entries(body)]
    return any(text(resource, "resourceType") == "OperationOutcome" or _has_outcome(resource) for resource in inside)


def _responses(body: Json) -> Iterator[tuple[Json, Json]]:
    """Each ClaimResponse with the bundle it came in; a subscription notification holds that bundle in another."""
    kind = text(body, "resourceType")
    if kind == "ClaimResponse":
        yield {"entry": [{"resource": body}]}, body
    elif kind == "Parameters":
        for parameter in objects(body, "parameter"):
            inner = child(parameter, "resource")
            if text(inner, "resourceType") in ("Bundle", "ClaimResponse"):
                yield from _responses(inner)
    elif kind == "Bundle":
        for _, resource in entries(body):
            if text(resource, "resourceType") == "ClaimResponse":
                yield body, resource
            elif text(resource, "resourceType") == "Bundle":
                yield from _responses(resource)
    else:
        raise InputError(f"unreadable {_WHAT}: neither a ClaimResponse nor a Bundle or Parameters that holds one")


def _answer(bundle: Json, response: Json, received_at: datetime) -> PayerAnswer:
    if text(response, "status") != "active":
        raise InputError(f"unreadable {_WHAT}: ClaimResponse.status is not active")
    if text(response, "use") != "preauthorization":
        raise InputError(f"unreadable {_WHAT}: ClaimResponse.use is not preauthorization")
    return PayerAnswer(
        reference=_reference(response),
        received_at=received_at,
        items=item_decisions(response),
        errors=tuple(_errors(bundle, response)),
        outcome=text(response, "outcome"),
        requested_information=tuple(_requested(bundle)),
    )


def _reference(response: Json) -> str:
    """The payer's own number where it gives one, else the trace number it echoes, else the answer's id."""
    own = [
        text(extension, "valueString")
        for item in objects(response, "item")
        for extension in extensions(item, "extension-administrationReferenceNumber")
    ]
    traced = [text(identifier, "value") for identifier in objects(response, "identifier")]
    return next((n for n in (*own, text(response, "preAuthRef"), *traced, text(response, "id")) if n), "")


def _identifiers(bundle: Json, response: Json) -> Iterator[str]:
    """What names the request: the answer's own identifiers, the request it points to, the claim it encloses."""
    claims = [resource for _, resource in entries(bundle) if text(resource, "resourceType") == "Claim"]
    for holder in (response, child(response, "request"), *claims):
        yield from (text(named, "value") for named in objects(holder, "identifier") if text(named, "value"))


def _errors(bundle: Json, response: Json) -> Iterator[str]:
    """Business errors (278 AAA): code, what to do next, and where in the request."""
    for error in objects(response, "error"):
        parts = [" ".join(_codes(child(error, "code"))) or "no code"]
        for follow_up in extensions(error, "extension-errorFollowupAction"):
            parts.append(f"follow-up {' '.join(_codes(child(follow_up, 'valueCodeableConcept')))}")
        for path in extensions(error, "extension-errorPath"):
            parts.append(f"at {text(path, 'valueString')}")
        yield ", ".join(parts)
    for _, resource in entries(bundle):
        if text(resource, "resourceType") == "OperationOutcome":
            for issue in objects(resource, "issue"):
                if text(issue, "severity") in ("fatal", "error"):
                    yield " ".join((text(issue, "code"), *_codes(child(issue, "details"))))


def _requested(bundle: Json) -> Iterator[str]:
    """What the payer asks for (CommunicationRequest): report type, code of the document, and the line."""
    for _, resource in entries(bundle):
        if text(resource, "resourceType") != "CommunicationRequest":
            continue
        lines = [e.get("valuePositiveInt") for e in extensions(resource, "extension-serviceLineNumber")]
        place = f" for line {lines[0]}" if lines else ""
        kinds = [code for category in objects(resource, "category") for code in _codes(category)]
        wanted = [text(payload, "contentString") for payload in objects(resource, "payload")]
        for content in wanted or [""]:
            yield " ".join(part for part in (*kinds, content) if part) + place


def _codes(concept: Json) -> list[str]:
    found = [text(coding, "code") for coding in objects(concept, "coding") if text(coding, "code")]
    return found or ([text(concept, "text")] if text(concept, "text") else [])


@dataclass(frozen=True)
class AnsweredPatient:
    """Whom an answer is about, as its own bundle says; empty where it carries no Patient."""

    member_id: str = ""
    name: str = ""
    birth_date: date | None = None


def is_response(body: bytes) -> bool:
    """Whether JSON is a payer's answer: a ClaimResponse, or a bundle that begins with one."""
    try:
        read = parse(body, _WHAT)
    except InputError:
        return False
    first = next((resource for _, resource in entries(read)), {})
    return "ClaimResponse" in (text(read, "resourceType"), text(first, "resourceType"))


def answered_patient(body: bytes) -> AnsweredPatient:
    """The Patient resource of an answer's bundle; the member number is the identifier of type MB, else the only one."""
    held = [one for _, one in entries(parse(body, _WHAT)) if text(one, "resourceType") == "Patient"]
    if len(held) != 1:
        return AnsweredPatient()
    identifiers = objects(held[0], "identifier")
    typed = [one for one in identifiers if "MB" in _codes(child(one, "type"))]
    member = text((typed or (identifiers if len(identifiers) == 1 else [{}]))[0], "value")
    named = next(iter(objects(held[0], "name")), {})
    given = named.get("given")
    words = [*(given if isinstance(given, list) else []), text(named, "family")]
    return AnsweredPatient(
        member_id=member,
        name=" ".join(str(word) for word in words if word) or text(named, "text"),
        birth_date=day(text(held[0], "birthDate")),
    )
