"""Rules about the referral that an episode begins with."""

from datetime import date, timedelta

from workflows.census.codes import PRIMARY_NEEDS, sources
from workflows.census.records import Episode
from workflows.census.rule import At, is_before, rule

BEFORE_BIRTH = timedelta(weeks=40)
SOURCE_ASKED_AFTER = date(2013, 3, 31)


@rule(
    "8600",
    "episodes",
    "referred",
    "The date of referral is missing, or is after the end of the year.",
    "Give the day on which the child was referred; a referral of April or later belongs in the next return.",
)
def lacks_referral_date(episode: Episode, at: At) -> bool:
    return episode.referred is None or episode.referred > at.year.end


@rule(
    "8606",
    "episodes",
    "referred",
    "The child was referred more than 40 weeks before the date of birth, or the expected one.",
    "Correct the date of referral or the date of birth.",
)
def is_referred_before_conception(episode: Episode, at: At) -> bool:
    births = (at.child.birth_date, at.child.expected_date)
    return any(each is not None and is_before(episode.referred, each - BEFORE_BIRTH) for each in births)


@rule(
    "8555Q",
    "episodes",
    "referred",
    "The child was referred after the date of death.",
    "Correct the date of referral or the date of death.",
)
def is_referred_after_death(episode: Episode, at: At) -> bool:
    return is_before(at.child.death_date, episode.referred)


@rule(
    "8866",
    "episodes",
    "source",
    "Who made the referral is missing, or is no code of this year's list.",
    "Choose who told us; there are answers for somebody anonymous and for somebody not known.",
)
def lacks_source(episode: Episode, at: At) -> bool:
    """Referrals of before April 2013 were not asked for it: taken from the DfE's earlier specification."""
    asked = episode.referred is None or episode.referred > SOURCE_ASKED_AFTER
    return asked and episode.source not in sources(at.year.number)


@rule(
    "8610",
    "episodes",
    "primary_need",
    "Something further was done, and the child's main need is missing.",
    "Choose the main need.",
)
def lacks_need(episode: Episode, at: At) -> bool:
    return episode.referral_nfa is False and not episode.primary_need


@rule("8650", "episodes", "primary_need", "The child's main need is no code of the list.", "Choose it from the list.")
def has_unknown_need(episode: Episode, at: At) -> bool:
    return bool(episode.primary_need) and episode.primary_need not in PRIMARY_NEEDS


@rule(
    "8568",
    "episodes",
    "referral_nfa",
    "It is not said whether anything further was done about the referral.",
    "Say yes or no.",
)
def lacks_outcome(episode: Episode, at: At) -> bool:
    return episode.referral_nfa is None


@rule(
    "8569Q",
    "episodes",
    "referral_nfa referred",
    "Nothing further was done about a referral of before the year: it belongs in an earlier return.",
    "Correct the date of referral, or say that something further was done; else leave the episode out.",
)
def is_old_and_went_no_further(episode: Episode, at: At) -> bool:
    """One that came on the last working day before 1 April may have been decided in the year."""
    referred = episode.referred
    return episode.referral_nfa is True and referred is not None and at.year.is_before_last_working_day(referred)


@rule(
    "8831",
    "episodes",
    "referral_nfa",
    "Nothing further was done about the referral, yet it has an assessment, a section 47 enquiry or a conference.",
    "Say that something further was done, or take the activity away.",
)
def went_no_further_and_was_worked(episode: Episode, at: At) -> bool:
    worked = episode.assessments or episode.section_47s or episode.conference
    return episode.referral_nfa is True and bool(worked)
