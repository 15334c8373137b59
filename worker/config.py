"""Celery's configuration, read from the environment when the application first needs it."""

from triage.settings import Settings
from worker.schedule import SCHEDULE

broker_url = Settings().celery_broker_url
beat_schedule = SCHEDULE
timezone = "UTC"
# A task is acknowledged when done, so that one whose worker dies is done by another.
task_acks_late = True
task_reject_on_worker_lost = True
task_ignore_result = True
task_time_limit = 120
worker_prefetch_multiplier = 1
broker_connection_retry_on_startup = True
broker_transport_options = {"visibility_timeout": 300}
