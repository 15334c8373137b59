"""What gunicorn serves. Why it does not start is said in words, which what gunicorn says of it has not."""

import logging
import logging.config

from pydantic import ValidationError

from triage.app import create_app
from triage.errors import CommandRefused
from triage.logs import LOGGING

try:
    app = create_app()
except (CommandRefused, ValidationError) as refusal:
    logging.config.dictConfig(LOGGING)
    logging.getLogger("triage").critical("%s", refusal)
    raise
