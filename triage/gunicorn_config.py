"""What gunicorn is told wherever it runs: its own lines are of the same form as ours, and ours name each request."""

import gc

from triage.logs import LOGGING

# Its own handlers are taken away, and what it says goes on to the root's.
logconfig_dict = LOGGING | {
    "loggers": {f"gunicorn.{what}": {"handlers": [], "propagate": True} for what in ("error", "access")}
}
accesslog = None
control_socket_disable = True


def post_worker_init(_worker: object) -> None:
    """What a worker begins with stays until it ends: it is not looked through for what may go, again and again.

    A page makes tens of thousands of objects that go by themselves, so it is looked less often for those that do not.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
