"""Words become a scene: a small honest vocabulary, and a list of what was left out of the picture."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What happens; every action is played by the physics, none is drawn as if."""

    DROP = "drops"
    BOUNCE = "bounces"
    THROW = "throws"
    JUGGLE = "juggles"
    TOPPLE = "a tower falls"
    STAIRS = "rolls down stairs"
    DOMINOES = "dominoes fall"


@dataclass(frozen=True, slots=True)
class Thing:
    """So many of one kind; ``colour`` is '' when the prompt names none."""

    kind: str
    count: int
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """What will be played: a place, an hour, one action with its things, and who watches or does it.

    ``left_out`` are the prompt's words that this engine does not know, in their order.
    """

    place: str
    hour: str
    action: Action
    things: tuple[Thing, ...]
    characters: tuple[str, ...]
    waves: bool = False
    smiles: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """What the scene graph contains, for those who judge the picture."""
        things = [word for thing in self.things for word in (thing.kind, thing.colour) if word]
        people = ["person", "face"] if self.characters else []
        gestures = [word for word, there in (("waves", self.waves), ("smiles", self.smiles)) if there]
        return tuple(dict.fromkeys([self.place, self.hour, str(self.action), *things, *people, *gestures]))


PLACES = {
    "beach": "beach sea seaside ocean shore sand coast",
    "gym": "gym gymnasium court arena basketball-court sports-hall",
    "street": "street city town road sidewalk pavement downtown",
    "park": "park garden meadow grass lawn field forest trees",
    "stage": "stage theatre theater spotlight concert show",
    "kitchen": "kitchen home room table house indoors",
}
HOURS = {
    "dawn": "dawn sunrise morning",
    "day": "day daylight noon midday sunny afternoon sunlight",
    "sunset": "sunset dusk evening golden",
    "night": "night midnight moonlight dark",
}
ACTIONS = {
    Action.JUGGLE: "juggle juggles juggling juggled",
    Action.DOMINOES: "domino dominoes dominos",
    Action.STAIRS: "stairs staircase steps ramp rolls roll rolling",
    Action.TOPPLE: "tower stack stacks stacked pile topple topples toppling collapse collapses knock knocks",
    Action.THROW: "throw throws throwing toss tosses tossing shoot shoots shooting pass passes",
    Action.BOUNCE: "bounce bounces bouncing dribble dribbles dribbling",
    Action.DROP: "drop drops dropping fall falls falling watch watches watching",
}
THINGS = {
    "ball": "ball balls",
    "basketball": "basketball basketballs",
    "tennis ball": "tennis-ball tennis",
    "beach ball": "beach-ball",
    "orange": "orange oranges",
    "apple": "apple apples",
    "lemon": "lemon lemons",
    "marble": "marble marbles",
    "cube": "cube cubes box boxes block blocks crate crates",
    "brick": "brick bricks",
    "glass": "glass glasses cup cups",
    "domino": "domino dominoes dominos",
}
COLOURS = (
    "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "white", "black", "brown", "gold",
    "silver",
)  # fmt: skip
NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "pair": 2, "three": 3, "four": 4, "several": 4, "five": 5, "six": 6,
    "many": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "dozen": 12, "twelve": 12,
}  # fmt: skip
SILENT = frozenset({
    "a", "an", "the", "and", "or", "of", "on", "in", "at", "by", "to", "from", "with", "while", "as", "it", "its",
    "is", "are", "be", "off", "up", "down", "over", "under", "into", "onto", "through", "then", "that", "this",
    "there", "their", "his", "her", "him", "she", "he", "they", "them", "who", "which", "for", "some", "few", "one",
    "very", "slowly", "gently", "softly", "video", "clip", "scene", "shot", "film", "show", "showing", "make", "me",
    "us", "please", "person", "someone", "woman", "man", "character", "people", "friend", "camera", "light",
})  # fmt: skip
JOINED = {"tennis ball": "tennis-ball", "beach ball": "beach-ball", "basketball court": "basketball-court"}
DIGITS = 3  # a longer number is no number of things
LIMITS = {Action.JUGGLE: 5, Action.TOPPLE: 8, Action.DOMINOES: 14, Action.STAIRS: 4, Action.THROW: 3}
USUAL = {Action.JUGGLE: 3, Action.TOPPLE: 6, Action.DOMINOES: 12}
DEFAULT_KIND = {Action.TOPPLE: "cube", Action.DOMINOES: "domino"}


