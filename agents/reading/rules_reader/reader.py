"""The rules reader's front: all facts of a chart, structured and written, for whichever patient."""

from agents.reading.rules_reader.ages import ages_at_diagnosis
from agents.reading.rules_reader.carried_over import counted_from_first
from agents.reading.rules_reader.prose import facts_of_note
from agents.reading.rules_reader.structured import facts_of_entries, facts_of_orders, facts_of_patients, sides_ordered
from cases.chart import Chart
from cases.document import DocumentKind
from cases.evidence import Fact
from cases.ids import PatientId
from knowledge.reading_cues import shipped_cues
from knowledge.vocabulary import Vocabulary


def read_facts(chart: Chart, vocabulary: Vocabulary) -> tuple[Fact, ...]:
    """Every fact the rules find, each naming the patient its source names; only their age is taken across documents."""
    cues = shipped_cues()
    documents = {document.id: document for document in chart.documents}
    births = frozenset(patient.birth_date for patient in chart.patients if patient.birth_date)
    genders: dict[PatientId | None, str] = {patient.id: patient.gender for patient in chart.patients}
    notes = [document for document in chart.documents if document.kind is not DocumentKind.FHIR_RESOURCE]
    written = [
        fact
        for note in notes
        for fact in facts_of_note(note, vocabulary, cues, births, genders.get(note.patient_id, ""))
    ]
    return (
        *facts_of_patients(chart.patients, documents),
        *facts_of_entries(chart.entries, documents, vocabulary, cues),
        *facts_of_orders(chart.orders, documents, vocabulary),
        *sides_ordered(chart.orders, documents, vocabulary),
        *counted_from_first(written),
        *ages_at_diagnosis(chart.patients, written, vocabulary),
    )
