"""What the trees of the sample policies say of plain charts: met only when all is shown, and not one thing less."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cases.criteria import CriteriaResult, State
from cases.criteria_evaluation import BIRTH_DATE, evaluate, lacks_required_document
from cases.evidence import Assertion, DateBasis, Fact, FactDate, Origin, Setting, Span
from cases.ids import ConceptId, DocumentId, FactId, PatientId, PayerId
from cases.leaf_evaluation import Anchors
from cases.pointed_out import person_concept
from knowledge.library import SOURCES, criteria_for_order, import_policies
from knowledge.payer_directory import shipped_directory
from knowledge.policy_document import Particulars
from knowledge.policy_manifest import manifest_items
from knowledge.vocabulary import shipped_vocabulary
from runtime.database import Database
from runtime.settings import Settings

BRIGHTWATER, HARBORLINE = "brightwater-commercial", "harborline-erisa"
LAKESHORE, NORTHLAKE = "lakeshore-medicaid", "northlake-advantage"
BIRTH, ORDER, RECENT = date(1970, 5, 1), date(2026, 11, 12), date(2026, 11, 11)
SERVED_EARLY, SERVED_LATE = date(2026, 11, 13), date(2026, 11, 20)
SPAN = Span(document_id=DocumentId("d"), start=0, end=4, quote="text")
NO = Assertion.NEGATED


def fact(
    concept: str,
    value: str | None = None,
    *settings: Setting,
    days: int | None = None,
    on: date = RECENT,
    assertion: Assertion = Assertion.AFFIRMED,
    origin: Origin = Origin.PROSE,
) -> Fact:
    return Fact(
        id=FactId(f"{concept}{value}{on}"),
        concept=ConceptId(concept),
        statement=concept,
        assertion=assertion,
        origin=origin,
        span=SPAN,
        context=SPAN,
        value=Decimal(value) if value else None,
        when=FactDate(on=on, basis=DateBasis.STATED),
        settings=frozenset(settings),
        duration_days=days,
        patient_id=PatientId("p1"),
    )


def answered(leaf: str, assertion: Assertion = Assertion.AFFIRMED) -> Fact:
    return fact(person_concept(ConceptId(leaf)), origin=Origin.PERSON, assertion=assertion)


BORN = fact(BIRTH_DATE, on=BIRTH)
LUMBAR = (
    fact("radicular_pain"),
    fact("therapeutic_exercise", days=45),
    fact("nsaid_or_acetaminophen"),
    fact("persists_despite_care"),
)
KNEE = (
    BORN,
    fact("knee_pain_limits_activity"),
    fact("weight_bearing_knee_radiograph"),
    fact("kellgren_lawrence", "3"),
    fact("therapeutic_exercise", days=84),
    fact("knee_injection"),
    fact("persists_despite_care"),
    fact("bmi", "39.9"),
    answered("knee.same_side"),
)
SPECIALIST = (
    BORN,
    fact("rheumatology_or_dermatology"),
    fact("tb_screen_negative"),
    fact("hepatitis_b_screen_negative"),
)
ARTHRITIS = (
    *SPECIALIST,
    fact("rheumatoid_arthritis"),
    fact("das28", "4.6"),
    fact("methotrexate", days=90),
    fact("inadequate_response"),
)
TWO_DRUGS = (*ARTHRITIS, fact("leflunomide", days=60))
BIOSIMILAR = (fact("biosimilar_adalimumab", days=84), fact("biosimilar_failed"))
MIGRAINE = (
    BORN,
    fact("chronic_migraine"),
    fact("headache_days_per_month", "15"),
    fact("migraine_days_per_month", "8"),
    fact("preventive_antiepileptic", days=56),
    fact("beta_blocker_not_tolerated"),
)
PAP = (
    BORN,
    fact("osa_clinical_evaluation"),
    fact("home_sleep_test_type_3"),
    fact("ahi", "11"),
    fact("hypertension"),
)
CHAIR = (
    fact("mobility_examination"),
    fact("home_activities_impaired"),
    fact("cane_or_walker_not_enough"),
    fact("manual_wheelchair_not_enough"),
    fact("scooter_not_suitable"),
    fact("home_fits_wheelchair"),
    fact("drives_wheelchair_safely"),
    fact("body_weight", "136"),
)
FACILITY = (
    fact("daily_skilled_therapy"),
    fact("therapy_evaluation"),
    fact("prior_level_of_function"),
    fact("medically_stable"),
    fact("unsafe_at_home"),
)
AT_HOME = (
    fact("needs_help_to_leave_home"),
    fact("taxing_effort"),
    fact("skilled_nursing_need"),
    fact("face_to_face_encounter"),
    fact("plan_of_care_signed"),
)
STAY = (
    fact("inpatient_order"),
    fact("two_midnight_expectation"),
    fact("spo2", "89", Setting.ROOM_AIR),
    fact("respiratory_rate", "30"),
    fact("iv_antibiotics"),
)
GENES = (
    BORN,
    fact("genetic_counseling"),
    fact("result_changes_care"),
    fact("age_at_breast_cancer", "50"),
)
NERVES = (
    fact("immunology_neurology_hematology"),
    fact("cidp"),
    fact("nerve_conduction_study"),
    fact("progressive_weakness", days=56),
)
IMMUNE = (
    fact("immunology_neurology_hematology"),
    fact("primary_immunodeficiency"),
    fact("igg", "399"),
    fact("recurrent_bacterial_infections"),
    fact("poor_vaccine_response"),
)
OBESITY = (
    BORN,
    fact("bmi", "35"),
    fact("type_2_diabetes"),
    fact("supervised_weight_program", days=180),
    fact("psychological_evaluation"),
    fact("dietitian_evaluation"),
    fact("nicotine_free", days=42),
)
CORD = (fact("hoffmann_sign"), answered("fusion.cord.image"), answered("fusion.nicotine.exempt"))
ROOT = (
    fact("cervical_root_sign"),
    fact("cervical_compression"),
    fact("progressive_weakness"),
    answered("fusion.root.severity"),
    fact("nicotine_stopped", days=42),
    answered("fusion.nicotine.test"),
)
CHARTS = {
    "fusion-cord": (BRIGHTWATER, "22551", SERVED_LATE, CORD),
    "fusion-root": (BRIGHTWATER, "22551", SERVED_LATE, ROOT),
    "lumbar-v1": (BRIGHTWATER, "72148", SERVED_EARLY, LUMBAR),
    "lumbar-v2": (BRIGHTWATER, "72148", SERVED_LATE, (*LUMBAR, fact("examined_after_therapy"))),
    "knee-brightwater": (BRIGHTWATER, "27447", SERVED_LATE, KNEE),
    "knee-harborline": (HARBORLINE, "27447", SERVED_LATE, KNEE),
    "adalimumab-v1": (HARBORLINE, "J0139", date(2026, 9, 20), ARTHRITIS),
    "adalimumab-v2": (HARBORLINE, "J0139", SERVED_LATE, (*TWO_DRUGS, *BIOSIMILAR)),
    "adalimumab-v2-biosimilar": (HARBORLINE, "Q5143", SERVED_LATE, TWO_DRUGS),
    "migraine": (BRIGHTWATER, "J0585", SERVED_LATE, MIGRAINE),
    "pap": (NORTHLAKE, "E0601", SERVED_LATE, PAP),
    "chair": (NORTHLAKE, "K0823", SERVED_LATE, CHAIR),
    "facility": (NORTHLAKE, "0191", SERVED_LATE, FACILITY),
    "at-home": (NORTHLAKE, "G0299", SERVED_LATE, AT_HOME),
    "stay": (LAKESHORE, "0120", SERVED_LATE, STAY),
    "genes": (LAKESHORE, "81162", SERVED_LATE, GENES),
    "nerves": (LAKESHORE, "J1569", SERVED_LATE, NERVES),
    "immune": (LAKESHORE, "J1569", SERVED_LATE, IMMUNE),
    "obesity": (HARBORLINE, "43775", SERVED_LATE, OBESITY),
}
"""Charts that just meet a policy: payer, code, day of service, and the fewest facts that do."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database.open(Settings(home=tmp_path_factory.mktemp("library")))
    for manifest in sorted(SOURCES.glob("*/manifest.jsonl")):
        at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        list(import_policies(database.begin, manifest_items(manifest, Particulars()), at))
    yield database
    database.close()


