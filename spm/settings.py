"""Every setting, in order of subject. Values come from the environment (spm/environment.py).

Profiles: `production` (the default; safe, everything secret is required), `demo` (embedded servers, sandbox
gateways, sign-ins that are printed) and `test`.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.templatetags.static import static

from spm import environment
from spm.bank_settings import bank_settings
from spm.identity_providers import identity_providers
from spm.incoming_settings import MailboxSettings, clamav_setting, mailbox_settings
from spm.letter_settings import letter_processes
from spm.logging_settings import logging_settings
from spm.mail_settings import DkimSettings, mail_settings
from spm.message_settings import message_settings
from spm.payment_settings import payment_settings
from spm.push_settings import PushSettings, push_settings
from spm.signature_settings import signature_settings
from spm.signin_settings import THROTTLES, signin_settings
from spm.warning_settings import WarningSettings, warning_settings

BASE_DIR = Path(__file__).resolve().parent.parent

# --- profile ---------------------------------------------------------------------------------------------------------
PROFILE = environment.text("SPM_PROFILE", "production", "`production`, `demo` or `test`.")
if PROFILE not in {"production", "demo", "test"}:
    raise environment.WrongSetting(f"SPM_PROFILE={PROFILE!r}: choose production, demo or test.")
PRODUCTION = PROFILE == "production"
DEMO = PROFILE == "demo"
DEBUG = environment.flag("SPM_DEBUG", False, "Django's debug pages. Never in production: they show residents' data.")
DATA_DIR = Path(environment.text("DEMO_DIR", str(BASE_DIR / ".demo"), "Where the demo keeps its data."))

# --- secrets ---------------------------------------------------------------------------------------------------------
SECRET_KEY = environment.text(
    "SPM_SECRET_KEY", None, "Signs sessions and links; at least 50 random characters.", secret=True
)
ENCRYPTION_KEYS = environment.words(
    "SPM_ENCRYPTION_KEYS",
    [],
    "Keys (32 bytes, url-safe base64) that encrypt PESEL, phone and e-mail; the newest first, old ones after it.",
    secret=True,
)
INDEX_KEYS = environment.words(
    "SPM_INDEX_KEY",
    None,
    "Key (32 bytes, url-safe base64) of the PESEL look-up index; while it is rotated: the new one, then the old one.",
    secret=True,
)

# --- town ------------------------------------------------------------------------------------------------------------
TOWN = {
    "name": environment.text("SPM_TOWN_NAME", "Gmina Dolina", "The town's full name, on pages, letters and transfers."),
    "short_name": environment.text("SPM_TOWN_SHORT_NAME", "Dolina", "The name that starts an SMS."),
    "address": environment.text("SPM_TOWN_ADDRESS", "ul. Rynek 1, 00-001 Dolina", "The office's postal address."),
    "contact_phone": environment.text("SPM_TOWN_PHONE", "+48 22 000 00 00", "The office's phone."),
    "contact_email": environment.text("SPM_TOWN_EMAIL", "urzad@dolina.example", "The office's e-mail address."),
    "nip": environment.text("SPM_TOWN_NIP", "", "The town's NIP, for the QR code of a transfer."),
}
BASE_URL = environment.text(
    "SPM_BASE_URL", "http://127.0.0.1:8800", "The portal's public address, without a slash."
).rstrip("/")

# --- web -------------------------------------------------------------------------------------------------------------
ALLOWED_HOSTS = environment.words(
    "SPM_ALLOWED_HOSTS", ["127.0.0.1", "localhost"], "Host names that the portal answers to."
)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
ROOT_URLCONF = "spm.urls"
WSGI_APPLICATION = "spm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.saml",
    "allauth.socialaccount.providers.openid_connect",
    "crispy_forms",
    "crispy_bootstrap5",
    "pgtrigger",
    "core",
    "residents",
    "consents",
    "notifications",
    "broadcasts",
    "mailroom",
    "liabilities",
    "payments",
    "spm",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "spm.session_watch.SessionWatch",
    "spm.staff_door.StaffDoor",
    "spm.form_throttle.FormThrottle",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "spm.headers.SecurityHeaders",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "spm.navigation.page_frame",
            ],
            "builtins": ["core.templatetags.typography"],
        },
    }
]

# --- security --------------------------------------------------------------------------------------------------------
HTTPS = BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = environment.flag("SPM_SSL_REDIRECT", PRODUCTION, "Send plain HTTP requests to HTTPS.")
BEHIND_PROXY = environment.flag(
    "SPM_BEHIND_PROXY", False, "A trusted proxy in front sets X-Forwarded-Proto and X-Forwarded-For."
)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
TRUSTED_PROXIES = environment.integer(
    "SPM_TRUSTED_PROXIES",
    1 if BEHIND_PROXY else 0,
    "How many proxies of ours add to X-Forwarded-For; what stands further left is not believed.",
)
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SESSION_ENGINE = "core.sealed_sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION or HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

# --- database and queue ----------------------------------------------------------------------------------------------


def _database(address: str) -> dict[str, object]:
    parts = urlsplit(address)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise environment.WrongSetting("DATABASE_URL must begin with postgresql:// (SPM runs on PostgreSQL only).")
    options = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(options.pop("host", "") or parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {name: unquote(value) for name, value in options.items()},
        "TEST": {"NAME": "test_spm"},
    }


DATABASES = {"default": _database(environment.text("DATABASE_URL", None, "PostgreSQL 15 to 18.", secret=True))}
REDIS_URL = environment.text("REDIS_URL", "redis://127.0.0.1:6379/0", "Redis: wakes the workers, holds no data.")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A web request must not hang on a Redis that is down: the sweeper in the timetable makes up for a lost wake-up.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "retry_on_timeout": False,
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "Europe/Warsaw"

# --- language and time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "pl"
LANGUAGES = [("pl", "polski")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Warsaw"
USE_I18N = USE_TZ = True

# --- accounts --------------------------------------------------------------------------------------------------------
BREACHED_PASSWORDS_URL = environment.text(
    "SPM_BREACHED_PASSWORDS_URL",
    "",
    "A service of leaked passwords, told five signs of a digest: `https://api.pwnedpasswords.com/range`, or a copy of "
    "it. Empty: nobody is asked.",
)
STAFF_SECOND_FACTOR = environment.flag(
    "SPM_STAFF_SECOND_FACTOR",
    PRODUCTION,
    "Staff must set up a second factor before any page of the office opens. Cannot be switched off in production.",
)
SESSION_IDLE_MINUTES = environment.integer(
    "SPM_SESSION_MINUTES", 15, "Minutes of idleness after which a resident is signed out: kiosks are public."
)
STAFF_SESSION_IDLE_MINUTES = environment.integer(
    "SPM_STAFF_SESSION_MINUTES", 30, "The same for staff, who sit at desks of their own."
)
# spm/session_watch.py ends a session by its idleness and says so; the age is the longest that one may live.
SESSION_COOKIE_AGE = 3600 * environment.integer(
    "SPM_SESSION_HOURS", 12, "Hours after which everybody signs in anew, idle or not."
)
# What lies sealed in columns of others: dotted paths for `manage.py rotate_keys`.
SEALED_ELSEWHERE = ["residents.factor_rotation.reseal_factors", "residents.federated.tie_rotation.index_ties_anew"]
DEVICE_COOKIE_NAME = "__Host-spm-device" if HTTPS else "spm-device"
SIGN_IN_THROTTLES = {
    name: rate for name, rate in THROTTLES.items() if PROFILE != "test" or name.startswith("office_code")
}
globals().update(
    signin_settings(profile=PROFILE, https=HTTPS, town=TOWN["name"], staff_second_factor=STAFF_SECOND_FACTOR)
)
if PROFILE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# --- identity providers (login.gov.pl, OpenID Connect) ----------------------------------------------------------------
SOCIALACCOUNT_PROVIDERS = identity_providers()
SOCIALACCOUNT_ADAPTER = "residents.federated.adapter.SocialAdapter"
SOCIALACCOUNT_FORMS = {"signup": "residents.federated.forms.FederatedSignUpForm"}
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False

# --- files -----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(
    environment.text("SPM_STATIC_ROOT", str(BASE_DIR / "staticfiles"), "Where `collectstatic` puts files.")
)
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(environment.text("SPM_MEDIA_ROOT", str(DATA_DIR / "media"), "Where scans of consents are kept."))
SIGNATURES = signature_settings()
CLAMAV: str = clamav_setting()
MAILBOX: MailboxSettings = mailbox_settings()
WARNINGS: WarningSettings = warning_settings(production=PRODUCTION)
MEDIA_URL = "/nie-wprost/"  # nothing is served from there: scans go through views that check who asks
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if PROFILE == "test"
        else "core.collected_files.CompressedOnce"
    },
}
WHITENOISE_USE_FINDERS = PROFILE == "test"
# Files are found as they are asked for: a test's client would list them all first, hundreds of times in a run.
WHITENOISE_AUTOREFRESH = PROFILE == "test"
WHITENOISE_MANIFEST_STRICT = False

# --- look ------------------------------------------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
UNFOLD = {
    "SITE_TITLE": f"SPM {TOWN['short_name']}",
    "SITE_HEADER": TOWN["name"],
    "SITE_SUBHEADER": "System Powiadamiania Mieszkańców",
    "SITE_URL": "/",
    "SITE_SYMBOL": "account_balance",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/mark.svg")}],
    "COLORS": {
        "primary": {
            "50": "#eef6f2",
            "100": "#d8eae2",
            "200": "#b3d6c6",
            "300": "#85bca4",
            "400": "#579d81",
            "500": "#388166",
            "600": "#226650",
            "700": "#14523f",
            "800": "#114234",
            "900": "#0c3628",
            "950": "#06201a",
        }
    },
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "spm.dashboard.staff_first_page",
    "STYLES": [lambda request: static("css/admin.css")],
    "SCRIPTS": [lambda request: static("js/session_watch.js"), lambda request: static("js/office_keyboard.js")],
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": "spm.navigation.staff_menu"},
}

# --- e-mail ----------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = environment.text("SPM_SMTP_HOST", "127.0.0.1", "Mail server that takes our e-mails.")
EMAIL_PORT = environment.integer("SPM_SMTP_PORT", 25 if PRODUCTION else 8825, "Its port.")
EMAIL_HOST_USER = environment.text("SPM_SMTP_USER", "", "User name at the mail server; empty for none.")
EMAIL_HOST_PASSWORD = environment.text("SPM_SMTP_PASSWORD", "", "Password at the mail server.", secret=True)
EMAIL_USE_TLS = environment.flag("SPM_SMTP_STARTTLS", PRODUCTION, "Use STARTTLS.")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.text(
    "SPM_FROM_EMAIL", f"{TOWN['short_name']} <powiadomienia@dolina.example>", "Sender of e-mails."
)
_mail = mail_settings(DEFAULT_FROM_EMAIL)
DKIM: DkimSettings = _mail.dkim
BOUNCE_ADDRESS = _mail.bounce_address
BOUNCE_MAILBOX: MailboxSettings = _mail.bounce_mailbox

# --- vendors ---------------------------------------------------------------------------------------------------------
PUSH_COOKIE_NAME = "__Host-spm-push" if HTTPS else "spm-push"
WEBPUSH: PushSettings = push_settings(TOWN["contact_email"], production=PRODUCTION)
_messages = message_settings(production=PRODUCTION, has_push_key=bool(WEBPUSH["key"]))
MESSAGE_GATEWAYS = _messages.gateways
SMSAPI = _messages.smsapi
SERWERSMS = _messages.serwersms
MAILJET = _messages.mailjet
DISPATCH_LEASE_SECONDS = environment.integer(
    "SPM_DISPATCH_LEASE_SECONDS",
    300,
    "Seconds after which the messages of a worker that died are taken up by another; far longer than a batch takes.",
)
BANK = bank_settings(production=PRODUCTION)
_payments = payment_settings(production=PRODUCTION)
PAYMENT_PROVIDERS = _payments.providers
PAYMENT_WAYS = _payments.ways
PAYMENT_FEES = _payments.fees
PAYMENT_RECIPIENTS = _payments.recipients
PAYMENT_MINUTES = _payments.minutes
PAYMENT_LEAST = _payments.least
REFUND_TWO_FROM = _payments.refund_two_from
PAYU = _payments.payu
PRZELEWY24 = _payments.przelewy24
PAYPAL = _payments.paypal

# --- who looked ------------------------------------------------------------------------------------------------------
LOOK_REASON_ASKED = environment.flag(
    "SPM_LOOK_REASON", False, "Ask staff for a reason before they open a payer's card; the resident sees it."
)

# --- rates of interest -----------------------------------------------------------------------------------------------
NBP_RATES_URL = environment.text(
    "SPM_NBP_RATES_URL",
    "https://static.nbp.pl/dane/stopy/stopy_procentowe_archiwum.xml" if PRODUCTION else "",
    "NBP's archive of rates, read daily to see whether our tables are up to date. Empty: nobody is asked.",
)
NBP_STALE_DAYS = environment.integer(
    "SPM_NBP_STALE_DAYS", 35, "Days without a comparison with NBP's rates after which staff are warned."
)

# --- reminders -------------------------------------------------------------------------------------------------------
SENDING_HOURS = {
    "opens": environment.text(
        "SPM_SENDING_OPENS", "09:00" if PRODUCTION else "00:00", "Reminders go out from this hour (Europe/Warsaw)."
    ),
    "closes": environment.text(
        "SPM_SENDING_CLOSES", "20:00" if PRODUCTION else "00:00", "Until this hour; equal to the first: at any hour."
    ),
    "sundays": environment.flag("SPM_SENDING_SUNDAYS", not PRODUCTION, "Whether also on Sundays and public holidays."),
}
STALE_IMPORT_DAYS = environment.integer(
    "SPM_STALE_IMPORT_DAYS", 30, "Days after which a source's data are too old to remind anybody from them."
)

LETTER_PROCESSES = letter_processes()

# --- demo ------------------------------------------------------------------------------------------------------------
DEMO_PEOPLE = environment.integer("SPM_DEMO_PEOPLE", 2000, "Residents of the demo town.")
DEMO_COMPANIES = environment.integer("SPM_DEMO_COMPANIES", 150, "Companies of the demo town.")

# --- log -------------------------------------------------------------------------------------------------------------
LOGGING = logging_settings()
