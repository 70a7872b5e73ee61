"""What a maker asked for, before any model sees it."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q


def opaque() -> str:
    """Return a new public id: 96 random bits."""
    return secrets.token_urlsafe(12)


class Draft(models.Model):
    """The composed request: text, size, length, look, seed and who is named in it.

    Its public id is part of its digest, so a ticket given for it fits no other, not even an equal one.
    Trusted? By its digest alone, which permits and clearances are given for. If lost: the job that names it
    cannot run again.
    """

    public_id = models.CharField(max_length=32, unique=True, default=opaque)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drafts")
    prompt = models.TextField()
    requires = models.JSONField(
        default=list, blank=True, help_text="What the people cast always want to be shown, a line each."
    )
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    seconds = models.PositiveSmallIntegerField()
    fps = models.PositiveSmallIntegerField()
    style = models.CharField(max_length=32)
    model = models.CharField(max_length=64)
    seed = models.BigIntegerField()
    digest = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="draft_seconds_1_to_20", condition=Q(seconds__gte=1, seconds__lte=20)),
            models.CheckConstraint(name="draft_prompt_not_empty", condition=~Q(prompt="")),
            models.CheckConstraint(name="draft_digest_is_sha256", condition=Q(digest__regex=r"^[0-9a-f]{64}$")),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as Django has it
        """Insert; a draft is never changed, since others have judged its digest."""
        if self.pk is not None:
            raise TypeError("A draft is immutable; compose a new one.")
        super().save(*args, **kwargs)

    @property
    def words(self) -> str:
        """Everything that is judged and drawn: what the maker wrote, and what the people cast always want."""
        return "\n".join([self.prompt, *self.requires])

    @property
    def fields(self) -> dict[str, str]:
        """The same by where it comes from: the prompt, and the wishes of each person cast."""
        wishes: dict[str, list[str]] = {}
        for line in self.requires:
            wishes.setdefault(f"wishes of {line.partition(':')[0]}", []).append(line)
        return {"prompt": self.prompt} | {name: "\n".join(lines) for name, lines in wishes.items()}

    @property
    def size(self) -> str:
        """The size as people write it: ``640x360``."""
        return f"{self.width}x{self.height}"


class Casting(models.Model):
    """One person named in a draft by ``@handle``, in the order of first mention.

    The person is named by key, so a handle that changes hands later casts nobody else. Trusted? It
    is what was asked, never what was allowed. If lost: the draft no longer fits its digest and is refused.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="castings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="castings")
    handle = models.CharField(max_length=64)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="casting_once_per_draft", fields=["draft", "person"]),
            models.UniqueConstraint(name="casting_one_per_position", fields=["draft", "position"]),
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"


class Reference(models.Model):
    """A file that somebody brought for a video to be made from: nobody's draft names it before it was looked at.

    What is kept of a picture is our own copy of what was judged, nothing else of the file. ``people`` are those in it,
    by primary key; no face is kept. A refused one keeps neither bytes nor people. Trusted? Only while it is ready,
    and by its digest, which the draft's covers. If lost: its draft no longer fits its digest and is refused.
    """

    class State(models.TextChoices):
        """How it stands; the words people read."""

        CHECKING = "checking"
        READY = "ready"
        HELD = "held"
        REFUSED = "refused"
        GONE = "gone"

    class Kind(models.TextChoices):
        """What it is said to be; a file that is not cannot be read."""

        IMAGE = "image"
        VIDEO = "video"
        AUDIO = "audio"

    KEPT = (State.CHECKING, State.READY, State.HELD)

    public_id = models.CharField(max_length=32, unique=True, default=opaque)
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="references")
    draft = models.OneToOneField(Draft, on_delete=models.CASCADE, null=True, blank=True, related_name="reference")
    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=16, choices=State, default=State.CHECKING)
    file = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    people = models.JSONField(default=list, blank=True)
    refusal = models.JSONField(null=True, blank=True)
    clearance = models.OneToOneField(
        "safety.Screening", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    case = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    judged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(name="reference_by_maker", fields=["maker", "-received_at"])]
        constraints = [
            models.CheckConstraint(
                name="reference_state_known",
                condition=Q(state__in=["checking", "ready", "held", "refused", "gone"]),
            ),
            models.CheckConstraint(name="reference_kind_known", condition=Q(kind__in=["image", "video", "audio"])),
            models.CheckConstraint(  # I12: nothing is kept of what was refused, and nothing is there without a reason
                name="reference_kept_while_it_may_be_needed",
                condition=Q(state__in=["checking", "ready", "held"]) & ~Q(file="")
                | Q(state__in=["refused", "gone"], file=""),
            ),
            models.CheckConstraint(
                name="reference_ready_was_cleared",
                condition=~Q(state="ready") | Q(clearance__isnull=False, digest__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="reference_used_was_cleared",
                condition=Q(draft__isnull=True) | Q(clearance__isnull=False, state__in=["ready", "gone"]),
            ),
            models.CheckConstraint(
                name="reference_refused_says_why_and_knows_nobody",
                condition=~Q(state="refused") | Q(refusal__isnull=False, people=[]),
            ),
            models.CheckConstraint(name="reference_held_by_a_case", condition=~Q(state="held") | ~Q(case="")),
        ]

    def __str__(self) -> str:
        return self.public_id


class Availability(models.Model):
    """What the worker last said about one video model: ready, or the sentence that says what is missing.

    Web processes load no engine, so they ask this row. Trusted? As a hint for the studio; the worker
    asks the engine itself. If lost: the next survey writes it again.
    """

    engine = models.CharField(max_length=64, primary_key=True)
    missing = models.TextField(blank=True)
    takes = models.JSONField(default=list, blank=True, help_text="The kinds of references it makes something from.")
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.engine
