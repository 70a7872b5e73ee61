"""Errors are surprises; refusals are values (see the value doors). A class's docstring is its sentence."""


class GenerationError(Exception):
    """Something went wrong while the video was made."""

    def __str__(self) -> str:
        """Return the sentence it was raised with, else the class's own."""
        return super().__str__() or (self.__doc__ or "")


class EngineError(GenerationError):
    """The video model could not make this video."""


class EngineRefusedError(EngineError):
    """The video model will not make this video; asking again will not help."""


class EncodeError(GenerationError):
    """The pictures or the sound that came from the video model cannot be made into a video."""


class LeaseLostError(GenerationError):
    """Another worker has this job now, or it was cancelled; this one stops and releases nothing."""


class DraftError(GenerationError):
    """This request cannot be made into a video."""


class StrangerError(DraftError):
    """Somebody in this file is not cast: name everybody in it with @."""


class NoTakerError(GenerationError):
    """No video model here makes anything from such a file, so it was not taken."""


class NoFileError(GenerationError):
    """There is no file in the request."""


class HeavyError(GenerationError):
    """This file is larger than the 20 MB that are taken."""


class QuotaError(GenerationError):
    """You have as many videos waiting as one person may have; let one finish first."""


class ViewEndedError(GenerationError):
    """What allowed this video to be shown ended while it was being watched."""


class RepeatedError(GenerationError):
    """This Idempotency-Key was used before for a different request; send a new key."""


class JudgingError(GenerationError):
    """Something went wrong while this was checked, so nothing was made; you can try again."""
