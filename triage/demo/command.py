"""`triage demo`: everything on one machine, with nine months of a made-up county in it."""

import json
import os
import secrets
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from triage.access.actor import SYSTEM
from triage.access.signing import make_key
from triage.clock import SystemClock
from triage.database import Database
from triage.demo.directory import fill_directory
from triage.demo.ledger import keep_ledger
from triage.demo.plan import draw_plan
from triage.demo.replay import END, Progress, replay
from triage.demo.staff import PASSWORD, add_staff, sign_ins
from triage.embedded import Services, services
from triage.insight.counting import refresh
from triage.insight.definition import read_measures
from triage.insight.measures import measure
from triage.pack import load_pack
from triage.schema import load_reference_data, migrate
from triage.serving import EVERYWHERE, LOOPBACK, free_port, serve_background, serve_web, service_environment
from triage.store.enquiries import count_by_route

Address = tuple[str, int]
PACK = "nottinghamshire"
ENQUIRIES = 13_800  # "about 13,800" between April and December 2013: the Children's Trust's plan, 2014-16
FIRST_MONTH = datetime(2013, 5, 1, tzinfo=UTC)
NEW_YEAR = datetime(2014, 1, 2, 9, 0, tzinfo=UTC)  # what the served demo's clock says when it is first opened
PERIOD = date(2013, 4, 1), date(2013, 12, 31)


def _stay_here(context: click.Context, _option: click.Parameter, host: str) -> str:
    """Only loopback, unless told: whoever reaches the demo may sign in, for it prints everybody's password."""
    if host != LOOPBACK and not context.params["let_others_in"]:
        message = f"Others can reach {host}, and everybody knows the demo's password. If they may, add --let-others-in."
        raise click.BadParameter(message)
    return host


