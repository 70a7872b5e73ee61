"""What a receipt says: the fields of ISO/IEC TS 27560:2023, in the terms of the W3C Data Privacy Vocabulary (DPV 2.3).

The four sections are those of the standard as the DPV guide maps them (``w3id.org/dpv/guides/consent-27560``, §8, §9):

========================  ============================================================================================
header                    ``schema_version`` (9.1.1), ``receipt_id`` (9.1.2), ``record_id`` (9.1.3: the grant, job or
                          cameo the record is about), ``pii_principal_id`` (8.1.3), ``pii_controllers`` (8.3.5)
``pii_processing``        ``privacy_notice`` (8.2.1), ``language`` (8.2.2), and for every purpose: ``purpose`` and
                          ``purpose_type`` (8.3.2), ``lawful_basis`` (8.3.6), ``pii_information`` (8.3.3, with necessity
                          and special category), ``collection_method``, ``processing_method``, ``storage_locations``,
                          ``retention_period`` (8.3.4), ``recipient_third_parties`` (8.3.7), ``withdrawal_method``
                          (8.3.8), ``privacy_rights`` (8.3.10)
``party_identification``  ``party_id`` (8.4.2, opaque: names are looked up by whoever may), ``party_role`` (8.4.3)
``event``                 ``event_type`` (8.5.1), ``event_state`` (8.5.2), ``event_time`` (8.5.3), ``valid_until``
                          (8.5.4), ``entity_id`` (8.5.5), ``expression_method`` (8.5.6)
========================  ============================================================================================

``event.name`` and ``about`` are our own: the log's word for what happened, and what else belongs to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

SCHEMA = "countenance.receipt/2"
PROFILE = "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr"
CONTROLLER = "countenance"
DPV, PD, AI, GDPR = (
    f"https://w3id.org/dpv{extension}#" for extension in ("", "/pd", "/ai", "/legal/eu/gdpr")
)  # namespaces of DPV 2.x

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]

NOTICE = (
    "Your face is kept sealed under a key of your own, and used only by those and only for what you allow. "
    "Taking it back takes effect at once, everywhere."
)
WITHDRAWAL = "Revoke the grant, pause or withdraw the likeness: on the page My likeness, or by the API under /api/v1."
COLLECTED = "recorded by the person in front of their own camera, in answer to a challenge"
HANDED_OVER = {  # by what the receipt is about, where nobody answered a challenge
    "protected": "a picture handed over by whoever asked for the face to be protected",
    "thing": "a recording of an animal or an object, handed over by its owner",
}
STORED = "this service's own storage, sealed under the person's own key"
KEPT = "until the likeness is withdrawn or the account is closed"
RIGHTS = [f"{GDPR}{article}" for article in ("A7-3", "A15", "A17", "A20")]

PURPOSES: dict[str, tuple[str, tuple[str, ...]]] = {  # our word -> DPV purpose, DPV processing
    "generate": (f"{DPV}RequestedServiceProvision", (f"{DPV}Use", f"{DPV}Generate", f"{AI}VideoGeneration")),
    "publish": (f"{DPV}CommunicationManagement", (f"{DPV}MakeAvailable", f"{DPV}Disclose")),
    "remix": (f"{DPV}RequestedServiceProvision", (f"{DPV}Adapt", f"{DPV}Derive")),
    "advertise": (f"{DPV}Advertising", (f"{DPV}Use", f"{DPV}Disclose")),
    "train": (f"{DPV}ResearchAndDevelopment", (f"{DPV}Use", f"{AI}ModelTraining")),
    "voice": (f"{DPV}RequestedServiceProvision", (f"{DPV}Use", f"{AI}SpeechSynthesis")),
    "enrol": (f"{DPV}IdentityVerification", (f"{DPV}Collect", f"{DPV}Derive", f"{DPV}Store")),
}
DATA = {"face": (f"{PD}FacialPrint", f"{PD}Picture"), "voice": (f"{PD}Biometric",)}
STATES = {  # what happened -> the state of consent afterwards
    "cameo.enrolled": "ConsentGiven",
    "cameo.paused": "ConsentStatusInvalidForProcessing",  # DPV has no word for a pause
    "cameo.resumed": "ConsentGiven",
    "cameo.withdrawn": "ConsentWithdrawn",
    "cameo.erased": "ConsentWithdrawn",
    "thing.enrolled": "ConsentGiven",
    "thing.withdrawn": "ConsentWithdrawn",
    "protected.asked": "ConsentGiven",
    "protected.erased": "ConsentWithdrawn",
    "grant.made": "ConsentGiven",
    "grant.revoked": "ConsentWithdrawn",
    "permit.minted": "ConsentGiven",
    "appearance.deleted": "ConsentWithdrawn",
    "guardian.agreed": "ConsentGiven",
    "guardian.withdrew": "ConsentWithdrawn",
}
ON_DENIAL = {"grant.made": "ConsentRefused", "grant.revoked": "ConsentUnknown"}  # a no taken back is not a yes
BY_PERSON = "a choice on a page or by the API, by the person signed in"
BY_GATE = "judged by the permission graph on what the person had allowed"


@dataclass(frozen=True, slots=True)
class Event:
    """One consent event: its name in the log, whom it concerns (public id), what else is known of it, and when."""

    kind: str
    principal: str
    about: Mapping[str, Json]
    at: datetime


def document(event: Event, *, receipt: str) -> dict[str, Json]:
    """Return the receipt's words; ``receipt`` is its public id. Ids are opaque, and nobody is named."""
    return {
        "schema_version": SCHEMA,
        "conforms_to": PROFILE,
        "receipt_id": receipt,
        "record_id": record_id(event.about, receipt=receipt),
        "pii_principal_id": event.principal,
        "pii_controllers": [CONTROLLER],
        "pii_processing": {
            "privacy_notice": NOTICE,
            "language": "en",
            "purposes": [purpose(word, event.about) for word in purposes(event)],
        },
        "party_identification": parties(event),
        "event": [happened(event)],
        "about": dict(event.about),
    }


