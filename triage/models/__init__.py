"""The rows. One file a noun; no behaviour beyond the row."""

from triage.models.access_request import AccessExport, AccessJudgement, AccessRequest
from triage.models.account import AccountEvent, AccountHead, Credential, Identity, RecoveryCode, SecurityKey
from triage.models.agency_check import AgencyCheck
from triage.models.base import Base
from triage.models.casework import Assessment, Plan, Section47
from triage.models.check_link import CheckLink
from triage.models.checkpoint import Checkpoint, Leaf
from triage.models.clock import Clock, ClockPause
from triage.models.cover import Cover
from triage.models.decision import Decision, Recommendation
from triage.models.directory import Capacity, DirectoryFile, DirectoryService, Purpose, UnmetNeed
from triage.models.disagreement import Disagreement
from triage.models.disclosure import Disclosure
from triage.models.disposed import DisposalReach, DisposedEnquiry, DisposedReferral
from triage.models.draft import Draft
from triage.models.enquiry import Enquiry, FirstView, Subject
from triage.models.event import Event
from triage.models.fact import (
    AssessmentFact,
    CheckFact,
    Counting,
    CountingDue,
    DecisionFact,
    EnquiryFact,
    ReferralFact,
    Rollup,
    SecondLookFact,
    Spread,
    StandingFact,
    Stay,
    UnmetNeedFact,
)
from triage.models.file import File
from triage.models.learned import CommonValue, LearnedWeights
from triage.models.merge import Merge
from triage.models.nearness import DeclaredInterest, StaffHome
from triage.models.organisation import AccessToken, Agency, District, Locality, Provider, Team, User
from triage.models.outage import Outage
from triage.models.outbox import DailyNotice, FailingTask, IdempotencyKey, OutboxMessage
from triage.models.person import Person
from triage.models.policy import PolicyVersion
from triage.models.policy_run import PolicyRun
from triage.models.reading import Reading, ReadingHead
from triage.models.rectification import Rectification
from triage.models.referral import Assignment, Referral, StrategyDiscussion, Transfer
from triage.models.relationship import Relationship
from triage.models.repeat import Repeat
from triage.models.report import PartnerFigure, QuarterlyReport, ReportComment
from triage.models.restriction import GlassBreak, OpeningReason, Restriction, RestrictionReader
from triage.models.retention import Disposal, DisposalItem, Hold, RetentionRule
from triage.models.second_look import SecondLook
from triage.models.session import SignInDelay, SignInSession
from triage.models.telling import Telling
from triage.models.webhook import SEND_WEBHOOK, Webhook
from triage.models.weighing import DueFile, Weighing

__all__ = [
    "SEND_WEBHOOK",
    "AccessExport",
    "AccessJudgement",
    "AccessRequest",
    "AccessToken",
    "AccountEvent",
    "AccountHead",
    "Agency",
    "AgencyCheck",
    "Assessment",
    "AssessmentFact",
    "Assignment",
    "Base",
    "Capacity",
    "CheckFact",
    "CheckLink",
    "Checkpoint",
    "Clock",
    "ClockPause",
    "CommonValue",
    "Counting",
    "CountingDue",
    "Cover",
    "Credential",
    "DailyNotice",
    "Decision",
    "DecisionFact",
    "DeclaredInterest",
    "DirectoryFile",
    "DirectoryService",
    "Disagreement",
    "Disclosure",
    "Disposal",
    "DisposalItem",
    "DisposalReach",
    "DisposedEnquiry",
    "DisposedReferral",
    "District",
    "Draft",
    "DueFile",
    "Enquiry",
    "EnquiryFact",
    "Event",
    "FailingTask",
    "File",
    "FirstView",
    "GlassBreak",
    "Hold",
    "IdempotencyKey",
    "Identity",
    "Leaf",
    "LearnedWeights",
    "Locality",
    "Merge",
    "OpeningReason",
    "Outage",
    "OutboxMessage",
    "PartnerFigure",
    "Person",
    "Plan",
    "PolicyRun",
    "PolicyVersion",
    "Provider",
    "Purpose",
    "QuarterlyReport",
    "Reading",
    "ReadingHead",
    "Recommendation",
    "RecoveryCode",
    "Rectification",
    "Referral",
    "ReferralFact",
    "Relationship",
    "Repeat",
    "ReportComment",
    "Restriction",
    "RestrictionReader",
    "RetentionRule",
    "Rollup",
    "SecondLook",
    "SecondLookFact",
    "Section47",
    "SecurityKey",
    "SignInDelay",
    "SignInSession",
    "Spread",
    "StaffHome",
    "StandingFact",
    "Stay",
    "StrategyDiscussion",
    "Subject",
    "Team",
    "Telling",
    "Transfer",
    "UnmetNeed",
    "UnmetNeedFact",
    "User",
    "Webhook",
    "Weighing",
]
