"""Settings of login.gov.pl and OpenID Connect: off by default, whole or not at all."""

import pytest

from spm.environment import WrongSetting
from spm.identity_providers import identity_providers

NODE = {
    "SPM_LOGIN_GOV_PL_SSO_URL": "https://wezel.example/sso",
    "SPM_LOGIN_GOV_PL_ARTIFACT_URL": "https://wezel.example/artifact",
    "SPM_LOGIN_GOV_PL_CERTIFICATES": "PEM",
    "SPM_LOGIN_GOV_PL_SIGNING_KEY": "PEM",
    "SPM_LOGIN_GOV_PL_SIGNING_CERTIFICATE": "PEM",
    "SPM_LOGIN_GOV_PL_DECRYPTION_KEY": "PEM",
}
OPENID = {
    "SPM_OPENID_ISSUER": "https://login.example",
    "SPM_OPENID_CLIENT_ID": "portal",
    "SPM_OPENID_SECRET": "tajne",
}


def _set(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def _apps(provider: str) -> object:
    return identity_providers()[provider]["APPS"]


def test_nothing_is_switched_on_by_default() -> None:
    assert _apps("saml") == []
    assert _apps("openid_connect") == []


def test_an_address_with_its_keys_switches_a_provider_on(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, NODE | OPENID)
    assert len(_apps("saml")) == 1  # type: ignore[arg-type]
    assert len(_apps("openid_connect")) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "missing", [name for name in (*NODE, *OPENID) if not name.endswith(("SSO_URL", "ARTIFACT_URL", "ISSUER"))]
)
def test_half_a_provider_is_refused_and_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    _set(monkeypatch, {name: value for name, value in (NODE | OPENID).items() if name != missing})
    with pytest.raises(WrongSetting, match=missing):
        identity_providers()


def test_an_unknown_level_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, NODE | {"SPM_LOGIN_GOV_PL_LEVEL": "wysoki"})
    with pytest.raises(WrongSetting, match="choose low, substantial or high"):
        identity_providers()
