"""A partner's system that calls the API."""

from dataclasses import dataclass
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse, encode_multipart


def post_form(client: FlaskClient, path: str, fields: dict[str, object], **headers: str) -> TestResponse:
    """Send a form as a browser does where files are among its fields (FileStorage)."""
    line, body = encode_multipart(fields)
    return client.post(path, data=body, headers=headers, content_type=f"multipart/form-data; boundary={line}")


@dataclass
class Caller:
    """A system with a token: sends what the API asks of every caller, unless told otherwise."""

    client: FlaskClient
    token: str

    def get(self, path: str, **query: object) -> TestResponse:
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self._headers())

    def post(self, path: str, body: object, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = self._headers() | {"Idempotency-Key": uuid4().hex} | named
        return self.client.post(f"/api/v1{path}", json=body, headers=sent)

    def post_form(self, path: str, fields: dict[str, object], key: str = "") -> TestResponse:
        sent = self._headers() | {"Idempotency-Key": key or uuid4().hex}
        return post_form(self.client, f"/api/v1{path}", fields, **sent)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}
