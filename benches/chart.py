"""The chart of docs/performance.md: bars for ratios, in two panels."""

from html import escape

# key, title, colour
SPEED = (("libtins", "libtins", "#c9d1d9"),
         ("etherparse", "pcap crate and etherparse", "#afb8c1"),
         ("libpcap", "libpcap loop", "#6e7781"),
         ("pcap-parser", "pcap-parser crate and a parse by hand", "#8c959f"),
         ("ipmon", "ipmon", "#0969da"),
         ("ipmon-map", "ipmon, file mapped", "#54aeff"))
TEXT = (("libpcap-text", "libpcap loop and inet_ntop", "#6e7781"),
        ("ipmon-text", "ipmon", "#0969da"))
WIDTH, LEFT, RIGHT, BAR, GAP = 860, 190, 60, 15, 14
STYLE = ("text{font:13px sans-serif;fill:#24292f}.n{font-size:12px}"
         ".h{font-size:15px;font-weight:bold}.g{stroke:#d0d7de}")


def panel(top, heading, captures, series, ratio):
    """SVG of one panel, and where it ends; a bar is as long as its ratio."""
    parts = [f'<text class="h" x="16" y="{top + 18}">{escape(heading)}</text>']
    x, y = 16, top + 42
    for _, title, colour in series:
        if x + 30 + 7 * len(title) > WIDTH:
            x, y = 16, y + 20
        parts.append(f'<rect x="{x}" y="{y - 11}" width="12" height="12" fill="{colour}"/>'
                     f'<text x="{x + 18}" y="{y}">{escape(title)}</text>')
        x += 38 + 7 * len(title)
    ratios = {(c, key): ratio(c, key) for c in captures for key, _, _ in series}
    most = max((r for r in ratios.values() if r), default=1)
    unit = (WIDTH - LEFT - RIGHT) / most
    begin = y = y + 16
    bars = []
    for capture, title in captures.items():
        shown = [s for s in series if ratios[capture, s[0]]]
        middle = y + len(shown) * BAR / 2 + 5
        bars.append(f'<text x="{LEFT - 10}" y="{middle:.0f}" text-anchor="end">'
                    f'{escape(title)}</text>')
        for key, _, colour in shown:
            value = ratios[capture, key]
            number = f"{value:.2f}" if value < 0.995 else f"{value:.1f}"
            bars.append(f'<rect x="{LEFT}" y="{y}" width="{value * unit:.1f}" '
                        f'height="{BAR - 2}" fill="{colour}"/>'
                        f'<text class="n" x="{LEFT + value * unit + 5:.1f}" y="{y + 11}">'
                        f'{number}</text>')
            y += BAR
        y += GAP
    line = LEFT + unit
    parts.append(f'<line class="g" x1="{line:.1f}" x2="{line:.1f}" y1="{begin}" '
                 f'y2="{y - GAP}"/>')
    return parts + bars, y + 10


def draw(results, captures, addresses):
    speed, end = panel(8, "Times as fast as a loop over libpcap with a parse by hand", captures,
                       SPEED, lambda c, key: results.ratio(f"{c}/libpcap", f"{c}/{key}"))
    text, end = panel(end, "The same with both addresses as text, times as fast as that loop "
                      "with inet_ntop", addresses, TEXT,
                      lambda c, key: results.ratio(f"{c}/libpcap-text", f"{c}/{key}"))
    body = "\n".join(speed + text)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {end}" '
            f'width="{WIDTH}" height="{end}" role="img" '
            f'aria-label="How fast ipmon reads captures beside others">\n'
            f'<style>{STYLE}</style>\n<rect width="100%" height="100%" fill="#fff"/>\n'
            f'{body}\n</svg>\n')
