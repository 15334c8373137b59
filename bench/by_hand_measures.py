"""SQL that a good analyst writes by hand for the answers that the kept numbers give: from the cases' own rows."""

CLOCK = """{kind} AS (SELECT DISTINCT ON ({of}) {of} AS id, variant,
    CASE WHEN state = 'running' AND breached_at IS NOT NULL THEN 'late' ELSE state END AS state
    FROM clocks WHERE kind = '{kind}' AND {of} IS NOT NULL ORDER BY {of}, started_at, id)"""
IN_TIME = """count(*) FILTER (WHERE {kind}.state = 'met') AS {kind}_met,
    count(*) FILTER (WHERE {kind}.state IN ('met', 'missed', 'late')) AS {kind}_of"""
OF_SERVICE = """count(*) FILTER (WHERE {kind}.state = 'met' AND {which}) AS {name}_met,
    count(*) FILTER (WHERE {kind}.state IN ('met', 'missed', 'late') AND {which}) AS {name}_of"""
PARTS = """percentile_disc(0.5) WITHIN GROUP (ORDER BY {value}), percentile_disc(0.9) WITHIN GROUP (ORDER BY {value})"""
RECEIVED = "(SELECT *, CAST(received_at AT TIME ZONE 'Europe/London' AS date) AS on_day FROM enquiries)"


def _enquiries(group: str) -> str:
    clocks = ", ".join(CLOCK.format(kind=kind, of="enquiry_id") for kind in ("decision", "screening"))
    times = ", ".join(IN_TIME.format(kind=kind) for kind in ("decision", "screening"))
    return f"""WITH {clocks}, chosen AS (
        SELECT s.enquiry_id AS id, bool_or(d.route = 'social_care') AS social_care,
            bool_or(d.route = 'early_help') AS early_help, bool_and(d.route = 'no_further_action') AS nothing
        FROM subjects s JOIN decisions d ON d.subject_id = s.id
        WHERE d.superseded_at IS NULL AND d.took_effect_at IS NOT NULL GROUP BY 1)
    SELECT e.on_day, {group} AS key, count(*) AS enquiries, count(*) FILTER (WHERE e.decided_at IS NOT NULL) AS decided,
        count(*) FILTER (WHERE social_care OR early_help) AS action, count(*) FILTER (WHERE social_care) AS converted,
        count(*) FILTER (WHERE nothing) AS nothing, {times}
    FROM {RECEIVED} e LEFT JOIN decision ON decision.id = e.id LEFT JOIN screening ON screening.id = e.id
    LEFT JOIN chosen ON chosen.id = e.id GROUP BY 1, 2"""  # noqa: S608


def _minutes(group: str) -> str:
    return f"""SELECT CAST(date_trunc('month', on_day) AS date) AS month, {group} AS key,
        {PARTS.format(value="working_minutes_to_decision")}
    FROM (SELECT *, received_at AT TIME ZONE 'Europe/London' AS on_day FROM enquiries) e GROUP BY 1, 2"""  # noqa: S608


def _decisions(group: str) -> str:
    return f"""SELECT e.on_day, {group} AS key, count(*) AS people, count(d.id) AS decided,
        count(*) FILTER (WHERE d.route <> r.route OR d.level <> r.level OR d.section_47 <> r.section_47) AS differs,
        count(*) FILTER (WHERE d.level < r.level OR d.section_47 < r.section_47) AS lowers,
        count(*) FILTER (WHERE (d.level < r.level OR d.section_47 < r.section_47) AND d.says_why) AS says_why,
        count(*) FILTER (WHERE d.repeat_reason <> '') AS prompted,
        count(*) FILTER (WHERE x.case_id IS NOT NULL) AS again
    FROM {RECEIVED} e JOIN subjects s ON s.enquiry_id = e.id JOIN people p ON p.id = s.person_id
    LEFT JOIN (SELECT *, CAST(why_not AS text) <> '{{}}' AS says_why FROM decisions) d
        ON d.subject_id = s.id AND d.superseded_at IS NULL AND d.took_effect_at IS NOT NULL
    LEFT JOIN recommendations r ON r.id = d.recommendation_id
    LEFT JOIN repeats x ON x.case_id = s.id AND x.kind = 'repeat_enquiry' GROUP BY 1, 2"""  # noqa: S608


def _checks(group: str) -> str:
    clock = CLOCK.format(kind="agency_check", of="agency_check_id")
    return f"""WITH {clock} SELECT CAST(a.requested_at AT TIME ZONE 'Europe/London' AS date) AS on_day, {group} AS key,
        {IN_TIME.format(kind="agency_check")}
    FROM agency_checks a JOIN enquiries e ON e.id = a.enquiry_id LEFT JOIN agency_check ON agency_check.id = a.id
    GROUP BY 1, 2"""  # noqa: S608


def _answers(group: str) -> str:
    return f"""SELECT CAST(date_trunc('month', a.requested_at AT TIME ZONE 'Europe/London') AS date) AS month,
        {group} AS key, {PARTS.format(value="working_minutes_to_answer")}
    FROM agency_checks a JOIN enquiries e ON e.id = a.enquiry_id GROUP BY 1, 2"""  # noqa: S608


