"""Splink as its guides set it up for names, dates and addresses: comparisons, blocking rules, unsupervised training."""

import pandas as pd
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

Scored = list[tuple[str, str, float]]
LEAST = 0.001  # probability from which a pair is returned
RULES = (
    ("given_name", "surname"),
    ("date_of_birth",),
    ("postcode", "surname"),
    ("postcode", "given_name"),
    ("address_1", "street_number"),
    ("address_1", "postcode"),
    ("suburb", "surname"),
    ("postcode", "street_number"),
    ("given_name", "street_number"),
    ("surname", "substr(date_of_birth, 1, 6)"),
    ("given_name", "substr(date_of_birth, 1, 6)"),
    ("surname", "substr(date_of_birth, 5, 4)"),
)
SURE = (("given_name", "surname"), ("date_of_birth",), ("address_1", "street_number"), ("postcode", "surname"))


def predict_link(left: pd.DataFrame, right: pd.DataFrame) -> Scored:
    """Pairs between two files with their probabilities."""
    return _predict("link_only", left, right)


def predict_dedupe(frame: pd.DataFrame) -> Scored:
    """Pairs within one file with their probabilities."""
    return _predict("dedupe_only", frame)


def _predict(kind: str, *frames: pd.DataFrame) -> Scored:
    database = DuckDBAPI()
    tables = [database.register(frame) for frame in frames]
    linker = Linker(tables if len(tables) > 1 else tables[0], _settings(kind), log_level=40)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on(*rule) for rule in SURE], recall=0.95)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in ("date_of_birth", "postcode"):
        training.estimate_parameters_using_expectation_maximisation(block_on(rule))
    found = linker.inference.predict(threshold_match_probability=LEAST).as_pandas_dataframe()
    return list(zip(found["id_l"], found["id_r"], found["match_probability"], strict=True))


def _settings(kind: str) -> SettingsCreator:
    rare = {"term_frequency_adjustments": True}
    names = [cl.NameComparison(name).configure(**rare) for name in ("given_name", "surname")]
    lines = [
        cl.JaroWinklerAtThresholds(line, [0.9, 0.7]).configure(**rare) for line in ("address_1", "address_2", "suburb")
    ]
    rest = [
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("street_number", [1]),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(**rare),
        cl.ExactMatch("state"),
    ]
    return SettingsCreator(
        link_type=kind,
        unique_id_column_name="id",
        comparisons=[*names, *lines, *rest],
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in RULES],
    )
