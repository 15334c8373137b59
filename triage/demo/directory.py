"""The made-up services of the pack's county, as the demo's directory has them when it is first opened."""

from datetime import datetime
from importlib.resources import files

from sqlalchemy.orm import Session

from triage.access.actor import SYSTEM
from triage.clock import SettableClock
from triage.directory.hsds_file import read_services
from triage.pack import Pack
from triage.services.desk import Desk
from triage.services.directory import known_here, take_services


def fill_directory(session: Session, pack: Pack, at: datetime) -> None:
    """Take the services that come with the pack. Once they are there, this changes nothing."""
    desk = Desk(session, SYSTEM, SettableClock(at), pack, request_id="command:demo")
    content = (files("triage") / "packs" / pack.authority / "directory.json").read_bytes()
    take_services(desk, read_services(content, known_here(desk), at))
