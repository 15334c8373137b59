"""Signing in: sessions held here, secrets that nobody lists, delays, a second factor, who changed which account.

Revision: 0014, after 0013

Whoever signs in acts as role "signing_in" with their own user id, and only such a transaction reads their secrets.
Sessions, tokens and identities are found by whoever can name one, through a function of the owner; no grant reads a
token's hash. Accounts are changed by administrators and by the service.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SERVICE = "triage_app"
ROLE = "(SELECT current_setting('triage.role', true))"
ME = "(SELECT current_setting('triage.user_id', true))"
SIGNING_IN = f"{ROLE} = 'signing_in' AND user_id::text = {ME}"
KEEPS = f"{ROLE} IN ('administrator', 'system')"
WATCHES = f"{ROLE} IN ('administrator', 'system', 'information_governance', 'mash_manager')"
SESSION = (
    "id, user_id, created_at, last_seen_at, absolute_end, how, second_factor, owes, device, challenge,"
    " ended_at, ended_why"
)
TOKEN = "id, user_id, name, prefix, scopes, created_at, expires_at, revoked_at, last_used_at"  # noqa: S105
WAYS = ("local", "oidc")
OWES = ("second_factor", "new_password", "setting_up")
ENDS = ("signed_out", "everywhere", "by_hand", "password", "account", "factor", "replaced")
NEW = (
    "sign_in_delays",
    "account_heads",
    "account_events",
    "identities",
    "recovery_codes",
    "security_keys",
    "credentials",
    "sessions",
)
# Who may do what with a row: by table, command and rule.
RULES = (
    ("sessions", "SELECT", f"user_id::text = {ME} OR {KEEPS}"),
    ("sessions", "INSERT", f"user_id::text = {ME}"),
    ("sessions", "UPDATE", f"user_id::text = {ME} OR {KEEPS}"),
    ("sessions", "DELETE", f"user_id::text = {ME}"),
    ("credentials", "SELECT", SIGNING_IN),
    ("credentials", "INSERT", f"{SIGNING_IN} OR {KEEPS}"),
    ("credentials", "UPDATE", SIGNING_IN),
    ("security_keys", "SELECT", SIGNING_IN),
    ("security_keys", "INSERT", SIGNING_IN),
    ("security_keys", "UPDATE", SIGNING_IN),
    ("security_keys", "DELETE", SIGNING_IN),
    ("recovery_codes", "SELECT", SIGNING_IN),
    ("recovery_codes", "INSERT", SIGNING_IN),
    ("recovery_codes", "UPDATE", SIGNING_IN),
    ("recovery_codes", "DELETE", SIGNING_IN),
    ("identities", "SELECT", f"{SIGNING_IN} OR {KEEPS}"),
    ("identities", "INSERT", SIGNING_IN),
    ("identities", "DELETE", KEEPS),
    ("sign_in_delays", "SELECT", f"{ROLE} = 'nobody'"),
    ("sign_in_delays", "INSERT", f"{ROLE} = 'nobody'"),
    ("sign_in_delays", "UPDATE", f"{ROLE} = 'nobody'"),
    ("sign_in_delays", "DELETE", f"{ROLE} = 'nobody'"),
    ("account_events", "SELECT", f"user_id::text = {ME} OR {WATCHES}"),
    ("account_events", "INSERT", f"actor_id::text = {ME} AND (user_id::text = {ME} OR {WATCHES})"),
    ("account_heads", "SELECT", f"user_id::text = {ME} OR {WATCHES}"),
    ("account_heads", "INSERT", f"user_id::text = {ME} OR {WATCHES}"),
    ("account_heads", "UPDATE", f"user_id::text = {ME} OR {WATCHES}"),
    ("access_tokens", "SELECT", f"user_id::text = {ME} OR {KEEPS}"),
    ("access_tokens", "INSERT", KEEPS),
    ("access_tokens", "UPDATE", f"user_id::text = {ME} OR {KEEPS}"),
    ("users", "SELECT", "true"),
    ("users", "INSERT", KEEPS),
    ("users", "UPDATE", KEEPS),
)
# What a token or a name at the provider leads to, for whoever has it.
FUNCTIONS = """
CREATE FUNCTION session_of(digest bytea) RETURNS SETOF sessions
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
    'SELECT * FROM sessions WHERE token_hash = digest';
CREATE FUNCTION token_of(digest bytea) RETURNS SETOF access_tokens
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
    'SELECT * FROM access_tokens WHERE token_hash = digest';
