"""The least that takes something over HTTP and keeps it: a bare Flask route that inserts one row and commits."""

import os
import threading
from uuid import uuid4

import psycopg
from flask import Flask, request

app = Flask(__name__)
here = threading.local()


def connection() -> psycopg.Connection:
    """This thread's own, which stays open."""
    if not hasattr(here, "connection"):
        here.connection = psycopg.connect(os.environ["BENCH_DATABASE"])
    return here.connection


@app.post("/notes")
def keep() -> tuple[dict[str, str], int]:
    """One row, committed."""
    key = str(uuid4())
    with connection().transaction():
        connection().execute("INSERT INTO notes VALUES (%s, %s, now())", (key, request.get_data(as_text=True)))
    connection().commit()
    return {"id": key}, 201


@app.get("/health/ready")
def read_ready() -> dict[str, str]:
    """As the service says it."""
    return {"status": "ready"}