@click.command()
@click.option("--enquiries", default=ENQUIRIES, show_default=True, type=click.IntRange(1, 999_999))
@click.option("--seed", default=1, show_default=True, help="the same seed gives the same data")
@click.option("--serve/--no-serve", default=True, help="serve the pages, or only replay")
@click.option("--json", "as_json", is_flag=True, help="print totals and measures as JSON")
@click.option("--run-dir", type=click.Path(path_type=Path), default=Path("var"), show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option(
    "--host", default=LOOPBACK, show_default=True, type=click.Choice([LOOPBACK, EVERYWHERE]), callback=_stay_here
)
@click.option("--let-others-in", is_flag=True, is_eager=True, help="listen beyond this machine: all know the password")
def demo(
    enquiries: int, seed: int, serve: bool, as_json: bool, run_dir: Path, port: int, host: str, let_others_in: bool
) -> None:
    """Replay April to December 2013 in made-up cases, then serve it until Ctrl-C. Run again, it keeps its data."""
    for ending in (signal.SIGINT, signal.SIGTERM):  # a shell may have started us with Ctrl-C ignored
        signal.signal(ending, _interrupt)
    with services(run_dir) as private:
        kept = _read_kept(run_dir)
        if kept and (kept["enquiries"], kept["seed"]) != (enquiries, seed):
            held = f"{kept['enquiries']:,} enquiries, seed {kept['seed']}"
            message = f"{run_dir} holds a demo of {held}. To begin anew: make clean."
            raise click.ClickException(message)
        if kept:
            _bring_up_to_date(private)  # the code may be newer than what it left
        if serve:
            _serve(private, run_dir, (host, port), kept or {"enquiries": enquiries, "seed": seed})
        elif not kept:
            _prepare(private)
            kept = _fill(private, run_dir, enquiries, seed, lambda _until: None)
        if as_json:
            click.echo(json.dumps(_report(private, kept), indent=2))


def _interrupt(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def _read_kept(run_dir: Path) -> dict[str, Any]:
    """What an earlier run finished, or nothing. A run that was cut off is begun anew."""
    path = run_dir / "demo.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _prepare(private: Services) -> None:
    """An empty database with the schema, the pack and the staff: what a replay that was cut off left is dropped."""
    private.postgres.drop_database("triage")
    private.postgres.create_database("triage")
    _bring_up_to_date(private)
    with Database(private.postgres.url("triage_app")) as database, database.transaction(SYSTEM) as session:
        add_staff(session)


def _bring_up_to_date(private: Services) -> None:
    owner = private.postgres.url("triage_owner")
    pack = load_pack(PACK)
    migrate(owner)
    load_reference_data(owner, pack)
    with Database(private.postgres.url("triage_app")) as database, database.transaction(SYSTEM) as session:
        fill_directory(session, pack, NEW_YEAR)


def _fill(
    private: Services, run_dir: Path, enquiries: int, seed: int, reached: Callable[[datetime], None]
) -> dict[str, Any]:
    """Replay with a progress bar; `reached` hears up to which instant both halves are done. Kept in demo.json."""
    started, until = time.monotonic(), dict.fromkeys(range(2), FIRST_MONTH.replace(month=4))
    with click.progressbar(
        length=enquiries, label="Replaying April to December 2013", file=click.get_text_stream("stderr")
    ) as bar:

        def tell(progress: Progress) -> None:
            bar.update(progress.enquiries)
            until[progress.shard] = progress.until
            reached(min(until.values()))

        replay(private.postgres.url("triage_app"), PACK, enquiries, seed, tell)
    seconds = time.monotonic() - started
    begun = SystemClock().now()
    kept = {
        "enquiries": enquiries,
        "seed": seed,
        "seconds": round(seconds, 1),
        "enquiries_a_second": round(enquiries / seconds, 1),
        "clock_offset_seconds": int((NEW_YEAR - begun).total_seconds()),
    }
    (run_dir / "demo.json").write_text(json.dumps(kept), encoding="utf-8")
    return kept


def _serve(private: Services, run_dir: Path, at: Address, kept: dict[str, Any]) -> None:
    """Serve until Ctrl-C. A first run serves the pages once April stands, and the rest of the year fills them."""
    try:
        if "seconds" not in kept:
            _prepare(private)
            kept = _fill_while_serving(private, run_dir, at, kept)
        _serve_all(private, run_dir, at, kept)
    except KeyboardInterrupt:
        click.echo("\nStopping ...", err=True)


def _serve_all(private: Services, run_dir: Path, at: Address, kept: dict[str, Any]) -> None:
    environment = _environment(private, run_dir, kept["clock_offset_seconds"])
    with serve_web(environment, run_dir, *at) as here, serve_background(environment, run_dir) as back:
        _greet(here.url, "Ready")
        while True:
            here.check()
            back.check()
            time.sleep(0.5)


def _fill_while_serving(private: Services, run_dir: Path, at: Address, kept: dict[str, Any]) -> dict[str, Any]:
    offset = int((NEW_YEAR - SystemClock().now()).total_seconds())
    environment = _environment(private, run_dir, offset)
    served: list[str] = []
    months: set[int] = set()
    with ExitStack() as stack:

        def reached(until: datetime) -> None:
            """Count the measures once a month is whole, and serve the pages with the first."""
            if until < FIRST_MONTH or until.month in months:
                return
            months.add(until.month)
            _count_measures(private)
            if not served:
                served.append(stack.enter_context(serve_web(environment, run_dir, *at)).url)
                _greet(served[0], "April 2013 can be looked at; the rest is coming")

        return _fill(private, run_dir, kept["enquiries"], kept["seed"], reached)


def _count_measures(private: Services) -> None:
    """What the worker does each minute, which is not running yet."""
    with Database(private.postgres.url("triage_app")) as database, database.transaction(SYSTEM) as session:
        refresh(session)


def _environment(private: Services, run_dir: Path, offset: int) -> dict[str, str]:
    secret = _keep_secret(run_dir / "secret.key", lambda: secrets.token_urlsafe(48))
    environment = service_environment(private, secret.read_text(), free_port())
    ledger_key = str(_keep_secret(run_dir / "ledger.key", make_key))
    of_the_demo = {"TRIAGE_CLOCK_OFFSET_SECONDS": str(offset), "TRIAGE_SECOND_FACTOR_REQUIRED": "false"}
    return environment | of_the_demo | {"TRIAGE_LEDGER_KEY_FILE": ledger_key}


def _keep_secret(path: Path, make: Callable[[], str]) -> Path:
    """A secret of this installation's own, made once and readable by us alone."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make())
    return path


def _greet(url: str, words: str) -> None:
    click.echo(f"\n{words}: {url}\n\nEverybody here is made up. Sign in as one of these; the password is {PASSWORD}")
    for username, what in sign_ins():
        click.echo(f"  {username:<20} {what}")
    click.echo("Ctrl-C stops it.\n")


def _report(private: Services, kept: dict[str, Any]) -> dict[str, Any]:
    """Totals, by district and route, the measures as the service counts them, and the generator's own ledger."""
    pack = load_pack(PACK)
    plan = draw_plan(pack, kept["enquiries"], kept["seed"])
    ledger = keep_ledger(plan, pack.calendar, END)
    with Database(private.postgres.url("triage_app")) as database, database.transaction(SYSTEM) as session:
        answers = {name: measure(session, pack, name, *PERIOD) for name in read_measures()}
        routes = count_by_route(session)
        districts = measure(session, pack, "enquiries", *PERIOD, "district")
    return kept | {
        "by_district": {label: figure.counted for _key, label, figure in districts.groups},
        "by_route": routes,
        "measures": {name: _plain(answer.whole) for name, answer in answers.items()},
        "ledger": ledger.as_dict(),
    }


def _plain(figure: Any) -> Any:
    return figure.value if figure.of is None else [figure.counted, figure.of]
