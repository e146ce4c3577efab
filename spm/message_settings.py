"""Which gateways carry messages, and their accounts; `spm.settings` takes them up."""

from dataclasses import dataclass

from spm import environment

BUILT_IN = {
    "smsapi": "notifications.gateways.smsapi.SmsApi",
    "serwersms": "notifications.gateways.serwersms.SerwerSms",
    "smsapi-voice": "notifications.gateways.smsapi_voice.SmsApiVoice",
    "smtp": "notifications.gateways.smtp.Smtp",
    "webpush": "notifications.gateways.webpush.WebPush",
    "mailjet": "notifications.gateways.mailjet.Mailjet",
}
SANDBOX = "http://127.0.0.1:8801"
Account = dict[str, str | int]


@dataclass(frozen=True)
class MessageSettings:
    """The gateways of each channel by dotted path, in order, and the accounts at the vendors."""

    gateways: dict[str, list[str]]
    smsapi: Account
    serwersms: Account
    mailjet: Account


def message_settings(*, production: bool, has_push_key: bool) -> MessageSettings:
    """Settings of gateways. Raises WrongSetting for a gateway that there is not."""
    wanted = {
        "sms": environment.words(
            "SPM_SMS_GATEWAYS", ["smsapi"], "Gateways for SMS: `smsapi`, `serwersms`, or both; shares are set in admin."
        ),
        "email": environment.words("SPM_EMAIL_GATEWAYS", ["smtp"], "Gateways for e-mail: `smtp`, `mailjet`, or both."),
        "voice": environment.words(
            "SPM_VOICE_GATEWAYS", ["smsapi-voice"], "Gateways for calls: `smsapi-voice`. Empty: nobody is called."
        ),
    }
    if has_push_key:
        wanted["push"] = ["webpush"]
    names = [name for some in wanted.values() for name in some]
    if unknown := [name for name in names if name not in BUILT_IN]:
        raise environment.WrongSetting(f"there is no gateway {', '.join(unknown)}; there are {', '.join(BUILT_IN)}.")
    return MessageSettings(
        {channel: [BUILT_IN[name] for name in some] for channel, some in wanted.items() if some},
        _smsapi(production=production),
        _serwersms(production=production),
        _mailjet(production=production),
    )


def _smsapi(*, production: bool) -> Account:
    return {
        "url": environment.text("SPM_SMSAPI_URL", "https://api.smsapi.pl/" if production else f"{SANDBOX}/", "SMSAPI."),
        "token": environment.text(
            "SPM_SMSAPI_TOKEN", "" if production else "sandbox-token", "SMSAPI's token.", secret=True
        ),
        "sender": environment.text(
            "SPM_SMSAPI_SENDER", "" if production else "Dolina", "Approved sender name, at most 11 signs."
        ),
        "lector": environment.text(
            "SPM_SMSAPI_LECTOR", "agnieszka", "Voice of calls: `agnieszka`, `ewa`, `jacek`, `jan`, `maja`."
        ),
        "batch": environment.integer("SPM_SMSAPI_BATCH", 1000, "Recipients in one request of equal texts."),
        "report_secret": environment.text(
            "SPM_SMSAPI_REPORT_SECRET", None, "The secret part of the address that takes delivery reports.", secret=True
        ),
    }


def _serwersms(*, production: bool) -> Account:
    return {
        "url": environment.text(
            "SPM_SERWERSMS_URL", "https://api2.serwersms.pl/" if production else f"{SANDBOX}/serwersms/", "SerwerSMS."
        ),
        "token": environment.text(
            "SPM_SERWERSMS_TOKEN", "" if production else "sandbox-token", "SerwerSMS's API token.", secret=True
        ),
        "sender": environment.text(
            "SPM_SERWERSMS_SENDER", "" if production else "Dolina", "Approved sender name; empty: ECO, a random number."
        ),
        "report_secret": environment.text(
            "SPM_SERWERSMS_REPORT_SECRET",
            "" if production else "sandbox-reports",
            "The secret part of the address that takes SerwerSMS's delivery reports; empty: they are only asked for.",
            secret=True,
        ),
        "batch": environment.integer("SPM_SERWERSMS_BATCH", 100, "Messages in one request; the vendor advises 50-200."),
    }


def _mailjet(*, production: bool) -> Account:
    return {
        "url": environment.text(
            "SPM_MAILJET_URL", "https://api.mailjet.com/v3.1/" if production else f"{SANDBOX}/mailjet/v3.1/", "Mailjet."
        ),
        "api_key": environment.text(
            "SPM_MAILJET_API_KEY", "" if production else "sandbox-mailjet-key", "Mailjet's API key.", secret=True
        ),
        "secret_key": environment.text(
            "SPM_MAILJET_SECRET_KEY", "" if production else "sandbox-mailjet-secret", "Its secret key.", secret=True
        ),
        "webhook_secret": environment.text(
            "SPM_MAILJET_WEBHOOK_SECRET",
            "" if production else "mailjet:sandbox-events",
            "`name:password` in the address for Mailjet events: https://name:password@HOST/hooks/mail/mailjet/. "
            "Empty: none.",
            secret=True,
        ),
    }
