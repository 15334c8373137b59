"""Celery's configuration, read from the environment when the application first needs it."""

from triage.settings import Settings
from worker import queues
from worker.schedule import SCHEDULE

BROKER = Settings().broker
broker_url = BROKER.url
beat_schedule = SCHEDULE
timezone = "UTC"
task_queues = queues.make_queues()
task_routes = queues.routes()
task_default_queue = queues.USUAL
task_create_missing_queues = False
# A task is acknowledged when done, so that one whose worker dies is done by another.
task_acks_late = True
# But one that kills its process is not handed to the next process at once, and the next, for ever: whatever we do is
# asked for again, by beat or by the outbox, which counts how often.
task_reject_on_worker_lost = False
task_ignore_result = True
task_time_limit = queues.USUAL_SECONDS
worker_prefetch_multiplier = 1
broker_connection_retry_on_startup = True
# Queues are looked into in the order in which a worker is told of them.
broker_transport_options = BROKER.options | {
    "visibility_timeout": queues.VISIBLE_AGAIN_SECONDS,
    "queue_order_strategy": "priority",
    # Where the network is parted nobody says so: a worker that hears nothing looks for Redis anew.
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "health_check_interval": 10,
}
