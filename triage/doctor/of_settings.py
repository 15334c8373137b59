"""What the service is told: what is missing or weak stops it, and what will do in a demo alone is worth a look."""

from collections.abc import Iterator

from pydantic import ValidationError

from triage.doctor.finding import Finding, broken, look, well
from triage.settings import PREFIX, Settings

CHECK = "settings"


def tell_refused(refusal: ValidationError) -> Iterator[Finding]:
    """Each setting that stops the start, by its name and without its value."""
    for each in refusal.errors(include_input=False, include_url=False, include_context=False):
        name = f"{PREFIX}{each['loc'][0]}".upper() if each["loc"] else "together"
        if each["type"] == "missing":
            yield broken(CHECK, f"{name} is not set.", "Set it in .env: docs/operations.md says what each is.")
        else:
            says = each["msg"].removeprefix("Value error, ")
            yield broken(CHECK, f"{name}: {says}.", "Mend it in .env, then start again.")


def look_at_settings(settings: Settings) -> Iterator[Finding]:
    """What the service starts with, and should not be left so."""
    found = list(_look(settings))
    yield from found or [well(CHECK, "nothing is missing or weak.")]


def _look(settings: Settings) -> Iterator[Finding]:
    if settings.demo:
        yield look(CHECK, "TRIAGE_DEMO is on: what is unsafe is let be.", "Take it away before anybody relies on this.")
    if not settings.public_url:
        yield look(CHECK, "TRIAGE_PUBLIC_URL is not set: no letter leads anywhere.", "Set it to where people find it.")
    if settings.smtp_from.endswith(".example"):
        yield look(CHECK, "TRIAGE_SMTP_FROM is of nobody: letters come back to no one.", "Set an address of yours.")
    if not settings.trusted_proxies:
        says = "TRIAGE_TRUSTED_PROXIES is 0: behind a proxy everybody would seem to have one address."
        yield look(CHECK, says, "Set it to how many proxies of yours stand before web.")
    if len(settings.secret_keys) > 1:
        says = "TRIAGE_SECRET_KEY has an older key beside the new one."
        yield look(CHECK, says, "Run triage reseal, then --check; take the older one away when nothing needs it.")
    if settings.owner_database_url:
        says = "TRIAGE_OWNER_DATABASE_URL is known here: whoever breaks in owns the database."
        yield look(CHECK, says, "Give it to migrate alone.")
    if not settings.clamd_address:
        yield look(CHECK, "no virus scanner looks at files.", "Set TRIAGE_CLAMD_ADDRESS, if there is one.")
