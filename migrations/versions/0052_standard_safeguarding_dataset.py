"""The Standard Safeguarding Dataset as views, and whether the child was seen during an assessment.

Revision: 0052, after 0051

Each view reads the rows as whoever asks may see them, and gives none to anybody but the service itself: the dataset is
everybody's record at once, and nobody who works here sees that. Days and times are Nottinghamshire's own. What is not
kept is empty, and said so in docs/ssd.md.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
BY_SERVICE = "(SELECT current_setting('triage.role', true)) = 'system'"
CHILDREN = "('child', 'unborn_child')"
SERVICES = "('social_care', 'early_help')"
AFTER_ASSESSMENT = "('RC8', 'RC9')"  # nothing more from social care
# A UUIDv7 begins with the millisecond in which it was made: that, and 55 of the random bits, are 20 characters.
SHORTEN = """
CREATE FUNCTION ssd.shorten(key uuid) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    hex text := replace(key::text, '-', '');
    made bigint := ('x' || left(hex, 12))::bit(48)::bigint;
    random bigint := ('x' || right(hex, 14))::bit(56)::bigint & 36028797018963967;
    number numeric := made::numeric * 36028797018963968 + random;
    told text := '';
BEGIN
    FOR place IN 1..20 LOOP
        told := substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', (number % 36)::integer + 1, 1) || told;
        number := div(number, 36);
    END LOOP;
    RETURN told;
END $$;
REVOKE ALL ON FUNCTION ssd.shorten FROM PUBLIC;
"""


def _local(column: str) -> str:
    return f"date_trunc('second', {column} AT TIME ZONE 'Europe/London')"


def _first(column: str, said: str) -> str:
    """Of whichever record of the person says it, the first made first."""
    return f"(array_agg(p.{column} ORDER BY p.id) FILTER (WHERE {said}))[1]"


def _text(column: str) -> str:
    return _first(column, f"p.{column} <> ''")


def _flags(names: str, told: Mapping[str, str], more: Mapping[str, str] | None = None) -> str:
    """Every key of the standard, in its order; "" for what nobody here can say."""
    values = {name: told.get(name, "''") for name in names.split()} | dict(more or {})
    pairs = ", ".join(f"'{name}', {value}" for name, value in values.items())
    return f"json_build_object({pairs})::text"


def _flag(known: str, so: str, over: str = "true") -> str:
    """Y where it is so; N where it is not and that will stay; else nothing yet."""
    return f"CASE WHEN {known} AND ({so}) THEN 'Y' WHEN {known} AND {over} THEN 'N' ELSE '' END"


def _count(*said: str) -> str:
    return " + ".join(f"(coalesce({each}, false))::integer" for each in said)


# One row a person, by whichever record: what the first does not say, the next may.
PEOPLE = f"""
SELECT p.identity_id,
    coalesce((array_agg(regexp_replace(p.external_id, '^[^-]*-[^-]*-', '') ORDER BY p.id)
        FILTER (WHERE p.external_id LIKE 'CIN-%'))[1], ssd.shorten(p.identity_id)) AS person_id,
    {_text("given_name")} AS given_name, {_text("family_name")} AS family_name,
    {_first("sex", "p.sex <> 'U'")}::text AS sex, {_first("ethnicity", "p.ethnicity <> 'NOBT'")}::text AS ethnicity,
    {_first("birth_date", "p.birth_date IS NOT NULL")} AS birth_date,
    {_first("expected_date", "p.expected_date IS NOT NULL")} AS expected_date,
    {_first("death_date", "p.death_date IS NOT NULL")} AS death_date,
    {_text("nhs_number")} AS nhs_number, {_text("upn")} AS upn, {_text("upn_unknown")}::text AS upn_unknown,
    bool_or(EXISTS (SELECT FROM restrictions x WHERE x.person_id = p.id AND x.lifted_at IS NULL)) AS restricted
