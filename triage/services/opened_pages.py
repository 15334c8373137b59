"""What a reading says was opened, in words: pages and answers by the names of their endpoints."""

PAGES = {
    "enquiries.show": "An enquiry",
    "worktray.show": "Worktray",
    "say_seen.show": "Saying what was seen",
    "decide.show": "Deciding an enquiry",
    "disagreements.show": "Answering who disagrees with a decision",
    "disagreements.answer": "Answering who disagrees with a decision",
    "referrals.show": "A referral",
    "referrals.show_inbox": "Referrals",
    "duty.show": "Duty",
    "why_nots.show": "Why-not ledger",
    "second_looks.show_all": "Second looks",
    "second_looks.show": "A second look",
    "behind.show": "The cases behind a number",
    "policy_runs.show": "Thresholds tried on the past",
    "partners.show_checks": "A partner's checks",
    "answering.show": "A question to a partner, by a link",
    "restrictions.show": "Restricted records",
    "rights.show_list": "Requests for a record",
    "rights.show": "A request for a record",
    "rights.take_copy": "A copy of a record",
    "inspector_pack.make": "The inspectors' pack, as a file",
    "openings.show": "Who opened what",
    "openings.download": "Who opened what, as a file",
}
PLACES = {
    "search": "Search",
    "several": "Allocating several referrals",
    "files": "Files",
    "reviewing": "Reviewing a copy of a record",
    "corrections": "Corrections",
    "sharing": "What was shared",
    "needs": "The needs on a request for early help",
    "api_enquiries": "Enquiries, by a system",
    "api_referrals": "Referrals, by a system",
    "api_partners": "Partners, by a system",
    "api_queues": "Queues, by a system",
    "api_files": "Files, by a system",
}


def say_page(endpoint: str) -> str:
    """The page's name; of a lesser one, that of the place that it belongs to."""
    place = endpoint.partition(".")[0]
    return PAGES.get(endpoint) or PLACES.get(place) or place.replace("_", " ").capitalize()
