"""The yard: stand-ins on loopback for PayU, SMSAPI and a mail server, by their published protocols.

For the demo and the tests only. Imports nothing from the apps, and no app imports it: they meet over HTTP and SMTP.
"""
