"""Receipts as their holders download them: that the words are those committed to, and that the log has their digest.

JSON with ``digest`` = hex SHA-256(``salt`` as bytes || ``payload``) and ``inclusion``: index, salt, body of its entry,
audit path in hex, checkpoint. Other members are passed over. Pure: no Django, no database.
"""

import hashlib
import json
from typing import Any

from provenance.errors import LogFormatError, ProofFileError
from provenance.log import tlogproof
from provenance.log.tlogproof import ProofFile, Proven, Trust

EARLY = "This receipt was downloaded before the log had it; download it again."


def verify(text: str, *, trust: Trust) -> tuple[str, Proven]:
    """Return a receipt's digest, and what is proven of the entry that names it.

    Raises:
        LogFormatError: in one sentence what does not hold, or that this is no receipt.
    """
    digest, file = read(text)
    proven = tlogproof.verify(file, trust=trust)
    if digest not in tlogproof.names(proven.body):
        raise LogFormatError("The entry that this receipt points to does not name it.")
    return digest, proven


def read(text: str) -> tuple[str, ProofFile]:
    """Return the digest of a receipt whose words come to it, and the proof in the file, not yet believed."""
    try:
        said: dict[str, Any] = json.loads(text)
        digest, found = said["digest"], said["inclusion"]
        computed = hashlib.sha256(bytes.fromhex(said["salt"]) + said["payload"].encode()).hexdigest()
        if found is None:
            raise ProofFileError(EARLY)
        path = tuple(map(bytes.fromhex, found["path"]))
        file = ProofFile(
            int(found["index"]), path, str(found["checkpoint"]), bytes.fromhex(found["salt"]), str(found["body"])
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProofFileError from error
    if not file.body:
        raise ProofFileError
    if computed != digest:
        raise LogFormatError("The receipt's words are not those that its digest was made of.")
    return digest, file