FROM people p GROUP BY p.identity_id
"""
# Whom the dataset is of: children who were told of, and whoever was referred.
TOLD_OF = f"""
SELECT p.identity_id FROM subjects s JOIN people p ON p.id = s.person_id AND p.kind IN {CHILDREN}
UNION SELECT p.identity_id FROM referrals r JOIN people p ON p.id = r.person_id AND r.service IN {SERVICES}
"""
PERSON = f"""
SELECT k.person_id AS pers_person_id,
    CASE WHEN NOT k.restricted THEN k.given_name END AS pers_forename,
    CASE WHEN NOT k.restricted THEN k.family_name END AS pers_surname,
    CASE WHEN k.birth_date IS NULL AND k.expected_date IS NOT NULL THEN 'U' ELSE coalesce(k.sex, 'U') END AS pers_sex,
    NULL::text AS pers_gender, coalesce(k.ethnicity, 'NOBT') AS pers_ethnicity,
    k.birth_date::timestamp AS pers_dob,
    CASE WHEN NOT k.restricted THEN k.nhs_number END AS pers_common_child_id, NULL::text AS pers_legacy_id,
    CASE WHEN k.upn IS NULL THEN k.upn_unknown END AS pers_upn_unknown,
    CASE WHEN EXISTS (SELECT FROM referrals r JOIN people p ON p.id = r.person_id WHERE p.identity_id = k.identity_id
        AND r.service = 'ehc_assessment' AND r.state = 'plan') THEN 'Y' ELSE 'N' END AS pers_send_flag,
    CASE WHEN k.birth_date IS NULL THEN k.expected_date::timestamp END AS pers_expected_dob,
    k.death_date::timestamp AS pers_death_date,
    CASE WHEN coalesce(k.sex, 'U') <> 'M' AND EXISTS (SELECT FROM relationships w JOIN people p ON p.id = w.relative_id
        WHERE p.identity_id = k.identity_id AND w.kind = 'parent' AND w.withdrawn_at IS NULL)
        THEN 'Y' ELSE 'N' END AS pers_is_mother,
    NULL::text AS pers_nationality
FROM ssd.people k WHERE k.identity_id IN ({TOLD_OF})
"""
DECIDED = "d.id IS NOT NULL"
NEW = "d.route = 'social_care' AND (e.imported_from IS NOT NULL OR opened.here)"
CONTACTS = f"""
SELECT s.id::text AS cont_contact_id, k.person_id AS cont_person_id,
    {_local("e.received_at")} AS cont_contact_date, e.source::text AS cont_contact_source_code,
    NULL::text AS cont_contact_source_desc,
    {
    _flags(
        "NEW_REFERRAL_FLAG EXISTING_REFERRAL_FLAG CP_ENQUIRY_FLAG NFA_FLAG NON_AGENCY_ADOPTION_FLAG"
        " PRIVATE_FOSTERING_FLAG ADVICE_FLAG MISSING_FLAG OLA_CP_FLAG OTHER_OUTCOMES_EXIST_FLAG",
        {
            "NEW_REFERRAL_FLAG": _flag(DECIDED, NEW),
            "EXISTING_REFERRAL_FLAG": _flag(
                DECIDED, f"d.route = 'existing_case' OR d.route = 'social_care' AND NOT ({NEW})"
            ),
            "CP_ENQUIRY_FLAG": _flag(DECIDED, "d.section_47"),
            "NFA_FLAG": _flag(DECIDED, "d.route = 'no_further_action'"),
            "ADVICE_FLAG": _flag(DECIDED, "d.route = 'advice'"),
            "OTHER_OUTCOMES_EXIST_FLAG": _flag(
                DECIDED, "d.route IN ('early_help', 'ehc_pathway', 'adult_safeguarding', 'other_authority')"
            ),
        },
    )
} AS cont_contact_outcome_json
FROM subjects s JOIN enquiries e ON e.id = s.enquiry_id
JOIN people p ON p.id = s.person_id AND p.kind IN {CHILDREN} JOIN ssd.people k ON k.identity_id = p.identity_id
LEFT JOIN decisions d ON d.subject_id = s.id AND d.superseded_at IS NULL AND d.took_effect_at IS NOT NULL
CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM referrals r
    WHERE r.subject_id = s.id AND r.service = 'social_care') AS here) opened
