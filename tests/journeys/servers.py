"""Database servers of other kinds: split logins, a pooler in front, TLS with a CA of our own."""

import datetime as dt
import ipaddress
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import PGconn, Ping

from tests.journeys.machine import eventually, free_port

STARTED_S = 30.0
APP = "throughline_app"


@dataclass(frozen=True)
class Place:
    """Addresses as an operator would set them, and where a superuser may look inside."""

    database_url: str
    database_direct_url: str | None = None
    pooled: bool = False

    @property
    def env(self) -> dict[str, str]:
        direct = {"DATABASE_DIRECT_URL": self.database_direct_url or ""}
        return {
            "DATABASE_URL": self.database_url,
            **(direct if self.database_direct_url else {}),
            "THROUGHLINE_POOLED": str(int(self.pooled)),
        }


def server_over_tcp() -> str:
    """The server that tests were given, as a superuser; skips where there is none."""
    url = os.environ.get("THROUGHLINE_TEST_DATABASE_URL")
    if not url:
        pytest.skip("THROUGHLINE_TEST_DATABASE_URL names no server")
    if str(conninfo_to_dict(url).get("host", "/")).startswith("/"):
        pytest.skip("THROUGHLINE_TEST_DATABASE_URL is a socket, not TCP")
    return url


@contextmanager
def owned_database(server: str) -> Iterator[str]:
    """DSN of a new database for its owner, who is no superuser but may make roles."""
    name = f"firm_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN CREATEROLE".encode())
        admin.execute(f"CREATE DATABASE {name} OWNER {name}".encode())
        try:
            yield make_conninfo(server, user=name, dbname=name)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
            admin.execute(f"DROP ROLE {name}".encode())


@contextmanager
def pooler(server: str) -> Iterator[int]:
    """Port of a PgBouncer in transaction mode, few connections behind it, in front of a server."""
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip("pgbouncer is not installed")
    port, to = free_port(), conninfo_to_dict(server)
    with folder() as place:
        (place / "users").write_text(f'"{APP}" ""\n')
        (place / "pgbouncer.ini").write_text(
            f"[databases]\n* = host={to['host']} port={to.get('port', 5432)}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {place}/users\npool_mode = transaction\n"
            "default_pool_size = 4\nmax_client_conn = 200\n"
        )
        with served([program, "-q", str(place / "pgbouncer.ini")], port):
            yield port


@contextmanager
def server_over_tls() -> Iterator[tuple[int, Path]]:
    """Port and CA certificate of a scratch server that speaks TLS only."""
    programs = sorted(Path("/usr/lib/postgresql").glob("1[5-9]/bin"))
    if not programs:
        pytest.skip("no PostgreSQL is installed with TLS, the embedded one has none")
    port = free_port()
    with folder() as place:
        data, certified = place / "data", certificates(place)
        run([programs[0] / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"])
        (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n")
        options = ["-c", "ssl=on", "-c", f"ssl_cert_file={certified / 'server.crt'}",
                   "-c", f"ssl_key_file={certified / 'server.key'}", "-c", "fsync=off",
                   "-c", "unix_socket_directories=", "-p", str(port)]  # fmt: skip
        with served([programs[0] / "postgres", "-D", data, *options], port):
            yield port, certified / "ca.crt"


@contextmanager
def folder() -> Iterator[Path]:
    """A directory of the account that servers run as; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        place = Path(name)
        place.chmod(0o755)
        give(place)
        yield place


def account() -> pwd.struct_passwd | None:
    """As root, who else runs servers, because they refuse to be root; ourselves otherwise."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def give(path: Path) -> None:
    if who := account():
        os.chown(path, who.pw_uid, who.pw_gid)


def popen(command: "list[str | Path]") -> "subprocess.Popen[bytes]":
    who = account()
    return subprocess.Popen(
        command,
        user=who and who.pw_uid,
        group=who and who.pw_gid,
        extra_groups=who and (),
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def run(command: "list[str | Path]") -> None:
    process = popen(command)
    said, _ = process.communicate()
    assert process.returncode == 0, said.decode()


@contextmanager
def served(command: "list[str | Path]", port: int) -> Iterator[None]:
    """Run a server until the block ends; it takes sessions when the block begins."""
    process = popen(command)
    try:
        eventually(lambda: answers(port) or process.poll() is not None, STARTED_S, "a start")
        assert process.poll() is None, (process.stdout.read() if process.stdout else b"").decode()
        yield
    finally:
        process.terminate()
        process.communicate()


def answers(port: int) -> bool:
    return PGconn.ping(f"host=127.0.0.1 port={port} user={APP}".encode()) == Ping.OK


def certificates(place: Path) -> Path:
    """A CA and a server certificate for localhost, in files only the server's account may read."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = certificate("Fictional CA", ca_key.public_key(), "Fictional CA", ca_key, is_ca=True)
    server = certificate("localhost", key.public_key(), "Fictional CA", ca_key, is_ca=False)
    write(place / "ca.crt", ca.public_bytes(serialization.Encoding.PEM), 0o644)
    write(place / "server.crt", server.public_bytes(serialization.Encoding.PEM), 0o644)
    write(place / "server.key", private(key), 0o600)
    return place


def certificate(
    name: str, key: ec.EllipticCurvePublicKey, issuer: str, by: ec.EllipticCurvePrivateKey,
    *, is_ca: bool,
) -> x509.Certificate:  # fmt: skip
    now = dt.datetime.now(dt.UTC)
    local = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(local), critical=False)
        .sign(by, hashes.SHA256())
    )


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def write(path: Path, content: bytes, mode: int) -> None:
    path.write_bytes(content)
    path.chmod(mode)
    give(path)
