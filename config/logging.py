"""Logs: to standard error, as lines for people or as JSON for machines.

Rule: what goes through here carries no secret; values under telling names, and anything that looks like one of our
tokens, are masked. Must not: decide what is worth logging.
"""

import logging
import re
import sys
from typing import Literal

# structlog loads rich where it is installed, for tracebacks in a form that is not ours. As long as None stands for it,
# it is not there: that spares each start a quarter of a second, and its processes 5 MiB.
_loaded: dict[str, object] = vars(sys)["modules"]
_loaded.setdefault("rich", None)
import structlog  # noqa: E402
from structlog.typing import EventDict, Processor, WrappedLogger  # noqa: E402

if _loaded["rich"] is None:
    del _loaded["rich"]

MASK = "…"
_TELLING = re.compile(r"password|secret|token|authorization|cookie|link|csrf", re.IGNORECASE)
_TOKEN = re.compile(r"dam_[A-Za-z0-9_-]{8,}")
_URL_PASSWORD = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]*@")


def configure(form: Literal["lines", "json"], level: str) -> None:
    """Set up structlog and the standard library's logging alike; ``level`` by name. Replaces what was set up."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared[:-2], structlog.stdlib.ExtraAdder(), *shared[-2:]],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form)],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # Alembic tells each start in two lines what is no news.
    logging.getLogger("alembic").setLevel(logging.WARNING)


def mask(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Put ``MASK`` where a secret would be."""
    return {key: MASK if _TELLING.search(key) else _masked(value) for key, value in event.items()}


def _masked(value: object) -> object:
    if not isinstance(value, str):
        return value
    return _URL_PASSWORD.sub(rf"\1:{MASK}@", _TOKEN.sub(MASK, value))


def _renderer(form: Literal["lines", "json"]) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=True)
    return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
