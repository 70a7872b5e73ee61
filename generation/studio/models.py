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


class Availability(models.Model):
    """What the worker last said about one video model: ready, or the sentence that says what is missing.

    Web processes load no engine, so they ask this row. Trusted? As a hint for the studio; the worker
    asks the engine itself. If lost: the next survey writes it again.
    """

    engine = models.CharField(max_length=64, primary_key=True)
    missing = models.TextField(blank=True)
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.engine
