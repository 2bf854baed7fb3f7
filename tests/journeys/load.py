"""A client of the API that works all the time and takes no silence for an answer.

Run as a program with a file of its settings. It logs, submits, approves, bills, is paid and
credits, round after round. Each command carries an idempotency key and is sent until something
comes back; what was acknowledged is noted and flushed to disk before the next one is sent. Now
and then one is sent twice at once, or again after its answer. The file ``stop`` ends it.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx

import domain.contexts  # noqa: F401 -- makes every command known
from api.graphql.inputs import camel
from domain.command import Command
from domain.identity import named_id

MONDAYS = [date(2025, 1, 6) + timedelta(weeks=n) for n in range(3)]
PAID_ON = date(2025, 1, 30)
PAID = {"amount": "2.00", "currency": "USD"}
WORKERS = ("LogTime", "SubmitTimesheet")
TWICE_AT_ONCE, AND_AGAIN = 10, 7
RETRIED = {"TOO_BUSY", "UNAVAILABLE", "TIMEOUT"}
Fields = dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """Where to, as whom, for what; ``notes`` and ``stop`` are files."""

    url: str
    name: str
    worker: str
    chief: str
    client_id: str
    person_id: str
    project_id: str
    contract_id: str
    notes: str
    stop: str


class Request:
    """One command under one idempotency key, as often as it takes."""

    def __init__(self, http: httpx.Client, key: str, command: str, given: Fields) -> None:
        self.http, self.command, self.given = http, command, given
        self.headers = {"Authorization": f"Bearer {key}"}
        self.field = command[0].lower() + command[1:]
        self.tries = 0

    def insist(self, _: object = None) -> Fields:
        """Send it until somebody answers."""
        while True:
            self.tries += 1
            if (answer := self.attempt()) is not None:
                return answer
            time.sleep(0.1)

    def attempt(self) -> Fields | None:
        """The payload; None where nobody can know, or a retry is due."""
        body = {"query": self.query(), "variables": {"input": self.given}}
        try:
            answer = self.http.post("/graphql", json=body, headers=self.headers)
        except httpx.TransportError:
            return None
        content = answer.json()
        payload: Fields = (content.get("data") or {}).get(self.field) or {}
        refusals = payload.pop("userErrors", [])
        codes = {error["extensions"]["code"] for error in content.get("errors", [])}
        codes |= {refusal["code"] for refusal in refusals}
        assert codes <= RETRIED, (codes, self.command, self.given, content)
        return None if codes else payload

    def query(self) -> str:
        """The mutation, asking for all it answers."""
        asked = " ".join(map(camel, Command.registry[self.command].ANSWER.model_fields))
        errors = "userErrors { code field message }"
        return (
            f"mutation($input: {self.command}Input!)"
            f" {{ {self.field}(input: $input) {{ {asked} position repeated {errors} }} }}"
        )


class Client:
    """Sends commands one after another and notes each answer."""

    def __init__(self, settings: Settings) -> None:
        self.own = settings
        self.http = httpx.Client(base_url=settings.url, timeout=5)
        self.threads = ThreadPoolExecutor(2)
        self.sent = 0

    def send(self, command: str, key: str, **fields: Any) -> Fields:
        """The answer. Whoever sent it several times must hear the same each time."""
        self.sent += 1
        id_ = str(named_id(f"load {self.own.name}", f"{key} {command}"))
        given = {"commandId": id_, **{camel(name): value for name, value in fields.items()}}
        as_whom = self.own.worker if command in WORKERS else self.own.chief
        request = Request(self.http, as_whom, command, given)
        began = time.time()
        copies = 2 if self.sent % TWICE_AT_ONCE == 0 else 1
        answers = list(self.threads.map(request.insist, range(copies)))
        self.note(request, answers[0], began)
        if self.sent % AND_AGAIN == 0:
            answers.append(request.insist())
        heard = {json.dumps(answer | {"repeated": None}) for answer in answers}
        assert len(heard) == 1, heard
        return answers[0]

    def close(self) -> None:
        """Hang up."""
        self.http.close()
        self.threads.shutdown()

    def note(self, request: Request, answer: Fields, began: float) -> None:
        """Write down what was acknowledged; it stays written whatever happens to us."""
        told = {"id": request.given["commandId"], "command": request.command, "answer": answer,
                "tries": request.tries, "began": began, "ended": time.time()}  # fmt: skip
        with Path(self.own.notes).open("a") as notes:
            notes.write(json.dumps(told) + "\n")
            notes.flush()
            os.fsync(notes.fileno())

    def made(self, kind: str, key: str) -> str:
        """The id of something of ours."""
        return str(named_id(f"load {kind}", f"{self.own.name} {key}", PAID_ON))


def work(client: Client, key: str, monday: date) -> None:
    """One round: ten minutes twice, billed, partly paid and partly credited.

    Rounds alternate between two pairs of days, so that a long run does not fill them.
    """
    first = monday + timedelta(days=2 * (int(key) // len(MONDAYS) % 2))
    logged = [log(client, f"{key}.{n}", first + timedelta(days=n)) for n in range(2)]
    week = {"person_id": client.own.person_id, "week": str(monday)}
    client.send("SubmitTimesheet", key, **week)
    client.send("ApproveTime", key, **week)
    bill(client, key, monday, logged)
    pay(client, key)
    client.send("IssueCreditMemo", key, memo_id=client.made("memo", key),
                invoice_id=client.made("invoice", key), issued_on=str(PAID_ON), why="load",
                lines=[{"no": 1, "net": "1.00"}])  # fmt: skip


def log(client: Client, key: str, day: date) -> Fields:
    """Note ten minutes."""
    own = client.own
    return client.send("LogTime", key, person_id=own.person_id, project_id=own.project_id,
                       work_date=str(day), minutes=10, note="load")  # fmt: skip


def bill(client: Client, key: str, monday: date, logged: list[Fields]) -> None:
    """Invoice it at the end of its week."""
    sources = [{"kind": "time", "holderId": one["id"], "ids": [one["entryId"]]} for one in logged]
    client.send("IssueInvoice", key, invoice_id=client.made("invoice", key),
                contract_id=client.own.contract_id, issued_on=str(monday + timedelta(days=4)),
                sources=sources)  # fmt: skip


def pay(client: Client, key: str) -> None:
    """Receive some of it, and settle the invoice with that."""
    payment = client.made("payment", key)
    client.send("RecordPayment", key, payment_id=payment, client_id=client.own.client_id,
                received_on=str(PAID_ON), amount=PAID,
                bank_reference=f"{client.own.name} {key}")  # fmt: skip
    client.send("ApplyPayment", key, payment_id=payment, amount=PAID, applied_on=str(PAID_ON),
                invoice_id=client.made("invoice", key))  # fmt: skip


def main(path: str) -> None:
    """Work until told to stop."""
    client = Client(Settings(**json.loads(Path(path).read_text())))
    number = 0
    while not Path(client.own.stop).exists():
        work(client, str(number), MONDAYS[number % len(MONDAYS)])
        number += 1


if __name__ == "__main__":
    main(sys.argv[1])
