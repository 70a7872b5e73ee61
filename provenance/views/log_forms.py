"""What is asked of the log's pages: two days or two sizes, a thing to find, a file to check."""

from datetime import date

from django import forms
from django.utils import timezone

MOST = 1 << 20  # bytes of a proof file
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
WRONG_DAY = {"invalid": "This is not a day; write it as 2026-11-20.", "required": "Choose a day."}


class DaysForm(forms.Form):
    """From the beginning of one day to the end of another, in UTC."""

    start = forms.DateField(
        label="From the beginning of", widget=DAY, input_formats=["%Y-%m-%d"], error_messages=WRONG_DAY
    )
    end = forms.DateField(label="to the end of", widget=DAY, input_formats=["%Y-%m-%d"], error_messages=WRONG_DAY)

    def clean_end(self) -> date:
        """Refuse a day that has not come."""
        end: date = self.cleaned_data["end"]
        if end > timezone.now().date():
            raise forms.ValidationError("That day has not come yet.")
        return end

    def clean(self) -> None:
        """Refuse days the wrong way round."""
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and start > end:
            self.add_error("start", "The first day is after the second.")


class SizesForm(forms.Form):
    """Two checkpoints, by how many entries the log had."""

    old = forms.IntegerField(min_value=0, max_value=(1 << 63) - 1)
    new = forms.IntegerField(min_value=0, max_value=(1 << 63) - 1)


class ProofForm(forms.Form):
    """A file of the log, dropped or pasted."""

    file = forms.FileField(label="A file", required=False, allow_empty_file=True)
    text = forms.CharField(
        label="or its text", required=False, widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"})
    )

    def clean(self) -> None:
        """Take the text of whichever there is."""
        file = self.cleaned_data.get("file")
        if file is not None and file.size > MOST:
            raise forms.ValidationError("This file is longer than any proof of a log.")
        try:
            found = file.read().decode() if file is not None else self.cleaned_data.get("text") or ""
        except UnicodeDecodeError:
            raise forms.ValidationError("This file is not text, so it is no proof of the log.") from None
        if not found.strip():
            raise forms.ValidationError("Choose a file, or paste its text.")
        self.cleaned_data["found"] = found
