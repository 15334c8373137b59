"""Whoever came back did so, whatever is kept of what it followed: numbers of past quarters stay when a file goes.

Revision: 0047, after 0046

Of a disposed referral its day was kept, and a re-referral stayed one. What followed an enquiry, a step down or early
help stays now too: its row keeps the day of what is gone, and no key. It goes with the case that it is of.
"""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

RETELL = """
CREATE OR REPLACE FUNCTION retell_repeats(who uuid[]) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    records uuid[];
BEGIN
    LOOP  -- while one waited for a record, somebody may have said that another is theirs too
        records := records_of_all(who);
        PERFORM FROM people p WHERE p.id = ANY (records) ORDER BY p.id FOR NO KEY UPDATE;
        EXIT WHEN records = records_of_all(who);
    END LOOP;
    DELETE FROM repeats r WHERE r.person_id = ANY (who || records){kept};
    INSERT INTO repeats (kind, case_id, person_id, on_day, before_id, before_on)
        SELECT kind, case_id, person_id, on_day, before_id, before_on FROM repeats_of(who){known};
END $$;
"""
STANDS = """ AND (r.before_id IS NOT NULL OR r.kind = 're_referral'
        OR NOT EXISTS (SELECT FROM subjects s WHERE s.id = r.case_id)
        AND NOT EXISTS (SELECT FROM referrals f WHERE f.id = r.case_id))"""
KNOWN = """
        ON CONFLICT (kind, case_id) DO UPDATE SET person_id = excluded.person_id, on_day = excluded.on_day"""
GONE = "before_id = ANY ($2 || $3) AND kind <> 're_referral'"


def upgrade() -> None:
    op.execute(RETELL.format(kept=STANDS, known=KNOWN))
    op.execute(
        "INSERT INTO disposal_reach (position, kind, reached, condition, change)"
        f" VALUES (17, 'file', 'repeats', '{GONE.replace(chr(39), chr(39) * 2)}', 'before_id = NULL')"
    )


def downgrade() -> None:
    op.execute("DELETE FROM disposal_reach WHERE position = 17")
    op.execute(RETELL.format(kept="", known=""))