CREATE FUNCTION user_of_identity(of_issuer text, of_subject text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
    'SELECT user_id FROM identities WHERE issuer = of_issuer AND subject = of_subject';
REVOKE ALL ON FUNCTION session_of, token_of, user_of_identity FROM PUBLIC;
"""


def upgrade() -> None:
    _create_sessions()
    _create_secrets()
    _create_others()
    op.execute(
        "INSERT INTO credentials (user_id, password_hash, must_change, totp_step)"
        " SELECT id, password_hash, false, 0 FROM users WHERE password_hash IS NOT NULL"
    )
    op.drop_column("users", "password_hash")
    # How one began that was issued before is not known any more.
    op.add_column("access_tokens", sa.Column("prefix", sa.Text(), nullable=False, server_default=""))
    op.alter_column("access_tokens", "prefix", server_default=None)
    op.execute(FUNCTIONS)
    _grant()
    for table in ("access_tokens", "users", *NEW):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    for table, command, rule in RULES:
        asks = {"INSERT": f"WITH CHECK ({rule})", "UPDATE": f"USING ({rule}) WITH CHECK ({rule})"}
        op.execute(
            f"CREATE POLICY accounts_{command.lower()} ON {table} FOR {command} {asks.get(command, f'USING ({rule})')}"
        )


def _grant() -> None:
    op.execute(f"GRANT EXECUTE ON FUNCTION session_of, token_of, user_of_identity TO {SERVICE}")
    op.execute(f"REVOKE SELECT ON access_tokens FROM {SERVICE}")
    op.execute(f"GRANT SELECT ({TOKEN}) ON access_tokens TO {SERVICE}")
    op.execute(f"GRANT SELECT ({SESSION}), INSERT, UPDATE, DELETE ON sessions TO {SERVICE}")
    op.execute(f"GRANT SELECT, INSERT ON account_events TO {SERVICE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON account_heads TO {SERVICE}")
    op.execute(f"GRANT SELECT, INSERT, DELETE ON identities TO {SERVICE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON credentials TO {SERVICE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON security_keys, recovery_codes, sign_in_delays TO {SERVICE}")


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        *_owned("sessions"),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        _instant("created_at"),
        _instant("last_seen_at"),
        _instant("absolute_end"),
        sa.Column("how", _code("how", WAYS), nullable=False),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.Column("owes", _code("owes", OWES), nullable=True),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=True),
        _instant("ended_at", nullable=True),
        sa.Column("ended_why", _code("ended_why", ENDS), nullable=True),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id", "created_at"])


def _create_secrets() -> None:
    op.create_table(
        "credentials",
        _user("credentials"),
        sa.Column("password_hash", sa.Text(), nullable=True),
        _instant("changed_at", nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        _instant("totp_since", nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_credentials")),
    )
    op.create_table(
        "security_keys",
        *_owned("security_keys"),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _instant("added_at"),
        _instant("last_used_at", nullable=True),
        sa.UniqueConstraint("credential_id", name=op.f("uq_security_keys_credential_id")),
    )
    op.create_table(
        "recovery_codes",
        *_owned("recovery_codes"),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        _instant("used_at", nullable=True),
    )
    for table in ("security_keys", "recovery_codes"):
        op.create_index(op.f(f"ix_{table}_user_id"), table, ["user_id"])


def _create_others() -> None:
    op.create_table(
        "identities",
        *_owned("identities"),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        _instant("bound_at"),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identities_issuer_subject")),
        sa.UniqueConstraint("user_id", "issuer", name=op.f("uq_identities_user_id_issuer")),
    )
    op.create_table(
        "account_events",
        *_owned("account_events"),
        sa.Column("number", sa.Integer(), nullable=False),
        _user("account_events", "actor_id"),
        sa.Column("type", sa.Text(), nullable=False),
        _instant("at"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("user_id", "number", name=op.f("uq_account_events_user_id_number")),
    )
    op.create_table(
        "account_heads",
        _user("account_heads"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_account_heads")),
    )
    op.create_table(
        "sign_in_delays",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        _instant("last_at"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_delays")),
    )
    op.create_index(op.f("ix_sign_in_delays_last_at"), "sign_in_delays", ["last_at"])


def _owned(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """The key of a row, and whose it is."""
    key = sa.Column("id", sa.Uuid(), nullable=False)
    return key, _user(table), sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _user(table: str, name: str = "user_id") -> sa.Column:
    there = sa.ForeignKey("users.id", name=op.f(f"fk_{table}_{name}_users"))
    return sa.Column(name, sa.Uuid(), there, nullable=False)


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _code(name: str, codes: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=40)


def downgrade() -> None:
    for table, command, _rule in RULES:
        op.execute(f"DROP POLICY accounts_{command.lower()} ON {table}")
    for table in ("access_tokens", "users"):
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute("DROP FUNCTION session_of, token_of, user_of_identity")
    op.execute(f"REVOKE SELECT ({TOKEN}) ON access_tokens FROM {SERVICE}")
    op.execute(f"GRANT SELECT ON access_tokens TO {SERVICE}")
    op.drop_column("access_tokens", "prefix")
    op.add_column("users", sa.Column("password_hash", sa.Text(), nullable=True))
    op.execute("UPDATE users SET password_hash = c.password_hash FROM credentials c WHERE c.user_id = users.id")
    for table in NEW:
        op.drop_table(table)
