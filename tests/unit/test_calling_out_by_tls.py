"""By TLS: for the name that was typed, at the address that was judged, and to nobody whose certificate is another's."""

import socket
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.unit.test_calling_out import HERE, Answers
from triage.calling_out import Unanswered, post

NAME = "cases.council.example"


def certificate_for(name, folder):
    """A certificate that signs itself, for that name, and its key: in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Made up")])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False).sign(
        key, hashes.SHA256()
    )
    pem = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / f"{name}.pem"
    path.write_bytes(key.private_bytes(pem, *plain) + signed.public_bytes(pem))
    return path


@contextmanager
def served_by_tls(path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        server.came, server.handle_error = [], lambda *_: None
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def leads_here(monkeypatch):
    """Whatever name is asked for leads to this machine."""
    find = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *args, **more: find("127.0.0.1", *args, **more))


def test_it_is_sent_by_tls_for_the_name_that_was_typed(tmp_path, leads_here):
    path = certificate_for(NAME, tmp_path)
    with served_by_tls(path) as server:
        trusted = ssl.create_default_context(cafile=str(path))
        assert post(f"https://{NAME}:{server.server_port}/204", b"{}", {}, HERE, trusted) == 204
    ((_path, headers, _body),) = server.came
    assert headers["Host"] == f"{NAME}:{server.server_port}"


@pytest.mark.parametrize(("name", "is_trusted"), [("others.example", True), (NAME, False)])
def test_nothing_is_sent_to_whom_no_certificate_vouches_for(tmp_path, leads_here, name, is_trusted):
    path = certificate_for(name, tmp_path)
    with served_by_tls(path) as server:
        trusted = ssl.create_default_context(cafile=str(path)) if is_trusted else None
        with pytest.raises(Unanswered, match="certificate"):
            post(f"https://{NAME}:{server.server_port}/204", b"{}", {}, HERE, trusted)
    assert server.came == []
