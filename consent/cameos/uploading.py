"""Taking a recording off the wire: into the private folder as it arrives, and never more than the limit."""

import tempfile
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from consent.cameos.enrolment import HEAVIEST, home

FORM: int = 2**16  # bytes a form may take besides the file


class PrivateUpload(FileUploadHandler):
    """Writes to a nameless-to-others file in the captures folder (mode 0600); stops the upload at the limit."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.file: UploadedFile[bytes] | None = None  # Django's name: its parser closes it when a form breaks off
        self._got = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        """Open the private file."""
        super().new_file(*args, **kwargs)
        kept = tempfile.NamedTemporaryFile(dir=home(), prefix="arriving-")  # noqa: SIM115 - closed with the request
        self.file = UploadedFile(kept, self.file_name, self.content_type, 0, self.charset)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - Django's
        """Write a chunk, or stop."""
        self._got += len(raw_data)
        if self._got > HEAVIEST or self.file is None:
            raise StopUpload(connection_reset=True)
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":  # a generic to the type checker alone
        """Hand the file over, rewound."""
        if self.file is not None:
            self.file.seek(0)
            self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        """Remove what had arrived."""
        if self.file is not None:
            self.file.close()


def prepare(request: HttpRequest) -> bool:
    """Send the request's files through :class:`PrivateUpload`; False when it announces too much to begin with."""
    try:
        announced = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return False
    request.upload_handlers = [PrivateUpload(request)]
    return announced <= HEAVIEST + FORM