def judged(library: Database, of: str, code: str, served: date, facts: tuple[Fact, ...]) -> CriteriaResult:
    with library.read() as transaction:
        payer = shipped_directory().entries[PayerId(of)].ref("test")
        tree = criteria_for_order(transaction, payer, [code], served).tree
    assert tree is not None
    anchors = Anchors(patient_id=PatientId("p1"), birth_date=BIRTH, order_date=ORDER, service_date=served)
    return evaluate(tree, facts, anchors)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_that_shows_everything_meets_its_policy(library: Database, name: str) -> None:
    result = judged(library, *CHARTS[name])
    assert result.root.state is State.MET
    assert not lacks_required_document(result.root)


@pytest.mark.parametrize(
    ("name", "place"), [(name, place) for name, chart in CHARTS.items() for place in range(len(chart[3]))]
)
def test_a_chart_that_lacks_one_thing_does_not(library: Database, name: str, place: int) -> None:
    of, code, served, facts = CHARTS[name]
    assert judged(library, of, code, served, facts[:place] + facts[place + 1 :]).root.state is not State.MET


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("lumbar-v1", fact("therapeutic_exercise", days=41)),
        ("lumbar-v1", fact("persists_despite_care", on=date(2026, 9, 12))),
        ("lumbar-v2", fact("therapeutic_exercise", days=27)),
        ("lumbar-v2", fact("radicular_pain", on=date(2026, 9, 12))),
        ("lumbar-v2", fact("examined_after_therapy", on=date(2026, 10, 12))),
        ("knee-brightwater", fact("bmi", "40")),
        ("knee-harborline", fact("bmi", "45")),
        ("knee-harborline", fact("kellgren_lawrence", "2")),
        ("knee-harborline", fact("weight_bearing_knee_radiograph", on=date(2025, 11, 11))),
        ("knee-harborline", answered("knee.same_side", NO)),
        ("adalimumab-v1", fact("das28", "3.2")),
        ("adalimumab-v1", fact("methotrexate", days=83)),
        ("adalimumab-v2", fact("leflunomide", days=55)),
        ("adalimumab-v2", fact("biosimilar_adalimumab", days=35)),
        ("migraine", fact("headache_days_per_month", "14")),
        ("migraine", fact("preventive_antiepileptic", days=55)),
        ("pap", fact("ahi", "4.9")),
        ("pap", fact("home_sleep_test_type_3", on=date(2025, 11, 11))),
        ("chair", fact("body_weight", "137")),
        ("facility", fact("medically_stable", on=date(2026, 11, 9))),
        ("at-home", fact("taxing_effort", assertion=NO)),
        ("stay", fact("respiratory_rate", "29")),
        ("stay", fact("spo2", "89", Setting.ON_OXYGEN)),
        ("stay", fact("iv_antibiotics", on=date(2026, 11, 10))),
        ("genes", fact("age_at_breast_cancer", "51")),
        ("nerves", fact("nerve_conduction_study", assertion=Assertion.PLANNED)),
        ("immune", fact("igg", "400")),
        ("obesity", fact("bmi", "34.9")),
        ("obesity", fact("nicotine_free", days=41)),
        ("fusion-cord", fact("hoffmann_sign", None, Setting.TELEPHONE)),
        ("fusion-cord", fact("hoffmann_sign", on=date(2026, 9, 12))),
        ("fusion-root", fact("cervical_compression", on=date(2026, 5, 10))),
        ("fusion-root", fact("progressive_weakness", assertion=NO)),
        ("fusion-root", fact("nicotine_stopped", days=41)),
    ],
)
def test_a_near_miss_is_not_met(library: Database, name: str, changed: Fact) -> None:
    of, code, served, facts = CHARTS[name]
    assert changed.concept in {item.concept for item in facts}
    others = tuple(item for item in facts if item.concept != changed.concept)
    assert judged(library, of, code, served, (*others, changed)).root.state is not State.MET


