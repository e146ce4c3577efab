"""The smallest Django project that django-payments asks for; SHOP_DATABASE (JSON), SHOP_HOST and SHOP_PAYU move it."""

import json
import os

SECRET_KEY = "x"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
INSTALLED_APPS = ["payments", "payu_shop"]
DATABASES = {
    "default": json.loads(
        os.environ.get("SHOP_DATABASE", '{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}')
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "payu_shop.urls"
PAYMENT_HOST = os.environ.get("SHOP_HOST", "127.0.0.1:1")
PAYMENT_USES_SSL = False
PAYMENT_MODEL = "payu_shop.Payment"
PAYMENT_VARIANTS = {
    "payu": (
        "payments_payu.provider.PayuProvider",
        {
            "pos_id": "300746",
            "client_secret": "2ee86a66e5d97e3fadc400c9f19b065d",
            "second_key": "b6ca15b0d1020e8094d9b5f8d163db54",
            "base_payu_url": os.environ.get("SHOP_PAYU", "http://127.0.0.1:1/"),
            "get_refund_description": lambda payment, amount: "zwrot",
        },
    )
}
LOGGING_CONFIG = None
