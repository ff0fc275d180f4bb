"""Headers of every response: no caching, framing, sniffing or referrer, and only scripts of this server run."""

from collections.abc import Mapping

from aiohttp import web

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none';"
    " base-uri 'none'; form-action 'self'"
)
_FEATURES = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone")
PERMISSIONS = ", ".join(f"{name}=()" for name in (*_FEATURES, "midi", "payment", "usb", "xr-spatial-tracking"))

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
TRANSPORT = {"Strict-Transport-Security": "max-age=31536000"}


def install(app: web.Application, *, secure: bool) -> None:
    """Add the headers to every response. With TLS also add HSTS (RFC 6797)."""
    headers = {**HEADERS, **(TRANSPORT if secure else {}), "Server": "oauth-connector"}

    async def add(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)

    app.on_response_prepare.append(add)
