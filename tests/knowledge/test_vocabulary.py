"""The vocabulary: codes, words and units lead to the right concept and to no look-alike."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from cases.errors import StoreDamaged
from cases.evidence import Setting
from cases.ids import ConceptId
from knowledge.rule_files import RULES
from knowledge.vocabulary import ConceptKind, read_vocabulary, shipped_vocabulary

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
CPT = "http://www.ama-assn.org/go/cpt"


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        (LOINC, "59408-5", {"spo2"}),
        (LOINC, "2703-7", {"pao2"}),
        (LOINC, "2019-8", {"paco2"}),
        (LOINC, "31100-1", {"hematocrit"}),
        (LOINC, "41995-2", set()),
        (ICD, "G47.33", {"osa"}),
        (ICD, "G4733", {"osa"}),
        (ICD, "G47.30", set()),
        (ICD, "I50.9", {"heart_failure"}),
        (ICD, "J44.9", {"copd"}),
        (ICD, "J45.909", set()),
        (ICD, "I25.110", {"angina", "ischemic_heart_disease"}),
        (ICD, "I2", set()),
        (CPT, "95810", {"attended_polysomnography"}),
        (HCPCS, "95810", {"attended_polysomnography"}),
        (HCPCS, "G0399", {"home_sleep_test_type_3"}),
        (HCPCS, "95812", set()),
        (SNOMED, "389087006", {"hypoxemia"}),
        ("http://example.org/local", "59408-5", set()),
        (SNOMED, "59408-5", set()),
    ],
)
def test_code_stands_for_exactly_its_concepts(system: str, code: str, expected: set[str]) -> None:
    assert {match.concept.id for match in shipped_vocabulary().by_code(system, code)} == expected


def test_code_of_a_resting_reading_implies_the_setting() -> None:
    (match,) = shipped_vocabulary().by_code(LOINC, "59417-6")
    assert match.code.settings == {Setting.REST}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SpO₂ 85% on RA", ["spo2"]),
        ("O2-sat 88%", ["spo2"]),
        ("oxygen\nsaturation was 88%", ["spo2"]),
        ("PaCO2 52", ["paco2"]),
        ("PaO2 54 mm Hg", ["pao2"]),
        ("pap smear normal", []),
        ("PAP smear", ["cpap_therapy"]),
        ("cor pulmonale and pedal edema", ["cor_pulmonale", "dependent_edema"]),
        ("pulmonary hypertension", ["pulmonary_hypertension"]),
        ("hypertension", ["hypertension"]),
        ("heatstroke", []),
        ("sob story", []),
        ("unattended polysomnography", ["home_sleep_test_type_2"]),
        ("Type III home sleep apnea test", ["home_sleep_test_type_3"]),
        ("home sleep apnea test", ["home_sleep_test_unspecified"]),
        ("An unattended Type IV home sleep test measuring 4 channels was done", ["home_sleep_test_type_4"]),
        ("An unattended Type IV home sleep test measuring 2 channels was done", ["home_sleep_test_unspecified"]),
        ("instructed him in the proper use and care of it", ["pap_education"]),
        ("instructed. He left. In the proper use", []),
        ("edema suggesting congestive heart failure", ["heart_failure_suggested"]),
        ("dyspnea without hypoxemia", ["breathlessness_without_hypoxemia"]),
    ],
)
def test_longest_phrase_wins_and_look_alikes_do_not_match(text: str, expected: list[str]) -> None:
    assert [mention.concept.id for mention in shipped_vocabulary().mentions(text)] == expected


def test_mention_offsets_are_code_points_of_the_text_given() -> None:
    text = "Patient — SpO₂ 85 %"
    (mention,) = shipped_vocabulary().mentions(text)
    assert text[mention.start : mention.end] == "SpO₂"


@pytest.mark.parametrize(
    ("concept", "value", "unit", "expected"),
    [
        ("pao2", "7.3", "kPa", Decimal("54.754526")),
        ("pao2", "55", "mm Hg", Decimal(55)),
        ("spo2", "0.85", "1", Decimal("85.00")),
        ("spo2", "85", "mmHg", None),
        ("spo2", "85", "", None),
        ("ahi", "22", "", Decimal(22)),
        ("hematocrit", "0.57", "L/L", Decimal("57.00")),
    ],
)
def test_value_becomes_canonical_or_is_refused(concept: str, value: str, unit: str, expected: Decimal | None) -> None:
    found = shipped_vocabulary().concept(ConceptId(concept)).canonical(Decimal(value), unit)
    assert found == expected


def test_implausible_saturation_is_known_as_such() -> None:
    spo2 = shipped_vocabulary().concept(ConceptId("spo2"))
    assert spo2.is_plausible(Decimal(85))
    assert not spo2.is_plausible(Decimal(850))


FILES = ("vocabulary.yaml", "reading_statements.yaml")
READ_BY_CODE = {
    "therapy_low_back", "therapy_neck", "therapy_knee", "maternal_cancer_relatives", "paternal_cancer_relatives",
    "close_relative_cancer", "inpatient_midnights", "days_to_facility",
}  # fmt: skip


def test_every_measurement_has_a_unit_and_every_concept_a_way_to_be_found() -> None:
    concepts = shipped_vocabulary().concepts.values()
    assert [c.id for c in concepts if c.kind is ConceptKind.MEASUREMENT and not (c.unit and c.units)] == []
    found = [c.id for c in concepts if not (c.codes or c.phrases or c.patterns or c.denials or c.signs)]
    assert set(found) == READ_BY_CODE


def test_concepts_are_declared_once_and_use_declared_systems() -> None:
    vocabulary = shipped_vocabulary()
    files = [yaml.safe_load((RULES / name).read_text("utf-8")) for name in FILES]
    declared = [concept["id"] for file in files for concept in file["concepts"]]
    assert sorted(declared) == sorted(vocabulary.concepts)
    systems = {"loinc", "snomed", "icd10cm", "hcpcs", "rxnorm"}
    assert {code.system for concept in vocabulary.concepts.values() for code in concept.codes} <= systems


def test_damaged_file_is_refused_by_place(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.yaml"
    path.write_text("version: '1'\nsystems: {}\nconcepts: [{id: a, kind: nonsense, label: A}]\n", encoding="utf-8")
    with pytest.raises(StoreDamaged, match=r"concepts\.0\.kind"):
        read_vocabulary(path)
