"""What whoever keeps the service running watches: numbers for Prometheus, and traces. Neither names anybody."""
