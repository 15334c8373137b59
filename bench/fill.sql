-- Made-up rows of the enquiries numbered from :begins to :ends, over five years. Each value follows from its number. Every
-- fifth is of the child of the one before. Of 90,000 postcodes each has some twenty people in a million. bench/filling.py
-- makes the names, and made_up, which gives keys in order.
INSERT INTO people (id, version, event_number, event_hash, kind, given_name, family_name, search_name, name_keys,
    birth_date, sex, ethnicity, disabilities, address, postcode, authority)
SELECT made_up(who, n), 1, 1, sha256((who || n)::bytea), kind, g.name, f.name, lower(g.name || ' ' || f.name),
    ARRAY[g.sound || lower(' ' || left(f.name, 1)), f.sound || lower(' ' || left(g.name, 1))],
    born - abs(hashint4(n + 1)) % 5840, CASE kind WHEN 'child' THEN g.sex ELSE 'F' END,
    (ARRAY['WBRI', 'WBRI', 'WBRI', 'WBRI', 'AIND', 'BCRB', 'MWBC', 'NOBT'])[1 + abs(hashint4(n)) % 8],
    '{}', 1 + abs(hashint4(n + 2)) % 120 || ' Made-up Lane',
    'NG' || 1 + n % 25 || ' ' || n % 9 || chr(65 + n / 225 % 20) || chr(65 + n / 4500 % 20), 'county'
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n
CROSS JOIN (VALUES ('p', 'child', date '2014-01-01', 3), ('m', 'other_adult', date '1992-01-01', 4)) told(who, kind, born, other)
JOIN made_up_names g ON g.is_given AND g.place = abs(hashint4(n + other)) % (SELECT count(*) FROM made_up_names WHERE is_given)
JOIN made_up_names f ON NOT f.is_given
    AND f.place = floor(power(abs(hashint4(n)) % 10000 / 10000.0, 2) * (SELECT count(*) FROM made_up_names WHERE NOT is_given))
WHERE n % 5 <> 0;
INSERT INTO relationships (id, person_id, relative_id, kind, known_by, said_at, said_by_id, withdrawn_reason)
SELECT made_up('h', n), made_up('p', n), made_up('m', n), 'parent', 'Made up.', timestamptz '2014-01-01', CAST(:who AS uuid), ''
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n WHERE n % 5 <> 0;
INSERT INTO enquiries (id, reference, state, received_at, logged_at, out_of_hours, logged_by_id, channel, source,
    referrer_name, referrer_role, referrer_may_be_named, who_was_told, consent, consent_reason, witnessed, reported,
    opinion, child_voice, authority, version, event_number, event_hash, workflow_version, with_edt, rag, district_code,
    locality_code, decided_at, closed_at, working_minutes_to_decision)
SELECT made_up('e', n), 'ENQ-BENCH-' || n, 'closed', at, at, false, CAST(:who AS uuid), 'telephone',
    (ARRAY['1A', '2A', '2A', '3A', '3B', '3E', '4', '6', '6', '6', '5B', '8'])[1 + n % 12], '', '', true, '', 'given', '',
    '', 'Made up.', '', '', 'county', 1, 5, sha256((n || 'e' || 5)::bytea), 1, false, (ARRAY['red', 'amber', 'amber', 'green'])[1 + n % 4],
    place.codes[turn], place.localities[turn], at + minutes * interval '1 minute',
    at + interval '9 days', minutes
FROM (SELECT n, timestamptz '2014-01-01 08:30+00' + (n * 7919::bigint % 1826) * interval '1 day'
        + abs(hashint4(n + 5)) % 510 * interval '1 minute' AS at,
        abs(hashint4(n + 9)) % CASE WHEN n % 20 = 0 THEN 7200 ELSE 1200 END AS minutes, 1 + abs(hashint4(n)) % 7 AS turn
    FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n) told
CROSS JOIN (SELECT array_agg(code ORDER BY code) AS codes, array_agg(locality_code ORDER BY code) AS localities
    FROM districts) place;
