"""What came of a job: a sealed video that may be served."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q


def opaque() -> str:
    """Return a new public id: 96 random bits."""
    return secrets.token_urlsafe(12)


def token() -> str:
    """Return a new secret for a link: 128 random bits."""
    return secrets.token_urlsafe(16)


class Clip(models.Model):
    """A released video; a row cannot be inserted without its clearance, its manifest and its attempt.

    Whether it may be served now is asked of consent every time, never read from here. Trusted? As the
    record of a release. If lost: the video is no longer reachable; its seal still verifies.
    """

    class State(models.TextChoices):
        """May it be served at all?"""

        RELEASED = "released"
        HELD = "held"
        WITHDRAWN = "withdrawn"
        DELETED = "deleted"

    class Visibility(models.TextChoices):
        """Who, besides its maker and the people in it, may see it."""

        PRIVATE = "private"
        LINK = "link"
        FOLLOWERS = "followers"
        PUBLIC = "public"

    public_id = models.CharField(max_length=32, unique=True, default=opaque)
    render = models.OneToOneField("generation.Render", on_delete=models.PROTECT, related_name="clip")
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="clips")
    state = models.CharField(max_length=16, choices=State, default=State.RELEASED)
    visibility = models.CharField(max_length=16, choices=Visibility, default=Visibility.PRIVATE)
    output_clearance = models.OneToOneField("safety.Screening", on_delete=models.PROTECT, related_name="+")
    manifest = models.OneToOneField("provenance.Manifest", on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=200, unique=True)
    not_evaluated = models.JSONField(default=list)
    released_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(name="clip_by_maker", fields=["maker", "-released_at"])]
        constraints = [
            models.CheckConstraint(
                name="clip_state_known", condition=Q(state__in=["released", "held", "withdrawn", "deleted"])
            ),
            models.CheckConstraint(
                name="clip_visibility_known", condition=Q(visibility__in=["private", "link", "followers", "public"])
            ),
            models.CheckConstraint(
                name="clip_ended_iff_gone",
                condition=Q(state__in=["withdrawn", "deleted"], ended_at__isnull=False)
                | Q(state__in=["released", "held"], ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Link(models.Model):
    """A way to one clip for whoever holds it, until its maker revokes it.

    The token is kept as it is, since its maker may copy it again: it opens nothing but a video that is stored beside
    it. Trusted? It says who may ask, never what may be shown: consent is asked all the same. If lost: the link leads
    nowhere.
    """

    public_id = models.CharField(max_length=32, unique=True, default=opaque)
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="links")
    token = models.CharField(max_length=32, unique=True, default=token)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clip"], condition=Q(revoked_at__isnull=True), name="link_one_in_force"),
        ]

    def __str__(self) -> str:
        return self.public_id
