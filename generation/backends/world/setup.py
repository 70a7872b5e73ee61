"""The door of the stage: a scene is set up on its ground, with its people, for a seed."""

from dataclasses import replace

import numpy as np

from generation.backends.world.layouts import LAYOUTS
from generation.backends.world.parse import Scene
from generation.backends.world.stage import Item, Stage

GROUND_BOUNCE = {"sand": 0.25, "grass": 0.6, "boards": 1.0, "asphalt": 0.95, "tiles": 0.95}
GROUND_OF = {
    "beach": "sand", "gym": "boards", "street": "asphalt", "park": "grass", "stage": "boards", "kitchen": "tiles",
}  # fmt: skip


def stage(scene: Scene, *, seed: int) -> Stage:
    """Return the scene set up for this seed: same seed, same places, colours and speeds."""
    rng = np.random.default_rng(seed)
    person = bool(scene.characters)
    ground = "boards" if person else GROUND_OF[scene.place]
    set_up = LAYOUTS[scene.action](scene, rng, person=person)
    people, shift = _places(len(scene.characters), juggles=set_up.fountain is not None)
    items = tuple(_put(item, shift=shift, bounce=GROUND_BOUNCE[ground]) for item in set_up.items)
    fountain = replace(set_up.fountain, centre=(shift, *set_up.fountain.centre[1:])) if set_up.fountain else None
    return replace(set_up, items=items, fountain=fountain, ground=ground, people_x=people)


def _places(people: int, *, juggles: bool) -> tuple[tuple[float, ...], float]:
    """Return where the people sit, and how far the action moves so that it is beside one or between two."""
    if people > 1:
        return ((-0.17, 0.4), -0.17) if juggles else ((-0.34, 0.34), -0.27)
    return ((0.0,), 0.0) if juggles else ((-0.2,), 0.0)


def _put(item: Item, *, shift: float, bounce: float) -> Item:
    at = (item.at[0] + shift, item.at[1], item.at[2])
    return replace(item, at=at, kind=replace(item.kind, bounce=item.kind.bounce * bounce))
