"""`python -m sandbox --port 8801 --smtp-port 8825 --state FILE`: start the stand-ins."""

import argparse
import asyncio
import os
import sqlite3
import sys
from pathlib import Path

from sandbox.app import Options, serve
from sandbox.state import Keys


def _options(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8801, help="HTTP port; 0 takes a free one")
    parser.add_argument("--smtp-port", type=int, default=8825, help="SMTP port; 0 takes a free one")
    parser.add_argument("--state", type=Path, required=True, help="the sandbox's own SQLite file")
    parser.add_argument("--portal-url", default="", help="address of the portal, for a link on the first page")
    parser.add_argument("--login-gov-pl", type=Path, help="folder with the keys and people of login.gov.pl's stand-in")
    parser.add_argument(
        "--sms-answers-url",
        default=os.environ.get("SANDBOX_SMS_ANSWERS_URL", ""),
        help="where the SMS messages go that are typed on the sandbox phone",
    )
    parser.add_argument(
        "--paypal-webhook-url",
        default=os.environ.get("SANDBOX_PAYPAL_WEBHOOK_URL", ""),
        help="where PayPal's webhooks go, as its panel would know it",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=TEXT",
        type=_pair,
        help="a setting of the control API that is a text, such as serwersms_report_url=http://…",
    )
    known = Keys()
    for name in ("pos_id", "client_id", "client_secret", "second_key"):
        default = os.environ.get(f"SANDBOX_PAYU_{name.upper()}", getattr(known, name))
        parser.add_argument(f"--payu-{name.replace('_', '-')}", default=default)
    parser.add_argument("--sms-token", default=os.environ.get("SANDBOX_SMS_TOKEN", known.sms_token))
    given = parser.parse_args(arguments)
    keys = Keys(
        pos_id=given.payu_pos_id,
        client_id=given.payu_client_id,
        client_secret=given.payu_client_secret,
        second_key=given.payu_second_key,
        sms_token=given.sms_token,
    )
    return Options(
        given.host,
        given.port,
        given.smtp_port,
        given.state,
        given.portal_url,
        keys,
        given.sms_answers_url,
        given.paypal_webhook_url,
        given.login_gov_pl,
        dict(given.set),
    )


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def main(arguments: list[str]) -> int:
    """Serve until told to stop; 2 when it cannot start."""
    try:
        asyncio.run(serve(_options(arguments)))
    except (OSError, ValueError, sqlite3.Error) as trouble:
        print(f"sandbox cannot start: {trouble}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
