"""The API keeps to its own description, whoever asks and whatever is sent: Schemathesis draws the requests from it."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.undoing import undone
from tests.worlds import World, a_world
from triage.access.permissions import COLUMNS
from triage.models import Transfer
from workflows.agency_check import AGENCY_CHECK
from workflows.early_help import EARLY_HELP
from workflows.enquiry import ENQUIRY
from workflows.policy import POLICY
from workflows.social_care import SOCIAL_CARE
from workflows.transfer import TRANSFER

ROLES = [f"{role}:west" if role.startswith("locality_") else role for role in COLUMNS.values()]
TABLES = (AGENCY_CHECK, EARLY_HELP, ENQUIRY, POLICY, SOCIAL_CARE, TRANSFER)
ACTIONS = sorted({action for table in TABLES for action in table.actions})
KEPT = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = {"get": 2, "post": 6}  # of each kind, for each operation and role
MORE = int(os.environ.get("TRIAGE_EXAMPLES", "1"))  # times as many
AIMED = st.sampled_from([True, True, False])
QUIETLY = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def description(app):
    return openapi.from_wsgi("/api/v1/openapi.json", app)


def aim(case: Case, world: World, pick: int) -> None:
    """Send the request to something that there is, as if it had been read just now."""
    for name, found in world.rows().items():
        if name in case.path_parameters:
            row = found[pick % len(found)]
            case.path_parameters[name] = str(row.id)
            case.headers["If-Match"] = etag_of(row)
    if "action" in case.path_parameters:
        case.path_parameters["action"] = ACTIONS[pick % len(ACTIONS)]


def etag_of(row: Any) -> str:
    return f'"{row.version}.{row.referral.version}"' if isinstance(row, Transfer) else f'"{getattr(row, "version", 0)}"'


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("role", ROLES)
def test_every_answer_is_one_that_the_description_names(description, caller, office, role, mode):
    world, session, token = a_world(office), office.session, caller(role).token
    bearer = {"Authorization": f"Bearer {token}"}
    for found in description.get_all_operations():
        operation = found.ok()

        @settings(QUIETLY, max_examples=EXAMPLES[operation.method] * MORE)
        @given(case=operation.as_strategy(generation_mode=mode), pick=st.integers(0, 999), aimed=AIMED)
        def ask(case, pick, aimed):
            if aimed:
                aim(case, world, pick)
            with undone(session):
                case.call_and_validate(headers=bearer, checks=KEPT)

        ask()
