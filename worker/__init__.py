"""What happens later: Celery on Redis. Each task is thin: it opens a desk and calls a service."""
