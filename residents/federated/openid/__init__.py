"""OpenID Connect: code flow with PKCE and a nonce; the identity is read from the signed ID token."""