def record_id(about: Mapping[str, Json], *, receipt: str) -> str:
    """Return what the record is about; a receipt that names nothing is a record of its own."""
    found = next((about[key] for key in ("grant", "job", "cameo") if isinstance(about.get(key), str)), receipt)
    return cast("str", found)


def purposes(event: Event) -> list[str]:
    """Return the purposes that were named; where none were, it is about the likeness being kept at all."""
    named = event.about.get("purposes")
    return sorted(str(word) for word in named) if isinstance(named, list | tuple) and named else ["enrol"]


def purpose(word: str, about: Mapping[str, Json]) -> dict[str, Json]:
    """Return one purpose with everything that is done for it."""
    kind, processing = PURPOSES.get(word, (f"{DPV}RequestedServiceProvision", (f"{DPV}Use",)))
    return {
        "purpose": word,
        "purpose_type": kind,
        "lawful_basis": [f"{DPV}ExplicitlyExpressedConsent", f"{GDPR}A9-2-a"],
        "pii_information": [personal(term) for term in DATA["voice" if word == "voice" else "face"]],
        "pii_controllers": [CONTROLLER],
        "collection_method": next((how for key, how in HANDED_OVER.items() if key in about), COLLECTED),
        "processing_method": list(processing),
        "storage_locations": [STORED],
        "retention_period": KEPT,
        "recipient_third_parties": recipients(about),
        "withdrawal_method": WITHDRAWAL,
        "privacy_rights": list(RIGHTS),
    }


def personal(term: str) -> dict[str, Json]:
    """Return one kind of personal data: all of it is needed, and all of it is biometric (GDPR Art. 9)."""
    return {"pii_type": term, "pii_optional": False, "sensitive_pii_category": True, "special_pii_category": True}


def recipients(about: Mapping[str, Json]) -> list[Json]:
    """Return who may use it, by opaque ids."""
    return [about["recipient"]] if about.get("recipient") else []


def parties(event: Event) -> list[Json]:
    """Return everybody who has a part in it."""
    found: list[Json] = [
        {"party_id": event.principal, "party_role": f"{DPV}DataSubject"},
        {"party_id": CONTROLLER, "party_role": f"{DPV}DataController", "party_name": "Countenance"},
    ]
    found += [{"party_id": one, "party_role": f"{DPV}Recipient"} for one in recipients(event.about)]
    if by := event.about.get("by"):
        role = "Representative" if event.about.get("by_role") else "GuardianOfDataSubject"
        found.append({"party_id": by, "party_role": f"{DPV}{role}"})
    return found


def happened(event: Event) -> dict[str, Json]:
    """Return the event itself: what, in which state it left consent, when, until when, and by whom."""
    states = STATES | (ON_DENIAL if event.about.get("effect") == "denial" else {})
    return {
        "name": event.kind,
        "event_type": f"{DPV}ExplicitlyExpressedConsent",
        "event_state": f"{DPV}{states.get(event.kind, 'ConsentUnknown')}",
        "event_time": event.at.isoformat(timespec="milliseconds"),
        "valid_until": event.about.get("until"),
        "entity_id": event.about.get("by") or event.principal,
        "expression_method": BY_GATE if event.kind == "permit.minted" else BY_PERSON,
    }