def _referrals(group: str) -> str:
    kinds = ("allocation", "acceptance", "first_contact", "assessment", "core_assessment", "conference")
    clocks = ", ".join(CLOCK.format(kind=kind, of="referral_id") for kind in (*kinds, "ehc_decision", "ehc_plan"))
    joined = " ".join(f"LEFT JOIN {kind} ON {kind}.id = f.id" for kind in (*kinds, "ehc_decision", "ehc_plan"))
    told = (
        *(
            IN_TIME.format(kind=kind)
            for kind in (*kinds[:2], "core_assessment", "conference", "ehc_decision", "ehc_plan")
        ),
        OF_SERVICE.format(kind="first_contact", which="f.service = 'social_care'", name="contact"),
        OF_SERVICE.format(kind="first_contact", which="f.service = 'early_help'", name="help_contact"),
        OF_SERVICE.format(kind="assessment", which="f.service = 'early_help'", name="help_assessed"),
        OF_SERVICE.format(kind="assessment", which="assessment.variant = 'single'", name="single"),
        OF_SERVICE.format(kind="assessment", which="assessment.variant = 'initial'", name="initial"),
    )
    return f"""WITH {clocks} SELECT f.on_day, {group} AS key,
        count(*) FILTER (WHERE f.service = 'social_care') AS referrals,
        count(*) FILTER (WHERE f.service = 'early_help') AS early_help, count(x.case_id) AS re_referrals,
        count(y.case_id) AS needs_again, count(z.case_id) AS stepped_up_again, {", ".join(told)},
        count(*) FILTER (WHERE b.service = 'early_help' AND f.service = 'social_care') AS stepped_up,
        count(*) FILTER (WHERE b.service = 'social_care' AND f.service = 'early_help') AS stepped_down,
        count(*) FILTER (WHERE f.closure = 'needs_met') AS needs_met, count(f.family_rating) AS rated,
        count(*) FILTER (WHERE f.family_rating >= 4) AS helped
    FROM (SELECT *, CAST(requested_at AT TIME ZONE 'Europe/London' AS date) AS on_day FROM referrals) f
    JOIN people p ON p.id = f.person_id LEFT JOIN referrals b ON b.id = f.stepped_from_id
    LEFT JOIN repeats x ON x.case_id = f.id AND x.kind = 're_referral'
    LEFT JOIN repeats y ON y.case_id = f.id AND y.kind = 'early_help_again'
    LEFT JOIN repeats z ON z.case_id = f.id AND z.kind = 'stepped_up_again' {joined}
    GROUP BY 1, 2"""  # noqa: S608


BAND = """CASE WHEN a.working_days IS NULL THEN 'none' WHEN a.working_days <= 10 THEN '10'
    WHEN a.working_days <= 20 THEN '20' WHEN a.working_days <= 30 THEN '30' WHEN a.working_days <= 40 THEN '40'
    WHEN a.working_days <= 45 THEN '45' ELSE 'over_45' END"""
ASSESSED = (
    "assessments a JOIN referrals f ON f.id = a.referral_id AND a.kind = 'single' AND a.authorised_on IS NOT NULL"
)


def _assessments(group: str) -> str:
    return f"SELECT a.authorised_on, {group} AS key, count(*) FROM {ASSESSED} GROUP BY 1, 2"  # noqa: S608


def _working_days(group: str) -> str:
    return f"""SELECT CAST(date_trunc('month', a.authorised_on) AS date) AS month, {group} AS key,
        {PARTS.format(value="a.working_days")} FROM {ASSESSED} GROUP BY 1, 2"""  # noqa: S608


DECIDED_AS = "CASE WHEN d.section_47 THEN 'section_47' ELSE d.route END"


def _second_looks(group: str) -> str:
    return f"""SELECT CAST(l.looked_at AT TIME ZONE 'Europe/London' AS date) AS on_day, {group} AS key, count(*),
        count(*) FILTER (WHERE l.grade <> 'inadequate') AS adequate, count(l.grade) AS graded,
        count(*) FILTER (WHERE l.outcome = {DECIDED_AS}) AS agreed
    FROM second_looks l JOIN decisions d ON d.id = l.decision_id JOIN subjects s ON s.id = d.subject_id
    JOIN enquiries e ON e.id = s.enquiry_id WHERE l.looked_at IS NOT NULL GROUP BY 1, 2"""  # noqa: S608


def _unmet_needs(group: str) -> str:
    return f"""SELECT n.noted_on, {group} AS key, count(*)
    FROM unmet_needs n JOIN referrals f ON f.id = n.referral_id GROUP BY 1, 2"""  # noqa: S608


