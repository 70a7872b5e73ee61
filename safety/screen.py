"""Door: may this be asked, and may this be shown?

Each answer is kept as a Screening row. An error while judging is a refusal (I3); a likeness only makes the
rules stricter (I4); what no engine looked at is never counted as clean (I5).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import Literal

from django.conf import settings
from django.db import transaction

from safety.classifiers import denials, lexicon, parts, screenings, second, shadow
from safety.classifiers import prompt as words
from safety.classifiers.normalise import readings
from safety.classifiers.output import evidence as outputs
from safety.classifiers.output.tap import OutputTap
from safety.classifiers.screenings import NO_POLICY, Finding
from safety.classifiers.verdict import ANYBODY, CLEAR, Context, Verdict, heeded, ruled, unlooked
from safety.clearance import Answer, Asker, Clearance, Hold, Kind, Refusal, Signal
from safety.errors import PolicyError, SafetyError
from safety.policies import editions
from safety.policies.rules import Catalogue, Unchecked, catalogue, tightened
from safety.review import preserved, probing, queue

log = logging.getLogger(__name__)

JOB, CAPTURE, REFERENCE = "job", "capture", "reference"  # the kinds of subject whose owners register with ``cases``
PLACES = 4  # decimals of a score that is judged, which are those that are kept: a replay sees what was seen
NO_FIELDS: Mapping[str, str] = MappingProxyType({})
TOUCHED = 0.5  # from which score on a prompt touches a consent category; lower than any level that holds

WORDS = "words"  # absences.toml: what follows where no engine looked at the words for something
Judged = tuple[Finding, Verdict]
Look = Callable[[Finding], Judged]

ERROR = Verdict(
    "refuse", "could-not-screen", "This could not be screened just now, so it was not made.", "Please try again later."
)
LENGTH = Verdict(
    "refuse", "too-long", "This prompt is longer than 32,000 characters.", "Shorten it, or make several videos."
)
SPOOF = Verdict(
    "refuse", "capture-spoof", "This does not look like a living person at the camera.", "Record it again, live."
)
UNSURE = Verdict(
    "hold", "capture-unsure", "This recording could not be told from an imitation.", holding=("capture-unsure",)
)
BY_CODE = {ERROR.policy, LENGTH.policy, denials.POLICY}  # refusals that no rule about content gave
CAPTURES = {"live": CLEAR, "unsure": UNSURE, "spoof": SPOOF}


def prompt(
    text: str,
    *,
    digest: str,
    likeness: bool,
    requester: int,
    job: str,
    asker: Asker = ANYBODY,
    fields: Mapping[str, str] = NO_FIELDS,
) -> Answer:
    """Say whether this prompt may be rendered; ``digest`` is the draft's, the only one the clearance is good for.

    ``text`` is the whole as it is rendered; ``fields`` (name -> text), which stand in it one after the other, are read
    apart as well, and so is each shot. ``asker`` is what the rules may know of the requester. Refuses what a policy
    refuses, what is too long, and what could not be screened; a Hold opens a case about the job. Once a person has
    cleared this digest for what held it, it does not hold again.
    """
    finding = Finding(Kind.PROMPT, digest, likeness=likeness, job=job, requester=requester)
    typed = fields.get("prompt", text)

    def look(found: Finding) -> Judged:
        return _tried(found, text=typed) or _read(found, text=text, fields=fields, asker=asker)

    with transaction.atomic():
        answer = _answer(finding, look=look, kind=JOB, subject=job)
        if isinstance(answer, Refusal) and answer.policy not in BY_CODE:
            probing.note(typed, requester=requester, policy=answer.policy)
        if isinstance(answer, Refusal) and answer.must_be_preserved:
            preserved.keep(requester=requester, job=job, digest=digest, text=text)
    return answer


def _tried(finding: Finding, *, text: str) -> Judged | None:
    """Return the refusal when this person tries a refused prompt again and again, unless a person cleared this one."""
    rules = catalogue()
    again = denials.wait(text, requester=finding.requester or 0, rules=rules) if len(text) <= words.LONGEST else None
    if again is None or queue.cleared(kind=JOB, subject=finding.job, digest=finding.digest, policies=()):
        return None
    return replace(finding, policy_version=rules.version), again


def _read(finding: Finding, *, text: str, fields: Mapping[str, str], asker: Asker) -> Judged:
    rules, context = catalogue(), Context(finding.likeness, asker)
    finding = replace(finding, policy_version=rules.version, context=context.plain())
    if len(text) > words.LONGEST:
        return finding, LENGTH
    evidence = parts.look(text, fields=fields, rules=rules)
    if evidence.not_evaluated:
        context = replace(context, engine=WORDS, missing=missing())
    finding = replace(
        finding,
        signals=evidence.signals,
        models=evidence.models,
        not_evaluated=evidence.not_evaluated,
        context=context.plain(),
    )
    finding, verdict = _by(rules, finding=finding, context=context)
    if queue.cleared(kind=JOB, subject=finding.job, digest=finding.digest, policies=verdict.holding):
        return finding, verdict  # a person has looked: nobody asks a model what it thinks of that
    said = second.opinion(text, verdict=verdict, rules=rules)
    return replace(finding, signals=(*finding.signals, *said)), heeded(verdict, signals=said)


def _by(rules: Catalogue, *, finding: Finding, context: Context) -> Judged:
    """Judge by the rules, and write down what those that do not act would have said."""
    signals = tuple(replace(signal, score=round(signal.score, PLACES)) for signal in finding.signals)
    verdict = ruled(signals, rules=rules, context=context)
    aside = shadow.beside(signals, rules=rules, context=context)
    return replace(finding, signals=signals, shadow=aside), verdict


def output_tap(*, ours: str = "") -> OutputTap:
    """Return a tap for the one encode pass; hand it to ``output`` afterwards. It keeps no picture.

    ``ours`` is what our own visible mark says: it is drawn before the tap sees the frame, and is not judged.
    """
    return OutputTap(ours=ours)


def output(
    tap: OutputTap,
    *,
    digest: str,
    likeness: bool,
    job: str,
    engine: str,
    vocabulary: tuple[str, ...],
    signals: Sequence[Signal] = (),
    asker: Asker = ANYBODY,
) -> Answer:
    """Say whether this encoded stream may be shown; ``digest`` is the stream's, as it was encoded.

    ``engine`` and ``vocabulary`` say what made it and every word it drew from; ``signals`` are the witness's; ``asker``
    is what the rules may know of the requester. Refuses what a policy refuses and what could not be screened; with a
    likeness, what nothing here can judge holds; without one it is cleared with ``not_evaluated`` saying so.
    """
    context = Context(likeness, asker, engine, is_described=bool(vocabulary))
    finding = Finding(Kind.OUTPUT, digest, likeness=likeness, job=job, signals=tuple(signals), context=context.plain())

    def look(found: Finding) -> Judged:
        return _watch(found, tap=tap, context=context, vocabulary=vocabulary)

    return _answer(finding, look=look, kind=JOB, subject=job)


def _watch(finding: Finding, *, tap: OutputTap, context: Context, vocabulary: tuple[str, ...]) -> Judged:
    rules, context = catalogue(), replace(context, missing=missing())
    seen = outputs.look(tap, engine=context.engine, vocabulary=vocabulary, rules=rules)
    witnessed = (replace(signal, medium="picture") for signal in finding.signals)
    finding = replace(
        finding,
        policy_version=rules.version,
        context=context.plain(),
        signals=(*seen.signals, *witnessed),
        models=seen.models,
        not_evaluated=tuple(unlooked(finding.signals, rules=rules, context=context).values()),
    )
    return _by(rules, finding=finding, context=context)


def reference(
    tap: OutputTap,
    *,
    digest: str,
    likeness: bool,
    subject: str,
    requester: int,
    signals: Sequence[Signal] = (),
    asker: Asker = ANYBODY,
) -> Answer:
    """Say whether a video may be made from a file that somebody brought; the tap saw and heard all of it.

    ``digest`` is that of the bytes as they are kept; ``subject`` the reference's public id; ``likeness`` whether
    anybody is in it. It is judged like the output of an unknown model: what nothing here can judge is listed, and with
    a likeness a person looks first. A file without pictures is refused: nothing here can judge sound alone.
    """
    context = Context(likeness, asker, REFERENCE, is_described=False)
    finding = Finding(
        Kind.REFERENCE, digest, likeness=likeness, job=subject, requester=requester, signals=tuple(signals),
        context=context.plain(),
    )  # fmt: skip
    return _answer(
        finding,
        look=lambda found: _watch(found, tap=tap, context=context, vocabulary=()),
        kind=REFERENCE,
        subject=subject,
    )


def capture(
    digest: str, *, verdict: Literal["live", "unsure", "spoof"], signals: Sequence[Signal], subject: str
) -> Answer:
    """Keep what liveness found about a capture and answer it: live clears, spoof refuses, unsure opens a case.

    ``digest`` is the recording's; ``subject`` the capture's public id. An unknown verdict refuses.
    """
    finding = Finding(Kind.CAPTURE, digest, likeness=True, job=subject, signals=tuple(signals))

    def look(found: Finding) -> Judged:
        return replace(found, policy_version=catalogue().version), CAPTURES[verdict]

    return _answer(finding, look=look, kind=CAPTURE, subject=subject)


def unchecked(*checks: str) -> tuple[Unchecked, ...]:
    """Return what follows for a capture when these checks are not made, the same for Screening and enrolment.

    ``settings.ABSENCES_TIGHTENED`` (check -> continue, hold, refuse) is heeded where it is stricter; PolicyError where
    it is laxer, or when a check is not in the table: what nobody thought of is not passed over.
    """
    rules, wanted = catalogue().unchecked, settings.ABSENCES_TIGHTENED
    if unknown := [check for check in (*checks, *wanted) if check not in rules]:
        raise PolicyError(f"absences.toml does not say what follows without {', '.join(unknown)}.")
    return tuple(tightened(rules[check], to=wanted.get(check, rules[check].then)) for check in checks)


def missing() -> dict[str, str]:
    """Return each check that no engine here can make of a video or a prompt, and what follows as it is configured."""
    checks = outputs.missing(catalogue())
    return {check: rule.then for check, rule in zip(checks, unchecked(*checks), strict=True)}


def redeem(clearance: Clearance, *, digest: str, by: str) -> Refusal | None:
    """Use a clearance once, for the digest it was given for; ``by`` is the render's id. None means yes.

    Refuses, each with its own policy: ``clearance-forged``, ``-kind``, ``-swapped``, ``-spent``, ``-expired``.
    """
    return screenings.spend(clearance, digest=digest, by=by)


def categories(text: str) -> frozenset[str]:
    """Return the consent categories that a prompt touches, for the permission graph to judge.

    When it cannot be read, it touches every category: a person who ruled one out is asked to have meant this.
    """
    rules = catalogue()
    everything = {policy.consent for policy in rules.policies.values()} | set(rules.touches.values())
    try:
        return words.touched(text, rules=rules, level=TOUCHED)
    except Exception as error:  # noqa: BLE001 - I3: whatever goes wrong, the answer is the strictest
        log.warning("categories could not be read: %s", type(error).__name__)
        return frozenset(everything - {""})


def phrases(text: str) -> frozenset[str]:
    """Return every run of one to four words of a text, lower case, in every reading of it.

    For rules about words that are not ours: look-alike letters, spaced letters and leet are undone here as well.
    """
    return frozenset(phrase for way in readings(text) for phrase, _, _ in lexicon.phrases(way.text))


def _answer(finding: Finding, *, look: Look, kind: str, subject: str) -> Answer:
    """Look, then keep what was found and open the case in one transaction."""
    try:
        found, verdict = look(finding)
        finding = _measured(found)
    except Exception as error:  # noqa: BLE001 - I3: whatever goes wrong while judging, the answer is no
        log.warning("screening failed: %s, %s %s", type(error).__name__, kind, subject)
        verdict = ERROR
    with transaction.atomic():
        return _settle(finding, verdict=verdict, kind=kind, subject=subject)


def _measured(finding: Finding) -> Finding:
    """Return the finding if every score is a number from 0 to 1: an engine that fails may well answer with none."""
    if not all(0 <= signal.score <= 1 for signal in finding.signals):
        raise SafetyError("An engine answered with something that is no score.")
    return finding


def _settle(finding: Finding, *, verdict: Verdict, kind: str, subject: str) -> Answer:
    case = ""
    if verdict.verdict == "hold":
        case = queue.cleared(kind=kind, subject=subject, digest=finding.digest, policies=verdict.holding)
        verdict = CLEAR if case else verdict
    if verdict.verdict == "hold":
        case = _open(verdict, digest=finding.digest, kind=kind, subject=subject)
    if finding.policy_version != NO_POLICY:
        editions.keep(catalogue())
    row = screenings.record(finding, verdict=verdict.verdict, policy=verdict.policy, case=case)
    if verdict.verdict == "hold":
        return Hold(case, verdict.policy, verdict.reason)
    if verdict.verdict == "refuse":
        return Refusal(verdict.policy, verdict.reason, verdict.advice, verdict.span)
    return screenings.ticket(row)


def _open(verdict: Verdict, *, digest: str, kind: str, subject: str) -> str:
    return queue.open_case(
        kind=kind,
        subject=subject,
        policy=verdict.policy,
        reason=verdict.reason,
        digest=digest,
        policies=verdict.holding,
        span=asdict(verdict.span) if verdict.span else None,
    )