@pytest.mark.parametrize(
    ("name", "found", "root"),
    [
        ("lumbar-v2", fact("earlier_lumbar_mri"), State.INSUFFICIENT),
        ("lumbar-v2", fact("earlier_lumbar_mri", assertion=NO), State.MET),
        ("knee-harborline", fact("active_infection"), State.NOT_MET),
        ("knee-harborline", fact("active_infection", assertion=NO), State.MET),
        ("adalimumab-v2", fact("other_biologic_or_jak"), State.NOT_MET),
        ("migraine", fact("neuromuscular_junction_disease"), State.NOT_MET),
        ("chair", fact("wheelchair_outdoors_only"), State.NOT_MET),
        ("facility", fact("custodial_care"), State.NOT_MET),
        ("stay", fact("social_admission"), State.NOT_MET),
        ("genes", fact("brca_tested_before"), State.NOT_MET),
        ("immune", fact("iga_deficiency_with_antibodies"), State.NOT_MET),
        ("obesity", fact("pregnant"), State.NOT_MET),
        ("obesity", fact("pregnant", assertion=NO), State.MET),
    ],
)
def test_an_exclusion_found_shuts_out_and_one_denied_does_not(
    library: Database, name: str, found: Fact, root: State
) -> None:
    of, code, served, facts = CHARTS[name]
    assert judged(library, of, code, served, (*facts, found)).root.state is root


