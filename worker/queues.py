"""Which queue a task goes to, by how long a child could wait for it: a report never stands before a red."""

from typing import Any

from kombu import Queue

from triage.heard import LONG, QUEUES, URGENT, USUAL

# What tells somebody of a child: clocks, letters, and the notices of the day.
OF_URGENT = ("clocks.sweep", "notices.promise", "outbox.relay", "outbox.deliver")
# What reads everything at once, for longer than two minutes.
OF_LONG = ("people.learn", "policies.run", "reports.make", "retention.weigh")
OF_USUAL = (
    *("drafts.forget", "ledger.seal", "measures.refresh", "outbox.call", "retention.dispose", "retention.forget"),
    *("second_looks.draw", "worklist.write"),
)
QUEUE_OF = {name: queue for queue, names in ((URGENT, OF_URGENT), (USUAL, OF_USUAL), (LONG, OF_LONG)) for name in names}
USUAL_SECONDS, LONG_SECONDS = 120, 900
# A task that is not acknowledged by then is done by somebody else: longer than the longest is let go on.
VISIBLE_AGAIN_SECONDS = 2 * LONG_SECONDS


def make_queues() -> tuple[Queue, ...]:
    """Those of a worker that is told of none, the most urgent first."""
    return tuple(Queue(name, routing_key=name) for name in QUEUES)


def routes() -> dict[str, dict[str, Any]]:
    """In the form that Celery reads."""
    return {name: {"queue": queue} for name, queue in QUEUE_OF.items()}
