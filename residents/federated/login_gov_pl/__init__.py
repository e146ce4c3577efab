"""login.gov.pl, the national node (Węzeł Krajowy): SAML 2.0 with artifacts, eIDAS attributes, elliptic curves."""
