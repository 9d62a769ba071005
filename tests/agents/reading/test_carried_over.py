"""A sentence that a later note repeats word for word counts from the first note; what was written anew does not."""

from datetime import date

from agents.reading.rules_reader.carried_over import counted_from_first
from cases.evidence import Fact
from tests.agents.reading.test_prose import read

SAID = "Resting oxygen saturation on room air was 86 percent while sitting quietly in the chair."
OLD, NEW = date(2022, 10, 1), date(2022, 12, 20)


def both(earlier: str, later: str) -> list[Fact]:
    return [*read(earlier, "spo2", dated=OLD), *read(later, "spo2", dated=NEW)]


def test_the_same_words_in_a_later_note_count_from_the_first() -> None:
    _, later = counted_from_first(both(SAID, SAID))
    assert later.when is not None
    assert (later.when.on, later.first_written) == (OLD, OLD)


def test_other_words_or_a_day_of_their_own_stay_as_they_are() -> None:
    for later in (SAID.replace("86", "87"), f"Today, 12/19/2022: {SAID}"):
        fact = counted_from_first(both(SAID, later))[-1]
        assert fact.when is not None
        assert fact.when.on > OLD
        assert fact.first_written is None


def test_another_patients_note_dates_nothing() -> None:
    other, own = both(SAID, SAID)
    facts = counted_from_first([other.model_copy(update={"patient_id": "p2"}), own])
    assert facts[-1].first_written is None
