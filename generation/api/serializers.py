"""The JSON of jobs and clips; shapes only, no rules."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from generation.feed.models import Clip
from generation.pipeline.models import Job


class WishSerializer(serializers.Serializer[Any]):
    """What a maker asks for."""

    prompt = serializers.CharField(max_length=settings.VIDEO_PROMPT_MAX)
    size = serializers.ChoiceField(choices=settings.VIDEO_SIZES, default=settings.VIDEO_SIZES[0])
    seconds = serializers.IntegerField(min_value=1, max_value=settings.VIDEO_SECONDS_MAX, default=4)
    model = serializers.ChoiceField(choices=tuple(settings.VIDEO_ENGINES), default=next(iter(settings.VIDEO_ENGINES)))
    style = serializers.ChoiceField(  # type: ignore[assignment]  # a field of our own, not DRF's attribute
        choices=settings.VIDEO_STYLES, default=settings.VIDEO_STYLES[0]
    )
    references = serializers.ListField(
        child=serializers.CharField(max_length=32),
        max_length=1,
        required=False,
        help_text="The id of a file of yours that is ready (see /references); the prompt must name everybody in it.",
    )
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=None, allow_null=True)

    def validate_references(self, value: list[str]) -> tuple[str, ...]:
        """Return them as a wish has them."""
        return tuple(value)


class WhereSerializer(serializers.Serializer[Any]):
    """What was refused: the field of the request and its characters, or what of the video and its seconds."""

    field = serializers.CharField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    unit = serializers.ChoiceField(choices=("characters", "seconds"), default="characters")


class RefusalSerializer(serializers.Serializer[Any]):
    """Why there is no video: whose no it is, the machine's word, the sentence, the path, what can be done."""

    source = serializers.ChoiceField(choices=("consent", "safety", "engine"))  # type: ignore[assignment]  # as above
    code = serializers.CharField()
    sentence = serializers.CharField()
    path = serializers.ListField(child=serializers.CharField())
    advice = serializers.CharField(allow_blank=True)
    cameo = serializers.CharField(default="", help_text="Whose no it is, when it is a person's.")
    clause = serializers.CharField(default="", help_text="Their own words, when a wish of theirs fired.")
    where = WhereSerializer(default=None, allow_null=True, help_text="What to change, when screening refused words.")


class JobSerializer(serializers.ModelSerializer[Job]):
    """How far a job is, and what came of it."""

    id = serializers.CharField(source="public_id")
    refusal = RefusalSerializer(allow_null=True)
    clip = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = ("id", "state", "stage", "progress", "refusal", "clip", "submitted_at", "finished_at")
        read_only_fields = fields

    def get_clip(self, job: Job) -> str | None:
        """Return the id of the clip that was released."""
        return Clip.objects.filter(render__job=job).values_list("public_id", flat=True).first()


class ClipSerializer(serializers.ModelSerializer[Clip]):
    """What may be known of a clip by those who may see it."""

    id = serializers.CharField(source="public_id")
    job = serializers.CharField(source="render.job.public_id")
    maker = serializers.CharField(source="maker.handle")
    prompt = serializers.CharField(source="render.job.draft.prompt")
    size = serializers.CharField(source="render.job.draft.size")
    seconds = serializers.IntegerField(source="render.job.draft.seconds")
    cast = serializers.SerializerMethodField()
    manifest = serializers.CharField(source="manifest.label")
    sha256 = serializers.CharField(source="manifest.file_sha256")
    not_evaluated = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Clip
        fields = (
            "id", "job", "maker", "prompt", "size", "seconds", "cast", "state", "visibility", "manifest", "sha256",
            "not_evaluated", "released_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_cast(self, clip: Clip) -> list[str]:
        """Return who is in it, by the handles they had."""
        return [casting.handle for casting in clip.render.job.draft.castings.all()]
