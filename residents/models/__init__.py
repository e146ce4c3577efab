"""The tables of floor 1."""

from residents.models.access import AccessRecord
from residents.models.account import Account
from residents.models.code import ConfirmationCode
from residents.models.mandate import Mandate
from residents.models.payer import Contact, Payer

__all__ = ["AccessRecord", "Account", "ConfirmationCode", "Contact", "Mandate", "Payer"]
