"""Ways in where somebody else vouches for who one is: login.gov.pl (SAML 2.0) and OpenID Connect."""
