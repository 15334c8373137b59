"""Learning from everybody's records how one person's agree, so that whoever is typed in is weighed by them."""

from triage.services.desk import Desk
from triage.store.learned import Common, keep_learned, read_learned, stream_people
from workflows.people import Identity
from workflows.people.linking import learn_within
from workflows.people.records import count_common, records_of, values_of
from workflows.people.weights import Weights, of_numbers

MOST = 50_000  # people, the latest recorded: those who are told of again are told of soon
LEAST = 1_000  # people: of fewer there is too little to learn
SEVERAL = 3  # people who have a value, before anything is kept of it
COUNTED = ("given_name", "family_name", "street", "place", "postcode")  # fields of which some values are common


def learn_from_people(desk: Desk) -> int:
    """Learn anew and keep it, for the service itself. How many people it was learned from; 0 where there are too few.

    Nobody says who is who, and records that were said to be one person's are learned from as they stand.
    """
    people = [Identity(*row) for row in stream_people(desk.session, MOST)]
    if len(people) < LEAST:
        return 0
    (records,) = records_of(people)
    _pairs, learned = learn_within(records)
    common = count_common(records, COUNTED, SEVERAL)
    keep_learned(desk.session, desk.now, len(people), learned.weights.to_numbers(), common)
    return len(people)


def what_was_learned(desk: Desk, identity: Identity) -> tuple[Weights | None, Common]:
    """The weights that were learned last, and how common the values of somebody are; None before anything was.

    A value that is not counted is one that few have: as rare as one that a single record has.
    """
    values = {field: value for field, value in values_of(identity).items() if field in COUNTED and value}
    learned, common = read_learned(desk.session, values)
    if learned is None:
        return None, {}
    rare = {field: {value: 1 / learned.people} for field, value in values.items()}
    return of_numbers(learned.weights), {field: rare[field] | common.get(field, {}) for field in values}
