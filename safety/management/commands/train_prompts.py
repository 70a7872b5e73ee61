"""``manage.py train_prompts``: train the prompt head anew from the committed lines."""

import json

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from safety import backends
from safety.classifiers import head
from safety.classifiers.normalise import readings
from safety.errors import SafetyError


class Command(BaseCommand):
    """Train the prompt head from ``safety/classifiers/training/*.jsonl`` and write it beside them."""

    help = "Train the prompt head from the committed lines; the same lines and encoder give the same head."

    def handle(self, *_args: object, **_options: object) -> None:
        """Embed, fit, write; one JSON object on stdout says from what."""
        try:
            encoder = backends.sentences()
            texts, labels, digest = head.lines()
            vectors = encoder.embed([readings(text)[0].text for text in texts])
        except SafetyError as error:
            raise CommandError(str(error)) from error
        names, weights, bias = head.fit(vectors, labels=labels)
        np.savez(
            head.FILE,
            labels=np.array(names),
            weights=weights,
            bias=bias,
            encoder=np.array(encoder.sha256),
            lines=np.array(digest),
        )
        self.stdout.write(json.dumps({"lines": len(texts), "labels": names, "data": digest, "encoder": encoder.sha256}))
