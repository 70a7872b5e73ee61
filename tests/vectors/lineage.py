"""Remixes: what is wrong with a parent is told and never changes the class of the seal on top."""

from provenance.backends import c2pa as engine
from provenance.backends import keys
from provenance.manifests.claim import CREATED
from tests.provenance.material import Stranger, box, clip, flip, sign, stranger, updated
from tests.vectors.vector import MP4, Vector, foreign, ours, us

CHANGED_BELOW = frozenset({"ingredient.manifest.mismatch"})


def lineage() -> dict[str, Vector]:
    """Return remixes of every kind of parent, laundered as a careless tool would: our own seal refuses all but one."""
    theirs, one = foreign(clip()), ours(clip(), MP4)
    spoilt, spoilt_ours = spoil(theirs), spoil(one)
    bytes_, signer, bare = map(told, ("assertion.bmffHash.mismatch", "signingCredential.untrusted", "no-provenance"))
    return {
        "remix_of_ours.mp4": Vector(over(one), "ours"),
        "remix_of_a_remix.mp4": Vector(over(over(one)), "ours"),
        "laundered_tampered_ours.mp4": Vector(over(spoilt_ours), "ours", bytes_),
        "laundered_tampered_parent.mp4": Vector(over(spoilt), "ours", bytes_),
        "laundered_unknown_parent.mp4": Vector(over(theirs), "ours", signer),
        "laundered_bare_parent.mp4": Vector(over(clip()), "ours", bare),
        "laundered_twice.mp4": Vector(over(over(spoilt)), "ours", bytes_),
        "laundered_by_a_stranger_then_us.mp4": Vector(over(over(spoilt_ours, stranger())), "ours", bytes_ | signer),
        "stranger_over_tampered.mp4": Vector(over(spoilt, stranger()), "valid-unknown-signer", bytes_),
        "stranger_over_ours.mp4": Vector(over(one, stranger()), "valid-unknown-signer"),
        "edited_manifest_below.mp4": Vector(edited_below(over(one)), "tampered", CHANGED_BELOW),
        "edited_manifest_far_below.mp4": Vector(edited_below(over(over(one))), "tampered", CHANGED_BELOW),
        "edited_remix.mp4": Vector(spoil(over(one)), "tampered", frozenset({"assertion.bmffHash.mismatch"})),
    }


def updates() -> dict[str, Vector]:
    """Return files on which somebody put a manifest that changes nothing but what is said."""
    one, broken = ours(clip(), MP4), frozenset({"assertion.bmffHash.mismatch"})
    return {
        "updated.mp4": Vector(update(one), "ours"),
        "updated_twice.mp4": Vector(update(update(one)), "ours"),
        "updated_by_a_stranger.mp4": Vector(update(one, stranger()), "valid-unknown-signer"),
        "updated_foreign.mp4": Vector(
            update(foreign(clip())), "valid-unknown-signer", frozenset({"signingCredential.untrusted"})
        ),
        "edited_after_an_update.mp4": Vector(spoil(update(one)), "tampered", broken),
        "updated_after_an_edit.mp4": Vector(update(spoil(one)), "tampered", broken),
    }


def update(media: bytes, by: Stranger | None = None) -> bytes:
    """Return the file with an update manifest, signed by us or by somebody else."""
    settings = engine.settings(keys.anchors(), CREATED)
    settings["verify"]["verify_after_sign"] = False  # some of these are not worth being updated
    return updated(media, MP4, by or us(), settings=settings)


def over(parent: bytes, by: Stranger | None = None) -> bytes:
    """Return a video that says it was made from this parent, signed by us or by somebody else."""
    settings = None if by else engine.settings(keys.anchors(), CREATED)
    return sign(clip(frames=20), MP4, by or us(), parents=[(parent, MP4)], settings=settings)


def edited_below(media: bytes) -> bytes:
    """Return a remix in which the oldest manifest says something else."""
    return flip(media, media.index(b"digitalCapture"))


def spoil(media: bytes) -> bytes:
    """Return an mp4 with a bit of its pictures flipped."""
    return flip(media, box(media, b"mdat")[0] + 200)


def told(code: str) -> frozenset[str]:
    """Return how a failure of a parent is told."""
    return frozenset({f"ingredient: {code}"})
