"""Catalogues are kept when they are first used, so that a decision can be judged again by the rules of its day."""

import contextlib
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from provenance import ledger
from safety.errors import PolicyError
from safety.policies.models import Edition
from safety.policies.rules import Catalogue, parsed


def keep(rules: Catalogue) -> None:
    """Keep this catalogue unless it is kept already, and log ``policy.changed``; two processes at once do it once."""
    if not rules.files or Edition.objects.filter(version=rules.version).exists():
        return
    with transaction.atomic(), contextlib.suppress(IntegrityError):  # the other process was first, and logged it
        with transaction.atomic():
            Edition(version=rules.version, files=dict(rules.files), first_used_at=timezone.now()).save(
                force_insert=True
            )
        ledger.append(ledger.Fact("policy.changed", {"catalogue": rules.version}))


def kept(version: str, *, on: date) -> Catalogue:
    """Return the catalogue of this version as it stood on a day; PolicyError when it was not kept or was changed."""
    edition = Edition.objects.filter(version=version).first()
    if edition is None:
        raise PolicyError(f"The catalogue {version} was not kept.")
    rules = parsed(edition.files, on=on)
    if rules.version != version:
        raise PolicyError(f"The catalogue kept as {version} is not what it was.")
    return rules
