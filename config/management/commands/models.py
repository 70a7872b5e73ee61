"""``manage.py models fetch|list|verify``: the weight files of the engines."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.errors import WeightError
from config.weights import State, Weight, fetch, listed


class Command(BaseCommand):
    """Fetch, list or verify the weight files named in config/models.toml."""

    help = "Fetch, list or verify the weight files of the engines (config/models.toml)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do, and for which files."""
        parser.add_argument("action", choices=["fetch", "list", "verify"])
        parser.add_argument("names", nargs="*", help="only these files (default: all)")
        parser.add_argument("--without-pip", action="store_true", help="ask upstream hosts only")

    def handle(self, *_: object, action: str, names: list[str], without_pip: bool, **__: object) -> None:
        """Do it; a problem is one sentence and exit 1."""
        known = listed(settings.MODELS)
        if unknown := set(names) - {weight.name for weight in known}:
            raise CommandError(f"models.toml names no {', '.join(sorted(unknown))}; see manage.py models list.")
        chosen = tuple(weight for weight in known if weight.name in names)
        if not names:  # what is an opt-in is fetched and missed only by name
            chosen = tuple(weight for weight in known if action == "list" or not weight.is_opt_in)
        if action == "fetch":
            self.bring(chosen, pip=not without_pip)
        elif action == "list":
            self.table(chosen)
        else:
            self.verify(chosen)

    def bring(self, weights: tuple[Weight, ...], *, pip: bool) -> None:
        """Fetch what is not here."""
        try:
            fetch(weights, settings.WEIGHTS_HOME, pip=pip, tell=lambda line: self.stderr.write(line, self.style.NOTICE))
        except WeightError as error:
            raise CommandError(str(error)) from error

    def table(self, weights: tuple[Weight, ...]) -> None:
        """Print each file with its licence and whether it is here."""
        for weight in weights:
            state = weight.state(settings.WEIGHTS_HOME)
            self.stdout.write(
                f"{state:9}  {weight.size / 1e6:6.1f} MB  {weight.licence:12}  {weight.name:28}  {weight.about}"
            )

    def verify(self, weights: tuple[Weight, ...]) -> None:
        """Say which files are not the ones we know."""
        states = {weight.name: weight.state(settings.WEIGHTS_HOME) for weight in weights}
        if wrong := [f"{name} is {state}" for name, state in states.items() if state is not State.HERE]:
            raise CommandError(f"{'; '.join(wrong)}. Run manage.py models fetch.")
        self.stdout.write(f"All {len(weights)} files are here and unaltered.")
