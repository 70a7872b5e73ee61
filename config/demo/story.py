"""What happens, step by step. Each step says what it saw; one that does not hold ends the story."""

import io
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError

from config.demo.provider import Provider
from config.demo.visitor import DemoError, Visitor

PROMPT = "@olive stands on a wooden stage and bounces a basketball"
OTHER = "a person looks into the camera and talks"
ENDED = {"done", "refused", "failed", "cancelled", "held"}
Tell = Callable[[str, str, str, float], None]


@dataclass
class Story:
    """One telling of it, at ``url``, with files in ``folder``; a ``portrait`` of your own is optional."""

    url: str
    folder: Path
    provider: Provider
    tell: Tell
    passphrase: str
    portrait: Path | None = None
    refused: int = 0
    clip: str = ""
    grant: str = ""
    before: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Introduce the cast."""
        self.olive, self.felix, self.sten = (
            Visitor(self.url, name, self.passphrase) for name in ("olive", "felix", "sten")
        )

    def run(self) -> None:
        """Tell it from the beginning to the end."""
        self.step("all", "sign up", self.everybody_arrives)
        self.step("Olive", "enrols her face", self.olive_enrols)
        self.step("Olive", "grants Felix", self.olive_grants)
        self.step("Felix", "makes a clip with @olive", self.felix_makes)
        self.step("Ada", "verifies the file", self.ada_verifies)
        self.step("Sten", "asks for @olive", self.sten_is_refused)
        self.step("a provider", "smuggles Olive's face in", self.witness_refuses)
        self.step("Olive", "revokes, Felix asks again", self.olive_revokes)
        self.step("Ada", "looks for the first clip", self.clip_is_gone)

    def step(self, who: str, what: str, act: Callable[[], str]) -> None:
        """Do one step and say what happened and how long it took."""
        start = time.monotonic()
        happened = act()
        self.tell(who, what, happened, time.monotonic() - start)

    @property
    def film(self) -> Path:
        """Olive's capture."""
        return self.folder / "capture.mp4"

    @property
    def file(self) -> Path:
        """The clip, as Felix keeps it."""
        return self.folder / "clip.mp4"

    def everybody_arrives(self) -> str:
        """Sign three people up; where the story was told before they sign in, and Olive withdraws what she enrolled."""
        known = [visitor.arrive() for visitor in (self.olive, self.felix, self.sten)]
        if not any(known):
            return "three accounts, nobody may use anybody"
        if self.olive.call("GET", "cameo").ok:
            self.olive.ask("POST", "cameo/withdraw")
        return "three accounts that know this story; nobody may use anybody"

    def olive_enrols(self) -> str:
        """Answer this run's challenge in front of a camera, as far as anybody can tell."""
        opened = self.olive.ask("POST", "captures")
        challenge = self.folder / "challenge.json"
        challenge.write_text(json.dumps(opened["challenge"]), encoding="utf-8")
        options: dict[str, Any] = {"portrait": self.portrait} if self.portrait else {}
        call_command("act", challenge=challenge, out=self.film, stdout=io.StringIO(), **options)
        self.olive.upload(f"captures/{opened['id']}/recording", self.film)
        path = f"captures/{opened['id']}"
        found = self.olive.follow(path, until=lambda told: told["state"] not in {"open", "judging"}, seconds=120)
        if found["state"] != "live":
            raise DemoError(f"The capture was judged {found['state']}: {' '.join(found.get('reasons', []))}")
        asked = opened["challenge"]
        return f"live; she turned {', '.join(asked['poses'])} and said {asked['digits']}"

    def olive_grants(self) -> str:
        """Say yes to Felix, for making clips only."""
        made = self.olive.ask("POST", "grants", json={"person": "felix", "uses": ["generate"], "expires_at": None})
        self.grant = str(made["id"])
        return f"generate only; receipt {str(made['receipt'])[:12]}…"

    def felix_makes(self) -> str:
        """Make four seconds with Olive in them, and keep the file."""
        job, seconds = self.job(self.felix, PROMPT)
        if job["state"] != "done":
            raise DemoError(f"Felix's job ended {job['state']}: {why(job)}")
        self.clip = str(job["clip"])
        answer = self.felix.call("GET", f"clips/{self.clip}/content")
        if not answer.ok:
            raise DemoError(f"The released clip answered {answer.status_code}.")
        self.file.write_bytes(answer.content)
        return f"released {seconds:.1f} s after asking; {len(answer.content) / 1000:.0f} kB"

    def ada_verifies(self) -> str:
        """Check the file alone, and wait for the log to take the entry in."""
        deadline = time.monotonic() + 40
        while True:
            self.before = verify(self.file)
            if self.before["ledger"] == "included" or time.monotonic() > deadline:
                break
            time.sleep(1)
        if not (self.trusted and self.consented and self.before["ledger"] == "included"):
            raise DemoError(f"verify says {json.dumps(self.before)[:600]}")
        return (
            f"{self.before['verdict']}; {len(self.before['consent'])} consent receipt, ledger {self.before['ledger']}"
        )

    @property
    def trusted(self) -> bool:
        """Whether the file was ours and unaltered, before anything was revoked."""
        return bool(self.before.get("verdict") == "ours")

    @property
    def consented(self) -> bool:
        """Whether the file names the receipt of every person in it, before anything was revoked."""
        return bool(self.before.get("consent"))

    def sten_is_refused(self) -> str:
        """A stranger asks for the same clip."""
        job, _ = self.job(self.sten, PROMPT)
        refusal = self.must_be_refused(job, source="consent")
        if not refusal["path"]:
            raise DemoError("Sten was refused, but not told by which path.")
        return f"refused: {refusal['sentence']} ({' → '.join(refusal['path'])})"

    def witness_refuses(self) -> str:
        """A provider returns Olive's face for a prompt that does not name her."""
        self.provider.film = self.film
        job, _ = self.job(self.felix, OTHER, model="http")
        refusal = self.must_be_refused(job, source="consent", code="unconsented_person")
        if not self.provider.asked:
            raise DemoError("The provider was never asked, so the witness proved nothing.")
        return f"refused: {refusal['sentence']}"

    def olive_revokes(self) -> str:
        """Take the yes back; from here on it is a no."""
        self.olive.ask("DELETE", f"grants/{self.grant}")
        served = self.felix.call("GET", f"clips/{self.clip}/content").status_code
        if served == 200:  # noqa: PLR2004 - OK
            raise DemoError("The clip was still served after Olive had revoked.")
        job, _ = self.job(self.felix, PROMPT)
        refusal = self.must_be_refused(job, source="consent")
        return f"refused: {refusal['sentence']}"

    def clip_is_gone(self) -> str:
        """The clip is not served, and the log says since when."""
        served = self.felix.call("GET", f"clips/{self.clip}/content").status_code
        deadline = time.monotonic() + 40
        while (after := verify(self.file))["verdict"] != "ours-withdrawn":
            if time.monotonic() > deadline:
                raise DemoError(f"After the revocation verify still says {after['verdict']} ({after['standing']}).")
            time.sleep(0.5)
        if served == 200:  # noqa: PLR2004 - OK
            raise DemoError("The clip is still served.")
        return f"not served ({served}); verify says {after['verdict']}"

    def job(self, visitor: Visitor, prompt: str, *, model: str = "world") -> tuple[dict[str, Any], float]:
        """Ask for four seconds of video, and wait for the end; return it with the seconds it took."""
        start = time.monotonic()
        asked = {"prompt": prompt, "size": "640x360", "seconds": 4, "model": model, "style": "realistic"}
        made = visitor.ask("POST", "jobs", json=asked)
        found = visitor.follow(f"jobs/{made['id']}", until=lambda told: told["state"] in ENDED, seconds=120)
        return found, time.monotonic() - start

    def must_be_refused(self, job: dict[str, Any], *, source: str, code: str = "") -> dict[str, Any]:
        """Count a refusal of the kind that the story is about; anything else ends the story."""
        refusal: dict[str, Any] = job["refusal"] or {}
        right = refusal.get("source") == source and code in {"", refusal.get("code")}
        if job["state"] != "refused" or not right or job["clip"]:
            raise DemoError(f"This job had to be refused by {source}, but ended {job['state']}: {why(job)}")
        self.refused += 1
        return refusal


def why(job: dict[str, Any]) -> str:
    """Return what a job says about its end."""
    refusal = job.get("refusal") or {}
    return f"{refusal.get('sentence', 'no reason was given')} [{refusal.get('source', '-')}/{refusal.get('code', '-')}]"


def verify(path: Path) -> dict[str, Any]:
    """Return what the verify command says about a file."""
    said = io.StringIO()
    try:
        call_command("verify", str(path), json=True, stdout=said)
    except SystemExit:
        pass  # every verdict but "ours" exits 3
    except CommandError as error:
        raise DemoError(f"verify could not look at {path}: {error}") from error
    found: dict[str, Any] = json.loads(said.getvalue())
    return found
