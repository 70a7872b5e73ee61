"""Which cameo a handle names, remembered but never believed: the statement says whose cameo it has judged.

An answer about somebody else than was asked for is thrown away, and the handle is looked up before it is asked again.
"""

from collections.abc import Collection, Mapping

from consent.grants import graph
from consent.grants.graph import Judgement, Question

MOST = 10_000
CAMEOS: dict[str, int] = {}
"""Handle -> cameo, as it was found; nothing is kept of a handle without one."""


def judge(requester: int, handles: Collection[str], *, uses: int, categories: frozenset[str]) -> dict[str, Judgement]:
    """Return handle -> answer, for each handle asked for, once and in that order."""
    wanted = list(dict.fromkeys(map(graph.plain, handles)))
    if hints := remembered(wanted):
        answers = ask(requester, hints, uses=uses, categories=categories)
        if is_about(answers):
            return answers
    return ask(requester, learn(wanted), uses=uses, categories=categories)


def remembered(handles: Collection[str]) -> dict[str, int]:
    """Return handle -> cameo, once for each and in that order; nothing when one of them is not known."""
    wanted = list(dict.fromkeys(map(graph.plain, handles)))
    return {handle: CAMEOS[handle] for handle in wanted} if all(handle in CAMEOS for handle in wanted) else {}


def is_about(answers: Mapping[str, Judgement]) -> bool:
    """Return whether each answer is about whom it was asked for."""
    return all(answer.handle == handle for handle, answer in answers.items())


def ask(requester: int, cameos: Mapping[str, int], *, uses: int, categories: frozenset[str]) -> dict[str, Judgement]:
    """Return handle -> answer, all from one snapshot."""
    answers = graph.judge([Question(requester, cameo, uses, categories) for cameo in cameos.values()])
    return dict(zip(cameos, answers, strict=True))


def learn(handles: Collection[str]) -> dict[str, int]:
    """Look these handles up, and remember those that name a cameo."""
    found = graph.find(handles)
    if len(CAMEOS) > MOST:
        CAMEOS.clear()
    CAMEOS.update({handle: cameo for handle, cameo in found.items() if cameo})
    return found
