"""Who people are to one another, and the news that has still to be told."""

import secrets

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from consent.accounts.handles import HANDLE, drawn
from consent.accounts.joining import People

COUNTRY = r"^[A-Z]{2}$"


def opaque() -> str:
    """Return a fresh public id: 96 random bits that say nothing about the row."""
    return secrets.token_urlsafe(12)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody with an account: known to others by handle, to the log by nothing at all.

    Trusted? The handle and public id are; the birth date is the person's own word. If lost: the account is gone,
    and with it every cameo, grant and receipt that hangs on it.
    """

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    handle = models.CharField(
        max_length=30,
        unique=True,
        validators=[RegexValidator(HANDLE, "A handle is 2 to 30 letters a-z, digits or underscores.")],
    )
    skeleton = models.GeneratedField(
        expression=drawn(),
        output_field=models.CharField(max_length=60),
        db_persist=True,
        help_text="What the handle looks like; no two people have names that look alike.",
    )
    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=60, blank=True)
    birth_date = models.DateField()
    country = models.CharField(
        max_length=2, validators=[RegexValidator(COUNTRY, "A country is its two letters, like DE.")]
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = People()

    USERNAME_FIELD = "handle"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email", "birth_date", "country"]

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.CheckConstraint(condition=models.Q(handle__regex=HANDLE), name="person_handle_is_plain"),
            models.CheckConstraint(condition=models.Q(country__regex=COUNTRY), name="person_country_is_iso"),
            models.UniqueConstraint(fields=["skeleton"], name="person_handle_looks_like_no_other"),
            models.CheckConstraint(condition=~models.Q(skeleton=""), name="person_handle_has_a_letter"),
            models.UniqueConstraint(Lower("email"), name="person_email_once_whatever_case"),
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"

    def get_full_name(self) -> str:
        """Return the name others see: the display name, else the handle."""
        return self.display_name or self.handle

    def get_short_name(self) -> str:
        """Return the handle."""
        return self.handle


class Follow(models.Model):
    """One edge: ``src`` follows ``dst``; two opposite edges make people mutuals.

    Trusted? Yes: mutuals may be an audience, so edges are removed through ``accounts.ties`` alone. If lost: fewer
    yeses, never more.
    """

    src = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="following")
    dst = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="followers")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["src", "dst"], name="follow_once"),
            models.CheckConstraint(condition=~models.Q(src=models.F("dst")), name="follow_not_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.src_id} follows {self.dst_id}"


class Block(models.Model):
    """``src`` wants nothing to do with ``dst``; it beats every yes, in both directions.

    Trusted? Yes. If lost: a block is forgotten, and a yes that it overrode may come back; so it is never swept.
    """

    src = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocking")
    dst = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocked_by")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["src", "dst"], name="block_once"),
            models.CheckConstraint(condition=~models.Q(src=models.F("dst")), name="block_not_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.src_id} blocks {self.dst_id}"


class Fact(models.Model):
    """One piece of news, written in the transaction it tells of and delivered at least once.

    Trusted? Yes: receivers act on it (ids only, no personal data). If lost: those downstream are not told; serving
    refuses all the same, because it asks the graph.
    """

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    kind = models.CharField(max_length=40)
    body = models.JSONField(default=dict)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(delivered_at__isnull=True), name="fact_undelivered"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class Notice(models.Model):
    """One sentence told to one person in the app.

    Trusted? No: it informs, it decides nothing. If lost: the person looks it up under receipts and appearances.
    """

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300)
    about = models.CharField(max_length=64, blank=True, help_text="Public id of what it is about.")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="notice_newest_first")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_id}"
