"""Ways to pay: which are on, in what order, who bears the fee, who takes the money; `spm.settings` takes them up."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from spm import environment

BUILT_IN = {
    "payu": "payments.providers.payu.PayU",
    "przelewy24": "payments.providers.przelewy24.Przelewy24",
    "paypal": "payments.providers.paypal.PayPal",
}
TRANSFER = "transfer"
NAME = re.compile(r"[a-z0-9-]{1,20}")
FEE = re.compile(r"([0-9.]+)%(?:\+([0-9.]+))?|([0-9.]+)")
SANDBOX = "http://127.0.0.1:8801"


@dataclass(frozen=True)
class PaymentSettings:
    """Values of settings on payments: what each means is said where it is read from the environment."""

    providers: dict[str, str]
    ways: list[str]
    fees: dict[str, tuple[Decimal, Decimal]]
    recipients: dict[str, dict[str, Any]]
    minutes: int
    least: Decimal
    refund_two_from: Decimal
    payu: dict[str, Any]
    przelewy24: dict[str, Any]
    paypal: dict[str, Any]


def payment_settings(*, production: bool) -> PaymentSettings:
    """Settings of payments. Raises WrongSetting for what cannot be read."""
    providers = {**BUILT_IN, **_plugins()}
    ways = environment.words(
        "SPM_PAYMENT_WAYS",
        ["payu", TRANSFER] if production else ["payu", "przelewy24", "paypal", TRANSFER],
        "Ways to pay that residents are offered, in this order: `payu`, `przelewy24`, `paypal`, `transfer` (a transfer "
        "from one's own bank), names of SPM_PAYMENT_PLUGINS. One taken off still hears of its payments.",
    )
    if unknown := [way for way in ways if way not in providers and way != TRANSFER]:
        raise environment.WrongSetting(f"SPM_PAYMENT_WAYS: there is no way to pay {', '.join(unknown)}.")
    recipients = _recipients()
    return PaymentSettings(
        providers=providers,
        ways=ways,
        fees=_fees(providers),
        recipients=recipients,
        minutes=environment.integer(
            "SPM_PAYMENT_MINUTES", 30, "Minutes for which a started payment's amounts are frozen."
        ),
        least=_least(),
        refund_two_from=_refund_two_from(),
        payu=_payu(recipients, production=production),
        przelewy24=_przelewy24(recipients, production=production),
        paypal=_paypal(recipients, production=production),
    )


def _plugins() -> dict[str, str]:
    given = environment.words(
        "SPM_PAYMENT_PLUGINS",
        [],
        "Further providers, `name=dotted.path.of.Class` (docs/paybynet.md): KIR Paybynet and others by contract.",
    )
    plugins = dict(one.split("=", 1) for one in given if "=" in one)
    if len(plugins) != len(given) or not all(NAME.fullmatch(name) for name in plugins):
        raise environment.WrongSetting("SPM_PAYMENT_PLUGINS must read name=dotted.path, names of a-z, 0-9 and hyphens.")
    return plugins


def _fees(providers: dict[str, str]) -> dict[str, tuple[Decimal, Decimal]]:
    given = environment.words(
        "SPM_PAYMENT_FEES",
        [],
        "Fees that the payer bears, shown before paying: `paypal=2.9%+0.35` or `paypal=1.00` (złoty). A way that is "
        "not here costs the payer nothing. The law forbids them for consumers' cards (docs/payments.md).",
    )
    fees: dict[str, tuple[Decimal, Decimal]] = {}
    for one in given:
        name, _, rule = one.partition("=")
        found = FEE.fullmatch(rule)
        if not found or name not in providers:
            raise environment.WrongSetting(f"SPM_PAYMENT_FEES: {one!r} must read way=2.9%+0.35 or way=1.00.")
        fees[name] = (_decimal(found[1] or "0"), _decimal(found[2] or found[3] or "0"))
    return fees


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise environment.WrongSetting(f"{text!r} is no number.") from error


def _least() -> Decimal:
    told = environment.text(
        "SPM_PAYMENT_LEAST",
        "1.00",
        "The smallest part of a due that may be paid, in złoty; a whole due may be smaller.",
    )
    return _decimal(told)


def _refund_two_from() -> Decimal:
    told = environment.text(
        "SPM_REFUND_TWO_FROM",
        "500.00",
        "Above this sum in złoty, counted with the payer's other refunds of thirty days, a refund needs a second "
        "member of staff; 0 asks two people for every one.",
    )
    return _decimal(told)


def _recipients() -> dict[str, dict[str, Any]]:
    given = environment.words(
        "SPM_PAYMENT_RECIPIENTS",
        [],
        "Recipients whose dues are paid apart, `code=KIND+KIND:name`, such as `odpady=ODPADY:Związek Gmin Dolina`. "
        "Each needs keys of its own at a provider to be paid online.",
    )
    recipients: dict[str, dict[str, Any]] = {}
    for one in given:
        code, _, rest = one.partition("=")
        kinds, _, name = rest.partition(":")
        if not NAME.fullmatch(code) or not kinds or not name:
            raise environment.WrongSetting(f"SPM_PAYMENT_RECIPIENTS: {one!r} must read code=KIND+KIND:name.")
        recipients[code] = {"kinds": kinds.split("+"), "name": name}
    return recipients


def _others(variable: str, fields: tuple[str, ...], recipients: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Keys of further recipients at one provider: `code:first:second:…`."""
    shape = ":".join(("code", *fields))
    given = environment.words(variable, [], f"The same for SPM_PAYMENT_RECIPIENTS: `{shape}`.", secret=True)
    others: dict[str, dict[str, str]] = {}
    for one in given:
        code, *values = one.split(":")
        if len(values) != len(fields) or code not in recipients:
            raise environment.WrongSetting(f"{variable} must read {shape}, with a code of SPM_PAYMENT_RECIPIENTS.")
        others[code] = dict(zip(fields, values, strict=True))
    return others