INSERT INTO subjects (id, enquiry_id, person_id, ordinal, name_as_given, indicators, needs, ehc_request)
SELECT made_up('s', n), made_up('e', n), made_up('p', n - (n % 5 = 0)::integer), 1, 'Made Up', '{}', '', false
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n;
INSERT INTO recommendations (id, subject_id, made_at, level, route, rag, section_47, answer, facts, policy_name,
    policy_version, policy_hash)
SELECT made_up('r', n), made_up('s', n), e.received_at, 3, (ARRAY['social_care', 'early_help'])[1 + n % 2],
    'amber', false, '{"reasons": [{"rule": "made_up"}], "must_be_seen_today": false}',
    '{"earlier_enquiries_12m": 0, "earlier_nfa_12m": 0}', 'made_up', '1', '0'
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n JOIN enquiries e ON e.id = made_up('e', n);
INSERT INTO decisions (id, subject_id, recommendation_id, decided_at, decided_by_id, took_effect_at, level, route,
    section_47, consent, reason, why_not, sibling_reason, repeat_reason)
SELECT made_up('d', n), made_up('s', n), made_up('r', n), e.decided_at, CAST(:who AS uuid),
    e.decided_at, 2 + n % 2,
    (ARRAY['social_care', 'social_care', 'early_help', 'no_further_action'])[1 + abs(hashint4(n)) % 4], false, 'given',
    'Made up.', '{}', '', ''
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n JOIN enquiries e ON e.id = made_up('e', n);
INSERT INTO clocks (id, enquiry_id, kind, state, started_at, warn_at, due_at, stopped_at, limit_text, authority,
    escalate_to, timescale_version)
SELECT made_up(kind, n), e.id, kind,
    CASE WHEN abs(hashint4(n + length(kind))) % 10 = 0 THEN 'missed' ELSE 'met' END, e.received_at,
    e.received_at, e.received_at + interval '1 day', e.decided_at, 'Made up', 'Made up', 'mash_manager', 'made up'
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n JOIN enquiries e ON e.id = made_up('e', n)
CROSS JOIN unnest(ARRAY['decision', 'screening']) kind;
-- A third of the enquiries ask a partner.
INSERT INTO agency_checks (id, enquiry_id, agency_code, state, lawful_basis, question, requested_at, requested_by_id,
    ended_at, answer, version, workflow_version, consent, consent_reason, gone_without, working_minutes_to_answer)
SELECT made_up('a', n), e.id, (ARRAY['police', 'health', 'school'])[1 + n % 3], 'answered', 'public_task', 'Made up.',
    e.received_at, CAST(:who AS uuid), e.received_at + interval '5 hours', 'Made up.', 1, 1, 'given', '', '',
    abs(hashint4(n + 3)) % 900
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n JOIN enquiries e ON e.id = made_up('e', n)
WHERE n / 3 % 3 = 0;
INSERT INTO clocks (id, enquiry_id, agency_check_id, kind, state, started_at, warn_at, due_at, stopped_at, limit_text,
    authority, escalate_to, timescale_version)
SELECT made_up('answer', n), a.enquiry_id, a.id, 'agency_check',
    CASE WHEN abs(hashint4(n + 2)) % 6 = 0 THEN 'missed' ELSE 'met' END, a.requested_at, a.requested_at,
    a.requested_at + interval '6 hours', a.ended_at, 'Made up', 'Made up', 'mash_manager', 'made up'
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n JOIN agency_checks a ON a.id = made_up('a', n);
-- Half of the enquiries are handed to social care, a quarter to early help; each has a team a day later.
INSERT INTO referrals (id, reference, person_id, enquiry_id, subject_id, service, state, section_47, source, requested_at,
    lead_practitioner, version, event_number, event_hash, workflow_version, child_protection_plan, rating_reason,
    district_code, locality_code, team_code, closed_at, closure, family_rating)
