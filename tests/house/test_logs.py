import io
import json
import logging
import logging.config

import pytest
import structlog

from config import logs

SECRET = "a prompt that nobody else should read"


@pytest.fixture
def said() -> io.StringIO:
    """What the house's formatter writes."""
    stream = io.StringIO()
    configured = logs.settings("INFO")
    made = structlog.stdlib.ProcessorFormatter(
        **{name: value for name, value in configured["formatters"]["ids"].items() if name != "()"}
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(made)
    logger = logging.getLogger("tests.house.logs")
    logger.handlers, logger.propagate, logger.level = [handler], False, logging.INFO
    return stream


def last(said: io.StringIO) -> dict[str, object]:
    record: dict[str, object] = json.loads(said.getvalue().splitlines()[-1])
    return record


def test_ids_are_written_and_words_are_withheld(said: io.StringIO) -> None:
    structlog.get_logger("tests.house.logs").info("job refused", job="Ab3_x-9", number=4, prompt=SECRET)
    assert last(said)["job"] == "Ab3_x-9"
    assert last(said)["number"] == 4
    assert last(said)["prompt"] == "(withheld)"
    assert SECRET not in said.getvalue()


def test_the_arguments_of_a_foreign_record_are_withheld_too(said: io.StringIO) -> None:
    logging.getLogger("tests.house.logs").warning("could not draw %s for %s", SECRET, 17)
    assert last(said)["event"] == "could not draw %s for %s"
    assert last(said)["positional_args"] == ["(withheld)", 17]
    assert SECRET not in said.getvalue()


def test_an_exception_is_told_by_type_and_place_not_by_its_text(said: io.StringIO) -> None:
    try:
        int(SECRET)
    except ValueError:
        structlog.get_logger("tests.house.logs").exception("it broke", job="x")
        logging.getLogger("tests.house.logs").exception("it broke")
    assert SECRET not in said.getvalue()
    where = last(said)["where"]
    assert isinstance(where, list)
    assert where[0] == "ValueError"
