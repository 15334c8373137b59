"""Signatures that others' libraries take, and that say of any change that it is one."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from triage.access.webhook_signing import new_secret, sign

TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=50)


@given(st.text(alphabet="abcdef0123456789-", min_size=1, max_size=40), TEXT)
def test_what_we_sign_is_taken_by_the_specifications_own_library(message_id, text):
    secret, now = new_secret(), int(time.time())
    body = f'{{"x": "{text.encode().hex()}"}}'.encode()
    headers = sign([new_secret(), secret], message_id, now, body)
    assert Webhook(secret).verify(body, headers)
    assert (
        Webhook(secret).sign(message_id, datetime.fromtimestamp(now, UTC), body.decode())
        in headers["webhook-signature"].split()
    )


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp", "body", "secret"])
def test_any_change_is_found(changed):
    secret, now, body = new_secret(), int(time.time()), b'{"x":1}'
    headers = sign([secret], "abc", now, body)
    if changed in headers:
        headers[changed] = "def" if changed == "webhook-id" else str(now + 1)
    receives = Webhook(new_secret() if changed == "secret" else secret)
    with pytest.raises(WebhookVerificationError):
        receives.verify(b'{"x":2}' if changed == "body" else body, headers)


def test_secrets_are_long_and_never_the_same():
    secrets = {new_secret() for _ in range(100)}
    assert (len(secrets), {len(each) for each in secrets}) == (100, {50})
