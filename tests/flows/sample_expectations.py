"""What each shipped sample must come to, judged by reading chart and policy as a nurse reviewer would, and why.

Written before any reader had seen the notes; product code never reads this. An expectation that rests on an `Ability`
holds in full once the product has it. Until then a tree may say INSUFFICIENT where MET is expected, never the reverse.
"""

from dataclasses import dataclass
from enum import StrEnum

from cases.authorization import Need
from cases.case import Urgency
from cases.criteria import State
from cases.decision import GateOutcome
from cases.lifecycle import CaseState


class Ability(StrEnum):
    """What the product must be able to do before an expectation holds in full."""

    DURATIONS = "reads how long a treatment lasted, from stated weeks or from first and last day"
    SCANS = "reads a scanned TIFF page by page"
    SIDES = "asks for evidence of the side that is ordered"
    RESTRICTION = "sees that the patient paid and forbids telling the plan (45 CFR 164.522(a)(1)(vi))"
    EXPEDITED = "finds the physician's own statement for an expedited decision"
    ORDER_CLARITY = "holds an order whose words contradict its code until the prescriber has said which is meant"


@dataclass(frozen=True)
class GateSays:
    """The gate's outcome, the reasons that must stand there (others may beside them), and where the case then waits."""

    outcome: GateOutcome
    reasons: tuple[str, ...]
    waits_as: CaseState


@dataclass(frozen=True)
class Expected:
    """One sample folder: who pays, by which policy, and what tree and gate say.

    `policy` is `doc_id/version` by the day of service, empty where none is asked. `tree` is None where its state is no
    matter. `missing` says in words what a request for documents must ask for. `once_answered` is the tree's state
    after a person has answered its questions with yes. `set_aside` names pages that must never reach the packet.
    """

    folder: str
    payer: str
    policy: str
    tree: State | None
    gate: GateSays
    trap: str
    need: Need = Need.REQUIRED
    missing: tuple[str, ...] = ()
    rests_on: frozenset[Ability] = frozenset()
    once_answered: State | None = None
    urgency: Urgency = Urgency.STANDARD
    set_aside: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


def _blocked(waits_as: CaseState, *reasons: str) -> GateSays:
    return GateSays(GateOutcome.BLOCKED, reasons, waits_as)


_MET, _NOT_MET, _OPEN = State.MET, State.NOT_MET, State.INSUFFICIENT
_READY = GateSays(GateOutcome.REVIEW, (), CaseState.AWAITING_REVIEW)
_GAP = _blocked(CaseState.WAITING_DOCUMENTS, "criteria_insufficient")
_NO_DOCUMENT = _blocked(CaseState.WAITING_DOCUMENTS, "required_document_missing", "criteria_insufficient")
_REFUTED = _blocked(CaseState.NEEDS_PERSON, "criteria_not_met")
_NO_NEED = _blocked(CaseState.NOT_REQUIRED, "pa_not_required", "no_policy_in_force")
_VENDOR = _blocked(CaseState.NEEDS_PERSON, "vendor_decides", "no_policy_in_force")
_RESTRICTED = _blocked(CaseState.NEEDS_PERSON, "restricted_by_patient")
_UNCLEAR = _blocked(CaseState.NEEDS_PERSON, "display_contradicts_code")
_CMS, _NORTHLAKE, _BRIGHTWATER = "cms", "northlake-advantage", "brightwater-commercial"
_HARBORLINE, _LAKESHORE = "harborline-erisa", "lakeshore-medicaid"
_DURATIONS = frozenset({Ability.DURATIONS})

