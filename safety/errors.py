"""Errors are surprises; refusals are values (see the value doors). The docstring is the sentence a person reads."""


class SafetyError(Exception):
    """Safety could not do what was asked."""

    def __str__(self) -> str:
        """Return the sentence, with what was said where the error arose."""
        said = super().__str__()
        return said or (type(self).__doc__ or "").splitlines()[0]


class NotAvailableError(SafetyError):
    """A screening engine is not available; run `manage.py models fetch` and start again."""


class DigestError(SafetyError):
    """A digest is 64 hexadecimal digits."""


class AppendOnlyError(SafetyError):
    """This record is written once, by its own room, and is not changed afterwards."""


class PolicyError(SafetyError):
    """The policy catalogue does not read."""


class CaseError(SafetyError):
    """This case cannot be opened or decided."""


class TrainingError(SafetyError):
    """The prompt head cannot be trained or measured from these lines."""


class PreservedError(SafetyError):
    """What is preserved for the authorities cannot be opened or filed so."""


class ListError(SafetyError):
    """This list of known media does not read."""


class GazetteerError(SafetyError):
    """This list of public figures does not read."""
