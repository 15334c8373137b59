"""Of each rule an example that breaks it, and a near one that does not."""

from dataclasses import replace

from tests.unit.workflows.census.samples import (
    NO_FURTHER,
    PUPIL,
    WORKED,
    Change,
    all_of,
    census,
    child,
    day,
    episode,
    make_upn,
    more,
    part,
)

OPEN = {"closed": None, "closure": None}
UNWORKED = {"assessments": (), "section_47s": (), "plans": (), "protection_plans": ()}
CPP = WORKED.protection_plans[0]


def dying(on: str) -> Change:
    """The first child with their first episode only, and a date of death."""
    return child(death_date=day(on), episodes=(WORKED,))


CHILDREN: dict[str, tuple[Change, Change]] = {
    "8500": (child(identifier=""), child(identifier="A2")),
    "8510": (child(1, identifier="A1"), child(1, identifier="a1")),
    "1570": (child(identifier="A" * 21), child(identifier="A" * 20)),
    "1580": (child(identifier="A-1"), child(identifier="0aZ9")),
    "1510": (child(upn="B" + make_upn("891123456789")[1:]), child(upn=make_upn("89112345678A"))),
    "1520": (child(1, upn=PUPIL.upn), child(1, upn=make_upn("891123456780"))),
    "1530": (child(upn=make_upn("006123456789")), child(upn=make_upn("005123456789"))),
    "1540": (child(upn="A8911234567X9"), child(upn=make_upn("89112345678Z"))),
    "1550": (child(upn="A89112345678I"), child(upn=make_upn("89112345678H"))),
    "1560Q": (child(former_upn="X9876543212B"), child(former_upn="X98765432123B")),
    "8770Q": (child(upn=None, upn_unknown="UN1"), child(upn=None, upn_unknown="UN2")),
    "8772": (child(upn=None, upn_unknown="UN7"), child(1, upn_unknown="UN7")),
    "8775Q": (child(birth_date=day("2001-03-30")), child(birth_date=day("2001-03-31"))),
    "8520": (child(birth_date=day("2026-04-01")), child(birth_date=day("2026-03-31"))),
    "8525Q": (child(expected_date=day("2026-05-01")), child(birth_date=None, expected_date=day("2026-05-01"))),
    "8530Q": (child(2, expected_date=day("2026-02-28")), child(2, expected_date=day("2026-03-01"))),
    "8535Q": (child(death_date=day("2015-05-31")), child(death_date=day("2015-06-01"))),
    "8545Q": (child(death_date=day("2026-04-01")), child(death_date=day("2026-03-31"))),
    "4180": (child(sex=None), child(sex="U")),
    "8750": (child(2, sex="F"), child(2, sex="F", expected_date=None)),
    "4220": (child(ethnicity="WEST"), child(ethnicity="REFU")),
    "8540": (child(disabilities=()), child(disabilities=("NONE",))),
    "8790": (child(disabilities=("NONE", "MOB")), child(disabilities=("NONE",))),
    "8794": (child(disabilities=("MOB", "MOB")), child(disabilities=("MOB", "HAND"))),
    "8590": (child(episodes=()), child(episodes=(WORKED,))),
}
EPISODES: dict[str, tuple[Change, Change]] = {
    "8600": (episode(referred=day("2026-04-01")), episode(referred=day("2026-03-31"))),
    "8606": (child(birth_date=day("2026-01-16")), child(birth_date=day("2026-01-15"))),
    "8555Q": (child(death_date=day("2025-09-30")), child(death_date=day("2025-10-01"))),
    "8866": (episode(source=None), episode(source="10")),
    "8610": (episode(primary_need=None), child(1, episodes=NO_FURTHER.episodes)),
    "8650": (episode(primary_need="N10"), episode(primary_need="N0")),
    "8568": (episode(referral_nfa=None), episode(referral_nfa=True)),
    "8569Q": (
        episode(referral_nfa=True, referred=day("2025-03-30")),
        episode(referral_nfa=True, referred=day("2025-03-31")),
    ),
    "8831": (episode(referral_nfa=True), episode(referral_nfa=True, **UNWORKED)),
    "8620": (episode(closed=day("2025-03-31")), episode(closed=day("2025-04-01"))),
    "8630": (episode(closed=day("2025-04-09")), episode(closed=day("2025-04-10"))),
    "8640": (episode(closure="RC0"), episode(closure="RC9")),
    "8805": (episode(closure=None), episode(**OPEN)),
    "8810": (episode(closed=None), episode(**OPEN)),
    "8565": (episode(closed=day("2025-09-09")), episode(closed=day("2025-09-10"))),
    "8825Q": (episode(closure="RC9", assessments=()), episode(closure="RC7", assessments=())),
    "2990": (episode(closure="RC8"), episode(closure="RC8", section_47s=(), plans=(), protection_plans=())),
    "8585Q": (episode(closure="RC2"), all_of(episode(closure="RC2"), child(death_date=day("2025-09-10")))),
    "8815": (episode(**OPEN), episode(referral_nfa=True, **OPEN)),
    "8816": (episode(**OPEN), episode(1, closed=day("2025-12-01"), closure="RC7")),
    "8820": (episode(closed=day("2025-10-02")), episode(closed=day("2025-10-01"))),
}
ASSESSMENTS: dict[str, tuple[Change, Change]] = {
    "1103": (part("assessments", started=day("2025-04-09")), part("assessments", started=day("2025-04-10"))),
    "8608": (part("assessments", started=day("2025-05-21")), part("assessments", started=day("2025-05-20"))),
    "8614": (part("assessments", authorised=None), part("assessments", authorised=None, factors=())),
    "8670Q": (
        part("assessments", authorised=None, started=day("2026-01-26")),
        part("assessments", authorised=None, started=day("2026-01-27")),
    ),
    "8696": (part("assessments", authorised=day("2026-04-01")), part("assessments", authorised=day("2026-03-31"))),
    "8736": (
        part("assessments", authorised=None, started=day("2025-03-31")),
        part("assessments", authorised=None, started=day("2025-04-01")),
    ),
    "8869": (part("assessments", factors=("21", "3A")), part("assessments", factors=("21",))),
    "8898": (part("assessments", factors=("3A", "3A")), part("assessments", factors=("3A", "3B"))),
    "8897Q": (part("assessments", factors=("99",)), part("assessments", factors=("20",))),
    "8945Q": (part("assessments", factors=("18A",)), part("assessments", factors=("18B",))),
    "8950Q": (part("assessments", factors=("19A",)), part("assessments", factors=("19C",))),
    "8867": (part("assessments", authorised=None), all_of(part("assessments", authorised=None), episode(**OPEN))),
    "8873Q": (
        part("assessments", factors=("21",)),
        all_of(part("assessments", factors=("21",)), episode(closure="RC9")),
    ),
    "8896": (
        all_of(part("assessments", authorised=None), more("assessments", authorised=None)),
        more("assessments", authorised=None),
    ),
    "8863Q": (more("assessments", started=day("2025-05-19")), more("assessments", started=day("2025-05-20"))),
}
SECTION_47S: dict[str, tuple[Change, Change]] = {
    "1104": (part("section_47s", conference=day("2025-04-09")), part("section_47s", conference=day("2025-04-10"))),
    "8715": (episode(conference=day("2026-04-01")), episode(conference=day("2026-03-31"))),
    "8875": (part("section_47s", conference=day("2025-05-10")), part("section_47s", conference=day("2025-05-09"))),
    "8870Q": (part("section_47s", target=day("2025-05-11")), part("section_47s", target=day("2025-05-12"))),
    "8615": (part("section_47s", started=day("2025-05-07")), part("section_47s", started=day("2025-05-06"))),
    "2889": (part("section_47s", started=day("2025-04-09")), part("section_47s", started=day("2025-04-10"))),
    "8740": (
        part("section_47s", conference=None, started=day("2025-03-31")),
        part("section_47s", conference=None, started=day("2025-03-31"), conference_not_required=True),
    ),
    "8675Q": (
        part("section_47s", conference=None, started=day("2026-03-09")),
        part("section_47s", conference=None, started=day("2026-03-10")),
    ),
    "2884": (episode(conference=day("2025-05-06")), episode(conference=day("2025-05-07"))),
    "8868": (
        part("section_47s", conference=None),
        part("section_47s", conference=None, conference_not_required=True),
    ),
    "2991Q": (episode(assessments=()), episode(assessments=(), section_47s=())),
    "8839": (
        all_of(part("section_47s", conference=None), more("section_47s", conference=None)),
        more("section_47s", conference=None),
    ),
    "8890": (more("section_47s", started=day("2025-05-05")), more("section_47s", started=day("2025-05-06"))),
}
PLANS: dict[str, tuple[Change, Change]] = {
    "4000": (episode(referral_nfa=True), episode(referral_nfa=True, plans=())),
    "4010": (part("plans", started=day("2026-04-01")), part("plans", started=day("2026-03-31"))),
    "4011": (part("plans", ended=day("2025-07-31")), part("plans", ended=day("2025-08-01"))),
    "4012Q": (part("plans", ended=day("2025-08-01")), part("plans", ended=day("2025-08-02"))),
    "4013": (part("plans", ended=day("2026-04-01")), part("plans", ended=day("2026-03-31"))),
    "4015": (part("plans", started=day("2025-04-09")), part("plans", started=day("2025-04-10"))),
    "4008": (dying("2025-07-31"), dying("2025-08-01")),
    "4009Q": (dying("2025-09-09"), dying("2025-09-10")),
    "4001": (all_of(part("plans", ended=None), part("protection_plans", ended=None)), part("plans", ended=None)),
    "4016": (part("plans", started=day("2025-07-31")), part("plans", started=day("2025-08-01"))),
    "4017": (
        part("plans", started=day("2025-05-01"), ended=day("2025-05-07")),
        part("plans", started=day("2025-05-01"), ended=day("2025-05-06")),
    ),
    "4003": (
        part("protection_plans", reviews=(day("2025-08-02"),)),
        part("protection_plans", reviews=(day("2025-08-02"),), ended=day("2025-08-02")),
    ),
    "4004": (all_of(part("plans", ended=None), more("plans", ended=None)), more("plans", ended=None)),
    "4014": (more("plans", started=day("2025-09-09")), more("plans", started=day("2025-09-10"))),
}
PROTECTION_PLANS: dict[str, tuple[Change, Change]] = {
    "8832": (episode(referral_nfa=True), episode(referral_nfa=True, protection_plans=())),
    "8720": (part("protection_plans", started=day("2026-04-01")), part("protection_plans", started=day("2026-03-31"))),
    "8730": (part("protection_plans", previous=None), part("protection_plans", previous=3)),
    "8905": (part("protection_plans", initial_category=None), part("protection_plans", initial_category="MUL")),
    "8910": (part("protection_plans", latest_category="ABC"), part("protection_plans", latest_category="SAB")),
    "1105": (part("protection_plans", started=day("2025-04-09")), part("protection_plans", started=day("2025-04-10"))),
    "2885": (
        part("protection_plans", started=day("2025-05-07")),
        all_of(part("protection_plans", started=day("2025-05-07")), episode(conference=day("2025-05-07"))),
    ),
    "8915": (dying("2025-05-05"), dying("2025-05-06")),
    "8920": (dying("2025-07-31"), dying("2025-08-01")),
    "8925": (part("protection_plans", ended=day("2025-05-05")), part("protection_plans", ended=day("2025-05-06"))),
    "8840": (part("protection_plans", ended=day("2025-05-06")), part("protection_plans", ended=day("2025-05-07"))),
    "8930": (part("protection_plans", ended=day("2025-03-31")), part("protection_plans", ended=day("2025-04-01"))),
    "8841": (
        part("protection_plans", reviews=(day("2025-05-06"),)),
        part("protection_plans", reviews=(day("2025-05-07"),)),
    ),
    "8842Q": (part("protection_plans", reviews=(day("2025-07-15"), None)), part("protection_plans", reviews=())),
    "8935": (
        all_of(part("protection_plans", ended=None), more("protection_plans", ended=None)),
        more("protection_plans", ended=None),
    ),
    "8940": (more("protection_plans", started=day("2025-08-01")), more("protection_plans", started=day("2025-08-02"))),
}
WHOLE: dict[str, tuple[Change, Change]] = {
    "100": (census(reference_date=day("2026-03-30")), census(reference_date=day("2026-03-31"))),
    "2883": (
        episode(1, protection_plans=(CPP,)),
        episode(1, protection_plans=(CPP,), conference=day("2025-12-01")),
    ),
    "2886Q": (child(sex="U"), child(2, sex="U")),
    "2887Q": (child(disabilities=PUPIL.disabilities[:7]), child(disabilities=PUPIL.disabilities[:8])),
    "2888Q": (child(disabilities=("MOB",)), child(disabilities=("MOB", "HAND"))),
}
EXAMPLES = CHILDREN | EPISODES | ASSESSMENTS | SECTION_47S | PLANS | PROTECTION_PLANS | WHOLE
# Values that are missing where the rule is about a missing one as well as about a wrong one.
MISSING: dict[str, Change] = {
    "100": census(reference_date=None),
    "1550": child(upn="A89112345678"),
    "4010": part("plans", started=None),
    "4180": child(sex="X"),
    "4220": child(ethnicity=None),
    "8525Q": child(birth_date=None),
    "8535Q": child(birth_date=None, death_date=day("2025-09-10")),
    "8540": child(disabilities=("LEG",)),
    "8600": episode(referred=None),
    "8615": part("section_47s", started=None),
    "8720": part("protection_plans", started=None),
    "8736": part("assessments", authorised=None, started=None),
    "8866": episode(source="5Z"),
    "8875": episode(conference=day("2025-05-10")),
    "8897Q": part("assessments", factors=()),
    "8905": part("protection_plans", initial_category="ABC"),
    "8910": part("protection_plans", latest_category=None),
    "1104": episode(conference=day("2025-04-09")),
    "8715": part("section_47s", conference=day("2025-03-31")),
    "8920": all_of(dying("2025-08-01"), part("protection_plans", ended=None)),
    "4009Q": all_of(dying("2025-09-10"), part("plans", ended=None)),
}


def sharing(count: int) -> Change:
    """So many more children like the second, each with an identifier of their own."""
    return lambda found: replace(
        found, children=(*found.children, *(replace(NO_FURTHER, identifier=f"Z{number}") for number in range(count)))
    )
