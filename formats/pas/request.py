"""What a PAS request is made of: one order of one patient under one coverage, with its packet."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from cases.case import PayerRef, Urgency
from cases.chart import Coding, Coverage, NamedIdentifier, Order, Party, Patient
from cases.frozen import Frozen
from formats.pas import codes
from formats.pas.systems import PLACE_OF_SERVICE


class PasRequest(Frozen):
    """One order of one patient, ready to be asked for.

    `namespace` makes every GUID of this submission: a caller gives one per case and revision (`submission_namespace`).
    `transaction` is the identifier the payer is later asked by ($inquire); its value must never be given twice, even
    by another installation. `member_id_system` names the payer's member id numbers; empty means our own name for them.
    `organization` is who submits (a hospital), `requester` the clinician who ordered; `performer` is named where PAS
    can name it. `diagnoses` may hold every coding of the conditions: those in ICD-10-CM are sent. `service_type`,
    `place_of_service` and the coded defaults are X12 and CMS values (formats.pas.codes).
    """

    namespace: UUID
    transaction: NamedIdentifier
    created: AwareDatetime
    patient: Patient
    coverage: Coverage
    payer: PayerRef
    order: Order
    requester: Party
    packet_pdf: bytes = Field(repr=False)
    attachment_title: str
    organization: Party | None = None
    performer: Party | None = None
    subscriber: Patient | None = None
    diagnoses: tuple[Coding, ...] = ()
    urgency: Urgency = Urgency.STANDARD
    member_id_system: str = ""
    payer_identifiers: tuple[NamedIdentifier, ...] = ()
    service_type: Coding | None = None
    place_of_service: Coding | None = None
    request_category: Coding | None = None
    certification_type: Coding = codes.CERTIFICATION_INITIAL.coding
    claim_type: Coding = codes.CLAIM_TYPE.coding
    attachment_type: Coding = codes.ATTACHMENT_TYPE.coding
    report_type: Coding = codes.REPORT_TYPE.coding

    @property
    def filed_service_type(self) -> Coding | None:
        """X12 1365 service type (UM03): the caller's, else the default for such an order."""
        default = codes.service_default(self.order)
        return self.service_type or (default.service_type.coding if default else None)

    @property
    def filed_place(self) -> Coding | None:
        """Place of service: the caller's, else the order's own, else the default where such an order has one."""
        default = codes.service_default(self.order)
        ordered = next(iter(codes.codings_in(self.order.places, (PLACE_OF_SERVICE,))), None)
        return self.place_of_service or ordered or (default.place.coding if default and default.place else None)

    @property
    def filed_category(self) -> Coding:
        """X12 1525 request category (UM01): the caller's, else the default for such an order."""
        default = codes.service_default(self.order)
        return self.request_category or (default.category if default else codes.REQUEST_CATEGORY).coding

    @property
    def member_identifier(self) -> NamedIdentifier:
        """The member id (v2-0203 MB), in the chart's own system where the patient carries it under one."""
        value = self.coverage.member_id.strip()
        own = [i for i in self.patient.identifiers if i.kind == "MB" and i.value == value and i.system]
        system = self.member_id_system or (own[0].system if own else f"urn:countersign:member-id:{self.payer.id}")
        return NamedIdentifier(system=system, value=value, kind="MB")

    @property
    def is_for_subscriber(self) -> bool:
        """Whether the patient is the insured person."""
        return self.coverage.relationship.strip() == "self"
