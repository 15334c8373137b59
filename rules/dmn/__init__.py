"""Policies as DMN 1.3, the OMG's standard for decision tables: out to other engines, and back.

What the tables answer is what the policy answers; what else is in a policy, and what DMN cannot carry, is in words.py.
"""

from rules.dmn.inputs import put_facts
from rules.dmn.reading import read_as_yaml, read_dmn
from rules.dmn.tables import CannotWrite, list_left_out
from rules.dmn.words import UNSAID
from rules.dmn.writing import write_dmn

__all__ = ["UNSAID", "CannotWrite", "list_left_out", "put_facts", "read_as_yaml", "read_dmn", "write_dmn"]
