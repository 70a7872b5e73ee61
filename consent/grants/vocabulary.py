"""The words that the grammar of preferences knows. What is in none of these lists is not guessed at."""

from typing import Final


def several(words: str) -> frozenset[str]:
    """Return the words of a line, as a set."""
    return frozenset(words.split())


CATEGORIES: Final[dict[str, str]] = {
    "politics": "politics political politician politicians election elections electoral campaigning propaganda",
    "intimate": "intimate intimacy sexual sex sexy romantic romance nude nudity naked erotic",
    "violence": "violence violent fighting gore gory war wars brutality combat",
    "crime": "crime crimes criminal criminals illegal drugs drug",
    "commercial": "commercial commercials ad ads advert adverts advertising advertisement advertisements marketing "
    "promotion promotions promotional endorsement endorsements sponsorship sponsored",
    "minors": "children child kids minors",
    "religion": "religion religions religious",
    "alcohol": "alcohol alcoholic booze liquor drunk drunkenness",
    "hate": "hate hateful racist racism",
    "harassment": "harassment bullying",
    "self-harm": "self-harm suicide suicidal",
}
CATEGORY_OF: Final = {word: name for name, words in CATEGORIES.items() for word in words.split()}

SCENES: Final = several(
    "scene scenes video videos clip clips film films movie movies content context contexts situation situations "
    "stuff thing things setting settings anything something material imagery"
)
"""What a category may be followed or preceded by without meaning anything else."""

ARTICLES: Final = several("a an the any some kind kinds of sort sorts type types such ever at all")

BOUND: Final = several(
    "if unless except when whenever while until before after without but only because so than more less too very "
    "much many most least maybe sometimes often usually rarely mostly first last or-else instead like as whoever "
    "anymore again now later today tomorrow next once twice other others else same"
)
"""Words that make a clause depend on something nobody can look up in a prompt."""

RELATIVE: Final = several(
    "my mine his her hers their theirs our ours your yours me myself i he she they them we us you it its this "
    "that these those someone somebody anyone anybody everyone everybody people person who whom whose which what "
    "friend friends family ex boss colleague colleagues"
)
"""Words that point at somebody or something known to the owner alone."""

VAGUE: Final = several(
    "weird strange embarrassing bad good nice ugly beautiful offensive inappropriate appropriate disrespectful "
    "respectful stupid dumb silly cringe mean harmful wrong right insulting humiliating demeaning degrading "
    "shameful tasteful tasteless flattering unflattering natural normal fat thin old young cool fun boring "
    "misleading false fake true real decent indecent extreme sad angry crazy negative positive controversial "
    "sensitive dangerous look looks looking seem seems feel feels appear better worse kind polite rude creepy "
    "gross nasty"
)
"""Words that people judge differently; a rule about them would be a guess."""

VERBS: Final = several(
    "put putting show showing use using place placing have having depict depicting include including cast casting "
    "feature featuring make making let letting do doing be being appear appearing see seeing get getting shown "
    "seen used filmed drawn depicted featured included placed"
)
"""What is done to somebody in a video; it carries no meaning of its own here."""

UNCHANGING: Final = several("news series species lens gas chess jeans trousers glasses boxing king spring")
"""Words that look like a form of another word and are none."""

WEARS: Final = {"wear": "wearing", "wears": "wearing", "hold": "holding", "carry": "carrying", "have": "with"}
MINE: Final = {"my": "their", "mine": "theirs", "me": "them", "myself": "themselves", "i": "they"}


def forms(phrase: str) -> frozenset[str]:
    """Return a phrase with its last word in the forms it may stand in: gun, guns; smoke, smokes, smoking, smoked."""
    *most, last = phrase.split()
    return frozenset(" ".join([*most, form]) for base in bases(last) for form in inflected(base)) | {phrase}


def bases(word: str) -> frozenset[str]:
    """Return what a word may be a form of; a wrong guess is a word that nobody writes."""
    found = {word}
    if word in UNCHANGING:
        return frozenset(found)
    for ending, instead in (("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e")):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2 and not word.endswith("ss"):  # noqa: PLR2004 - ring is no form of r
            found.add(stem + instead)
            if ending in {"ing", "ed"} and stem[-1] == stem[-2]:
                found.add(stem[:-1])
    return frozenset(found)


def inflected(base: str) -> frozenset[str]:
    """Return a base's plural, and its forms as a verb."""
    short = base.removesuffix("e")
    plural = base[:-1] + "ies" if base.endswith("y") and base[-2:-1] not in "aeiou" else base + "s"
    if base.endswith(("s", "x", "z", "ch", "sh")):
        plural = base + "es"
    doubled = base + base[-1] if len(base) > 2 and base[-1] in "bdgmnprt" and base[-2] in "aeiou" else short  # noqa: PLR2004
    return frozenset({base, plural, short + "ing", short + "ed", doubled + "ing", doubled + "ed"})