SAMPLES = (
    # --- home oxygen, with A1
    Expected("oxygen-complete", _NORTHLAKE, "northlake-home-oxygen/1", _MET, _READY,
        trap="none: the plain case, 86 % at rest on room air four days before the order"),
    Expected("oxygen-stale-test", _NORTHLAKE, "northlake-home-oxygen/1", _OPEN, _GAP,
        # 84 % on 21 July, repeated in the note of 12 November: 114 days old, and 30 are allowed.
        trap="evidence stale by date, quoted again in a fresh note",
        missing=("oximetry or blood gas of the 30 days before the order",)),
    Expected("oxygen-original-medicare", _CMS, "", None, _NO_NEED, need=Need.NOT_REQUIRED,
        trap="Original Medicare asks no authorization for home oxygen"),

    # --- lumbar MRI at Brightwater: v1 until 2026-11-14, v2 from 2026-11-15
    Expected("lumbar-mri-expedited", _BRIGHTWATER, "brightwater-lumbar-mri/2", _MET, _READY,
        # New right foot drop with falling strength at the visit on the day of the order. Cauda equina, cancer,
        # infection, trauma and osteoporosis are denied in the same note and must not undo the one sign that is there.
        trap="one warning sign present among five denied; the father's fusion is not the patient's; an expedited "
        "decision is asked for in the physician's own words, in order and note",
        urgency=Urgency.EXPEDITED, rests_on=frozenset({Ability.EXPEDITED})),
    Expected("lumbar-mri-policy-changed", _BRIGHTWATER, "brightwater-lumbar-mri/2", _MET, _READY,
        # Therapy 28 September to 30 October, 32 days. v1 (order, 9 November) asks 42; v2 (service, 20 November) asks
        # 28 and a new examination after the therapy, which is the visit of 6 November.
        trap="ordered under v1, which it fails, served under v2, which it passes; eleven weeks of symptoms beside five "
        "weeks of therapy",
        rests_on=_DURATIONS),
    Expected("lumbar-mri-therapy-too-short", _BRIGHTWATER, "brightwater-lumbar-mri/2", _OPEN, _GAP,
        # 26 October to 13 November: 18 days, 5 visits of 12.
        trap="six weeks of symptoms and a plan of six weeks of therapy, but under three weeks done; the warning signs "
        "are unchecked boxes; one entry of the visit log is a no-show",
        missing=("therapy records that reach 4 weeks",)),

    # --- plain film and PET-CT
    Expected("knee-xray-no-authorization", _BRIGHTWATER, "", None, _NO_NEED, need=Need.NOT_REQUIRED,
        trap="not on the plan's list; the note names an MRI only to say that it is not wanted"),
    Expected("pet-ct-vendor-decides", _NORTHLAKE, "", None, _VENDOR, need=Need.VENDOR,
        # From 2026-01-01 Keel Imaging Review decides, by portal: a packet to the plan would be a miss.
        trap="a delegated vendor decides though the plan holds a policy of the code; the brother's cancer is his own"),

    # --- knee replacement: two near-identical policies, BMI below 40 (Brightwater) and below 45 (Harborline)
    Expected("knee-replacement-bmi-over-limit", _BRIGHTWATER, "brightwater-knee-arthroplasty/1", _NOT_MET, _REFUTED,
        # BMI 42.3 on 4 November decides; the 38.9 of 14 May is 180 days old.
        trap="one criterion not met, with an older BMI and a target below 40 in the same chart",
        missing=("body mass index below 40 within 90 days",)),
    Expected("knee-replacement-near-identical-plan", _HARBORLINE, "harborline-knee-arthroplasty/1", _OPEN, _GAP,
        # BMI 42.1 passes here and would fail at Brightwater. The payor named is the administrator; only the class
        # names the plan. Order, film, injection and brace are all of the right knee, so a person may say yes.
        trap="the other plan's limit; the administrator is not the payer; 45 in the note is the hospital's own limit",
        missing=("a person's confirmation that order, radiograph and treatments are of the same knee",),
        rests_on=_DURATIONS, once_answered=_MET),
    Expected("knee-replacement-other-knee-imaged", _BRIGHTWATER, "brightwater-knee-arthroplasty/1", _OPEN, _NO_DOCUMENT,
        # Order and visit are of the right knee. The only film is of the left, and says so; the letter repeats its
        # grade without a side. The injection was into the left knee. Asked whether the sides agree, a person says no.
        trap="wrong side: grade 4 and an injection are the other knee's",
        missing=("written report of a weight-bearing radiograph of the right knee within 365 days",),
        rests_on=frozenset({Ability.SIDES})),

    # --- the patient paid
    Expected("bariatric-patient-paid", _HARBORLINE, "harborline-bariatric-surgery/1", None, _RESTRICTED,
        # All that the policy asks is in the chart, and none of it may be sent: paid in full on 6 November, restriction
        # signed. Consent, Account, a self-pay Coverage and a registration note say so; the order still names the
        # employer's plan. What matters is that no letter, packet or bundle is drafted.
        trap="order entry defaulted to the plan, and a complete chart tempts to submit",
        rests_on=frozenset({Ability.RESTRICTION})),

    # --- adalimumab at Harborline: v1 until 2026-09-30, v2 from 2026-10-01
    Expected("adalimumab-biosimilar-too-brief", _HARBORLINE, "harborline-adalimumab/2", _OPEN, _GAP,
        # Two older drugs of 17 and 12 weeks suffice. The biosimilar ran from 10 August to 14 September, 35 days of 84,
        # and stopped because the suite had none: it neither failed nor was it not tolerated.
        trap="biosimilar tried too briefly, stopped for supply; 'did not control her disease' is of the other drugs",
        missing=("a biosimilar used for 12 weeks", "a note that it failed or was not tolerated")),
    Expected("adalimumab-policy-changed", _HARBORLINE, "harborline-adalimumab/2", _OPEN, _GAP,
        # Ordered on 24 September under v1, which one drug of 29 weeks passes; given on 8 October under v2, which asks
        # for two.
        trap="v1 would pass, v2 does not; three further drugs are named only to say that he has not had them",
        missing=("a second of methotrexate, leflunomide, sulfasalazine, hydroxychloroquine for 8 weeks",)),

    # --- other drugs and a test
    Expected("botulinum-migraine-complete", _BRIGHTWATER, "brightwater-botulinum-migraine/1", _MET, _READY,
        # Topiramate 18 weeks and propranolol 24 weeks. Amitriptyline was declined: neither use nor intolerance.
        trap="a table of drugs with one never taken; unchecked dingbat boxes for the exclusions; the mother's "
        "treatment in the patient's own message",
        rests_on=_DURATIONS),
    Expected("ivig-nerve-study-only-planned", _LAKESHORE, "lakeshore-ivig/1", _OPEN, _GAP,
        # Booked for 2 December, 20 days after the order. `required_document_missing` is not listed: the tree's other
        # branch, refuted by a normal IgG, asks for no document, and of alternatives every one must lack its own.
        trap="required study planned, not done; its box unchecked, 'to follow'; the diagnosis is provisional",
        missing=("report of the nerve conduction studies",)),
    Expected("brca-relatives-only", _LAKESHORE, "lakeshore-brca-testing/1", _OPEN, _GAP,
        # Mother at 43, triple-negative, and father's mother at 68: two relatives, but not on one side, so that a
        # person who is asked says no. Of the patient herself there is only a fibroadenoma.
        trap="family history: age and kind of the mother's cancer fit the criteria for the member's own",
        missing=("a reason of risk of the patient's own, a known variant, or two relatives on one side",)),

    # --- devices at Northlake
    Expected("pap-faxed-referral", _NORTHLAKE, "northlake-pap/1", _MET, _READY,
        # Own report on page 2: type 3, AHI 11.2, with hypertension and sleepiness (page 4, problem list). Page 3 is
        # another patient's, AHI 41.6, of the same laboratory and night.
        trap="another patient's page inside the fax, with the better number",
        rests_on=frozenset({Ability.SCANS}), set_aside=("faxed-referral.tif page 3",)),
    Expected("power-wheelchair-unreadable-scan", _NORTHLAKE, "northlake-power-wheelchair/1", _OPEN, _NO_DOCUMENT,
        # Cover sheet and encounter say that the examination took place; its report cannot be read. Home, weight hold.
        trap="unreadable scan; a cover sheet is not the report that it announces",
        missing=("a legible report of the face-to-face mobility examination of 29 October",)),
    Expected("pap-ambiguous-order", _NORTHLAKE, "northlake-pap/1", _MET, _UNCLEAR,
        # E0601 is CPAP, its display says bi-level; the note starts CPAP. AHI 26.4 on an attended study: all is met for
        # the code, but nobody may choose between code and words for the prescriber.
        trap="display contradicts code; 'BiPAP' stands in the note as the husband's",
        rests_on=frozenset({Ability.ORDER_CLARITY}), flags=("display_contradicts_code",)),

    # --- post-acute and inpatient
    Expected("snf-after-observation", _NORTHLAKE, "northlake-snf-admission/1", _MET, _READY,
        # Two midnights in observation, two as inpatient. Original Medicare would not count the first two; this plan
        # asks for no stay, and a case manager's remark about Medicare must not become a criterion.
        trap="observation days; a three-day rule that is not this plan's"),
    Expected("home-health-not-homebound", _NORTHLAKE, "northlake-home-health/1", _NOT_MET, _REFUTED,
        # Skilled need, visit and signed plan are there; the physician says that he is not homebound, and he drives.
        trap="negated in the note, and every box of the plan's homebound section is empty",
        missing=("confined to the home: needs help or a device, and leaving is a taxing effort",)),
    Expected("home-health-plan-unsigned", _NORTHLAKE, "northlake-home-health/1", _OPEN, _NO_DOCUMENT,
        trap="required document missing: the plan of care is in the chart, and its signature line is empty",
        missing=("plan of care signed by the practitioner",)),
    Expected("inpatient-pneumonia", _LAKESHORE, "lakeshore-inpatient-level-of-care/1", _MET, _READY,
        # 86 % on room air and 32 breaths a minute on arrival. Lactate 1.7 and systolic 104 are no signs.
        trap="better values of the next morning, on oxygen, do not undo those of the admission"),
)  # fmt: skip

