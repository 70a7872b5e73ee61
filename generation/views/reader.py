"""Who is asking."""

from django.http import HttpRequest


def reader(request: HttpRequest) -> int:
    """Return the key of the person signed in; every view here is behind ``login_required``."""
    return int(request.user.pk or 0)
