"""A measure as JSON."""

from marshmallow import fields

from triage.insight.facts import GROUPS
from triage.schemas.fields import Input, Output, code, line


class MeasureQuery(Input):
    """Which days, both included, and by what."""

    first = fields.Date(required=True, data_key="from")
    last = fields.Date(required=True, data_key="to")
    by = code(GROUPS)


class BehindQuery(MeasureQuery):
    """The number of which the cases are wanted: of one group of those, and of what is counted there or is not.

    Where the address does not say, it is of what is counted.
    """

    key = line()
    counted = fields.Boolean(load_default=True)


class MeasureNameSchema(Output):
    """A measure that can be asked for."""

    name = fields.String()
    title = fields.String()
    question = fields.String()
    definition = fields.String()
    source = fields.String()
    unit = fields.String()
    better = fields.String()
    target = fields.Float(allow_none=True)
    by = fields.List(fields.String())
    least = fields.Integer()


class MeasureListSchema(Output):
    """All measures."""

    items = fields.List(fields.Nested(MeasureNameSchema))


class FigureSchema(Output):
    """One number, in its measure's unit: a share is of 1. A small one is held back from whoever sees no case."""

    value = fields.Float(allow_none=True)
    counted = fields.Integer(allow_none=True)
    of = fields.Integer(allow_none=True)
    small = fields.Boolean()


class GroupSchema(FigureSchema):
    """One group's number."""

    key = fields.String()
    label = fields.String()


class MeasureSchema(MeasureNameSchema, FigureSchema):
    """A measure over a period, whole and by group."""

    first = fields.Date(data_key="from")
    last = fields.Date(data_key="to")
    by = fields.String(allow_none=True)
    as_of = fields.AwareDateTime()
    groups = fields.List(fields.Nested(GroupSchema))


class IndicatorSchema(Output):
    """One thing that may be observed, in plain words, with the level it usually means."""

    code = fields.String()
    words = fields.String()
    domains = fields.Function(lambda indicator: sorted(indicator.domains))
    usual_level = fields.Integer()
    about = fields.String()


class IndicatorListSchema(Output):
    """The whole vocabulary."""

    items = fields.List(fields.Nested(IndicatorSchema))
