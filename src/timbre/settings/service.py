"""What the service as a whole is set by: where it listens, what it keeps and where, how much it takes."""

from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class ServiceSettings(BaseSettings):
    """Each with its description."""

    home: Path = Field(
        default_factory=lambda: user_data_path("timbre"), description="The one folder for all that is kept."
    )
    host: str = Field("127.0.0.1", description="Address that the API listens on.")
    port: int = Field(8005, ge=1, le=65535, description="Port that the API listens on.")
    wyoming: bool = Field(
        False, description="Whether timbre serve speaks the Wyoming protocol too, for Home Assistant."
    )
    wyoming_host: str = Field(
        "127.0.0.1", description="Address that the Wyoming protocol is served at; it asks nobody who they are."
    )
    wyoming_port: int = Field(10200, ge=1, le=65535, description="Port that the Wyoming protocol is served at.")
    model: str = Field("mini", description="Model that the engine loads at its start.")
    engine_urls: str = Field(
        "",
        description="Engines by URL, with commas between, each asked when those before it do not answer; "
        "empty: one on a Unix socket in the home folder.",
    )
    engine_listen: str = Field(
        "", description="ws:// address that the engine listens on; empty: a Unix socket in the home folder."
    )
    engine_token: str = Field(
        "", description="Secret between the engine and its clients; needed when it listens on an address."
    )
    engine_rows: int = Field(16, ge=1, description="Pieces of text that the engine speaks side by side.")
    engine_adapters: int = Field(
        16, ge=1, description="Fine-tuned voices that the engine holds at once; who has not spoken longest gives way."
    )
    engine_device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|cuda(:\d+)?)(,(cpu|cuda(:\d+)?))*$",
        description="Where the model runs: cpu, cuda, cuda:1 …; auto: a GPU if there is one. "
        "Several with commas between: an engine each, which take turns.",
    )
    engine_weights: Literal["auto", "fp32", "int8", "bf16", "fp16"] = Field(
        "auto", description="Numbers that the model decodes with: fp32 or int8 on a CPU, fp32, bf16 or fp16 on a GPU."
    )
    engine_vocoder: Literal["auto", "fp32", "bf16", "torch-fp32", "onednn-fp32", "onednn-bf16"] = Field(
        "auto", description="Numbers that the sound is made in on a CPU, or what makes it and its numbers."
    )
    engine_cache_mb: int = Field(
        0,
        ge=0,
        description="Megabytes for what those pieces have said so far; more pieces wait. "
        "0: 1024, on a GPU a quarter of its memory.",
    )
    engine_queue: int = Field(
        16, ge=1, description="Requests that may wait for a place among them; more are refused at once."
    )
    engine_patience_s: float = Field(
        30.0, ge=0, description="Seconds that a request waits for an engine that starts, or that is started again."
    )
    streams_per_client: int = Field(
        0, ge=0, description="Speeches that one client may have in the engine at once; 0: as many as it has room for."
    )
    allowed_hosts: str = Field(
        "", description="Names that the API may be reached by besides this machine's, with commas between; *: any."
    )
    api_key: SecretStr = Field(
        SecretStr(""),
        description="API key that the command line sends to a server; a server takes it as one with all scopes.",
    )
    requests_per_minute: int = Field(
        0,
        ge=0,
        description="Requests a minute of a key that has no figure of its own, and where no key is needed of an "
        "address; 0: any number.",
    )
    session_hours: float = Field(
        12.0, gt=0, description="Hours that a browser stays signed in while nobody uses the page."
    )
    session_days: float = Field(7.0, gt=0, description="Days after which it has to sign in again in any case.")
    cors_origins: str = Field(
        "",
        pattern=r"^(https?://[^\s,/*]+(\s*,\s*https?://[^\s,/*]+)*)?$",
        description="Origins of other pages that may use the API with a key, as https://name:port, "
        "with commas between; empty: none.",
    )
    trusted_proxies: str = Field(
        "127.0.0.1",
        description="Addresses or networks of proxies in front, with commas between: what they say of a client's "
        "address and of https is believed.",
    )
    tls_certificate: str = Field("", description="PEM file to serve https with: the certificate with its chain.")
    tls_key: str = Field("", description="PEM file with the certificate's key, without a passphrase.")
    database_url: str = Field(
        "", description="Database, as postgresql://user:password@host/name; empty: SQLite in the home folder."
    )
    broker_url: str = Field(
        "",
        description="Redis or Valkey that jobs are announced through, as redis://:password@host:6379/0; "
        "empty: one of its own on a Unix socket in the home folder, started by timbre serve.",
    )
    storage_url: str = Field(
        "",
        description="Where files are kept: s3://bucket/prefix?endpoint=https://host&region=name, or file:///folder; "
        "empty: a folder in the home folder.",
    )
    storage_key: str = Field(
        "", description="Access key for S3; empty: what AWS_ACCESS_KEY_ID and its like say, or the machine's own role."
    )
    storage_secret: str = Field("", description="Secret that belongs to that key.")
    worker_slots: int = Field(32, ge=1, description="Jobs that a worker has in hand at once.")
    long_jobs: int = Field(1, ge=0, description="Jobs of long work, such as training, at once in the whole service.")
    short_jobs: int = Field(
        1,
        ge=0,
        description="Jobs of shorter work with a process of its own, such as an export, at once in the whole service.",
    )
    jobs_waiting: int = Field(10_000, ge=1, description="Jobs that may wait; more are refused.")
    job_attempts: int = Field(10, ge=1, description="Times that a job is begun before it counts as failed.")
    job_kept_hours: float = Field(24.0, gt=0, description="Hours that a job and its audio are kept after its end.")
    cleanup_minutes: float = Field(30.0, gt=0, description="Minutes between two cleanups.")
    threads: int = Field(0, ge=0, description="Threads of the engine; 0: as many as there are cores.")
    text_limit: int = Field(10_000, ge=1, description="Characters of a text.")
    watermark: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether speech is marked, inaudibly, as made by a machine: on, off; "
        "auto: where the extra watermark is installed.",
    )
    book_mb: int = Field(50, ge=1, description="Megabytes of text that a book may have.")
    upload_limit_mb: int = Field(100, ge=1, description="Megabytes of an upload.")
    disk_reserve_mb: int = Field(500, ge=0, description="Megabytes of free space that uploads leave on a disk.")
    uploads_at_once: int = Field(2, ge=1, description="Uploads that are worked on at once; more wait.")
    audio_limit_min: int = Field(120, ge=1, description="Minutes of sound that one file from outside may hold.")
    decode_cpu_s: int = Field(120, ge=1, description="Seconds of processor time that such a file may take to decode.")
    decode_wall_s: int = Field(300, ge=1, description="Seconds that pass meanwhile at most.")
    decode_memory_mb: int = Field(
        1024, ge=512, description="Megabytes of address space that decoding it may take; the libraries alone take 300."
    )
    archive_files: int = Field(10_000, ge=1, description="Files that an archive from outside may hold.")
    archive_mb: int = Field(4_000, ge=1, description="Megabytes that they may have, unpacked.")
    archive_ratio: int = Field(100, ge=2, description="Times that an archive may grow by being unpacked.")

    @property
    def devices(self) -> list[str]:
        """Where engines run, each with a process of its own."""
        return self.engine_device.split(",")
