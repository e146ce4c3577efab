"""SMSAPI's refusals: HTTP 200 and a number."""

from typing import Any

MESSAGES = {
    8: "Error in request",
    11: "Message too long or there is no message or parameter: nounicode is set and special characters are used",
    12: "Message has more parts than defined in &max_parts parameter",
    13: "No correct phone numbers",
    14: "Wrong sender name",
    17: "FLASH message cannot contain special characters",
    18: "Invalid number of parameters",
    19: "Too many messages in one request",
    20: "Invalid number of IDX parameters",
    25: "Parameters &normalize and &datacoding mustn't appear in the same request",
    27: "Too long IDX parameter. Maximum 255 chars",
    28: "Invalid time_restriction parameter value. Available values are FOLLOW, IGNORE and NEAREST_AVAILABLE",
    32: "Voice messages can be sent to Polish numbers only",
    35: "Wrong tts_lector name",
    40: "No group with given name in phonebook",
    50: "Messages may be scheduled up to 3 months in the future",
    51: "VMS can be sent between 8:00 and 22:00 only",
    53: "Not unique idx parameter, message with the same idx has been already sent and &check_idx=1",
    54: "Wrong date - (only unix timestamp and ISO 8601)",
    55: "The number is a landline number",
    56: "The difference between date sent and expiration date can't be less than 1 and more than 72 hours",
    57: "The number is blacklisted",
    70: "Invalid URL in notify_url parameter",
    93: "Parameters can't be used with group",
    101: "Authorization failed",
    102: "Invalid username or password",
    103: "Insufficient credits on Your account",
    104: "No such template",
    201: "Internal system error",
    203: "Too many requests. Please try again later",
    301: "ID doesn't exist or the message can't be deleted",
}
VOICE_NO_TEXT = "No WAV file and no TTS text"


class SmsRefused(Exception):
    """A refusal of the whole request: nothing of it is sent."""

    def __init__(self, code: int, message: str = "", *, invalid_numbers: list[dict[str, str]] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message or MESSAGES[code]
        self.invalid_numbers = invalid_numbers

    def body(self) -> dict[str, Any]:
        """The vendor's JSON."""
        said: dict[str, Any] = {"error": self.code, "message": self.message}
        if self.invalid_numbers is not None:
            said["invalid_numbers"] = self.invalid_numbers
        return said
