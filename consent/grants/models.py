"""The permission graph's own rows, the permits minted from it, and the uses that came of them."""

import secrets
from datetime import timedelta
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from consent.errors import MintError

HEX_SHA256 = r"^[0-9a-f]{64}$"
EVERY_USE = 63


def opaque() -> str:
    """Return a fresh public id: 96 random bits."""
    return secrets.token_urlsafe(12)


class Grant(models.Model):
    """What an owner said about one person: these uses yes (a grant), or these uses no (a denial).

    A grant names the sensitive categories it gives; a denial those it forbids, all when it names none. A grant with a
    draft's digest is a yes to that one video: it is spent by the permit that is confirmed under it. Trusted? Yes: the
    graph reads it. If lost: a lost grant is a lost yes; a lost denial may let somebody in through the audience, so rows
    are revoked, never deleted.
    """

    class Effect(models.TextChoices):
        """Yes or no."""

        GRANT = "grant"
        DENIAL = "denial"

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    cameo = models.ForeignKey("consent.Cameo", on_delete=models.PROTECT, related_name="grants")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants_received")
    effect = models.CharField(max_length=6, choices=Effect, default=Effect.GRANT)
    uses = models.SmallIntegerField(help_text="Bits, see consent.grants.uses.")
    categories = models.IntegerField(default=0, help_text="Bits, see consent.grants.categories.")
    draft_digest = models.CharField(max_length=64, blank=True, help_text="Set: this one video, once.")
    spent_by = models.ForeignKey(
        "consent.PermitRecord", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    receipt = models.ForeignKey("consent.Receipt", on_delete=models.PROTECT, related_name="+")
    revocation = models.ForeignKey(
        "consent.Receipt", on_delete=models.PROTECT, related_name="+", null=True, blank=True, default=None
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cameo", "person", "draft_digest"],
                condition=Q(revoked_at__isnull=True, effect="grant"),
                name="grant_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["cameo", "person", "categories"],
                condition=Q(revoked_at__isnull=True, effect="denial"),
                name="denial_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(draft_digest="") | Q(draft_digest__regex=HEX_SHA256, effect="grant"),
                name="grant_draft_is_sha256",
            ),
            models.CheckConstraint(
                condition=Q(spent_by__isnull=True) | ~Q(draft_digest=""), name="grant_spent_only_for_a_draft"
            ),
            models.CheckConstraint(condition=Q(uses__gte=1, uses__lte=EVERY_USE), name="grant_uses_are_named"),
            models.CheckConstraint(condition=Q(effect__in=["grant", "denial"]), name="grant_effect_known"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revocation__isnull=True)
                | Q(revoked_at__isnull=False, revocation__isnull=False),
                name="grant_revocation_has_receipt",
            ),
        ]
        indexes = [
            models.Index(  # everything the statement reads of what was said between two people
                fields=["cameo", "person"],
                condition=Q(revoked_at__isnull=True),
                include=["id", "effect", "uses", "categories", "draft_digest", "spent_by", "expires_at"],
                name="grant_said_of_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effect} {self.public_id}"


class Minted(models.Manager["PermitRecord"]):
    """I3: permits are made in ``consent.grants.mint``; the usual ways to make a row are closed."""

    def create(self, **_fields: Any) -> NoReturn:  # noqa: ANN401  (Django's own signature)
        """Refuse."""
        raise MintError

    get_or_create = update_or_create = create  # type: ignore[assignment]

    def bulk_create(self, *_rows: Any, **_options: Any) -> NoReturn:  # noqa: ANN401  (Django's own signature)
        """Refuse."""
        raise MintError


class PermitRecord(models.Model):
    """One yes of the gate, for one job and one draft, to be redeemed once within a minute.

    Trusted? Yes: a Permit value only names it. If lost: the permit is worth nothing, and what was made under it cannot
    be judged again, so it is not served.
    """

    handle = models.CharField(max_length=32, unique=True)
    job = models.CharField(max_length=64)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="permits")
    draft_digest = models.CharField(max_length=64)
    uses = models.SmallIntegerField()
    categories = models.JSONField(default=list, blank=True)
    words = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text="Keyed digests of the prompt's phrases; the words themselves are not kept.",
    )
    subject = models.CharField(max_length=64, blank=True, help_text="What was confirmed under it: one thing, ever.")
    parents = ArrayField(
        models.CharField(max_length=64), default=list, blank=True, help_text="What it is made from, for a remix."
    )
    entry = models.BigIntegerField(help_text="The log entry of permit.minted.")
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = Minted()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(handle__regex=r"^[0-9a-f]{32}$"), name="permit_handle_is_128_bits"),
            models.CheckConstraint(condition=Q(draft_digest__regex=HEX_SHA256), name="permit_draft_is_sha256"),
            models.CheckConstraint(condition=Q(uses__gte=1, uses__lte=EVERY_USE), name="permit_uses_are_named"),
            models.CheckConstraint(
                condition=Q(expires_at__lte=models.F("created_at") + timedelta(seconds=60)),
                name="permit_lives_a_minute_at_most",
            ),
        ]
        indexes = [models.Index(fields=["requester", "created_at"], name="permit_by_requester")]

    def __str__(self) -> str:
        return f"permit {self.pk} for job {self.job}"


class PermitCameo(models.Model):
    """One cameo in a permit: the epoch it was judged at, the grant that said yes, the receipt its owner got.

    Trusted? Yes. If lost: the permit no longer covers that cameo; whoever is depicted anyway is found by the witness.
    """

    permit = models.ForeignKey(PermitRecord, on_delete=models.CASCADE, related_name="cameos")
    cameo = models.ForeignKey("consent.Cameo", on_delete=models.PROTECT, related_name="+")
    epoch = models.BigIntegerField()
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    receipt = models.ForeignKey("consent.Receipt", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["permit", "cameo"], name="permit_names_a_cameo_once")]

    def __str__(self) -> str:
        return f"cameo {self.cameo_id} in permit {self.permit_id}"


class Appearance(models.Model):
    """One use that happened: this cameo is in this subject (a clip's public id), for this use, under this permit.

    What is made from others bears their rows too, each under the permit it was made with, so that serving asks one
    table and walks no lineage (I14). Trusted? Yes: serving asks it. If lost: a clip without its rows would count as
    showing nobody, so they are protected from every cascade.
    """

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    cameo = models.ForeignKey("consent.Cameo", on_delete=models.PROTECT, related_name="appearances")
    permit = models.ForeignKey(PermitRecord, on_delete=models.PROTECT, related_name="appearances")
    subject = models.CharField(max_length=64)
    use = models.CharField(max_length=10)
    epoch = models.BigIntegerField()
    allowed_until = models.DateTimeField(null=True, blank=True, help_text="Empty: no end is known.")
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    shared = models.CharField(max_length=16, blank=True, help_text="Where it is published: link, followers, public.")
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True, help_text="Taken down by the person depicted.")
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="This use is over: unpublished, or the clip itself is gone."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cameo", "subject", "use", "permit"], name="appearance_once"),
        ]
        indexes = [
            models.Index(fields=["subject"], name="appearance_by_subject"),
            models.Index(fields=["cameo", "-id"], name="appearance_newest_first"),
            models.Index(fields=["grant"], condition=Q(grant__isnull=False), name="appearance_by_grant"),
        ]

    def __str__(self) -> str:
        return f"cameo {self.cameo_id} in {self.subject}"