"""
EARLY_HELP = f"""
SELECT r.id::text AS earl_episode_id, k.person_id AS earl_person_id,
    {_local("r.accepted_at")} AS earl_episode_start_date, {_local("r.closed_at")} AS earl_episode_end_date,
    NULL::text AS earl_episode_reason, r.closure::text AS earl_episode_end_reason,
    coalesce(v.name, t.name) AS earl_episode_organisation, r.worker_id::text AS earl_episode_worker_id
FROM referrals r JOIN people p ON p.id = r.person_id JOIN ssd.people k ON k.identity_id = p.identity_id
LEFT JOIN providers v ON v.code = r.provider_code LEFT JOIN teams t ON t.code = r.team_code
WHERE r.service = 'early_help' AND r.accepted_at IS NOT NULL
"""
CLOSED = "r.state = 'closed'"
# One row a referral to social care, and what was done in it.
EPISODES = """
SELECT r.id, r.state, r.requested_at, r.source, r.primary_need, r.conference_on, r.closure, r.closed_at, r.team_code,
    r.worker_id, k.person_id AS of_person, done.*,
    done.assessed OR done.discussed_47 OR done.planned OR r.conference_on IS NOT NULL AS worked_on
FROM referrals r JOIN people p ON p.id = r.person_id JOIN ssd.people k ON k.identity_id = p.identity_id
CROSS JOIN LATERAL (SELECT
    EXISTS (SELECT FROM assessments a WHERE a.referral_id = r.id) AS assessed,
    EXISTS (SELECT FROM section_47s s WHERE s.referral_id = r.id) AS discussed_47,
    EXISTS (SELECT FROM strategy_discussions d WHERE d.referral_id = r.id) AS discussed,
    EXISTS (SELECT FROM plans n WHERE n.referral_id = r.id) AS planned,
    r.conference_on IS NOT NULL OR EXISTS (SELECT FROM section_47s s
        WHERE s.referral_id = r.id AND s.conference_on IS NOT NULL) AS conferred) done
WHERE r.service = 'social_care'
"""
CIN_EPISODES = f"""
SELECT r.id::text AS cine_referral_id, r.of_person AS cine_person_id, {_local("r.requested_at")} AS cine_referral_date,
    r.primary_need::text AS cine_cin_primary_need_code, r.source::text AS cine_referral_source_code,
    NULL::text AS cine_referral_source_desc,
    {
    _flags(
        "SINGLE_ASSESSMENT_FLAG NFA_FLAG STRATEGY_DISCUSSION_FLAG CLA_REQUEST_FLAG NON_AGENCY_ADOPTION_FLAG"
        " PRIVATE_FOSTERING_FLAG CP_TRANSFER_IN_FLAG CP_CONFERENCE_FLAG CARE_LEAVER_FLAG OTHER_OUTCOMES_EXIST_FLAG",
        {
            "SINGLE_ASSESSMENT_FLAG": _flag("true", "r.assessed", CLOSED),
            "NFA_FLAG": _flag("true", f"{CLOSED} AND NOT r.worked_on", f"{CLOSED} OR r.worked_on"),
            "STRATEGY_DISCUSSION_FLAG": _flag("true", "r.discussed OR r.discussed_47", CLOSED),
            "CP_CONFERENCE_FLAG": _flag("true", "r.conferred", CLOSED),
        },
        {
            "NUMBER_OF_OUTCOMES": _count(
                "r.assessed", f"{CLOSED} AND NOT r.worked_on", "r.discussed OR r.discussed_47", "r.conferred"
            ),
            "COMMENTS": "''",
        },
    )
} AS cine_referral_outcome_json,
    CASE WHEN {CLOSED} AND NOT r.worked_on THEN 'Y' ELSE 'N' END AS cine_referral_nfa,
    r.closure::text AS cine_close_reason, {_local("r.closed_at")} AS cine_close_date,
    r.team_code AS cine_referral_team, r.worker_id::text AS cine_referral_worker_id
