"""What the words in front of a value say about it: labels as people write and as systems name them."""

import re
from functools import cache

from guardrails.phi.gazetteer.lexicon import listed
from guardrails.phi.spans import PhiType

KEEP = "KEEP"
"""A label whose value medicine or billing needs and that identifies nobody."""
Meaning = PhiType | str

_LABELS: dict[Meaning, str] = {
    PhiType.SSN: "s s n|itin|seguro social"
    "|ssn|ss|ssan|social security|social|soc sec|ssn last four|last four ssn|ssn ending in|ssn ending"
    "|ssn last",
    PhiType.MRN: "m r n|expediente|historia clinica"
    "|mrn|mrns|mr|med rec|medical rec|medical record|medical records|medrec|record|chart|chart id"
    "|patient id|patient ids|pt id"
    "|patient|pt|pat id|patid|patient identifier|emr|ehr|emr id|ehr id|hospital|hosp|unit|mpi|empi"
    "|epic|cerner|nhs|chi|hrn|pid|uhid"
    "|person id|health record|health id|legacy mrn|old mrn|external id|local id|ur|urn|hn|emrn"
    "|enterprise id|patient mrn|med record",
    PhiType.MEMBER_ID: "miembro|afiliado|afiliada|beneficiario|beneficiaria|asegurado|asegurada|poliza"
    "|member|member id|members|mem id|mbr|mbr id|subscriber|subscriber id|sub id|subscr|policyholder"
    "|policy holder"
    "|insurance|insurance id|insur|insur id|ins|ins id|insured|insured id|beneficiary|beneficiary id"
    "|hic|hicn|mbi|medicare|medicare id"
    "|medicaid|medicaid id|medi cal|medical id|cin|plan id|plan member|health plan|health plan id|hp"
    "|group|grp|group id|rx group"
    "|rxgrp|rx id|rxid|cardholder|cardholder id|dependent id|umid|alternate id|enrollee|enrollee id"
    "|recipient|recipient id|hmo|ppo"
    "|id card|card id|coverage id|certificate holder|contract|contract holder|tricare|tricare id|dod "
    "id|sponsor id|insurance policy|payer member"
    "|policy id|plan|policy member",
    PhiType.ACCOUNT: "cuenta|caso|reclamo|reclamacion|referencia"
    "|account|accounts|acct|acct id|acc|a c|patient account|pt acct|pat acct|hospital account|har|fin"
    "|csn|visit|visit id"
    "|encounter|encounter id|enc|claim|claims|claim id|clm|icn|dcn|tcn|authorization|authorizations"
    "|auth|auths|authorisation|prior auth"
    "|prior authorization|pre auth|preauth|precert|precertification|pa|certification|approval"
    "|reference|ref|ref id|case|case id|tracking"
    "|confirmation|conf|invoice|receipt|receipt id|bill|billing|statement|accession|accession id|acsn|specimen"
    "|specimen id|order|order id|requisition|req"
    "|prescription|script|rx|referral|referral id|ticket|check|cheque|eft|trace|transaction|txn|card"
    "|credit card|debit card|cc|visa|mastercard"
    "|amex|iban|routing|bank|bank account|checking|savings|ein|tin|tax id|tax|tid|payment|appeal"
    "|appeal id|grievance|guarantor|guarantor id|household"
    "|study id|subject id|subject|participant|participant id|sample|sample id|lab id|slide|barcode"
    "|wristband|band|booking|inmate|id|ids"
    "|identifier|identification|unique|employee|employee id|emp id|badge|badge id|user id|userid"
    "|username|handle|login|interpreter id"
    "|interpreter|callback ref|control|document control|document|doc id|fax id|packet|episode|episode "
    "id|service request|sr|incident|file|dispatch"
    "|run|trip|kit|donor|donor id|transplant id|unos|registry|registry id|remit|remittance|era|lockbox"
    "|pin|passcode|token|locker|docket|policy claim"
    "|subject no|nm id|prescription id|account holder|pat|case ref"
    "|ref code|reference code|confirmation code|case code|patient code|id code|enrollment",
    PhiType.LICENSE: "npi|npis|dea|license|licence|lic|upin|state license|medical license|csr|cdl"
    "|drivers license|driver license|driver s license"
    "|dl|driver|passport|passport id|cert|certificate|registration|ptan|provider id|provider"
    "|prescriber id|nabp|ncpdp|caqh|state id|green card"
    "|visa id|alien|work permit|board cert|rn license|clia|permit|licensure|medical licence"
    "|professional license|ccn|oscar",
    PhiType.VEHICLE: "vin|plate|plates|license plate|licence plate|tag|vehicle|vehicle id|registration plate"
    "|tag id|car tag|vehicle registration|car registration|car reg|reg plate|registration mark|parking permit"
    "|parking placard|handicap placard|disabled placard|placard|number plate|van id|vehicle tag|plate tag",
    PhiType.DEVICE_ID: "serial|serials|s n|sn|ser|device|device id|device serial|implant|implant id"
    "|microchip|chip|udi|lot|imei|mac"
    "|mac address|pump|pacemaker"
    "|pump serial|ipg|generator|lead serial|asset|asset id|equipment|equipment id|monitor serial|meid"
    "|iccid|gmdn|di|cpap serial|model serial"
    "|hearing aid|lead|leads|defibrillator|icd serial|valve serial|sensor|transmitter",
    PhiType.BIOMETRIC_REF: "fingerprint|fingerprints|palm vein template|vein template|face template"
    "|iris template|iris code|voice template"
    "|fingerprint template|biometric template|fingerprint id|biometric|biometrics|biometric id|retina|retinal"
    "|retinal scan|iris|iris scan"
    "|voiceprint|voice print|faceprint|facial|face id|facial recognition|palm|palm vein|photo"
    "|photograph|photo id|photos|headshot|dna profile"
    "|dental record|gait|hand geometry|palm print|palmprint|fp|template id|full face|face photo|image ref",
    PhiType.ZIP: "zip|zip code|zipcode|zips|postal|postal code|postcode|post code|plz|zip plus four",
    PhiType.PHONE: "phone|phones|tel|telephone|ph|cell|cellphone|cellular|mobile|mob|home|work|office|pager|beeper"
    "|call|calls|called|calling|contact"
    "|reach|reached|whatsapp|text|sms|callback|call back|voicemail|vm|direct|line|hotline|desk|ext"
    "|extension|dial|ring|landline|telecom|te|day|evening|daytime"
    "|main|switchboard|toll free|hp phone|emergency",
    PhiType.FAX: "fax|faxed|facsimile|fx|efax|faxes|fax to|fax back",
    PhiType.DATE: "dob|d o b|birth|birthdate|birthday|date of birth|born|bday|date|dates|dos|date of service"
    "|admitted|admit|admission|adm|discharged|discharge"
    "|d c|disch|surgery|visit date|seen|since|until|till|through|thru|dated|on|expires|exp|effective"
    "|eff|due|start|end|lmp|edc|edd|dod|deceased|signed|collected"
    "|received|reported|appt|appointment|scheduled|procedure|service|f u|followup|follow|injury|doi"
    "|onset|refilled|filled|between|by|before|after|week of",
    KEEP: "icd|icd code|dx|dx code|diagnosis|diagnosis code|diag|cpt|cpt code|hcpcs|procedure code|proc code"
    "|code|codes|billing code|ndc|loinc|snomed|snomed ct|sct"
    "|rxnorm|rx norm|rxcui|rx cui|cui|umls|cvx|mvx|drg|ms drg|apr drg|apc|revenue|rev|revenue code|modifier|mod|pos"
    "|place of service|taxonomy|taxonomy code|carc|rarc|lcd|ncd|policy"
    "|medical policy|clinical policy|policies|coverage policy|guideline|article|section|sec|cfr|usc|u "
    "s c|title|part|page|pages|pg|pp|figure|fig|table|chapter|appendix"
    "|exhibit|version|ver|rev|revision|v|edition|form|cms|hcfa|ub|grade|stage|class|type|room|rm|bed"
    "|floor|step|phase|level|score|ratio|bp|hr|pulse|wt|weight|ht"
    "|height|bmi|temp|temperature|spo|glucose|sodium|potassium|creatinine|platelets|plt|wbc|rbc|hgb"
    "|count|viral load|copies|dose|dosage|nct|clinicaltrials gov|trial|pmid"
    "|pmcid|doi org|isbn|issn|rs|rsid|payer|payer id|payor|payor id|bin|rxbin|rx bin|pcn|rxpcn|model"
    "|model no|year|years|fy|quantity|qty|count|total|amount|price|cost|charge|charges|paid"
    "|units|refills|days|hours|minutes|seconds|ms|port|status|http|error|err|line no|build|release"
    "|schema|template|oid|gtin|part no|catalog|catalogue|sku|item|size|gauge|fr|french"
    "|volume|vol|issue|census|sample size|n|population|hl|transaction set|st|gs|isa|se|ge|iea|count of"
    "|patients|participants|subjects|measure|rule|law|act|public law|bulletin|transmittal"
    "|manual|pub|publication|cr|change request|cap|gene|variant|allele|chromosome|exon|mutation"
    "|transcript|nm|np|hgvs|omim|orphanet|atc|unii|cas|ec|mesh|hpo|proc|procedure codes|dx codes"
    "|diagnoses"
    "|service code|service codes|svc code|condition code|occurrence code|value code|hcc|ccs|icd o|dsm"
    "|dsm code|snodent|cdt|gpi|lot size|steps|range|ref range|normal range|reference range"
    "|msg|message id|conv|build id|commit|loop",
}
_FILLERS = listed(
    "number numbers num no nos nbr nr id ids identifier code is was are were of the a an his her their my our "
    "your listed as on file shown under with for at to in reads ending last four digits and or per this that it "
    "new old current primary secondary name issued by s pound hash sign patient pt please me us him back using "
    "card holder value text assigned given only unique full"
)
_SPLIT = re.compile(r"[A-Z]{2,}(?=s\b)|[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LONGEST_LABEL = 4
_MOST_FILLERS = 5


@cache
def _meanings() -> dict[str, Meaning]:
    return {label: meaning for meaning, labels in _LABELS.items() for label in labels.split("|")}


def words_of(text: str) -> list[str]:
    """Lower-case words of a label, camelCase and snake_case split: `memberId` is member, id."""
    return [word.lower() for word in _SPLIT.findall(text)]


def meaning_of(context: str) -> tuple[Meaning | None, int]:
    """What the text that ends right before a value says it is, and how many filler words stood between.

    The nearest label wins and the longest reading of it; filler words (`number`, `is`, `the`) may follow it.
    """
    words = words_of(context)
    known = _meanings()
    for skipped in range(min(_MOST_FILLERS, len(words)) + 1):
        end = len(words) - skipped
        for size in range(min(_LONGEST_LABEL, end), 0, -1):
            meaning = known.get(" ".join(words[end - size : end]))
            if meaning is not None:
                return meaning, skipped
        if end == 0 or words[end - 1] not in _FILLERS:
            break
    return None, 0
