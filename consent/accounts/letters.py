"""E-mail by the outbox: a letter is written with the change it tells of, and sent once, later, by a worker.

A letter says that there is news and where to read it, never the news: mail is read by more than one. It goes to an
address that its owner has confirmed, and to no other. Its Message-ID is the row's, so that a copy sent twice (a worker
that dies between the mail server's yes and our commit) is one letter to every mail program.
"""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from consent.accounts import transactions
from consent.accounts.kinds import Group, kind
from consent.accounts.letterbox import Letter

if TYPE_CHECKING:
    from consent.accounts.models import Person

logger = logging.getLogger(__name__)

TASK = "consent.tasks.post"
AT_A_TIME = 50
TRIES = 8
SUBJECTS = {
    Group.LIKENESS: "News about your likeness",
    Group.SECURITY: "News about your account's safety",
    Group.PEOPLE: "News in Countenance",
}
BODY = """Hello,

there is news for you in Countenance. For your privacy this letter does not say more.

Read it here: {link}

Which letters you get is yours to choose: {choices}
"""


def write(person: int, *, kind: str, notice: str) -> Letter:
    """Put a letter into the outbox, in the transaction of what it tells, and nudge a worker."""
    transactions.require("Writing a letter")
    link = f"/notices/{notice}" if notice else "/notices"
    letter = Letter.objects.create(person_id=person, kind=kind, subject=subject(kind), link=link)
    transaction.on_commit(nudge, robust=True)
    return letter


def subject(name: str) -> str:
    """Return what stands on the outside: the group, nothing else."""
    return SUBJECTS[kind(name).group]


def nudge() -> None:
    """Ask a worker to post soon; once, without waiting for a broker that is away."""
    current_app.send_task(TASK, queue="light", retry=False, ignore_result=True)


def post() -> int:
    """Send what waits and is due, oldest first; return how many letters went out."""
    sent = 0
    for _ in range(AT_A_TIME):
        outcome = post_next()
        if outcome is None:
            break
        sent += outcome
    return sent


@transaction.atomic
def post_next() -> bool | None:
    """Send the next letter that no other worker holds; return whether it went out, None when there is none."""
    waiting = Letter.objects.select_for_update(skip_locked=True, of=("self",)).select_related("person")
    due = waiting.filter(sent_at=None, given_up_at=None, due_at__lte=timezone.now())
    letter = due.order_by("due_at", "pk").first()
    if letter is None:
        return None
    address = confirmed(letter.person)
    if not address:
        return settle(letter, given_up=True)
    try:
        message(letter, to=address).send()
    except OSError:  # smtplib's errors are OSErrors too
        logger.warning("letters.not_sent", extra={"letter": letter.public_id, "attempts": letter.attempts + 1})
        return postpone(letter)
    return settle(letter)


def confirmed(person: "Person") -> str:
    """Return the person's address if they have confirmed it."""
    mine = EmailAddress.objects.filter(user=person, verified=True)
    return mine.order_by("-primary", "pk").values_list("email", flat=True).first() or ""


def message(letter: Letter, *, to: str) -> EmailMessage:
    """Return the letter as it is sent."""
    home = settings.PUBLIC_URL.rstrip("/")
    domain = home.partition("://")[2].partition("/")[0].partition(":")[0]
    return EmailMessage(
        letter.subject,
        BODY.format(link=home + letter.link, choices=f"{home}/notices/preferences"),
        to=[to],
        headers={"Message-ID": f"<{letter.public_id}@{domain}>", "Auto-Submitted": "auto-generated"},
    )


def settle(letter: Letter, *, given_up: bool = False) -> bool:
    """Write down that a letter went out, or never will; return whether it did."""
    letter.attempts += 1
    letter.sent_at, letter.given_up_at = (None, timezone.now()) if given_up else (timezone.now(), None)
    letter.save(update_fields=["attempts", "sent_at", "given_up_at"])
    return not given_up


def postpone(letter: Letter) -> bool:
    """Try again later, each time later than before; after the last try give up."""
    if letter.attempts + 1 >= TRIES:
        return settle(letter, given_up=True)
    letter.attempts += 1
    letter.due_at = timezone.now() + timedelta(minutes=2**letter.attempts)
    letter.save(update_fields=["attempts", "due_at"])
    return False
