"""Logs carry ids only: what a person wrote, said or looks like is never in them.

Every record, Django's and Celery's too, passes :func:`withhold`. A message is a constant sentence with ids beside it;
whatever else turns up in a value is replaced. An exception is told by its type and the places it came through, not by
its text, which may quote a row.
"""

import re
import traceback
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

ID = re.compile(r"[\w.:@/+=~-]{0,120}")
SECRET = re.compile(r"cnt_[0-9a-f]{16}", re.IGNORECASE)  # a token looks like an id, and is none
PLAIN = frozenset({"event", "timestamp", "level", "logger", "where"})


def withhold(_logger: object, _method: str, record: EventDict) -> EventDict:
    """Replace every value that is not an id, a number or a truth by ``(withheld)``."""
    return {key: value if key in PLAIN else harmless(value) for key, value in record.items()}


def harmless(value: object) -> object:
    """Return a value that cannot carry what somebody wrote."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple) and len(value) <= 20:  # noqa: PLR2004 - a handful of ids
        return [harmless(each) for each in value]
    text = str(value)
    return text if ID.fullmatch(text) and not SECRET.search(text) else "(withheld)"


def tell_exception(_logger: object, _method: str, record: EventDict) -> EventDict:
    """Turn ``exc_info`` into the exception's type and the places it came through."""
    info: tuple[type[BaseException], BaseException, TracebackType | None] | None = record.pop("exc_info", None)
    if isinstance(info, tuple) and info[0] is not None:
        frames = traceback.extract_tb(info[2])
        places = [f"{frame.filename.rsplit('/', 3)[-1]}:{frame.lineno}:{frame.name}" for frame in frames[-12:]]
        record["where"] = [info[0].__name__, *places]
    return record


def settings(level: str) -> dict[str, Any]:
    """Return Django's ``LOGGING``: one JSON line a record, on stderr."""
    shared: list[Processor] = [structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    chain: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, tell_exception, withhold]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "ids": {
                "()": "structlog.stdlib.ProcessorFormatter",
                "foreign_pre_chain": [*shared, structlog.stdlib.add_logger_name],
                "processors": [*chain, structlog.processors.JSONRenderer()],
                "use_get_message": False,  # the template stays a template
                "pass_foreign_args": True,  # and its arguments must be ids
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ids"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": ["stderr"], "level": level, "propagate": False},
            "django.server": {"handlers": ["stderr"], "level": level, "propagate": False},
            "axes": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},  # it names people
        },
    }
