"""Reports of a quarter as tests ask for, make and read them; figures as partners send them, made up."""

from datetime import UTC, date, datetime
from typing import Any

from tests.asking_for_records import as_
from triage.exchange.quarterly_file import Told
from triage.insight.quarterly.drawing import draw_all
from triage.insight.quarterly.making import begin_report, make_report
from triage.insight.quarterly.report import Line, Report, Stamp, read_kept
from triage.models import PartnerFigure, QuarterlyReport
from triage.services.partner_figures import SentFigure, take_figures
from triage.services.reports import AskReport, Comment, ask_for_report, comment

MANAGER, WHO = "mash_manager", "mash_manager"
QUARTER, FIRST, LAST = "2013-Q2", date(2013, 4, 1), date(2013, 6, 30)
JULY = datetime(2013, 7, 2, 9, tzinfo=UTC)  # the quarter is over
STAMP = Stamp(JULY.isoformat(), None, "", made_up=True)
COLUMNS = "indicator,district,first,last,value,counted,of,supplied_by,supplied_on"


def ask(office: Any, quarter: str = QUARTER, who: str = WHO) -> QuarterlyReport:
    """A report that a role asked for."""
    with as_(office, who):
        report = ask_for_report(office.desk(who), AskReport(quarter=quarter))
        office.session.flush()
    return report


def make_all(office: Any) -> None:
    """What the worker does until nothing waits."""
    office.session.flush()
    while key := begin_report(office.desk("system")):
        office.session.flush()
        make_report(office.desk("system"), key, made_up=True)
        office.session.flush()
        office.session.expire_all()


def made(office: Any, quarter: str = QUARTER, who: str = WHO) -> Report:
    """The numbers of a report that is asked for and made."""
    report = ask(office, quarter, who)
    make_all(office)
    return read_kept(report)[0]


def line_of(report: Report, name: str) -> Line:
    """An indicator of it."""
    (found,) = (each for each in report.lines if each.name == name)
    return found


def say(office: Any, words: str, about: str = "re_referrals", who: str = WHO, quarter: str = QUARTER) -> None:
    """What a manager says of an indicator, or of the whole."""
    with as_(office, who):
        said = Comment(quarter=quarter, indicator=about, words=words)
        comment(office.desk(who), said, {"re_referrals"})


def a_figure(**changes: Any) -> SentFigure:
    """A share of women who smoked at delivery, of the county in the quarter."""
    told = {"indicator": "smoking_at_delivery", "district_code": None, "first": FIRST, "last": LAST}
    counts = {"value": 0.15, "counted": 150, "of": 1000}
    who = {"supplied_by": "Made-up hospitals", "supplied_on": date(2013, 7, 1)}
    return SentFigure(**(told | counts | who | changes))


def send(office: Any, *figures: SentFigure, who: str = WHO) -> list[PartnerFigure]:
    """Have a role take them in; all that is kept."""
    with as_(office, who):
        take_figures(office.desk(who), figures)
        office.session.flush()
    return office.session.query(PartnerFigure).all()


def a_file(*rows: str) -> bytes:
    """Figures as a file of CSV."""
    return "\r\n".join([COLUMNS, *rows]).encode()


def told_of(report: Report, **comments: Any) -> Told:
    """The report as a document is written from it."""
    return Told(report, STAMP, draw_all(report), comments)
