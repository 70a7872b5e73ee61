"""The catalogues that decisions were made by, kept so that each decision can be replayed."""

from typing import Any, Never

from django.db import models

from safety.errors import AppendOnlyError


class EditionRows(models.QuerySet["Edition"]):
    """Rows may be added; none is changed or removed through here."""

    def _refuse(self, *_args: object, **_kwargs: object) -> Never:
        raise AppendOnlyError

    update = bulk_update = update_or_create = delete = _refuse  # I2


class Edition(models.Model):
    """One catalogue, whole, under the version its own bytes give it.

    Trusted: by its version, which is a digest of ``files``. If lost: what was decided by it cannot be replayed.
    """

    version = models.CharField(max_length=64, primary_key=True)
    files = models.JSONField()  # stem -> TOML
    first_used_at = models.DateTimeField()

    objects = EditionRows.as_manager()

    def __str__(self) -> str:
        return self.version

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on as Django has it
        """Insert; a second save is refused."""
        if not self._state.adding:
            raise AppendOnlyError
        super().save(*args, **kwargs)
