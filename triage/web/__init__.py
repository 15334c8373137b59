"""The pages: server-rendered, whole without JavaScript."""

from flask import Flask
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from triage.web import (
    account,
    accounts,
    again,
    agreeing,
    behind,
    candidates,
    caseloads,
    corrections,
    cover,
    danger,
    decide,
    directory,
    directory_files,
    disagreements,
    drafts,
    duty,
    enquiries,
    factors,
    failed,
    family,
    files,
    insight,
    log_enquiry,
    needs,
    oidc,
    openings,
    outages,
    partners,
    policies,
    policy_runs,
    policy_texts,
    purposes,
    reasons,
    records,
    referrals,
    report_figures,
    reports,
    restrictions,
    retention,
    reviewing,
    rights,
    runs,
    say_seen,
    search,
    second_looks,
    second_step,
    several,
    sharing,
    signin,
    thresholds,
    transfers,
    unmet_needs,
    webhooks,
    why_nots,
    words,
    worktray,
)
from triage.web.access import present_user
from triage.web.numbers import say_as_of
from triage.web.portal import answering, resuming, telling

BLUEPRINTS = (
    *(signin, second_step, factors, oidc, account, accounts, agreeing, webhooks, failed),
    *(worktray, search, enquiries, log_enquiry, candidates, decide, referrals, danger, transfers, files, duty),
    *(say_seen, cover, outages, caseloads, several, directory, directory_files, purposes, needs, unmet_needs),
    *(
        insight,
        behind,
        runs,
        reports,
        report_figures,
        why_nots,
        second_looks,
        thresholds,
        policies,
        policy_texts,
        policy_runs,
    ),
    *(reasons, records, family, restrictions, openings, partners, drafts),
    *(rights, reviewing, sharing, corrections, retention, disagreements),
    *(telling, resuming, answering),
)


def register(app: Flask) -> None:
    """Add the pages."""
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_loader = ChoiceLoader([app.jinja_loader, govuk, PackageLoader("triage.exchange")])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    words.register(app)
    again.register(app)
    reasons.register(app)
    oidc.register(app)
    app.context_processor(present_user)
    app.jinja_env.globals["how_old"] = say_as_of
    for module in BLUEPRINTS:
        app.register_blueprint(module.blueprint)
