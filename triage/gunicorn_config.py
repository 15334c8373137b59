"""What gunicorn is told wherever it runs: its own lines are of the same form as ours, and ours name each request."""

from triage.logs import LOGGING

# Its own handlers are taken away, and what it says goes on to the root's.
logconfig_dict = LOGGING | {
    "loggers": {f"gunicorn.{what}": {"handlers": [], "propagate": True} for what in ("error", "access")}
}
accesslog = None
control_socket_disable = True
