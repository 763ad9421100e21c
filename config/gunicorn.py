"""The options of the web server.

Rule: gunicorn is configured here and nowhere else; its own configuration file, variables and command line are not read.
"""

from config.settings import Settings

_PATIENCE_S = 120
"""How long the server's process may give no sign of life; uploads and downloads run in threads and don't count."""


def options(settings: Settings, listening: int) -> dict[str, object]:
    """Gunicorn's settings by name; ``listening`` is the descriptor of the bound socket."""
    return {
        "bind": [f"fd://{listening}"],
        "worker_class": "gthread",
        # One process: SQLite has one writer anyway, and memory at rest is counted. Threads wait for disks and clients.
        "workers": 1,
        "threads": settings.web_threads,
        "timeout": _PATIENCE_S,
        "graceful_timeout": int(settings.stop_seconds),
        "keepalive": 15,
        # It would put a socket into the home folder that nobody uses.
        "control_socket_disable": True,
        "accesslog": None,
        "errorlog": "-",
        # Records go to our handlers, which mask secrets; gunicorn's own handlers are not made.
        "logger_class": "dam.commands.web.Logger",
        # A slow header must not hold a thread; the body's size is the API's business.
        "limit_request_line": 8190,
        "limit_request_fields": 100,
        "forwarded_allow_ips": "",
    }
