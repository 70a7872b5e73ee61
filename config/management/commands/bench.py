"""``manage.py bench NAME …``: hands over to the owning app's ``bench_NAME``; without a name, to all."""

from config.dispatch import Dispatch


class Command(Dispatch):
    """Measure what something costs."""

    help = "Measure what something costs; leaves no rows behind. Without a name: everything there is."
    prefix = "bench"
