"""What stands beside the database: Redis, worker and beat, the mail relay, the council's provider, the scanner."""

import smtplib
from collections.abc import Iterator
from datetime import datetime

import requests
from redis import Redis
from redis.exceptions import RedisError

from triage.clock import Clock
from triage.doctor.finding import Finding, broken, look, well
from triage.heard import RELAY, SILENT, Heard, connect, listen
from triage.settings import Settings
from triage.uploads.scanning import ping

SECONDS = 5.0
TAKEN = 250  # of SMTP: done
KEEPS = "Start it with --appendonly yes --maxmemory-policy noeviction, as docker-compose.yml does."


def look_at_redis(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Redis, and by it worker and beat; where it is away, nobody knows of them."""
    try:
        with connect(settings.redis_url, SECONDS) as redis:
            heard = listen(redis)
            yield from _look_at_keeping(redis)
            yield tell_worker(heard, clock.now())
    except RedisError as error:
        do = "Start it, and see that TRIAGE_REDIS_URL and its password lead there. Enquiries are taken meanwhile."
        yield broken("redis", f"it cannot be asked ({type(error).__name__}).", do)
        yield broken("worker", "nothing can be heard of it without Redis.", "Mend Redis first.")


def _look_at_keeping(redis: Redis) -> Iterator[Finding]:
    told = redis.info()
    if told.get("aof_last_write_status", "ok") != "ok" or told.get("rdb_last_bgsave_status", "ok") != "ok":
        yield broken("redis", "it could not write to its disk.", "See whether the disk is full.")
    elif told.get("maxmemory_policy") != "noeviction":
        says = f"it forgets when its memory is full ({told.get('maxmemory_policy')})."
        yield look("redis", says, KEEPS)
    elif not told.get("aof_enabled"):
        yield look("redis", "what it holds is gone when it is killed; the outbox sends again.", KEEPS)
    else:
        yield well("redis", f"{told.get('redis_version')} answers, keeps what it has and forgets nothing.")


def tell_worker(heard: Heard, now: datetime) -> Finding:
    """By when the outbox was last relayed: beat asks for it every five seconds, and a worker does it."""
    silent = heard.silent(RELAY, now)
    if silent is not None and silent <= SILENT:
        return well("worker", f"worker and beat were heard of {silent:.0f} s ago.")
    says = f"nothing was heard for {silent:.0f} s" if silent is not None else "nothing was heard since Redis began"
    if heard.waiting:
        return broken("worker", f"{says}, and {heard.waiting} tasks wait.", "Start worker: beat asks, and nobody does.")
    return broken("worker", f"{says}, and no task waits.", "Start beat, and worker if it is down too.")


def look_at_mail(settings: Settings) -> Iterator[Finding]:
    """The relay says what it is; nothing is sent."""
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SECONDS) as server:
            code, _words = server.ehlo()
    except (OSError, smtplib.SMTPException) as error:
        do = "See TRIAGE_SMTP_HOST and TRIAGE_SMTP_PORT, and that the relay lets this machine in."
        yield broken("mail", f"{where} does not answer ({type(error).__name__}).", do)
        return
    if code == TAKEN:
        yield well("mail", f"{where} answers.")
    else:
        yield broken("mail", f"{where} refuses with {code}.", "Ask whoever keeps the relay to let this machine in.")


def look_at_provider(settings: Settings) -> Iterator[Finding]:
    """The council's identity provider says of itself that it is the one that we were told of."""
    if not settings.oidc_issuer:
        return
    address = f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        answer = requests.get(address, timeout=SECONDS)
        answer.raise_for_status()
        issuer = answer.json().get("issuer")
    except (requests.RequestException, ValueError, AttributeError) as error:
        do = "Nobody signs in by it until it is reached: see TRIAGE_OIDC_ISSUER, and the way out of this network."
        yield broken("sign-in", f"the provider's description cannot be read ({type(error).__name__}).", do)
        return
    if str(issuer).rstrip("/") == settings.oidc_issuer.rstrip("/"):
        yield well("sign-in", "the council's provider answers.")
    else:
        yield broken("sign-in", "the provider calls itself by another name.", "Set TRIAGE_OIDC_ISSUER to its issuer.")


def look_at_scanner(settings: Settings) -> Iterator[Finding]:
    """The virus scanner, if there is one."""
    if not settings.clamd_address:
        return
    try:
        answers = ping(settings.clamd_address, SECONDS)
    except OSError as error:
        answers, why = False, type(error).__name__
    else:
        why = "another answer than PONG"
    if answers:
        yield well("scanner", "it answers.")
    else:
        do = "Start it: while it is away no letter and no photograph is taken."
        yield broken("scanner", f"it does not answer ({why}).", do)
