"""What can go wrong before Django runs; each docstring is the sentence a person reads."""


class SetupError(RuntimeError):
    """Countenance could not be set up."""


class DatabaseError(SetupError):
    """No PostgreSQL could be found or started."""


class BrokerError(SetupError):
    """No message broker could be found or started."""


class WeightError(SetupError):
    """A weight file could not be had."""