BY_FOLDER = {sample.folder: sample for sample in SAMPLES}

NAMES = {
    # patients
    "Oyelaran": "Sandvold", "Marguerite": "Clementine", "Baptiste": "Ferreira", "Leon": "Hugo", "Rene": "Luis",
    "Zielinski": "Oluwaseun", "Hanna": "Nneka", "Tobias": "Anders", "Erik": "Olaf", "Halvorsen": "Bergqvist",
    "Pahoua": "Linnea", "Xiong": "Nakai", "Abdirahman": "Bartholome", "Warsame": "Delgado", "Natalia": "Beatriz",
    "Sandoval": "Ferrante", "Wendell": "Barnaby", "Achterberg": "Montgomery", "Lorraine": "Winifred", "Kay": "Kim",
    "Gunderson": "Fairbanks", "Curtis": "Horace", "Dale": "Otto", "Fredrickson": "Castlemaine",
    "Ingeborg": "Philippa", "Thorsgaard": "Weatherall", "Simone": "Odette", "Archambault": "Quillfeldts",
    "Renata": "Odilia", "Kowalczyk": "Brightman", "Devonte": "Lucious", "Whitfield": "Pemberton",
    "Kirsten": "Theresa", "Dahlquist": "Ainsworth", "Kaying": "Yumiko", "Moua": "Sato", "Esperanza": "Guillerma",
    "Villalobos": "Santamaria", "Bernadette": "Wilhelmina", "Ostrowski": "Hathersay", "Marvin": "Edmund",
    "Joseph": "Albert", "Bellanger": "Trevelyan", "Joyce": "Agnes", "Elaine": "Ursula", "Kettleson": "Birchmore",
    "Harriet": "Cecilia", "Mortenson": "Featherby", "Clifford": "Bertrand", "Sorenson": "Oakhurst",
    "Beverly": "Rosalie", "Nordhaus": "Langford", "Dawit": "Elias", "Gebremedhin": "Vandenbroek",
    "Raymond": "Gilbert", "Delacroix": "Templeton",
    # clinicians and staff
    "Lindqvist": "Montclair", "Amara": "Elise", "Raghunathan": "Subramaniam", "Priya": "Meera", "Nygaard": "Holberg",
    "Castellano": "Winterborn", "Elena": "Tessa", "Marguerita": "Alexandria", "Oyen": "Roth", "Nordlund": "Westgate",
    "Maja": "Ebba", "Tesfaye": "Mulatus", "Bergstrand": "Fitzgerald", "Nils": "Hans", "Okonjo": "Adisai",
    "Chidinma": "Ifeyinwa", "Haverkamp": "Steinmetz", "Joris": "Pepin", "Vandermeer": "Hollenback", "Ilse": "Romy",
    "Petrovic": "Jankovic", "Mirjana": "Svetlan", "Aune": "Berg", "Benedikt": "Reinhold", "Abernathy": "Carstairs",
    "Quentin": "Phineas", "Yusra": "Salma", "Haddad": "Nassar", "Eriksmoen": "Aspelundh", "Solveig": "Gudveig",
    "Brandt": "Keller", "Burnett": "Hadlock", "Leocadia": "Petronel", "Lindahl": "Ekstrom", "Mukherjee": "Banerjeei",
    "Anjali": "Kavita", "Sundqvist": "Lagerkvis", "Helena": "Ottile", "Rosenquist": "Silverlake",
    "Abigail": "Matilda", "Feldmann": "Hirschel", "Aaron": "Jonas", "Bjornstad": "Kristofer", "Karin": "Signe",
    "Arceneau": "Fontenot", "Delphine": "Mireille", "Villanueva": "Castanedas", "Ramon": "Diego",
    "Lindgren": "Soderber", "Thea": "Vera", "Strandberg": "Hammarlund", "Ellis": "Boyce", "Brisbois": "Lavallee",
    "Colleen": "Maureen", "Desjarlait": "Waukazooli", "Gallagher": "Fitzhenry", "Fionnuala": "Siobhanna",
    "Mensah": "Boaten", "Carlson": "Petrson", "Osei": "Kofi", "Adeyemi": "Ogundol", "Folasade": "Temitope",
    "Toivonen": "Karvonen", "Wesley": "Harlan", "Beaulieu": "Thibault", "Danielle": "Francine", "Ahola": "Salmi",
    "Gretchen": "Philomen", "Eisenhart": "Kaltenbac", "Lukas": "Felix", "Voss": "Dorn", "Castleman": "Hargreave",
    "Judith": "Miriam",
    # clinics and employers
    "Hollis": "Varden", "Blue Earth": "Pine Ridge", "Frogtown": "Elmfield", "Capitol City": "Harvest Moor",
    "Midway Imaging": "Alcott Imaging", "Cedar-Riverside": "Maple-Creekside", "Midtown Rehab": "Wharton Rehab",
    "Riverbend Millwork": "Ashgroves Woodwork", "Bemidji Lakes": "Stanton Creek", "Itasca Lung": "Burton Lung",
    "Two Harbors": "Ten Castles", "North Shore": "Lower Plain", "Iron Range": "Clay Basin", "Mesabi": "Dorset",
    "Zumbro": "Tarkio", "St. Croix": "St. Aidan", "Willow River": "Alder Meadow", "Chisago": "Kendall",
    "Otter Tail": "Heron Wing", "Headwaters": "Northfield", "Rice Street": "Wick Street",
    "Lake Street": "Vale Street", "Hennepin Avenue": "Calloway Avenue", "Kandiyohi": "Pembridge",
    "Foot Lake": "Mill Pond", "Cass County": "Dunn County", "Northwoods": "Eastbridge", "Red Wing": "Fox Glen",
    "St. Louis County": "St. Basil County", "Lester River": "Gilman Creek", "Crow Wing": "Swan Tail",
    "Gull Lake": "Tern Pond", "Minneapolis Lakes": "Whitmarsh Uplands", "Pipestone Prairie": "Limestone Heather",
    "Split Rock": "Round Hill",
    # ids
    "syn-00": "rec-77",
}  # fmt: skip
"""Every personal, clinic and employer name in the samples and the stem of the ids, with another of the same length.

The lengths agree so that a test may rename in the bytes of a PDF, whose streams are not compressed. Replace the longest
first. Scans keep their names. Payers, vendors and plans are not renamed: the directory knows them by name.
"""