FROM ssd.episodes r
"""
AUTHORISED, NOTHING = "a.authorised_on IS NOT NULL", f"coalesce(r.closure IN {AFTER_ASSESSMENT}, false)"
ASSESSMENTS = f"""
SELECT a.id::text AS cina_assessment_id, r.of_person AS cina_person_id, r.id::text AS cina_referral_id,
    a.started_on::timestamp AS cina_assessment_start_date,
    CASE a.child_seen WHEN true THEN 'Y' WHEN false THEN 'N' END AS cina_assessment_child_seen,
    a.authorised_on::timestamp AS cina_assessment_auth_date,
    {
    _flags(
        "NFA_FLAG NFA_S47_END_FLAG STRATEGY_DISCUSSION_FLAG CLA_REQUEST_FLAG PRIVATE_FOSTERING_FLAG LEGAL_ACTION_FLAG"
        " PROV_OF_SERVICES_FLAG PROV_OF_SB_CARE_FLAG SPECIALIST_ASSESSMENT_FLAG REFERRAL_TO_OTHER_AGENCY_FLAG"
        " OTHER_ACTIONS_FLAG OTHER_OUTCOMES_EXIST_FLAG",
        {
            "NFA_FLAG": _flag(AUTHORISED, NOTHING),
            "STRATEGY_DISCUSSION_FLAG": _flag(AUTHORISED, "after.discussed"),
            "PROV_OF_SERVICES_FLAG": _flag(AUTHORISED, "after.planned", CLOSED),
            "OTHER_OUTCOMES_EXIST_FLAG": _flag(AUTHORISED, "coalesce(r.closure = 'RC9', false)", CLOSED),
        },
        {
            "TOTAL_NO_OF_OUTCOMES": f"CASE WHEN {AUTHORISED} THEN "
            + _count(NOTHING, "after.discussed", "after.planned", "r.closure = 'RC9'")
            + " END",
            "COMMENTS": "''",
        },
    )
} AS cina_assessment_outcome_json,
    CASE WHEN {AUTHORISED} THEN CASE WHEN {NOTHING} THEN 'Y' ELSE 'N' END END AS cina_assessment_outcome_nfa,
    r.team_code AS cina_assessment_team, r.worker_id::text AS cina_assessment_worker_id
FROM assessments a JOIN ssd.episodes r ON r.id = a.referral_id
CROSS JOIN LATERAL (SELECT
    EXISTS (SELECT FROM plans n WHERE n.referral_id = r.id AND n.started_on >= a.started_on) AS planned,
    EXISTS (SELECT FROM strategy_discussions d WHERE d.referral_id = r.id
        AND ({_local("d.called_at")})::date BETWEEN a.started_on AND a.authorised_on) AS discussed) after
"""
FACTORS = """
SELECT a.id::text AS cinf_table_id, a.id::text AS cinf_assessment_id, to_json(a.factors)::text AS cinf_assessment_factors_json
FROM assessments a JOIN ssd.episodes r ON r.id = a.referral_id WHERE a.authorised_on IS NOT NULL
"""
HELD, NOT_NEEDED = "s.conference_on IS NOT NULL", "coalesce(s.conference_not_required, false)"
SETTLED = f"({HELD} OR {NOT_NEEDED})"
SECTION_47S = f"""
SELECT s.id::text AS s47e_s47_enquiry_id, r.id::text AS s47e_referral_id, r.of_person AS s47e_person_id,
    s.started_on::timestamp AS s47e_s47_start_date,
    coalesce((SELECT min({_local("e.at")}) FROM events e WHERE e.case_kind = 'referral' AND e.case_id = r.id
            AND e.type IN ('section_47_ended', 'conference_called') AND ({_local("e.at")})::date >= s.started_on),
        CASE WHEN {NOT_NEEDED} THEN {_local("r.closed_at")} END) AS s47e_s47_end_date,
    CASE WHEN {NOT_NEEDED} THEN 'Y' WHEN {HELD} THEN 'N' END AS s47e_s47_nfa,
    {
    _flags(
        "NFA_FLAG LEGAL_ACTION_FLAG PROV_OF_SERVICES_FLAG PROV_OF_SB_CARE_FLAG CP_CONFERENCE_FLAG"
        " NFA_CONTINUE_SINGLE_FLAG MONITOR_FLAG OTHER_OUTCOMES_EXIST_FLAG",
        {
            "CP_CONFERENCE_FLAG": _flag(SETTLED, HELD),
            "NFA_CONTINUE_SINGLE_FLAG": _flag(SETTLED, NOT_NEEDED),
        },
        {
            "TOTAL_NO_OF_OUTCOMES": f"CASE WHEN {SETTLED} THEN {_count(HELD, NOT_NEEDED)} END",
            "OUTCOME_COMMENTS": "''",
        },
    )
} AS s47e_s47_outcome_json,
    r.worker_id::text AS s47e_s47_completed_by_worker_id, r.team_code AS s47e_s47_completed_by_team
