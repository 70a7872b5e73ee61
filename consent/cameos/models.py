"""What a likeness is in the database: the cameo, the capture that made it, the templates that know it."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


def opaque() -> str:
    """Return a new public id: 96 random bits, safe in a URL."""
    return secrets.token_urlsafe(12)


class Cameo(models.Model):
    """The enrolled form of one person's likeness, and whether it may be used today.

    Trusted? Yes: the gate judges by state, audience and epoch. If lost? Nobody's likeness can be
    used; people enrol again. The cameo's handle is its owner's handle.
    """

    class State(models.TextChoices):
        """Where a likeness stands; only *live* can be used."""

        PENDING = "pending"
        LIVE = "live"
        PAUSED = "paused"
        FROZEN = "frozen"
        WITHDRAWN = "withdrawn"

    class Audience(models.TextChoices):
        """Whom the owner lets in without asking one by one."""

        ONLY_ME = "only_me"
        APPROVED = "approved"
        MUTUALS = "mutuals"
        EVERYONE = "everyone"

    public_id = models.CharField(max_length=32, unique=True, default=opaque, editable=False)
    owner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cameo")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.ONLY_ME)
    epoch = models.BigIntegerField(default=1)
    enrolled_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, help_text="When the key was destroyed and certified.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        db_table = "consent_cameo"
        constraints = [
            models.CheckConstraint(
                name="consent_cameo_state_known",
                condition=Q(state__in=["pending", "live", "paused", "frozen", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="consent_cameo_audience_known",
                condition=Q(audience__in=["only_me", "approved", "mutuals", "everyone"]),
            ),
            models.CheckConstraint(name="consent_cameo_epoch_grows_from_one", condition=Q(epoch__gte=1)),
            models.CheckConstraint(
                name="consent_cameo_usable_only_when_enrolled",
                condition=~Q(state__in=["live", "paused"]) | Q(enrolled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Capture(models.Model):
    """One attempt to enrol: a challenge asked once, the recording that answers it, what was decided.

    Trusted? Its challenge and state are; the recording is untrusted until judged. If lost? The
    person starts again; the recording is deleted after judgement unless a case holds it.
    """

    class State(models.TextChoices):
        """Where an attempt stands; *open* takes one recording, *judging* holds a lease."""

        OPEN = "open"
        JUDGING = "judging"
        LIVE = "live"
        SPOOF = "spoof"
        UNSURE = "unsure"
        EXPIRED = "expired"

    public_id = models.CharField(max_length=32, unique=True, default=opaque, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="captures")
    browser = models.CharField(
        max_length=64, blank=True, default="", help_text="SHA-256 of the session it is answered from."
    )
    agreement = models.CharField(
        max_length=16, blank=True, default="", help_text="The version of the text that was agreed to."
    )
    agreement_sha256 = models.CharField(max_length=64, blank=True, default="")
    challenge = models.JSONField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    reasons = models.JSONField(default=list, blank=True)
    recording = models.CharField(
        max_length=64, blank=True, help_text="File name under CAPTURE_HOME; empty when deleted."
    )
    recording_sha256 = models.CharField(max_length=64, blank=True)
    case = models.CharField(max_length=64, blank=True, help_text="The case a person decides, while it is unsure.")
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        db_table = "consent_capture"
        constraints = [
            models.CheckConstraint(
                name="consent_capture_state_known",
                condition=Q(state__in=["open", "judging", "live", "spoof", "unsure", "expired"]),
            ),
            models.CheckConstraint(
                name="consent_capture_judged_only_when_received",
                condition=Q(state__in=["open", "expired"]) | Q(received_at__isnull=False),
            ),
            models.CheckConstraint(
                name="consent_capture_verdict_has_time",
                condition=~Q(state__in=["live", "spoof", "unsure"]) | Q(judged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="consent_capture_bound_to_a_browser",
                condition=~Q(state="open") | Q(browser__regex=r"^[0-9a-f]{64}$"),
            ),
            models.UniqueConstraint(name="consent_capture_one_open", fields=["person"], condition=Q(state="open")),
        ]
        indexes = [models.Index(fields=["person", "created_at"], name="consent_capture_by_person")]

    def __str__(self) -> str:
        return self.public_id


class Protected(models.Model):
    """Somebody whose face nobody may enrol or show: they never joined, or have died, and they or theirs asked for it.

    Trusted? Once a person has looked at the proof; until then it compares with nobody. If lost? The face can be
    enrolled again by whoever passes as its owner; the one who asked may ask again.
    """

    class State(models.TextChoices):
        """Where a request stands; only what is *in force* is compared with."""

        PENDING = "pending"
        IN_FORCE = "in_force"
        WITHDRAWN = "withdrawn"

    class Relation(models.TextChoices):
        """Who asked."""

        SELF = "self", "the person themselves"
        ESTATE = "estate", "a proven representative of somebody who has died"
        GUARDIAN = "guardian", "a proven representative of somebody who cannot ask"

    public_id = models.CharField(max_length=32, unique=True, default=opaque, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="protected")
    relation = models.CharField(max_length=8, choices=Relation)
    proof = models.CharField(max_length=500, help_text="What was shown to prove it, in the words of whoever asked.")
    agreement = models.CharField(max_length=16)
    agreement_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    case = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "consent_protected"
        constraints = [
            models.CheckConstraint(
                name="consent_protected_state_known", condition=Q(state__in=["pending", "in_force", "withdrawn"])
            ),
            models.CheckConstraint(
                name="consent_protected_relation_known", condition=Q(relation__in=["self", "estate", "guardian"])
            ),
            models.CheckConstraint(
                name="consent_protected_only_with_a_case", condition=~Q(state="in_force") | ~Q(case="")
            ),
            models.CheckConstraint(name="consent_protected_says_its_proof", condition=~Q(proof="")),
        ]

    def __str__(self) -> str:
        return self.public_id


class LegalHold(models.Model):
    """An order that delays the destruction of one person's key, and nothing else: it lets nobody use anything.

    Trusted? Yes, it names who placed it and why. If lost? What was withdrawn is destroyed at the next sweep.
    """

    public_id = models.CharField(max_length=32, unique=True, default=opaque, editable=False)
    cameo = models.ForeignKey(Cameo, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=500)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "consent_legal_hold"
        constraints = [
            models.UniqueConstraint(
                name="consent_hold_one_in_force", fields=["cameo"], condition=Q(lifted_at__isnull=True)
            ),
            models.CheckConstraint(name="consent_hold_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="consent_hold_lifted_by_somebody",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Template(models.Model):
    """What is kept of a likeness: one sealed face vector, and one sealed portrait with its landmarks.

    It is of a cameo, or (a face alone) of somebody on the protected registry.

    Trusted? Only after it opens under the owner's key (AES-256-GCM, bound to cameo and modality).
    If lost? The cameo cannot be used and its owner enrols again. Keys lie outside this database.
    """

    class Modality(models.TextChoices):
        """Which part of a likeness. No voice is kept: nothing here can tell whose it is, or that it is an engine's."""

        FACE = "face"
        PORTRAIT = "portrait"

    cameo = models.ForeignKey(Cameo, null=True, blank=True, on_delete=models.CASCADE, related_name="templates")
    protected = models.ForeignKey(Protected, null=True, blank=True, on_delete=models.CASCADE, related_name="templates")
    modality = models.CharField(max_length=8, choices=Modality)
    ciphertext = models.BinaryField()
    key_name = models.CharField(max_length=64)
    model_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        db_table = "consent_template"
        constraints = [
            models.UniqueConstraint(fields=["cameo", "modality"], name="consent_template_one_per_modality"),
            models.UniqueConstraint(fields=["protected"], name="consent_template_one_per_protected"),
            models.CheckConstraint(
                name="consent_template_of_somebody",
                condition=Q(cameo__isnull=False, protected__isnull=True)
                | Q(cameo__isnull=True, protected__isnull=False, modality="face"),
            ),
            models.CheckConstraint(
                name="consent_template_modality_known", condition=Q(modality__in=["face", "portrait"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.modality} template {self.pk}"

    @property
    def whose(self) -> str:
        """Return the public id of whom it is of; the ciphertext is bound to it."""
        subject = self.cameo or self.protected
        return subject.public_id if subject else ""


class Thing(models.Model):
    """The cameo of an animal or an object: one sealed picture, for its owner alone.

    Trusted? That nobody is in it was checked when it was made. If lost? It is recorded again. Its key, named by its
    public id, lies outside this database.
    """

    class Kind(models.TextChoices):
        """What it is."""

        ANIMAL = "animal"
        OBJECT = "object"

    public_id = models.CharField(max_length=32, unique=True, default=opaque, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="things")
    kind = models.CharField(max_length=6, choices=Kind)
    name = models.CharField(max_length=60)
    ciphertext = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        db_table = "consent_thing"
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="consent_thing_one_of_a_name"),
            models.CheckConstraint(name="consent_thing_kind_known", condition=Q(kind__in=["animal", "object"])),
            models.CheckConstraint(name="consent_thing_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.public_id
