"""Errors are surprises; refusals are values (see the value doors)."""


class ProvenanceError(Exception):
    """Something about the proof of this video could not be done."""

    def __str__(self) -> str:
        """Return the sentence given, or the one in the class's docstring."""
        return super().__str__() or (self.__doc__ or "").strip()


class MediaError(ProvenanceError):
    """This file could not be read as a video, picture or sound."""


class KeyStoreError(ProvenanceError):
    """The keys could not be read or made; check that the key folder exists and belongs to this user."""


class SealError(ProvenanceError):
    """This video could not be sealed."""


class LedgerError(ProvenanceError):
    """This fact could not be written to the public log."""


class LogFormatError(ProvenanceError):
    """This is not a checkpoint, or nobody we know signed it."""


class ProofFileError(LogFormatError):
    """This is not a proof file, or it is damaged."""
