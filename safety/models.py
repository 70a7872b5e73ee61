"""Models of every room, gathered where Django looks for them."""

from safety.classifiers.models import Screening
from safety.review.models import Case, Decision, Event

__all__ = ["Case", "Decision", "Event", "Screening"]
