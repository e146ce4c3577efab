"""The outbox, its attempts, the gateways' state, and the texts."""

from notifications.models.campaign import Campaign, CampaignState
from notifications.models.daily_cap import DailyCap
from notifications.models.gateway import GatewayRest, Route, Spending
from notifications.models.in_flight import InFlight
from notifications.models.letter import LETTER_PREFIX, ServiceLetter, letter_reference
from notifications.models.message import Attempt, Message, message_reference
from notifications.models.push import PushConsent, PushSubscription, ReachableContact
from notifications.models.returned import ReturnMailbox
from notifications.models.suppression import SuppressedAddress
from notifications.models.text import Detail, TextTemplate, TextVersion
from notifications.models.wish import TopicWish, Wish

__all__ = [
    "LETTER_PREFIX",
    "Attempt",
    "Campaign",
    "CampaignState",
    "DailyCap",
    "Detail",
    "GatewayRest",
    "InFlight",
    "Message",
    "PushConsent",
    "PushSubscription",
    "ReachableContact",
    "ReturnMailbox",
    "Route",
    "ServiceLetter",
    "Spending",
    "SuppressedAddress",
    "TextTemplate",
    "TextVersion",
    "TopicWish",
    "Wish",
    "letter_reference",
    "message_reference",
]
