"""Settings of what comes in from outside: the mailbox, and ClamAV that looks at documents."""

from typing import TypedDict

from spm import environment

IMAP_TLS = ("tls", "starttls", "none")


class MailboxSettings(TypedDict):
    """One mailbox of an IMAP server; `largest` in bytes."""

    host: str
    port: int
    tls: str
    user: str
    password: str
    folder: str
    processed: str
    largest: int


def clamav_setting() -> str:
    """The address of clamd, '' for none."""
    return environment.text(
        "SPM_CLAMAV",
        "",
        "clamd, asked about every document: tcp://HOST:3310 or unix:///run/clamav/clamd.ctl. Empty: none.",
    )


def mailbox_settings() -> MailboxSettings:
    """The mailbox for applications. Raises WrongSetting for an unknown way of TLS."""
    return _mailbox("SPM_IMAP", "the mailbox for applications", processed="Przetworzone")


def bounce_mailbox() -> MailboxSettings:
    """The mailbox to which mail servers send back what they could not deliver. Raises WrongSetting."""
    mailbox = _mailbox("SPM_BOUNCE_IMAP", "the mailbox for returned e-mails", processed="Odczytane")
    if mailbox["host"] and not mailbox["processed"]:
        raise environment.WrongSetting("SPM_BOUNCE_IMAP_PROCESSED_FOLDER is empty: name a folder for what was read.")
    return mailbox


def _mailbox(prefix: str, what: str, *, processed: str) -> MailboxSettings:
    tls = environment.text(
        f"{prefix}_TLS", "tls", "`tls` from the first byte, `starttls`, or `none`: only on the same machine."
    )
    if tls not in IMAP_TLS:
        raise environment.WrongSetting(f"{prefix}_TLS={tls!r} is none of {', '.join(IMAP_TLS)}.")
    port = environment.integer(f"{prefix}_PORT", 0, "Its port; 0: 993 with TLS from the first byte, else 143.")
    return MailboxSettings(
        host=environment.text(f"{prefix}_HOST", "", f"IMAP server of {what}. Empty: no such mailbox is read."),
        port=port or (993 if tls == "tls" else 143),
        tls=tls,
        user=environment.text(f"{prefix}_USER", "", "User name at the IMAP server."),
        password=environment.text(f"{prefix}_PASSWORD", "", "Password at the IMAP server.", secret=True),
        folder=environment.text(f"{prefix}_FOLDER", "INBOX", "The folder that is read."),
        processed=environment.text(
            f"{prefix}_PROCESSED_FOLDER",
            processed,
            "The folder to which a message goes once it is stored here; made when missing. Empty: it stays and is "
            "marked as seen.",
        ),
        largest=1_000_000
        * environment.integer(f"{prefix}_LARGEST_MB", 50, "Megabytes above which a message is left on the server."),
    )