# What began and ended, day by day: with each team and with none, in the queue for a decision, on a plan.
SPELLS = """WITH spells AS (
    SELECT 'case' AS what, f.id, f.requested_at AS began, least(min(a.assigned_at), f.closed_at) AS ended,
        'none' AS team, CASE WHEN f.service <> 'other_authority' THEN 'allocation' ELSE 'none' END AS queue
    FROM referrals f LEFT JOIN assignments a ON a.referral_id = f.id
    GROUP BY f.id, f.requested_at, f.closed_at, f.service
    UNION ALL SELECT 'case', f.id, a.assigned_at, least(a.superseded_at, f.closed_at), a.team_code, 'none'
    FROM referrals f JOIN assignments a ON a.referral_id = f.id
    UNION ALL SELECT 'ehc_plan', f.id, min(c.started_at), f.closed_at, f.team_code, 'none'
    FROM referrals f JOIN clocks c ON c.referral_id = f.id AND c.kind = 'ehc_review'
    GROUP BY f.id, f.closed_at, f.team_code
), told AS (
    SELECT what, CAST(began AT TIME ZONE 'Europe/London' AS date) AS began,
        CAST(ended AT TIME ZONE 'Europe/London' AS date) AS ended, w.team, w.queue,
        CAST(NULL AS boolean) AS again, f.service,
        f.district_code, f.locality_code, f.source FROM spells w JOIN referrals f ON f.id = w.id
    UNION ALL SELECT 'protection_plan', p.started_on,
        coalesce(p.ended_on, CAST(f.closed_at AT TIME ZONE 'Europe/London' AS date)), f.team_code, 'none',
        p.previous_plans > 0, f.service, f.district_code, f.locality_code, f.source
    FROM plans p JOIN referrals f ON f.id = p.referral_id WHERE p.kind = 'protection'
    UNION ALL SELECT 'decision', CAST(c.started_at AT TIME ZONE 'Europe/London' AS date),
        CAST(c.stopped_at AT TIME ZONE 'Europe/London' AS date), 'none', 'decision', NULL, 'none', e.district_code,
        e.locality_code, e.source
    FROM clocks c JOIN enquiries e ON e.id = c.enquiry_id WHERE c.kind = 'decision'
), days AS (
    SELECT *, began AS on_day, 1 AS change FROM told WHERE ended IS NULL OR ended > began OR what = 'protection_plan'
    UNION ALL SELECT *, greatest(began, ended), -1 FROM told
    WHERE ended IS NOT NULL AND (ended > began OR what = 'protection_plan')
)"""


def _standing(group: str) -> str:
    return f"""{SPELLS} SELECT on_day, {group} AS key,
        sum(change) FILTER (WHERE what = 'case' AND service <> 'other_authority') AS caseload,
        sum(change) FILTER (WHERE what = 'protection_plan') AS plans,
        sum(change) FILTER (WHERE what = 'ehc_plan') AS ehc_plans,
        count(*) FILTER (WHERE again AND change = 1) AS again,
        count(*) FILTER (WHERE again IS NOT NULL AND change = 1) AS of_known,
        count(*) FILTER (WHERE what = 'protection_plan' AND change = -1 AND ended >= began + INTERVAL '2 years')
            AS two_years,
        count(*) FILTER (WHERE what = 'protection_plan' AND change = -1) AS ended_plans
    FROM days GROUP BY 1, 2"""  # noqa: S608


# One answer a line of the pages: each measure by each group, day by day, and the percentiles month by month.
OF_ENQUIRIES = (
    *("''", "e.district_code", "e.locality_code", "e.source", "e.rag"),
    "extract(hour FROM e.received_at AT TIME ZONE 'Europe/London')",
    "extract(isodow FROM e.received_at AT TIME ZONE 'Europe/London')",
)
OF_DECISIONS = (
    *("''", "e.district_code", "e.locality_code", "e.source", "p.ethnicity", "d.decided_by_id", "d.route"),
    "r.policy_hash",
)
OF_CHECKS = ("''", "e.district_code", "e.locality_code", "e.source", "a.agency_code", "e.rag")
OF_PLACES = ("''", "f.district_code", "f.locality_code", "f.source")
OF_REFERRALS = (*OF_PLACES, "f.service", "f.team_code", "p.ethnicity")
OF_ASSESSMENTS = (*OF_PLACES, "f.team_code", BAND)
OF_LOOKS = ("''", "e.district_code", "e.locality_code", "e.source", "l.why", DECIDED_AS, "l.outcome")
OF_NEEDS = ("''", "n.district_code", "n.locality_code", "f.source", "n.need", "n.found")
OF_STANDING = ("''", "district_code", "locality_code", "source", "team", "service", "queue")
ANSWERS = (
    *map(_enquiries, OF_ENQUIRIES),
    *map(_minutes, OF_ENQUIRIES),
    *map(_decisions, OF_DECISIONS),
    *map(_checks, OF_CHECKS),
    *map(_answers, OF_CHECKS),
    *map(_referrals, OF_REFERRALS),
    *map(_assessments, OF_ASSESSMENTS),
    *map(_working_days, OF_ASSESSMENTS),
    *map(_second_looks, OF_LOOKS),
    *map(_unmet_needs, OF_NEEDS),
    *map(_standing, OF_STANDING),
)
