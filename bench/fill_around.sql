-- What is around the enquiries with those numbers: the events of each case, what was sent, and who read it.
INSERT INTO events (id, case_kind, case_id, number, type, at, actor_id, actor_name, actor_role, purpose, request_id,
    data, previous_hash, hash)
SELECT uuidv7(), 'person', made_up('p', n), 1, 'person_added', timestamptz '2014-01-01', CAST(:who AS uuid), 'Made up',
    'system', '', '', '{"kind": "child"}', '', sha256(('p' || n)::bytea)
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n WHERE n % 5 <> 0;
INSERT INTO events (id, case_kind, case_id, number, type, at, actor_id, actor_name, actor_role, purpose, request_id,
    data, previous_hash, hash)
SELECT uuidv7(), 'enquiry', e.id, number, type, e.received_at + number * interval '10 minutes', CAST(:who AS uuid),
    'Made up', 'system', '', 'made-up', jsonb_build_object('made_up', repeat('Made up. ', 10), 'number', number),
    CASE number WHEN 1 THEN '' ELSE sha256((n || 'e' || number - 1)::bytea) END, sha256((n || 'e' || number)::bytea)
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n JOIN enquiries e ON e.id = made_up('e', n)
CROSS JOIN unnest(ARRAY['enquiry_received', 'screening_started', 'rag_set', 'decision_made', 'enquiry_closed'])
    WITH ORDINALITY told(type, number);
INSERT INTO events (id, case_kind, case_id, number, type, at, actor_id, actor_name, actor_role, purpose, request_id,
    data, previous_hash, hash)
SELECT uuidv7(), 'referral', r.id, number, type, r.requested_at + number * interval '1 day', CAST(:who AS uuid),
    'Made up', 'system', '', 'made-up', jsonb_build_object('made_up', repeat('Made up. ', 10), 'number', number),
    CASE number WHEN 1 THEN '' ELSE sha256((n || 'f' || number - 1)::bytea) END, sha256((n || 'f' || number)::bytea)
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n JOIN referrals r ON r.id = made_up('f', n)
CROSS JOIN unnest(ARRAY['referral_requested', 'referral_accepted', 'referral_closed']) WITH ORDINALITY told(type, number);
-- A letter for each enquiry, done long ago.
INSERT INTO outbox (id, task, payload, created_at, available_at, attempts, last_error, published_at, done_at)
SELECT uuidv7(), 'send_notice', jsonb_build_object('enquiry_id', e.id), e.decided_at, e.decided_at, 1, '', e.decided_at,
    e.decided_at
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n JOIN enquiries e ON e.id = made_up('e', n);
-- Each was read twice.
INSERT INTO readings (id, reader_id, number, at, reader_name, reader_role, purpose, request_id, what, case_kind, case_id,
    people, previous_hash, hash)
SELECT uuidv7(), CAST(:who AS uuid), 2 * n + number, e.received_at, 'Made up', 'system', '', 'made-up', 'enquiries.show',
    'enquiry', e.id, ARRAY[s.person_id], '', sha256((n || 'o' || number)::bytea)
FROM generate_series(CAST(:begins AS integer), CAST(:ends AS integer)) n JOIN enquiries e ON e.id = made_up('e', n)
JOIN subjects s ON s.id = made_up('s', n) CROSS JOIN generate_series(0, 1) number;