SELECT made_up('f', n), 'REF-BENCH-' || n, made_up('p', n - (n % 5 = 0)::integer), e.id, made_up('s', n), d.route, 'closed', false,
    e.source, e.decided_at, '', 1, 3, sha256((n || 'f' || 3)::bytea), 2, false, '', e.district_code, e.locality_code,
    team.codes[1 + abs(hashint4(n + 7)) % cardinality(team.codes)],
    e.decided_at + (20 + abs(hashint4(n + 8)) % 160) * interval '1 day',
    CASE d.route WHEN 'early_help' THEN 'needs_met' ELSE 'RC7' END,
    CASE d.route WHEN 'early_help' THEN 1 + abs(hashint4(n + 6)) % 5 END
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n JOIN enquiries e ON e.id = made_up('e', n)
JOIN decisions d ON d.id = made_up('d', n) AND d.route IN ('social_care', 'early_help')
CROSS JOIN (SELECT array_agg(code ORDER BY code) AS codes FROM teams) team;
INSERT INTO assignments (id, referral_id, team_code, assigned_at, assigned_by_id, reason)
SELECT made_up('t', n), r.id, r.team_code, r.requested_at + interval '1 day', CAST(:who AS uuid), 'Made up.'
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n JOIN referrals r ON r.id = made_up('f', n);
INSERT INTO clocks (id, referral_id, kind, variant, state, started_at, warn_at, due_at, stopped_at, limit_text, authority,
    escalate_to, timescale_version)
SELECT made_up(kind, n), r.id, kind, CASE WHEN kind = 'assessment' AND r.service = 'social_care' THEN 'single' END,
    CASE WHEN abs(hashint4(n + length(kind))) % 8 = 0 THEN 'missed' ELSE 'met' END, r.requested_at,
    r.requested_at, r.requested_at + interval '1 day', r.requested_at + interval '1 day', 'Made up', 'Made up',
    'locality_manager', 'made up'
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n JOIN referrals r ON r.id = made_up('f', n)
CROSS JOIN unnest(ARRAY['allocation', 'acceptance', 'first_contact', 'assessment']) kind;
INSERT INTO assessments (id, referral_id, kind, started_on, authorised_on, factors, working_days)
SELECT made_up('w', n), r.id, 'single', r.requested_at::date, r.requested_at::date + abs(hashint4(n + 4)) % 70, '{}',
    abs(hashint4(n + 4)) % 70 * 5 / 7
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n
JOIN referrals r ON r.id = made_up('f', n) AND r.service = 'social_care';
INSERT INTO plans (id, referral_id, kind, started_on, ended_on, initial_category, latest_category, previous_plans,
    reviewed_on)
SELECT made_up('k', n), r.id, 'protection', r.requested_at::date + 15, r.closed_at::date, 'NEG', 'NEG', n / 20 % 3 / 2, '{}'
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n
JOIN referrals r ON r.id = made_up('f', n) AND r.service = 'social_care' WHERE n % 20 = 0;
INSERT INTO unmet_needs (id, referral_id, need, district_code, locality_code, found, words, noted_on, noted_by_id)
SELECT made_up('u', n), r.id, (ARRAY['parenting', 'housing', 'speech'])[1 + n % 3], r.district_code, r.locality_code,
    (ARRAY['nothing', 'no_room'])[1 + n / 40 % 2], '', r.requested_at::date + 5, CAST(:who AS uuid)
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n JOIN referrals r ON r.id = made_up('f', n)
WHERE n % 40 = 0;
INSERT INTO second_looks (id, decision_id, why, drawn_at, looked_at, looked_by_id, outcome, reason, grade)
SELECT made_up('l', n), d.id, (ARRAY['drawn', 'override'])[1 + n / 50 % 2], d.decided_at, d.decided_at + interval '7 days',
    CAST(:who AS uuid), CASE WHEN n / 50 % 9 = 0 THEN 'early_help' ELSE d.route END, 'Made up.',
    (ARRAY['good', 'good', 'adequate', 'inadequate'])[1 + n / 50 % 4]
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n JOIN decisions d ON d.id = made_up('d', n)
WHERE n % 50 = 0;
INSERT INTO repeats (kind, case_id, person_id, on_day, before_on)
SELECT 're_referral', r.id, r.person_id, r.requested_at::date, r.requested_at::date - 100
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n
JOIN referrals r ON r.id = made_up('f', n) AND r.service = 'social_care' WHERE abs(hashint4(n)) % 4 = 0
