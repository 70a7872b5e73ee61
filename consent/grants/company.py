"""Who is in a video together: somebody under 18 among several people makes it one with minors present."""

from collections.abc import Collection

from consent.accounts.ages import AgeBand, age_band
from consent.cameos.models import Cameo

MINORS = frozenset({"minors"})


def categories(cameos: Collection[int]) -> frozenset[str]:
    """Return what a video is about because of whom it shows together."""
    if len(cameos) < 2:  # noqa: PLR2004 - one person alone is no company
        return frozenset()
    births = Cameo.objects.filter(pk__in=cameos).values_list("owner__birth_date", flat=True)
    return MINORS if any(age_band(born) is not AgeBand.ADULT for born in births) else frozenset()
