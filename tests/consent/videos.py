"""Videos as consent knows them: a permit that was confirmed for a subject. No pictures are needed for that."""

from collections.abc import Collection

from django.db import transaction

from consent import gate
from consent.models import Appearance, Person
from consent.permit import Permit, Refusal, Request, Use

DIGEST = "ab" * 32


def make(maker: Person, *, cast: Collection[str] = (), subject: str, parents: Collection[str] = ()) -> Refusal | None:
    """Let somebody make a video, or return the no; one transaction lets it out, as a release does."""
    answer = gate.authorize(Request(f"job-{subject}", maker.pk, tuple(cast), DIGEST, parents=tuple(parents)))
    if isinstance(answer, Refusal):
        return answer
    return confirm(answer, subject=subject)


def confirm(permit: Permit, *, subject: str, use: Use = Use.GENERATE, shared: str = "") -> Refusal | None:
    """Confirm a permit for a subject; a no undoes everything, as a release does."""
    with transaction.atomic():
        refusal = gate.confirm(permit, subject=subject, use=use, shared=shared)
        if refusal:
            transaction.set_rollback(True)
    return refusal


def publish(subject: str, *, shared: str = "public") -> Refusal | None:
    """Publish a video that was made."""
    permit = gate.permit_of(subject)
    assert permit is not None
    return confirm(permit, subject=subject, use=Use.PUBLISH, shared=shared)


def appearance(owner: Person, subject: str) -> Appearance:
    """Return the owner's appearance in a video."""
    return Appearance.objects.get(cameo__owner=owner, subject=subject, use="generate", permit__subject=subject)
