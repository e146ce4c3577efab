"""A shop on django-payments with its PayU provider: the peer of tests and of the benchmark of notifications.

It runs in the environment of the published clients (tests/sandbox/clients/environment.py), where `payments` is theirs.
"""
