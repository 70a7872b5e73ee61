"""What people decide about people: birth dates to correct, guardians' evidence, stewards."""

from consent.accounts import correction, evidence, stewards
from safety import cases


def register() -> None:
    """Teach safety these kinds. None restricts anything: what waits for a decision has no effect until there is one."""
    for kind, shown, resolved in (
        (correction.KIND, correction.shown, correction.resolved),
        (evidence.KIND, evidence.shown, evidence.resolved),
        (stewards.KIND, stewards.shown, stewards.resolved),
    ):
        cases.register(kind, cases.Handlers(show=shown, restrict=nothing, restore=nothing, resolved=resolved))


def nothing(_subject: str) -> None:
    """Do nothing."""
