"""What a scene shows, where CLIP's weights are installed: each second, and whenever the picture changes.

Every category has sentences of its own and so does the harmless world; a category's score is its sentences' share. The
levels are not measured, so by them a scene is held for a person and never refused.
"""

from provenance.media import Frame
from safety import backends
from safety.clearance import Signal, Span

EVERY = 1.0  # seconds
ROLE = "scenes"
KEPT = 0.05  # weaker signals are noise

SENTENCES = {
    "violence": (
        "a photo of a person attacking another person",
        "a photo of somebody being beaten or stabbed",
        "a photo of people shooting at people",
    ),
    "gore": ("a photo of a bloody wound", "a photo of a mutilated body", "a photo of blood and injured people"),
    "disturbing": ("a photo of a corpse", "a photo of a person in agony", "a photo of an animal being hurt"),
    "self-harm": ("a photo of a person hurting themselves", "a photo of a person about to hang themselves"),
    "hate": (
        "a photo of a swastika flag", "a photo of hooded racists with torches", "a photo of a Nazi salute",
    ),
    "extremism": ("a photo of masked terrorists with a flag and guns", "a photo of an execution by militants"),
    "": (
        "a photo of a landscape", "a photo of a street", "a photo of a room", "a photo of food", "a photo of an animal",
        "a photo of a person", "a photo of people talking", "a photo of people playing sports", "a photo of a child",
        "a photo of a party", "a photo of a vehicle", "a photo of a building", "a photo of plants", "a cartoon",
        "a blurry picture", "a picture of text", "a photo of the night sky", "a photo of water", "a dark picture",
    ),
}  # fmt: skip


class Watcher:
    """Looks at one video's scenes; keeps scores and times."""

    def __init__(self) -> None:
        self.best: dict[str, tuple[float, float]] = {}
        self._due = 0.0

    def is_due(self, t: float) -> bool:
        """Return whether a second has passed since the last look."""
        return t >= self._due

    def see(self, frame: Frame) -> None:
        """Look at one picture, if there is an engine; weights that are there and do not load are an error."""
        self._due = frame.t + EVERY
        if not backends.is_installed(ROLE):
            return
        sentences = [(category, one) for category, several in SENTENCES.items() for one in several]
        shares = backends.scenes().match(frame.rgb, [one for _, one in sentences])
        for category in SENTENCES.keys() - {""}:
            score = float(sum(share for (of, _), share in zip(sentences, shares, strict=True) if of == category))
            if not score <= self.best.get(category, (0.0, 0.0))[0]:  # what is no number is kept, and refuses
                self.best[category] = (score, frame.t)

    def signals(self) -> tuple[Signal, ...]:
        """Return the strongest look of each category."""
        if not self.best:
            return ()
        engine = backends.scenes()
        return tuple(
            Signal(category, min(score, 1.0), engine.name, engine.sha256, Span(t, t))
            for category, (score, t) in self.best.items()
            if not score < KEPT
        )
