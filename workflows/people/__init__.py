"""Whether records are of one person: the evidence, field by field, and what it adds up to. A person decides.

Nothing merges by itself. Names are folded in `names`, compared in `agreement`, weighed in `weighing` with the `weights`
that `learning` finds, and said in words in `explaining`; `comparing` does all of it for one person beside a few, and
`linking` for whole files.
"""

from workflows.people.comparing import LIKELY, compare, compare_with, total
from workflows.people.explaining import Evidence
from workflows.people.folding import days_near, swapped
from workflows.people.names import fold, keys_of_name
from workflows.people.records import Identity

__all__ = [
    "LIKELY",
    "Evidence",
    "Identity",
    "compare",
    "compare_with",
    "days_near",
    "fold",
    "keys_of_name",
    "swapped",
    "total",
]
