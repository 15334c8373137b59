"""What gunicorn serves."""

from triage.app import create_app

app = create_app()
