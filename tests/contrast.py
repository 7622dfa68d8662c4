"""Contrast of two colours as WCAG 2.2 defines it."""


def contrast(colour, background):
    """Return the contrast ratio of two ``#rrggbb`` colours, from 1 to 21."""
    darker, lighter = sorted((_relative_luminance(colour), _relative_luminance(background)))
    return (lighter + 0.05) / (darker + 0.05)


def _relative_luminance(colour):
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
