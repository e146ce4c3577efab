"""Whence a request comes: X-Forwarded-For is read from the right, as many steps as there are proxies of ours."""

import pytest

from core.addresses import client_address

PEER = "10.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "proxies", "told"),
    [
        ("", 0, PEER),
        ("203.0.113.9", 0, PEER),  # nobody of ours wrote it
        ("203.0.113.9", 1, "203.0.113.9"),
        ("198.51.100.7, 203.0.113.9", 1, "203.0.113.9"),  # the left one is what the client claimed
        ("1.2.3.4, 198.51.100.7, 203.0.113.9", 2, "198.51.100.7"),
        ("203.0.113.9", 2, PEER),  # somebody came past the first proxy
        ("", 1, PEER),
        ("nonsense", 1, PEER),
        ("203.0.113.9, <script>", 1, PEER),
        ("203.0.113.9:4711", 1, "203.0.113.9"),
        ("[2001:db8::1]:4711", 1, "2001:db8::1"),
        ("2001:DB8:0::1", 1, "2001:db8::1"),
        ("::ffff:203.0.113.9", 1, "203.0.113.9"),
        (" , 203.0.113.9 ,", 1, "203.0.113.9"),
    ],
)
def test_the_address_is_what_our_outermost_proxy_saw(forwarded: str, proxies: int, told: str) -> None:
    assert client_address(PEER, forwarded, proxies=proxies) == told


def test_a_peer_on_a_unix_socket_has_no_address_of_its_own() -> None:
    assert client_address("", "", proxies=0) == ""
    assert client_address("", "203.0.113.9", proxies=1) == "203.0.113.9"
