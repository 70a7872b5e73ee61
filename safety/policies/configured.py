"""What an operator may set about rules, looked at before anything starts: it may be stricter, never laxer."""

from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error

from safety.errors import PolicyError
from safety.policies.rules import catalogue, tightened

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def check(**_: object) -> list[CheckMessage]:
    """Return an error for a check that the catalogue does not know, and for one that was made laxer."""
    found: list[CheckMessage] = []
    for name, then in settings.ABSENCES_TIGHTENED.items():
        try:
            tightened(catalogue().unchecked[name], to=then)
        except KeyError:
            found.append(
                Error(f"ABSENCES_TIGHTENED names {name}, which absences.toml does not know.", id="safety.E001")
            )
        except PolicyError as mistake:
            found.append(Error(f"{mistake} It says {name}={then}.", id="safety.E001"))
    return found


def candidate(**_: object) -> list[CheckMessage]:
    """Return an error for a catalogue on trial that does not read: whoever set it would believe that it is tried."""
    try:
        if settings.POLICY_CANDIDATE:
            catalogue(Path(settings.POLICY_CANDIDATE))
    except PolicyError as mistake:
        return [Error(f"POLICY_CANDIDATE: {mistake}", id="safety.E002")]
    return []


def monitor(**_: object) -> list[CheckMessage]:
    """Return an error for a monitor without a model, a policy file that is not there, and words sent in the clear."""
    if not settings.MONITOR_URL:
        return []
    found: list[CheckMessage] = []
    parts = urlsplit(settings.MONITOR_URL)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        found.append(Error("MONITOR_URL must be https: people's prompts are sent there.", id="safety.E003"))
    if not settings.MONITOR_MODEL:
        found.append(Error("MONITOR_URL needs MONITOR_MODEL.", id="safety.E004"))
    if settings.MONITOR_POLICY and not Path(settings.MONITOR_POLICY).is_file():
        found.append(Error("MONITOR_POLICY names no file.", id="safety.E005"))
    return found
