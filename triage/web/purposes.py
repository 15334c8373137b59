"""What a service is for, said by somebody who knows it: a page of every need, for a service whose file does not say."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.directory.listing import domains_of, needs_of, purposes_of
from triage.directory.service import other_terms_of, spell_out
from triage.errors import Invalid
from triage.models.codes import PROVIDER_KINDS
from triage.schemas.directory import PurposeSchema
from triage.services.policies import policy_for
from triage.services.purposes import SayPurpose, may_say_purpose, say_purpose
from triage.store.directory import get_service
from triage.web.access import may, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load, nest

blueprint = Blueprint("purposes", __name__, url_prefix="/directory/<uuid:service_id>/purpose")
carry_on(blueprint)
FIELDS = tuple(PurposeSchema().fields)


@blueprint.get("")
@may("purpose.say")
def show(service_id: UUID) -> Any:
    """Every need there is, those chosen that were said before."""
    return _render(service_id, None, {})


@blueprint.post("")
@may("purpose.say")
def say(service_id: UUID) -> Any:
    """Write down what it is for."""
    try:
        said = load(PurposeSchema(), nest(request.form, FIELDS))
        command = SayPurpose(
            service_id=service_id, provider=said["provider"], meets=tuple(dict.fromkeys(said["meets"]))
        )
        with open_desk() as desk:
            say_purpose(desk, command)
    except Invalid as refusal:
        return _render(service_id, request.form, errors_by_field(refusal)), refusal.status
    flash("What it is for is written down. It stays when the directory is renewed from a file.")
    return redirect(url_for("directory.show", service_id=service_id))


def _render(service_id: UUID, values: MultiDict[str, str] | None, errors: dict[str, str]) -> Any:
    with open_desk() as desk:
        service, _ = get_service(desk.session, service_id)
        if not may_say_purpose(desk, service):
            return redirect(url_for("directory.show", service_id=service_id))
        vocabulary, now = policy_for(desk, desk.now).vocabulary, purposes_of(service)
        domains = domains_of(vocabulary)
        chosen = [("meets", code) for code in sorted(spell_out(now.needs, domains))]
        return render_template(
            "directory/purpose.html",
            service=service,
            own_terms=other_terms_of(service.document),
            kinds=PROVIDER_KINDS,
            needs=needs_of(vocabulary),
            domains={vocabulary.domains[name]: codes for name, codes in domains.items()},
            values=MultiDict([("provider", now.kind or ""), *chosen]) if values is None else values,
            errors=errors,
        )
