"""Models of every room, gathered where Django looks for them."""

from safety.classifiers.models import Denial, Screening
from safety.classifiers.output.models import KnownMedia
from safety.classifiers.own import OwnGazetteer
from safety.policies.models import Edition
from safety.review.models import Case, Decision, Event, Preservation

__all__ = [
    "Case", "Decision", "Denial", "Edition", "Event", "KnownMedia", "OwnGazetteer", "Preservation", "Screening",
]  # fmt: skip