def _index(table: dict[str, str]) -> dict[str, str]:
    return {word: name for name, words in table.items() for word in words.split()}


PLACE_OF, HOUR_OF, THING_OF = _index(PLACES), _index(HOURS), _index(THINGS)
ACTION_OF = {word: action for action, words in ACTIONS.items() for word in words.split()}
WAVES, SMILES = frozenset(["wave", "waves", "waving"]), frozenset(["smile", "smiles", "smiling", "happy", "happily"])
KNOWN = {*PLACE_OF, *HOUR_OF, *THING_OF, *ACTION_OF, *COLOURS, *NUMBERS, *WAVES, *SMILES, *SILENT}


def parse(prompt: str, *, cast: Sequence[str] = ()) -> Scene:
    """Return the scene the prompt asks for, as far as this engine's vocabulary goes; never fails.

    ``cast`` are the handles of consented people; a handle in the prompt that is not cast is left out.
    """
    words = _words(prompt)
    action = _action(words)
    things, clipped = _things(words, action=action)
    return Scene(
        place=next((PLACE_OF[word] for word in words if word in PLACE_OF), "park"),
        hour=next((HOUR_OF[word] for word in words if word in HOUR_OF), "day"),
        action=action,
        things=things,
        characters=tuple(cast),
        waves=not WAVES.isdisjoint(words),
        smiles=not SMILES.isdisjoint(words),
        left_out=_unknown(words, cast=cast, clipped=clipped),
    )


def _words(prompt: str) -> list[str]:
    text = " ".join(prompt.lower().split())
    for phrase, word in JOINED.items():
        text = re.sub(rf"\b{phrase}(s?)\b", word, text)
    return re.findall(r"@?[a-z0-9_]+(?:-[a-z]+)*", text)


def _action(words: Iterable[str]) -> Action:
    """Return the most particular action that is named: whoever juggles balls that fall is juggling."""
    named = {ACTION_OF[word] for word in words if word in ACTION_OF}
    return next((action for action in ACTIONS if action in named), Action.DROP)


def _things(words: Sequence[str], *, action: Action) -> tuple[tuple[Thing, ...], tuple[str, ...]]:
    """Return what is named with the number and colour said before it, and the numbers that were too large."""
    found: list[Thing] = []
    clipped: list[str] = []
    count, colour, limit = 0, "", LIMITS.get(action, 6)
    for place, word in enumerate(words):
        number = int(word) if word.isdigit() and len(word) <= DIGITS else NUMBERS.get(word, 0)
        if number:
            count = min(number, limit)
            clipped += [word] if number > limit else []
        elif word in COLOURS and not (word == "orange" and not _noun_follows(words[place + 1 :])):
            colour = word
        elif word in THING_OF:
            kind = THING_OF[word]
            many = count or (USUAL.get(action, 3) if word.endswith("s") and word != "glass" else USUAL.get(action, 1))
            found.append(Thing(kind=kind, count=min(many, limit), colour=colour))
            count, colour = 0, ""
        elif word in ACTION_OF and count == 1:  # "a tower of cubes" is one tower, not one cube
            count = 0
    kinds = {thing.kind: thing for thing in reversed(found)}
    if not kinds or (action is Action.DOMINOES and "domino" not in kinds):
        kind = DEFAULT_KIND.get(action, "ball")
        kinds = {kind: Thing(kind=kind, count=USUAL.get(action, 1), colour=colour)}
    return tuple(reversed(kinds.values()))[:3], tuple(clipped)


def _noun_follows(words: Sequence[str]) -> bool:
    """'orange ball' is a colour, 'an orange' and 'an orange rolls' are fruit."""
    return bool(words) and words[0] in THING_OF


def _unknown(words: Iterable[str], *, cast: Sequence[str], clipped: Sequence[str]) -> tuple[str, ...]:
    known = KNOWN | {f"@{handle.lower()}" for handle in cast}
    return tuple(dict.fromkeys(word for word in words if word in clipped or (word not in known and not word.isdigit())))
