"""The lines of one ClaimResponse as decisions: review action, number, reasons, dates, notes, what was authorised."""

import math
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from cases.chart import Coding, Quantity
from cases.decision import ItemDecision, ReviewAction
from cases.errors import InputError
from formats.pas.bundle import Json
from formats.pas.reading import child, day, extensions, objects, positive, text
from formats.pas.systems import REVIEW_ACTION

_AUTHORIZED = (ReviewAction.CERTIFIED, ReviewAction.PARTIALLY_CERTIFIED, ReviewAction.MODIFIED)


def item_decisions(response: Json) -> tuple[ItemDecision, ...]:
    """One decision for each line, in order; one of sequence 0 where only the request as a whole was decided."""
    decided = {}
    for item in objects(response, "item"):
        sequence = positive(item.get("itemSequence"))
        if sequence is None or sequence in decided:
            raise InputError("unreadable payer answer: ClaimResponse.item has no itemSequence of its own")
        decided[sequence] = _decision(response, item, sequence, _added(response, sequence))
    for added in objects(response, "addItem"):
        for sequence in _sequences(added):
            if sequence not in decided:
                decided[sequence] = _decision(response, added, sequence, [added])
    if not decided and (_reviews(response) or objects(response, "adjudication")):
        decided[0] = _decision(response, response, 0, [])
    return tuple(decided[sequence] for sequence in sorted(decided))


def _sequences(added: Json) -> list[int]:
    return _positives(added.get("itemSequence"))


def _added(response: Json, sequence: int) -> list[Json]:
    """What was authorised in place of this line (A6: ClaimResponse.addItem)."""
    return [added for added in objects(response, "addItem") if sequence in _sequences(added)]


def _reviews(line: Json) -> list[Json]:
    """Review actions of a line: in its adjudications (PAS), or on the line itself (the 2019 reference payer)."""
    inside = [r for a in objects(line, "adjudication") for r in extensions(a, "extension-reviewAction")]
    return inside or extensions(line, "extension-reviewAction")


def _decision(response: Json, line: Json, sequence: int, instead: list[Json]) -> ItemDecision:
    reviews = _reviews(line)
    action_codes = list(dict.fromkeys(code for review in reviews for code in _action_codes(review)))
    action = _action(action_codes)
    period = _period(response, (line, *instead))
    codings, quantity = _authorised(line, instead)
    numbers = [n for part in (line, *instead) for review in _reviews(part) for n in _numbers(review)]
    if action in _AUTHORIZED and not numbers:
        numbers = [text(response, "preAuthRef")]
    return ItemDecision(
        sequence=sequence,
        action=action,
        action_code=",".join(action_codes),
        authorization_number=numbers[0] if numbers else "",
        reason_codes=tuple(dict.fromkeys(code for review in reviews for code in _reasons(review))),
        notes=tuple(_notes(response, line)),
        authorized_from=period[0],
        authorized_to=period[1],
        authorized_codes=codings,
        authorized_quantity=quantity,
    )


def _action(codes: list[str]) -> ReviewAction | None:
    """The action where the line has exactly one that is known; two different ones are nobody's decision."""
    if len(codes) != 1 or codes[0] not in list(ReviewAction):
        return None
    return ReviewAction(codes[0])


def _action_codes(review: Json) -> Iterator[str]:
    for inner in extensions(review, "extension-reviewActionCode"):
        codings = objects(child(inner, "valueCodeableConcept"), "coding")
        ours = [coding for coding in codings if text(coding, "system") == REVIEW_ACTION]
        yield from (text(coding, "code") for coding in ours or codings if text(coding, "code"))
    if text(review, "valueString"):
        yield text(review, "valueString")


def _numbers(review: Json) -> list[str]:
    return [text(e, "valueString") for e in extensions(review, "number") if text(e, "valueString")]


def _reasons(review: Json) -> Iterator[str]:
    for extension in extensions(review, "reasonCode"):
        for coding in objects(child(extension, "valueCodeableConcept"), "coding"):
            if text(coding, "code"):
                yield text(coding, "code")


def _period(response: Json, lines: tuple[Json, ...]) -> tuple[date | None, date | None]:
    for line in lines:
        for extension in extensions(line, "extension-itemPreAuthPeriod"):
            period = child(extension, "valuePeriod")
            return day(text(period, "start")), day(text(period, "end"))
    period = child(response, "preAuthPeriod")
    return day(text(period, "start")), day(text(period, "end"))


def _notes(response: Json, line: Json) -> Iterator[str]:
    """Notes the line points to, notes no line points to, and the answer's own words (278 MSG)."""
    lines = [*objects(response, "item"), *objects(response, "addItem")]
    pointed = {number for each in lines for number in _note_numbers(each)}
    own = _note_numbers(line)
    for note in objects(response, "processNote"):
        number = positive(note.get("number"))
        if text(note, "text") and (number in own or number not in pointed):
            yield text(note, "text")
    if text(response, "disposition"):
        yield text(response, "disposition")


def _note_numbers(line: Json) -> list[int]:
    return _positives(line.get("noteNumber"))


def _positives(numbers: object) -> list[int]:
    """The sequence numbers of a list, or of one that stands alone."""
    given = numbers if isinstance(numbers, list) else [numbers]
    return [number for number in map(positive, given) if number is not None]


def _authorised(line: Json, instead: list[Json]) -> tuple[tuple[Coding, ...], Quantity | None]:
    """Product and quantity that were authorised: of the added lines, else of the line's own authorised detail."""
    if instead:
        concepts = [child(added, "productOrService") for added in instead]
        amounts = [child(added, "quantity") for added in instead]
    else:
        details = extensions(line, "extension-itemAuthorizedDetail")
        concepts = [child(e, "valueCodeableConcept") for d in details for e in extensions(d, "productOrServiceCode")]
        amounts = [child(e, "valueQuantity") for d in details for e in extensions(d, "quantity")]
    codings = [
        Coding(system=text(coding, "system"), code=text(coding, "code"), display=text(coding, "display"))
        for concept in concepts
        for coding in objects(concept, "coding")
        if text(coding, "code")
    ]
    return tuple(codings), next((q for q in map(_quantity, amounts) if q is not None), None)


def _quantity(amount: Json) -> Quantity | None:
    value = amount.get("value")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return Quantity(value=Decimal(str(value)), unit=text(amount, "unit") or text(amount, "code"))
