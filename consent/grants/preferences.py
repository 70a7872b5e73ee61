"""An owner's rules: proposed from their words, in force once they confirm them, removed by them alone."""

from collections import defaultdict
from collections.abc import Collection

from consent.grants.rows import Rule


def required(cameos: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return cameo -> what its owner always wants to be shown, in their words."""
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    rows = Rule.objects.filter(cameo_id__in=cameos, kind=Rule.Kind.REQUIRE, state=Rule.State.CONFIRMED).order_by("pk")
    for cameo, clause in rows.values_list("cameo_id", "clause") if cameos else ():
        found[cameo] += (clause,)
    return dict(found)
