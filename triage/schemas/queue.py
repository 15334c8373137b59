"""Queues as JSON."""

from marshmallow import fields

from triage.schemas.enquiry import EnquirySummarySchema, PageQuery
from triage.schemas.fields import Output
from triage.schemas.referral import ReferralSummarySchema


class QueueQuery(PageQuery):
    """How many of a queue: the worst are looked at first, so there is no page after."""

    class Meta(PageQuery.Meta):
        exclude = ("cursor",)


class QueueSchema(Output):
    """A queue, whether it holds enquiries or referrals, and how many."""

    queue = fields.String()
    holds = fields.String()
    count = fields.Integer()


class QueueListSchema(Output):
    """Every queue."""

    items = fields.List(fields.Nested(QueueSchema))


class FilledQueueSchema(QueueSchema):
    """A queue with what waits in it, the most overdue first: enquiries or referrals."""

    enquiries = fields.List(fields.Nested(EnquirySummarySchema))
    referrals = fields.List(fields.Nested(ReferralSummarySchema))
