"""What can be wrong with the watermark."""

from timbre.errors.base import TimbreError


class BrokenWatermark(TimbreError):
    code, status = "broken_watermark", 500
    message = "The watermark's net cannot be used: {reason}."
    hint = "Install it anew with: pip install --force-reinstall 'timbre-tts[watermark]', or set TIMBRE_WATERMARK=off."
