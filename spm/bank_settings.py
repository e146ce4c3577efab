"""The town's bank: virtual accounts and statements; `spm.settings` takes them up."""

from spm import environment


def bank_settings(*, production: bool) -> dict[str, str]:
    """Settings of the bank's side of payments. Raises WrongSetting for a prefix that no bank would give."""
    prefix = environment.text(
        "SPM_VIRTUAL_ACCOUNT_PREFIX",
        "" if production else "102010260001",
        "What every virtual account begins with after its two check digits: the bank's sort code (8) and the digits "
        "of the contract, 10 to 18 in all. Empty: the town has no virtual accounts.",
    )
    if prefix and not (prefix.isascii() and prefix.isdigit() and 10 <= len(prefix) <= 18):
        raise environment.WrongSetting("SPM_VIRTUAL_ACCOUNT_PREFIX must be 10 to 18 digits, or empty.")
    refund_account = environment.text(
        "SPM_REFUND_ACCOUNT",
        "",
        "The town's account (26 digits) from which refunds are transferred. Empty: the one to which the payment came.",
    )
    if refund_account and not (refund_account.isascii() and refund_account.isdigit() and len(refund_account) == 26):
        raise environment.WrongSetting("SPM_REFUND_ACCOUNT must be 26 digits, or empty.")
    return {
        "refund_account": refund_account,
        "virtual_prefix": prefix,
        "statement_folder": environment.text(
            "SPM_STATEMENT_FOLDER",
            "",
            "A folder that is watched for bank statements; what was taken moves to its `done` or `rejected`. Empty: "
            "none is watched.",
        ),
        "profiles": environment.text(
            "SPM_BANK_PROFILES",
            "",
            "A TOML file with profiles of the town's own banks and settlement files (docs/formats/statements.md). "
            "Empty: ours alone.",
        ),
    }