def test_five_weeks_of_therapy_fail_the_old_version_and_pass_the_new(library: Database) -> None:
    others = [item for item in LUMBAR if item.concept != "therapeutic_exercise"]
    facts = (*others, fact("therapeutic_exercise", days=35), fact("examined_after_therapy"))
    states = [judged(library, BRIGHTWATER, "72148", day, facts).root.state for day in (SERVED_EARLY, SERVED_LATE)]
    assert states == [State.INSUFFICIENT, State.MET]


def test_one_older_drug_passes_the_old_version_and_fails_the_new(library: Database) -> None:
    days = (date(2026, 9, 30), date(2026, 10, 1))
    states = [judged(library, HARBORLINE, "Q5143", day, ARTHRITIS).root.state for day in days]
    assert states == [State.MET, State.INSUFFICIENT]


def test_a_bmi_between_the_limits_parts_the_near_identical_policies(library: Database) -> None:
    facts = (*(item for item in KNEE if item.concept != "bmi"), fact("bmi", "42"))
    states = [judged(library, of, "27447", SERVED_LATE, facts).root.state for of in (BRIGHTWATER, HARBORLINE)]
    assert states == [State.NOT_MET, State.MET]


def test_only_the_reference_product_asks_for_a_biosimilar_first(library: Database) -> None:
    asked = [judged(library, HARBORLINE, code, SERVED_LATE, TWO_DRUGS).root for code in ("J0139", "Q5143")]
    assert [root.state for root in asked] == [State.INSUFFICIENT, State.MET]


def test_only_a_standard_chair_asks_for_the_weight(library: Database) -> None:
    facts = (*CHAIR[:-1], fact("body_weight", "180"))
    states = [judged(library, NORTHLAKE, code, SERVED_LATE, facts).root.state for code in ("K0823", "K0825")]
    assert states == [State.NOT_MET, State.MET]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BMI 42.3", ["bmi"]),
        ("standing films", ["weight_bearing_knee_radiograph"]),
        ("weight-bearing as tolerated", ["body_weight"]),
        ("face-to-face mobility exam of 10/29", []),
        ("mobility examination report", ["mobility_examination"]),
        ("seropositive RA", []),
        ("IgG 380", ["igg"]),
        ("IgG1 380", []),
        ("topiramate not tolerated", ["antiepileptic_not_tolerated"]),
        ("18 headache days per month", ["headache_days_per_month"]),
        ("18 headache days since August", []),
        ("male breast cancer", ["male_breast_cancer"]),
        ("female breast cancer", []),
        ("physical therapy evaluation", ["therapy_evaluation"]),
        ("physical therapy for 6 weeks", ["therapeutic_exercise"]),
        ("unable to safely operate a chair", []),
        ("pregnancy test negative", []),
        ("chronic migraine", ["chronic_migraine"]),
        ("migraine", []),
        ("AMS", ["altered_mental_status"]),
        ("at least two midnights", ["two_midnight_expectation"]),
        ("adalimumab-adbm", ["biosimilar_adalimumab"]),
        ("adalimumab", []),
    ],
)
def test_words_of_the_new_services_and_their_look_alikes(text: str, expected: list[str]) -> None:
    assert [mention.concept.id for mention in shipped_vocabulary().mentions(text)] == expected


@pytest.mark.parametrize(
    ("concept", "value", "unit", "expected"),
    [
        ("body_weight", "300", "lb", Decimal("136.077711")),
        ("body_weight", "136", "", None),
        ("igg", "3.8", "g/L", Decimal("380.0")),
        ("lactate", "18", "mg/dL", Decimal("1.998")),
        ("lactate", "18", "", None),
        ("body_surface_affected", "1.9", "m", None),
        ("bmi", "37.2", "kg/m2", Decimal("37.2")),
    ],
)
def test_units_of_the_new_measurements(concept: str, value: str, unit: str, expected: Decimal | None) -> None:
    assert shipped_vocabulary().concept(ConceptId(concept)).canonical(Decimal(value), unit) == expected
