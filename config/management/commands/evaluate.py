"""``manage.py evaluate NAME …``: hands over to the owning app's ``evaluate_NAME``."""

from config.dispatch import Dispatch


class Command(Dispatch):
    """Measure how good something is."""

    help = "Measure how good something is: exit 0 when measured, whatever the figures; 2 when it could not be."
    prefix = "evaluate"
