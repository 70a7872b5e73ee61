"""Every kind of notice there is: what it tells, in which group it belongs, and whether a letter comes unless refused.

What concerns a likeness and what concerns the account's safety always reaches the inbox, and a letter about the latter
cannot be refused either: whoever gets hold of an account must not be able to silence it. A kind that nobody has named
here counts as the first.
"""

from dataclasses import dataclass

from django.db import models


class Group(models.TextChoices):
    """What a notice is about."""

    LIKENESS = "likeness", "Your likeness"
    SECURITY = "security", "Your account's safety"
    PEOPLE = "people", "People"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: in the words of the preferences page; ``page`` is the URL's name where it can be looked at."""

    group: Group
    words: str
    letter: bool = False
    page: str = ""

    @property
    def is_always_told(self) -> bool:
        """Return whether it cannot be kept out of the inbox."""
        return self.group in {Group.LIKENESS, Group.SECURITY}

    @property
    def is_always_written(self) -> bool:
        """Return whether its letter cannot be refused."""
        return self.group is Group.SECURITY


SAID, SAFE, SOCIAL = Group.LIKENESS, Group.SECURITY, Group.PEOPLE
KINDS: dict[str, Kind] = {
    "appearance.made": Kind(SAID, "Your likeness was used", page="consent:appearances"),
    "appearance.often": Kind(SAID, "One person used you often", letter=True, page="consent:appearances"),
    "appearance.deleted": Kind(SAID, "A video with your likeness was taken down", page="consent:appearances"),
    "request.made": Kind(SAID, "Somebody asks to use your likeness", letter=True, page="consent:requests"),
    "request.answered": Kind(SAID, "Your request was answered", page="consent:requests"),
    "grant.made": Kind(SAID, "You were given, or gave, a permission", page="consent:permissions"),
    "grant.revoked": Kind(SAID, "A permission was taken back", page="consent:permissions"),
    "cameo.enrolled": Kind(SAID, "Your likeness was enrolled, or enrolled again", letter=True, page="consent:likeness"),
    "cameo.frozen": Kind(SAID, "Your likeness was frozen, or is free again", letter=True, page="consent:likeness"),
    "protected.decided": Kind(SAID, "A face you asked to protect was decided on", letter=True, page="consent:protect"),
    "cameo.retired": Kind(
        SAID, "Your likeness was withdrawn: you were away long", letter=True, page="consent:likeness"
    ),
    "guardian.asked": Kind(SAID, "Somebody proposes to be guardian or ward", letter=True, page="consent:family"),
    "guardian.changed": Kind(SAID, "Something changed between guardian and ward", letter=True, page="consent:family"),
    "steward.acted": Kind(SAID, "Somebody acted in your place", letter=True, page="consent:receipts"),
    "steward.asked": Kind(SAFE, "Somebody asks to act in your place", letter=True, page="consent:stewards"),
    "steward.changed": Kind(SAFE, "Who may act in your place has changed", letter=True, page="consent:stewards"),
    "security.token": Kind(SAFE, "A token for programs was made or revoked", letter=True, page="consent:tokens"),
    "birthday.asked": Kind(SAFE, "A correction of your birth date was asked for", letter=True, page="consent:settings"),
    "birthday.decided": Kind(SAFE, "A correction of your birth date was decided", letter=True, page="consent:settings"),
    "export.ready": Kind(SAFE, "Your data was gathered for you", letter=True, page="consent:export"),
    "evidence.decided": Kind(SAFE, "What you showed us was looked at", letter=True, page="consent:family"),
    "follow.made": Kind(SOCIAL, "Somebody follows you"),
    "invite.redeemed": Kind(SOCIAL, "Somebody you invited has joined", page="consent:invites"),
}
UNNAMED = Kind(SAID, "Something about your likeness")


def kind(name: str) -> Kind:
    """Return what is known of a kind; one that nobody named is about a likeness, and is always told."""
    return KINDS.get(name, UNNAMED)
