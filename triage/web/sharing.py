"""The log of what was shared about a case, and a small form for what was told by telephone or at a meeting."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.errors import Invalid
from triage.models.codes import BY_HAND, CONSENTS, LAWFUL_BASES, SHARED_BY
from triage.schemas.rights import TellSharedSchema
from triage.services.desk import Desk
from triage.services.reading import people_of
from triage.services.rights.sharing import TellShared, tell_shared
from triage.state import state_of
from triage.store.disclosures import list_shared
from triage.store.enquiries import get_enquiry
from triage.store.referrals import get_referral
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.forms import errors_by_field, load, local_instant, nest
from triage.web.keeping import begin, was_sent
from triage.web.words import local

blueprint = Blueprint("sharing", __name__)
carry_on(blueprint)
FIELDS = tuple(TellSharedSchema().fields)
Keys = dict[str, UUID]


@blueprint.get("/enquiries/<uuid:enquiry_id>/shared")
@may("enquiry.read")
def show_of_enquiry(enquiry_id: UUID) -> Any:
    """What was shared about an enquiry, and a form for more."""
    return _show({"enquiry_id": enquiry_id})


@blueprint.get("/referrals/<uuid:referral_id>/shared")
@may("referral.read")
def show_of_referral(referral_id: UUID) -> Any:
    """What was shared about a referral, and a form for more."""
    return _show({"referral_id": referral_id})


def _show(key: Keys) -> str:
    """Shared just now, unless it is said otherwise."""
    now = local(state_of(current_app).clock.now())
    parts = {"day": now.day, "month": now.month, "year": now.year, "time": f"{now:%H:%M}"}
    return _render(key, MultiDict({f"shared_at-{part}": str(value) for part, value in parts.items()}), {})


@blueprint.post("/enquiries/<uuid:enquiry_id>/shared")
@may("enquiry.act")
def tell_of_enquiry(enquiry_id: UUID) -> Any:
    """Keep what somebody of the hub shared about an enquiry."""
    return _tell({"enquiry_id": enquiry_id})


@blueprint.post("/referrals/<uuid:referral_id>/shared")
@may("referral.act")
def tell_of_referral(referral_id: UUID) -> Any:
    """Keep what whoever works the case shared about it."""
    return _tell({"referral_id": referral_id})


def _tell(key: Keys) -> Any:
    try:
        data = nest(request.form, FIELDS) | {"shared_at": local_instant(request.form, "shared_at")}
        said = load(TellSharedSchema(), data)
        with open_desk() as desk:
            tell_shared(desk, TellShared(**key, **said))
            was_sent(desk)
    except Invalid as refusal:
        return _render(key, request.form, errors_by_field(refusal)), refusal.status
    return redirect(_page_of(key))


def _render(key: Keys, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        case = _find(desk, key)
        note_shown(desk, people_of([case]), case)
        form = begin(desk, _page_of(key), values)
        return render_template(
            "rights/shared.html",
            case=case,
            back=url_for("enquiries.show" if "enquiry_id" in key else "referrals.show", **key),
            rows=list_shared(desk.session, case),
            ways=[(code, SHARED_BY[code]) for code in BY_HAND],
            bases=LAWFUL_BASES,
            consents=CONSENTS,
            form=form,
            values=form.values,
            errors=errors,
        )


def _page_of(key: Keys) -> str:
    return url_for(f"sharing.show_of_{'enquiry' if 'enquiry_id' in key else 'referral'}", **key)


def _find(desk: Desk, key: Keys) -> Any:
    if "enquiry_id" in key:
        return get_enquiry(desk.session, key["enquiry_id"])
    return get_referral(desk.session, key["referral_id"])
