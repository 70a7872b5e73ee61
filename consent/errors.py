"""Errors are surprises; refusals are values (see the value doors). A class's docstring is its sentence."""


class ConsentError(Exception):
    """Something about consent went wrong; nothing was changed."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or (self.__doc__ or "").strip())


class UnderageError(ConsentError):
    """Countenance is for people of 13 and older."""


class OutsideTransactionError(ConsentError):
    """This may only be called inside a database transaction, because it stands or falls with the change it tells of."""


class AudienceError(ConsentError):
    """Until you are 18, your likeness can be open to people you approve, not wider."""


class UsesError(ConsentError):
    """A likeness cannot be given for these uses."""


class GrantError(ConsentError):
    """This grant cannot be given."""


class CameoStateError(ConsentError):
    """Your cameo is not in a state in which this can be done."""


class TieError(ConsentError):
    """You cannot follow or block yourself."""


class NobodyError(ConsentError):
    """There is nobody of this name."""


class HandleError(ConsentError):
    """A handle is 2 to 30 letters a-z, digits or underscores."""


class TakenError(ConsentError):
    """Somebody has this handle already, or one that looks like it. Choose another."""


class EmailTakenError(ConsentError):
    """There is an account with this e-mail address already. Sign in to it, or use another address."""


class InviteError(ConsentError):
    """This invite cannot be used: it was used already, or there is none like it."""


class GuardianError(ConsentError):
    """This cannot be done with this guardianship."""


class NoGuardianshipError(GuardianError):
    """There is no such guardianship."""


class StewardError(ConsentError):
    """This cannot be done in somebody's place."""


class NoStewardError(StewardError):
    """You do not act in this person's place."""


class BirthdayError(ConsentError):
    """This birth date cannot be taken."""


class NoticeError(ConsentError):
    """This kind of notice cannot be changed this way."""


class EngineMissingError(ConsentError):
    """An engine that sees or hears people is not available."""


class TemplateError(ConsentError):
    """This likeness cannot be opened: its key is gone or its bytes were changed."""


class CaptureError(ConsentError):
    """This capture cannot be used."""


class AppearanceError(ConsentError):
    """There is no such appearance of yours."""


class ExportError(ConsentError):
    """Your data cannot be gathered now; one gathering at a time, and one a day."""


class MintError(ConsentError):
    """Permits are minted by the gate alone."""


class SignatureError(ConsentError):
    """This receipt was not signed."""

    SENTENCES = {
        "not_to_sign": "This receipt is not one to sign: it tells of somebody else's act, or its words were changed.",
        "signed_already": "This receipt is signed already; a signature is given once.",
        "no_passkey": "You have no passkey here yet. Add one under Sign-in and passkeys.",
        "unreadable": "This is no answer of a passkey.",
        "wrong_site": "This was signed for another site, so it proves nothing here.",
        "wrong_receipt": "This was signed for something else, not for this receipt.",
        "unknown_passkey": "This passkey is not one of yours.",
        "bad_signature": "The signature does not hold.",
        "count_went_back": "This passkey counted backwards, so there may be a copy of it. Remove it and add a new one.",
    }

    def __init__(self, sentence: str = "", *, code: str = "bad_signature") -> None:
        super().__init__(sentence)
        self.code = code

    @classmethod
    def of(cls, code: str) -> "SignatureError":
        """Return the error with this code and its sentence."""
        return cls(cls.SENTENCES[code], code=code)


class TokenError(ConsentError):
    """This token cannot be made or ended."""


class PreferenceError(ConsentError):
    """This cannot be taken as a preference."""


class RequestError(ConsentError):
    """This request cannot be made or answered."""


class BenchError(ConsentError):
    """This could not be measured here."""
