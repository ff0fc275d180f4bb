"""Headers of every answer: nothing is kept, framed, sniffed or told to anybody, and only our own files may run."""

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
    """Have every answer carry them; where browsers come over TLS, they shall never come otherwise."""
    headers = {**HEADERS, **(TRANSPORT if secure else {}), "Server": "oauth-connector"}

    async def add(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(headers)

    app.on_response_prepare.append(add)
