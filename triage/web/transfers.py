"""The answer to a case that another team offers, and the offer taken back: on the page of the referral."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request

from triage.schemas.referral import TransferActionSchema
from triage.services.desk import Desk
from triage.services.transfers import TransferAction, act_on_transfer
from triage.web.access import may
from triage.web.again import carry_on
from triage.web.forms import load, naming_fields, read_part, read_version_of
from triage.web.referrals import try_step
from workflows.transfer import TRANSFER

blueprint = Blueprint("transfers", __name__, url_prefix="/referrals/<uuid:referral_id>/transfers")
carry_on(blueprint)


@blueprint.post("/<uuid:transfer_id>/<action>")
@may("transfer.answer")
def answer(referral_id: UUID, transfer_id: UUID, action: str) -> Any:
    """Accept the case, reject it or take the offer back, then show the referral again."""
    read = {
        "version": read_version_of(request.form, transfer_id),
        "case_version": request.form.get("version", type=int),
    }

    def attempt(desk: Desk) -> None:
        details = load(TransferActionSchema(), read_part(request.form, action))
        with naming_fields(TRANSFER, action):
            act_on_transfer(desk, TransferAction(transfer_id=transfer_id, action=action, **read, **details))

    return try_step(referral_id, action, attempt)
