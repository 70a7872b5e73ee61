"""Telling one person one sentence, in the transaction it tells of."""

from consent.accounts.models import Notice


def tell(person: int, *, kind: str, sentence: str) -> Notice:
    """Put a sentence into a person's inbox; ``kind`` is a fact's name, like ``grant.made``."""
    return Notice.objects.create(person_id=person, kind=kind, sentence=sentence)
