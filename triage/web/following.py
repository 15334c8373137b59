"""What was typed about one of several people follows them, wherever a page has them when it is shown again."""

from collections.abc import Mapping
from dataclasses import replace

from werkzeug.datastructures import MultiDict

from triage.models import Enquiry
from triage.web.keeping import Form


def follow_subjects(form: Form, enquiry: Enquiry) -> Form:
    """The form with what was typed of each beside whom it is about, though one was split off meanwhile."""
    decided = {str(subject.id): str(place) for place, subject in enumerate(enquiry.subjects)}
    viewed = {str(subject.id): str(subject.ordinal - 1) for subject in enquiry.subjects}
    for part, places in (("decisions", decided), ("first_views", viewed), ("seen", decided)):
        values, lost = _follow(form.values, part, places)
        form = replace(form, values=values, lost=[*form.lost, *lost])
    return form


def _follow(values: MultiDict[str, str], part: str, places: Mapping[str, str]) -> tuple[MultiDict[str, str], list[str]]:
    """The values of `part` ("decisions.1.reason") at the place of whom they are about; and those about nobody here."""
    whom = {name.split(".")[1]: said for name, said in values.items() if _says_whom(name, part)}
    followed, lost = [], []
    for name, said in values.items(multi=True):
        first, _, rest = name.partition(".")
        number, _, asked = rest.partition(".")
        if first != part or number not in whom:
            followed.append((name, said))
        elif whom[number] in places:
            followed.append((f"{part}.{places[whom[number]]}.{asked}", said))
        elif asked != "subject_id":
            lost.append(said)
    return MultiDict(followed), lost


def _says_whom(name: str, part: str) -> bool:
    return name.startswith(f"{part}.") and name.endswith(".subject_id") and name.count(".") == 2
