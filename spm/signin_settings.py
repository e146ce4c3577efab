"""Django's and allauth's settings of signing in, of second factors and of sessions; `spm.settings` takes them up."""

from django.urls import reverse_lazy

from spm import environment

MINUTE = 60
HOUR = 60 * MINUTE

# What allauth counts: by address (ip), by the e-mail address that is named (key) and by who is signed in (user).
RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,100/h/ip,5/5m/key",
    "signup": "10/m/ip,60/h/ip",
    "request_login_code": "20/m/ip,3/m/key,10/h/key",
    "confirm_email": "1/10s/key,10/h/key",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
}
# What we count besides (residents/throttles.py): every form under /konto/, the code from the
# office, signed files, and codes of receipts.
# Name → how many, in how many seconds.
THROTTLES = {
    "forms_by_address": (60, MINUTE),
    "forms_by_session": (20, MINUTE),
    "registration_checks": (120, MINUTE),
    "office_code_by_account": (10, HOUR),
    "office_code_by_address": (60, HOUR),
    "signed_file_by_address": (30, HOUR),
    "api_by_address": (300, MINUTE),
    "receipt_by_address": (60, HOUR),
    "api_by_token": (60, MINUTE),
}


def signin_settings(*, profile: str, https: bool, town: str, staff_second_factor: bool) -> dict[str, object]:
    """The libraries' settings. Raises WrongSetting when production would let staff in without a second factor."""
    production = profile == "production"
    if production and not staff_second_factor:
        raise environment.WrongSetting("SPM_STAFF_SECOND_FACTOR cannot be switched off in production.")
    return {
        **_accounts(https=https),
        "ACCOUNT_RATE_LIMITS": False if profile == "test" else RATE_LIMITS,
        "MFA_ADAPTER": "residents.second_factor.SecondFactorAdapter",
        "MFA_FORMS": {"add_webauthn": "residents.passkey_form.AddPasskeyForm"},
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_TOTP_ISSUER": town,
        # Browsers let a passkey be made on plain HTTP for localhost alone: for the demo and the tests.
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not production and not https,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # The prefix binds a cookie to this very host and to HTTPS.
        "SESSION_COOKIE_NAME": "__Host-spm-session" if https else "spm-session",
        "CSRF_COOKIE_NAME": "__Host-spm-csrf" if https else "spm-csrf",
    }


def _accounts(*, https: bool) -> dict[str, object]:
    return {
        "AUTH_USER_MODEL": "residents.Account",
        "AUTHENTICATION_BACKENDS": [
            "django.contrib.auth.backends.ModelBackend",
            "allauth.account.auth_backends.AuthenticationBackend",
        ],
        "AUTH_PASSWORD_VALIDATORS": [{"NAME": "residents.password_policy.PasswordPolicy"}],
        "LOGIN_REDIRECT_URL": reverse_lazy("home"),
        "LOGIN_URL": "account_login",
        "PASSWORD_RESET_TIMEOUT": 30 * MINUTE,
        "ACCOUNT_ADAPTER": "residents.signin.AccountAdapter",
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
        "ACCOUNT_LOGIN_METHODS": {"email"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*", "password2*"],
        "ACCOUNT_SIGNUP_FORM_CLASS": "residents.forms.SignUpForm",
        "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
        "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED": True,
        "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT": 10 * MINUTE,
        "ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND": True,
        "ACCOUNT_LOGIN_BY_CODE_ENABLED": True,
        "ACCOUNT_LOGIN_BY_CODE_TIMEOUT": 10 * MINUTE,
        "ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND": True,
        "ACCOUNT_PREVENT_ENUMERATION": True,
        "ACCOUNT_EMAIL_NOTIFICATIONS": True,
        "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_LOGOUT_ON_GET": False,
        "ACCOUNT_EMAIL_SUBJECT_PREFIX": "",
        "ACCOUNT_UNIQUE_EMAIL": True,
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "https" if https else "http",
    }
