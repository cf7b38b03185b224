"""Keeps secrets: hashes passwords, seals what must be read again, and makes fingerprints that need our key.

Built once in ``app`` from the city's secret key and handed to every service that needs it. Losing the key means
new second factors for everybody; passwords survive it.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from marketplace.accounts.rules.passwords import LONGEST, normalized
from marketplace.accounts.rules.sign_in import Policy

# OWASP's least argon2id: 19 MiB, two passes. Some 20 ms, because on SQLite a login holds the one write lock.
_MEMORY_KIB: Final = 19_456
_PASSES: Final = 2
_CHEAPEST_MEMORY_KIB: Final = 8


class Vault:
    """The city's secret key at work, and what the city demands at the door."""

    def __init__(self, secret_key: str, *, policy: Policy, cheap: bool = False) -> None:
        """Derive one key a purpose; ``cheap`` makes password hashes fast and weak, for tests only."""
        self.policy = policy
        self._hasher = PasswordHasher(
            time_cost=1 if cheap else _PASSES,
            memory_cost=_CHEAPEST_MEMORY_KIB if cheap else _MEMORY_KIB,
            parallelism=1,
        )
        self._seal = Fernet(urlsafe_b64encode(_derive(secret_key, "accounts: sealed secrets")))
        self._fingerprint_key = _derive(secret_key, "accounts: fingerprints")
        # Checked when there is nobody to check, so that unknown names take as long as known ones.
        self._decoy = self._hasher.hash("nobody has this password")

    def hash_password(self, password: str) -> str:
        """Return the argon2id hash of a password."""
        return self._hasher.hash(_bytes(password))

    def verify_password(self, stored: str | None, password: str) -> bool:
        """Tell whether the password is the stored one; takes as long when nothing is stored."""
        if len(password) > LONGEST:
            stored, password = None, ""
        try:
            return self._hasher.verify(stored or self._decoy, _bytes(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, stored: str) -> bool:
        """Tell whether a hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def seal(self, secret: str) -> str:
        """Encrypt and authenticate a secret that must be read again."""
        return self._seal.encrypt(secret.encode()).decode("ascii")

    def unseal(self, sealed: str) -> str:
        """Return a sealed secret; InvalidToken when it was sealed with another key or altered."""
        return self._seal.decrypt(sealed.encode("ascii")).decode()

    def fingerprint(self, *parts: str) -> str:
        """Return a hash that nobody without our key can try out: names, addresses and short codes are few (hex)."""
        text = "\0".join(parts).encode("utf-8", "surrogatepass")
        return hmac.new(self._fingerprint_key, text, hashlib.sha256).hexdigest()


def _derive(secret_key: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret_key.encode())


def _bytes(password: str) -> bytes:
    return normalized(password).encode("utf-8", "surrogatepass")
