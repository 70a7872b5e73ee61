"""What owners rule and what others ask of them: rules, requests, and how often one person uses another."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from consent.grants.models import EVERY_USE, HEX_SHA256, opaque

ASKED_FOR = timedelta(days=14)


def in_two_weeks() -> datetime:
    """Return when a request that nobody answers ends."""
    return timezone.now() + ASKED_FOR


class Rule(models.Model):
    """One clause of what an owner wants, in their words, and the typed rule it became.

    ``value`` is the rule in plain words (categories, phrases, what must be shown); ``categories`` and ``words`` are
    what the statement compares: category bits, and keyed digests of the phrases. Trusted? Only once confirmed. If lost:
    what it kept out is let in again, so a rule is marked removed by its owner alone, never deleted.
    """

    class Kind(models.TextChoices):
        """What a rule does."""

        DENY_CATEGORY = "deny_category", "never in"
        DENY_WORDS = "deny_words", "never with"
        DENY_SAY = "deny_say", "never say"
        REQUIRE = "require", "always"
        ASK = "ask", "ask me each time"

    class State(models.TextChoices):
        """A rule binds while it is confirmed."""

        PROPOSED = "proposed"
        CONFIRMED = "confirmed"
        REMOVED = "removed"

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    cameo = models.ForeignKey("consent.Cameo", on_delete=models.PROTECT, related_name="rules")
    clause = models.CharField(max_length=280)
    kind = models.CharField(max_length=13, choices=Kind)
    value = models.CharField(max_length=280, blank=True)
    categories = models.IntegerField(default=0, help_text="Bits, see consent.grants.categories.")
    words = ArrayField(models.BigIntegerField(), default=list, blank=True)
    is_listed = models.BooleanField(default=False, help_text="Ticked in a list, not written.")
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["deny_category", "deny_words", "deny_say", "require", "ask"]),
                name="rule_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", confirmed_at__isnull=True, removed_at__isnull=True)
                | Q(state="confirmed", confirmed_at__isnull=False, removed_at__isnull=True)
                | Q(state="removed", removed_at__isnull=False),
                name="rule_state_has_its_times",
            ),
            models.CheckConstraint(
                condition=~Q(kind="deny_category") | Q(categories__gt=0), name="rule_names_its_categories"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["deny_words", "deny_say"]) | Q(words__len__gt=0), name="rule_names_its_words"
            ),
        ]
        indexes = [models.Index(fields=["cameo"], condition=Q(state="confirmed"), name="rule_in_force")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class Request(models.Model):
    """Somebody asks an owner for a yes: to one exact video (prompt, shots and digest), or to uses in general.

    Trusted? Its prompt is what the digest was made of; its message is a stranger's words. If lost: they ask again;
    nobody may do more or less because of it.
    """

    class State(models.TextChoices):
        """How it stands; all but *open* are ends."""

        OPEN = "open"
        APPROVED = "approved"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    cameo = models.ForeignKey("consent.Cameo", on_delete=models.PROTECT, related_name="requests")
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="requests_made")
    uses = models.SmallIntegerField(help_text="Bits, see consent.grants.uses.")
    categories = models.IntegerField(default=0, help_text="Bits: what the prompt touches.")
    prompt = models.TextField(blank=True, help_text="Exactly what would be drawn; empty when asked in general.")
    shots = models.JSONField(default=list, blank=True)
    draft_digest = models.CharField(max_length=64, blank=True)
    job = models.CharField(max_length=64, blank=True)
    message = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    wanted = models.JSONField(
        null=True, blank=True, help_text="What the owner said yes to, while a guardian's yes is awaited."
    )
    guardian_agreed_at = models.DateTimeField(null=True, blank=True)
    grant = models.ForeignKey("consent.Grant", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=in_two_weeks)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cameo", "requester", "draft_digest"],
                condition=Q(state="open"),
                name="request_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "approved", "declined", "withdrawn", "expired"]),
                name="request_state_known",
            ),
            models.CheckConstraint(condition=Q(uses__gte=1, uses__lte=EVERY_USE), name="request_uses_are_named"),
            models.CheckConstraint(
                condition=Q(state="open", answered_at__isnull=True) | (~Q(state="open") & Q(answered_at__isnull=False)),
                name="request_answered_iff_not_open",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", grant__isnull=False) | (~Q(state="approved") & Q(grant__isnull=True)),
                name="request_approved_iff_granted",
            ),
            models.CheckConstraint(
                condition=Q(draft_digest="") | Q(draft_digest__regex=HEX_SHA256), name="request_draft_is_sha256"
            ),
        ]
        indexes = [
            models.Index(fields=["cameo", "-id"], condition=Q(state="open"), name="request_to_answer"),
            models.Index(fields=["requester", "-id"], name="request_newest_first"),
        ]

    def __str__(self) -> str:
        return f"request {self.public_id}"


class Concentration(models.Model):
    """One person asked for one other's likeness more often within an hour than people do; a case looks into it.

    Trusted? Yes, as a count. If lost: the case is still there, but no longer says what it is about.
    """

    public_id = models.CharField(max_length=16, unique=True, default=opaque, editable=False)
    cameo = models.ForeignKey("consent.Cameo", on_delete=models.PROTECT, related_name="+")
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    videos = models.PositiveIntegerField(help_text="Permits within the hour, when it was noticed.")
    noticed_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True, blank=True, help_text="A person decided that this must end.")

    class Meta:
        indexes = [models.Index(fields=["cameo", "requester", "-id"], name="concentration_of_a_pair")]

    def __str__(self) -> str:
        return f"concentration {self.public_id}"
