"""What is searched for."""

from triage.schemas.fields import Input, line


class SearchSchema(Input):
    """One line: a name, a date of birth, a postcode, an NHS number or a reference, in any order."""

    q = line(required=True)