FROM section_47s s JOIN ssd.episodes r ON r.id = s.referral_id
"""
# Of a conference without an enquiry here the child moved in under a plan, where a census return tells of it so.
CONFERENCES = f"""
SELECT c.id::text AS icpc_icpc_id, NULL::text AS icpc_icpc_meeting_id, c.enquiry_id::text AS icpc_s47_enquiry_id,
    r.of_person AS icpc_person_id, plan.id::text AS icpc_cp_plan_id, r.id::text AS icpc_referral_id,
    c.transfer_in AS icpc_icpc_transfer_in, c.target::timestamp AS icpc_icpc_target_date,
    c.held::timestamp AS icpc_icpc_date,
    CASE WHEN plan.id IS NULL THEN 'N' ELSE 'Y' END AS icpc_icpc_outcome_cp_flag,
    {
    _flags(
        "NFA_FLAG REFERRAL_TO_OTHER_AGENCY_FLAG SINGLE_ASSESSMENT_FLAG PROV_OF_SERVICES_FLAG CP_FLAG"
        " OTHER_OUTCOMES_EXIST_FLAG",
        {
            "PROV_OF_SERVICES_FLAG": _flag(
                "true", "plan.id IS NULL AND in_need.made", f"{CLOSED} OR plan.id IS NOT NULL"
            ),
            "CP_FLAG": _flag("true", "plan.id IS NOT NULL"),
        },
        {"TOTAL_NO_OF_OUTCOMES": _count("plan.id IS NOT NULL", "plan.id IS NULL AND in_need.made"), "COMMENTS": "''"},
    )
} AS icpc_icpc_outcome_json,
    r.team_code AS icpc_icpc_team, r.worker_id::text AS icpc_icpc_worker_id
FROM (
    SELECT id, referral_id, id AS enquiry_id, conference_target_on AS target, conference_on AS held, 'N' AS transfer_in
    FROM section_47s WHERE conference_on IS NOT NULL
    UNION ALL SELECT id, id, NULL, NULL, conference_on, CASE WHEN imported_from IS NOT NULL THEN 'Y' END
    FROM referrals WHERE conference_on IS NOT NULL
) c JOIN ssd.episodes r ON r.id = c.referral_id
LEFT JOIN LATERAL (SELECT n.id FROM plans n WHERE n.referral_id = r.id AND n.kind = 'protection'
    AND n.started_on >= c.held ORDER BY n.started_on, n.id LIMIT 1) plan ON true
CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM plans n WHERE n.referral_id = r.id AND n.kind = 'in_need'
    AND n.started_on >= c.held) AS made) in_need
"""
INVOLVEMENTS = f"""
SELECT g.id::text AS invo_involvements_id, g.worker_id::text AS invo_professional_id,
    u.role::text AS invo_professional_role_id, g.team_code AS invo_professional_team,
    {_local("g.assigned_at")} AS invo_involvement_start_date,
    {_local("coalesce(g.superseded_at, r.closed_at)")} AS invo_involvement_end_date,
    NULL::text AS invo_worker_change_reason, k.person_id AS invo_person_id,
    CASE WHEN r.service = 'social_care' THEN r.id::text END AS invo_referral_id
