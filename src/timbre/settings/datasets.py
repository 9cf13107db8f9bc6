"""What the making of a dataset begins with; each can be said anew for a dataset, by its name without `dataset_`."""

from pydantic import Field
from pydantic_settings import BaseSettings


class DatasetSettings(BaseSettings):
    """Each with its description."""

    whisper: str = Field(
        "base",
        description="Whisper model that recognises speech: a name that can be fetched, or a folder with its files.",
    )
    whisper_unsure: str = Field(
        "medium", description="Larger one for what that is not sure of; used where it is here already. Empty: none."
    )
    whisper_device: str = Field("auto", pattern=r"^(auto|cpu|cuda)$", description="Where Whisper runs.")
    whisper_workers: int = Field(
        0, ge=0, description="Recordings recognised side by side; 0: as memory and cores allow."
    )
    source_mb: int = Field(2_000, ge=1, description="Megabytes that the recordings fetched or sent at once may have.")
    source_min: int = Field(240, ge=1, description="Minutes of sound that one recording of a dataset may hold.")
    source_folders: str = Field(
        "", description="Folders of this machine, with commas between, whose recordings admins may add by their path."
    )
    fetch_tries: int = Field(3, ge=1, description="Times that an address is tried.")
    fetch_most: int = Field(500, ge=1, description="Recordings of a playlist that are fetched at the most.")
    fetch_networks: str = Field(
        "",
        pattern=r"^([0-9a-fA-F:.]+(/\d+)?(\s*,\s*[0-9a-fA-F:.]+(/\d+)?)*)?$",
        description="Networks of one's own that recordings may be fetched from besides public addresses, "
        "as 192.168.1.0/24, with commas between.",
    )
    dataset_min_s: float = Field(3.0, gt=0, description="Seconds of the shortest segment.")
    dataset_max_s: float = Field(11.0, gt=0, le=11.6, description="Seconds of the longest segment.")
    dataset_pause_s: float = Field(0.3, gt=0, description="Seconds of the shortest pause that is cut at.")
    dataset_pad_s: float = Field(0.1, ge=0, description="Seconds kept on either side of what is said.")
    dataset_fade_s: float = Field(0.01, ge=0, description="Seconds that a segment fades in and out.")
    dataset_lufs: float = Field(-20.0, le=0, description="Loudness that every segment is brought to, in LUFS.")
    dataset_denoise: bool = Field(False, description="Whether noise is removed from recordings.")
    dataset_unsure: float = Field(
        0.6, ge=0, le=1, description="Confidence below which a transcript is made again by the larger Whisper."
    )
    dataset_sure: float = Field(0.5, ge=0, le=1, description="Least confidence in a transcript.")
    dataset_differs: float = Field(
        0.6, ge=0, description="Most word errors a word by which what is heard differs from a text that came with it."
    )
    dataset_min_words: int = Field(3, ge=1, description="Fewest words of a segment.")
    dataset_max_words: int = Field(50, ge=1, description="Most words of a segment.")
    dataset_max_characters: int = Field(200, ge=1, description="Most characters of a segment.")
    dataset_snr_db: float = Field(15.0, description="Least signal-to-noise ratio of a segment, in dB.")
    dataset_silence: float = Field(0.3, ge=0, le=1, description="Largest share of silence in a segment.")
    dataset_clipped: float = Field(0.002, ge=0, le=1, description="Largest share of clipped samples in a segment.")
    dataset_slowest: float = Field(5.0, gt=0, description="Fewest characters a second.")
    dataset_fastest: float = Field(30.0, gt=0, description="Most characters a second.")
    dataset_validation: float = Field(0.1, gt=0, lt=0.5, description="Share of the speech kept aside for validation.")
    dataset_gap_s: float = Field(
        2.0, ge=0, description="Seconds left out between training and validation where both come from one recording."
    )
    dataset_seed: int = Field(42, ge=0, description="Dice of what a dataset's split is drawn by.")
