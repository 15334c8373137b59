"""A DMN document run by SpiffWorkflow's engine: somebody else's, which knows nothing of our policies."""

from copy import deepcopy
from graphlib import TopologicalSorter
from types import SimpleNamespace
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnValidator
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.dmn.parser.BpmnDmnParser import SCHEMAS, BpmnDmnParser

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
NAMES = {"dmn": DMN}


class SpiffTables:
    """The document's decisions, each in a parser of its own, since that engine reads one a file.

    Each is checked against the OMG's schema as it is read. They run in the order of their requirements.
    """

    def __init__(self, text: str) -> None:
        root = etree.fromstring(text.encode())
        needs = {each.get("id"): _list_needs(each) for each in root.findall("dmn:decision", NAMES)}
        self.engines = {name: _load(root, name) for name in TopologicalSorter(needs).static_order()}

    def decide(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """The inputs, and what each decision gives; one that gives nothing is left out."""
        task = SimpleNamespace(data=dict(inputs), workflow=SimpleNamespace(script_engine=PythonScriptEngine()))
        for engine in self.engines.values():
            task.data.update(engine.result(task))
        return task.data


def _list_needs(decision: etree._Element) -> list[str]:
    return [each.get("href").removeprefix("#") for each in decision.iterfind(".//dmn:requiredDecision", NAMES)]


def _load(root: etree._Element, name: str) -> Any:
    alone = deepcopy(root)
    for decision in alone.findall("dmn:decision", NAMES):
        if decision.get("id") != name:
            alone.remove(decision)
    parser = BpmnDmnParser(validator=BpmnValidator(SCHEMAS[DMN]))
    parser.add_dmn_str(etree.tostring(alone))
    return parser.get_engine(name, None)
