"""The one road's two rows: the job a person asked for, and each attempt at it."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q


def opaque() -> str:
    """Return a new public id: 96 random bits."""
    return secrets.token_urlsafe(12)


class Job(models.Model):
    """A draft on its way to a clip; this row alone says how far it is and who works on it.

    ``lease_token`` and ``lease_until`` name the worker; nobody else may move the job. Trusted? Yes: the
    message queue is only a hint. If lost: the request is lost; no clip can come of it.
    """

    class State(models.TextChoices):
        """How far the job is; the words people read."""

        QUEUED = "queued"
        MAKING = "making"
        CHECKING = "checking"
        HELD = "held"
        SEALING = "sealing"
        DONE = "done"
        REFUSED = "refused"
        FAILED = "failed"
        CANCELLED = "cancelled"

    ENDED = (State.DONE, State.REFUSED, State.FAILED, State.CANCELLED)
    WORKING = (State.MAKING, State.CHECKING, State.SEALING)

    public_id = models.CharField(max_length=32, unique=True, default=opaque)
    draft = models.OneToOneField("generation.Draft", on_delete=models.PROTECT, related_name="job")
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs")
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    stage = models.CharField(max_length=80, blank=True)
    progress = models.FloatField(default=0.0)
    refusal = models.JSONField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    case = models.CharField(max_length=64, blank=True)
    idempotency_key = models.CharField(max_length=128, blank=True)
    request_digest = models.CharField(max_length=64, blank=True)
    submitted_at = models.DateTimeField(auto_now_add=True)
    queued_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(name="job_by_maker", fields=["maker", "-submitted_at"])]
        constraints = [
            models.CheckConstraint(
                name="job_state_known",
                condition=Q(
                    state__in=[
                        "queued",
                        "making",
                        "checking",
                        "held",
                        "sealing",
                        "done",
                        "refused",
                        "failed",
                        "cancelled",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="job_finished_iff_ended",
                condition=Q(state__in=["done", "refused", "failed", "cancelled"], finished_at__isnull=False)
                | (~Q(state__in=["done", "refused", "failed", "cancelled"]) & Q(finished_at__isnull=True)),
            ),
            models.CheckConstraint(name="job_three_attempts", condition=Q(attempts__lte=3)),
            models.CheckConstraint(
                name="job_lease_iff_working",
                condition=Q(state__in=["making", "checking", "sealing"], lease_until__isnull=False) & ~Q(lease_token="")
                | (~Q(state__in=["making", "checking", "sealing"]) & Q(lease_token="", lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="job_no_without_reason",
                condition=~Q(state__in=["refused", "failed"]) | Q(refusal__isnull=False),
            ),
            models.CheckConstraint(name="job_held_by_a_case", condition=~Q(state="held") | ~Q(case="")),
            models.CheckConstraint(name="job_progress_0_to_1", condition=Q(progress__gte=0, progress__lte=1)),
            models.UniqueConstraint(
                name="job_once_per_key", fields=["maker", "idempotency_key"], condition=~Q(idempotency_key="")
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Render(models.Model):
    """One attempt at a job, with the two tickets it was given; it cannot be inserted without them.

    ``continues`` is the held attempt whose quarantined bytes this one goes on from. Trusted? Yes. If
    lost: its clip falls with it, since nothing then shows who allowed it.
    """

    class State(models.TextChoices):
        """What became of the attempt."""

        RUNNING = "running"
        HELD = "held"
        RELEASED = "released"
        DISCARDED = "discarded"
        FAILED = "failed"

    public_id = models.CharField(max_length=32, unique=True, default=opaque)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="renders")
    number = models.PositiveSmallIntegerField()
    permit = models.OneToOneField("consent.PermitRecord", on_delete=models.PROTECT, related_name="+")
    prompt_clearance = models.OneToOneField("safety.Screening", on_delete=models.PROTECT, related_name="+")
    continues = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="continued_by")
    state = models.CharField(max_length=16, choices=State, default=State.RUNNING)
    engine = models.CharField(max_length=64, blank=True)
    engine_version = models.CharField(max_length=64, blank=True)
    source_type = models.CharField(max_length=64, blank=True)
    vocabulary = models.JSONField(default=list)
    stream_digest = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="render_number_per_job", fields=["job", "number"]),
            # I1: a job is released at most once, whatever the workers do
            models.UniqueConstraint(name="render_released_once", fields=["job"], condition=Q(state="released")),
            models.UniqueConstraint(name="render_running_once", fields=["job"], condition=Q(state="running")),
            models.CheckConstraint(
                name="render_state_known",
                condition=Q(state__in=["running", "held", "released", "discarded", "failed"]),
            ),
            models.CheckConstraint(
                name="render_released_has_digest", condition=~Q(state="released") | ~Q(stream_digest="")
            ),
            models.CheckConstraint(name="render_not_its_own_past", condition=~Q(continues=F("id"))),
        ]

    def __str__(self) -> str:
        return self.public_id