def _payu(recipients: dict[str, Any], *, production: bool) -> dict[str, Any]:
    return {
        "url": environment.text("SPM_PAYU_URL", "https://secure.payu.com" if production else SANDBOX, "PayU."),
        "pos_id": environment.text("SPM_PAYU_POS_ID", "" if production else "300746", "PayU's point of sale."),
        "client_id": environment.text("SPM_PAYU_CLIENT_ID", "" if production else "300746", "PayU's OAuth client."),
        "client_secret": environment.text(
            "SPM_PAYU_CLIENT_SECRET",
            "" if production else "2ee86a66e5d97e3fadc400c9f19b065d",
            "PayU's OAuth secret.",
            secret=True,
        ),
        "second_key": environment.text(
            "SPM_PAYU_SECOND_KEY",
            "" if production else "b6ca15b0d1020e8094d9b5f8d163db54",
            "PayU's second key, which signs its notices.",
            secret=True,
        ),
        "algorithms": environment.words(
            "SPM_PAYU_ALGORITHMS", ["MD5", "SHA-256", "SHA-384", "SHA-512"], "Hashes accepted in PayU's signature."
        ),
        "others": _others("SPM_PAYU_OTHERS", ("pos_id", "client_id", "client_secret", "second_key"), recipients),
    }


def _przelewy24(recipients: dict[str, Any], *, production: bool) -> dict[str, Any]:
    return {
        "url": environment.text(
            "SPM_P24_URL", "https://secure.przelewy24.pl" if production else SANDBOX, "Przelewy24."
        ),
        "merchant_id": environment.text("SPM_P24_MERCHANT_ID", "" if production else "12345", "Przelewy24's merchant."),
        "pos_id": environment.text("SPM_P24_POS_ID", "" if production else "12345", "Przelewy24's shop."),
        "api_key": environment.text(
            "SPM_P24_API_KEY", "" if production else "sandbox-p24-api-key", "Przelewy24's API key.", secret=True
        ),
        "crc": environment.text(
            "SPM_P24_CRC", "" if production else "sandbox-p24-crc", "Przelewy24's CRC, which signs.", secret=True
        ),
        "others": _others("SPM_P24_OTHERS", ("merchant_id", "pos_id", "api_key", "crc"), recipients),
    }


def _paypal(recipients: dict[str, Any], *, production: bool) -> dict[str, Any]:
    return {
        "url": environment.text(
            "SPM_PAYPAL_URL", "https://api-m.paypal.com" if production else SANDBOX, "PayPal's API."
        ),
        "client_id": environment.text(
            "SPM_PAYPAL_CLIENT_ID", "" if production else "sandbox-paypal-client", "PayPal's OAuth client."
        ),
        "client_secret": environment.text(
            "SPM_PAYPAL_CLIENT_SECRET", "" if production else "sandbox-paypal-secret", "Its secret.", secret=True
        ),
        "webhook_id": environment.text(
            "SPM_PAYPAL_WEBHOOK_ID",
            "" if production else "8PT597110X687430LKGECATA",
            "The webhook that PayPal's panel shows for `/hooks/paypal/`; it is part of what PayPal signs.",
        ),
        "certificate_hosts": environment.words(
            "SPM_PAYPAL_CERTIFICATE_HOSTS",
            ["api.paypal.com", "api.sandbox.paypal.com"] if production else ["127.0.0.1"],
            "Hosts from which a certificate of PayPal's webhooks may be read.",
        ),
        "others": _others("SPM_PAYPAL_OTHERS", ("client_id", "client_secret", "webhook_id"), recipients),
    }
