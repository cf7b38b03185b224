"""Settings, read once from the environment (prefix ``CITY_``); docs/configuration.md lists every one."""

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from marketplace.paths import ROOT


class Settings(BaseSettings):
    """Everything that differs between one city and another."""

    model_config = SettingsConfigDict(env_prefix="CITY_", frozen=True, extra="ignore", populate_by_name=True)

    env: Literal["demo", "test", "production"] = "demo"
    data_dir: Path = ROOT / "var" / "demo"
    database_url: str = ""  # empty: SQLite in data_dir
    redis_url: str = ""  # empty: jobs are rung in SQLite, writes a minute counted by each process
    files_url: str = ""  # s3://bucket/prefix; empty: a folder in data_dir
    secret_key: SecretStr = SecretStr("")  # empty: made once and kept in data_dir (demo, test)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, validation_alias=AliasChoices("PORT", "CITY_PORT"))
    public_url: str = ""  # links in mails come from here, never from the Host header; empty: host and port
    behind_proxy: bool = False  # trust one X-Forwarded-* hop
    web_workers: int = Field(default=2, ge=1, le=64)
    web_threads: int = Field(default=8, ge=1, le=64)

    clock_offset: int = 0  # seconds; demo and test only
    limits: Literal["on", "off"] = "on"  # rate limits; off in demo and test only
    demo_mfa: bool = False  # ask for the second factor in the demo too

    # Empty: the embedded double, "demo payments". The bare names are those that Stripe's own tools read.
    stripe_api_key: SecretStr = Field(
        default=SecretStr(""), validation_alias=AliasChoices("CITY_STRIPE_API_KEY", "STRIPE_API_KEY")
    )
    stripe_webhook_secret: SecretStr = Field(
        default=SecretStr(""), validation_alias=AliasChoices("CITY_STRIPE_WEBHOOK_SECRET", "STRIPE_WEBHOOK_SECRET")
    )
    stripe_url: str = ""  # where the provider's API is; empty: Stripe itself
    stripe_country: str = Field(default="SG", pattern="^[A-Z]{2}$")  # of the house's own account at the provider
    stripe_methods: str = "all"  # local ways to pay that are switched on there, of those its country can take
    provider_name: str = ""  # the licensed provider that holds card money, as pages name it; empty: by the key above
    smtp_url: str = ""  # empty: messages land as .eml files under data_dir/mail
    smtp_plain: bool = False  # let a password go without TLS, to a mail server on this machine alone
    mail_sender: str = "city@localhost"
    # Empty: text messages land beside the mails, and production takes no phone numbers as login names.
    text_url: str = ""
    text_token: SecretStr = SecretStr("")

    site_name: str = "ASEAN Commodity City"
    operator_name: str = "ASEAN Commodity City (demonstration)"
    operator_licence: str = ""  # business licence number, shown in the footer
    operator_filing: str = ""  # filing numbers such as ICP, shown in the footer
    operator_contact_email: str = ""
    operator_contact_phone: str = ""

    @property
    def is_production(self) -> bool:
        """Tell whether demo conveniences must be off."""
        return self.env == "production"

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the city's database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'city.sqlite3'}"

    @property
    def secret_key_file(self) -> Path | None:
        """Where the key lies that was made once, None where one is set."""
        return None if self.secret_key.get_secret_value() else self.data_dir / "secret_key"

    @property
    def base_url(self) -> str:
        """The address that links in messages begin with."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def mfa_waived(self) -> bool:
        """Tell whether the second factor is waived, which every page then says."""
        return self.env == "demo" and not self.demo_mfa

    @property
    def provider(self) -> str:
        """The name of the payment provider that holds the money of cards."""
        return self.provider_name or ("demo payments" if self.payments_are_demo else "Stripe")

    @property
    def payments_are_demo(self) -> bool:
        """Tell whether cards are charged by the embedded double."""
        return not self.stripe_api_key.get_secret_value()
