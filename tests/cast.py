"""The people of every story: who they are never changes, so a test can be read without looking them up.

Olive owns a cameo · Felix is her mutual · Sten is a stranger · Tess is a teen · Pat is her parent · Mo moderates ·
Ada audits. A person is made on first mention; nothing is made that a test does not name.
"""

from datetime import date, timedelta

from django.utils import timezone

from consent.models import Cameo, Follow, Person

PASSWORD = "a long enough passphrase"


def birthday(years: int) -> date:
    """Return a birth date that makes somebody ``years`` old for a good while yet."""
    return (timezone.now() - timedelta(days=years * 365.25 + 120)).date()


def person(handle: str, *, years: int = 30, is_staff: bool = False) -> Person:
    """Return the person with this handle, made if they are not there yet."""
    found = Person.objects.filter(handle=handle).first()
    return found or Person.objects.create_user(
        handle,
        email=f"{handle}@example.org",
        birth_date=birthday(years),
        country="DE",
        display_name=handle.capitalize(),
        password=PASSWORD,
        is_staff=is_staff,
    )


def cameo(owner: Person, *, audience: Cameo.Audience = Cameo.Audience.ONLY_ME) -> Cameo:
    """Return the owner's live cameo, as it stands after an enrolment (no templates: faces are other tests' matter)."""
    made, _ = Cameo.objects.get_or_create(
        owner=owner, defaults={"state": Cameo.State.LIVE, "enrolled_at": timezone.now(), "audience": audience}
    )
    return made


def befriend(one: Person, other: Person) -> None:
    """Make two people mutuals."""
    Follow.objects.get_or_create(src=one, dst=other)
    Follow.objects.get_or_create(src=other, dst=one)


def olive() -> Person:
    """Olive, who owns a live cameo that nobody else may use yet."""
    found = person("olive")
    cameo(found)
    return found


def felix() -> Person:
    """Felix, who and Olive follow one another."""
    found = person("felix")
    befriend(found, person("olive"))
    return found


def sten() -> Person:
    """Sten, a stranger to everybody."""
    return person("sten")


def tess() -> Person:
    """Tess, who is fifteen."""
    return person("tess", years=15)


def pat() -> Person:
    """Pat, who is Tess's parent."""
    return person("pat", years=44)


def mo() -> Person:
    """Mo, who moderates."""
    return person("mo", is_staff=True)


def ada() -> Person:
    """Ada, who audits and has no special rights: that is the point."""
    return person("ada")
