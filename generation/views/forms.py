"""The studio's form; what is allowed is said by compose, here it is only offered."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings

from generation.feed.models import Clip
from generation.studio.compose import Wish

SIZES = {
    "640x360": "wide, 640 x 360",
    "360x640": "tall, 360 x 640",
    "1280x720": "wide, 1280 x 720",
    "720x1280": "tall, 720 x 1280",
}


AUDIENCES = {
    Clip.Visibility.PRIVATE: "you and the people in it",
    Clip.Visibility.LINK: "and whoever has the link",
    Clip.Visibility.FOLLOWERS: "and the people who follow you",
    Clip.Visibility.PUBLIC: "and everybody",
}


class VisibilityForm(forms.Form):
    """Who may see a video; those in it are asked again with every change."""

    visibility = forms.ChoiceField(
        label="Who may see it",
        choices=[(each.value, words) for each, words in AUDIENCES.items()],
        widget=forms.RadioSelect,
    )


class StudioForm(forms.Form):
    """What to make."""

    prompt = forms.CharField(
        max_length=settings.VIDEO_PROMPT_MAX,
        help_text="Say what happens. Name people with @, like @olive; they must have agreed.",
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
    )
    size = forms.ChoiceField(choices=[(size, SIZES.get(size, size)) for size in settings.VIDEO_SIZES])
    seconds = forms.IntegerField(min_value=1, max_value=settings.VIDEO_SECONDS_MAX, initial=4)
    style = forms.ChoiceField(choices=[(style, style) for style in settings.VIDEO_STYLES])
    model = forms.ChoiceField(choices=[(name, name) for name in settings.VIDEO_ENGINES])

    reference = forms.ChoiceField(required=False, label="Made from", widget=forms.RadioSelect)

    def __init__(self, *args: Any, ready: Sequence[str] = (), **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        choices = [("", "words alone"), *((one, f"your picture {number}") for number, one in enumerate(ready, start=1))]
        self.fields["reference"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField's

    def wish(self) -> Wish:
        """Return what was asked for."""
        data: dict[str, Any] = self.cleaned_data
        chosen = (data["reference"],) if data["reference"] else ()
        return Wish(**{name: data[name] for name in ("prompt", "size", "seconds", "style", "model")}, references=chosen)