FROM assignments g JOIN referrals r ON r.id = g.referral_id AND r.service IN {SERVICES}
JOIN people p ON p.id = r.person_id JOIN ssd.people k ON k.identity_id = p.identity_id
LEFT JOIN users u ON u.id = g.worker_id
"""
PROFESSIONALS = f"""
SELECT u.id::text AS prof_professional_id, NULL::text AS prof_staff_id, u.name AS prof_professional_name,
    NULL::text AS prof_social_worker_registration_no, u.role::text AS prof_professional_job_title,
    (SELECT count(*) FROM referrals r WHERE r.worker_id = u.id AND r.state <> 'closed'
        AND r.service IN {SERVICES})::integer AS prof_professional_caseload,
    t.name AS prof_professional_department, NULL::double precision AS prof_full_time_equivalency,
    NULL::text AS prof_agency_worker_flag
FROM users u LEFT JOIN teams t ON t.code = u.team_code WHERE u.id IN (
    SELECT r.worker_id FROM referrals r WHERE r.service IN {SERVICES}
    UNION SELECT g.worker_id FROM assignments g JOIN referrals r ON r.id = g.referral_id AND r.service IN {SERVICES})
"""
DEPARTMENTS = """
SELECT t.code AS dept_team_id, t.name AS dept_team_name, NULL::text AS dept_team_parent_id,
    NULL::text AS dept_team_parent_name
FROM teams t
"""
ROOMS = "ROOM FLOOR FLAT BUILDING HOUSE STREET TOWN UPRN EASTING NORTHING"
ADDRESSES = f"""
SELECT DISTINCT ON (p.identity_id) p.id::text AS addr_table_id,
    {_flags(ROOMS, {"STREET": "p.address"})} AS addr_address_json, k.person_id AS addr_person_id,
    'Home' AS addr_address_type, NULL::timestamp AS addr_address_start_date, NULL::timestamp AS addr_address_end_date,
    replace(p.postcode, ' ', '') AS addr_address_postcode
FROM people p JOIN ssd.people k ON k.identity_id = p.identity_id AND NOT k.restricted
WHERE (p.address <> '' OR p.postcode IS NOT NULL) AND p.identity_id IN ({TOLD_OF}) ORDER BY p.identity_id, p.id
"""
VIEWS = {
    "people": PEOPLE,
    "episodes": EPISODES,
    "ssd_person": PERSON,
    "ssd_contacts": CONTACTS,
    "ssd_early_help_episodes": EARLY_HELP,
    "ssd_cin_episodes": CIN_EPISODES,
    "ssd_cin_assessments": ASSESSMENTS,
    "ssd_assessment_factors": FACTORS,
    "ssd_s47_enquiry": SECTION_47S,
    "ssd_initial_cp_conference": CONFERENCES,
    "ssd_involvements": INVOLVEMENTS,
    "ssd_professionals": PROFESSIONALS,
    "ssd_department": DEPARTMENTS,
    "ssd_address": ADDRESSES,
}


def upgrade() -> None:
    op.add_column("assessments", sa.Column("child_seen", sa.Boolean(), nullable=True))
    op.execute("CREATE SCHEMA ssd")
    op.execute(SHORTEN)
    for name, query in VIEWS.items():
        op.execute(
            f"CREATE VIEW ssd.{name} WITH (security_invoker = true, security_barrier = true) AS"
            f" SELECT * FROM ({query}) told WHERE {BY_SERVICE}"
        )
    op.execute(f"GRANT USAGE ON SCHEMA ssd TO {SERVICE}")
    op.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA ssd TO {SERVICE}")
    op.execute(f"GRANT EXECUTE ON FUNCTION ssd.shorten TO {SERVICE}")


def downgrade() -> None:
    op.execute("DROP SCHEMA ssd CASCADE")
    op.drop_column("assessments", "child_seen")
