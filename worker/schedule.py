"""What beat asks for, and how often, in seconds. A tick that nobody took expires: the next one does its work."""

from celery.schedules import crontab

SCHEDULE = {
    "relay outbox": {"task": "outbox.relay", "schedule": 5.0, "options": {"expires": 5}},
    "sweep clocks": {"task": "clocks.sweep", "schedule": 60.0, "options": {"expires": 60}},
    "promise notices": {"task": "notices.promise", "schedule": 60.0, "options": {"expires": 60}},
    "seal ledger": {"task": "ledger.seal", "schedule": 300.0, "options": {"expires": 300}},
    "dispose of files": {"task": "retention.dispose", "schedule": 60.0, "options": {"expires": 60}},
    "weigh files": {"task": "retention.weigh", "schedule": 60.0, "options": {"expires": 60}},
    "forget traces": {"task": "retention.forget", "schedule": 3600.0, "options": {"expires": 3600}},
    "refresh measures": {"task": "measures.refresh", "schedule": 60.0, "options": {"expires": 60}},
    "learn from people": {"task": "people.learn", "schedule": crontab(hour=3, minute=30), "options": {"expires": 3600}},
    "draw second looks": {
        "task": "second_looks.draw",
        "schedule": crontab(hour=4, minute=0),
        "options": {"expires": 3600},
    },
    "prove and replay": {"task": "policies.run", "schedule": 5.0, "options": {"expires": 5}},
    "make reports": {"task": "reports.make", "schedule": 5.0, "options": {"expires": 5}},
    "write worklist": {
        "task": "worklist.write",
        "schedule": crontab(minute="*/15"),
        "options": {"expires": 900},
    },
    "forget drafts": {"task": "drafts.forget", "schedule": 3600.0, "options": {"expires": 3600}},
}
