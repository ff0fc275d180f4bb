"""What the browser without JavaScript reads off a page."""

from tests.support.http_browser import Form, page_of

URL = "https://login.example.com/op/interaction/1?x=2"


def test_form_goes_where_its_page_says() -> None:
    """An address in it is relative to the page's; without one it goes back to the page."""
    page = page_of(URL, 200, {}, '<form method="post" action="../login"></form><form></form>')
    origin = "https://login.example.com"
    assert page.forms == (Form(f"{origin}/op/login", "POST", origin), Form(URL, "GET", origin))


def test_form_holds_what_would_be_sent() -> None:
    """Fields with their values, boxes that are checked, and buttons apart, since one of them is pressed."""
    html = """<input name="outside">
    <form method="post"><input type="hidden" name="csrf" value="a&amp;b"><input name="login">
    <input type="checkbox" name="stay"><input type="checkbox" name="terms" value="yes" checked>
    <button name="answer" value="accept">Allow</button><button>Nameless</button></form>"""
    [form] = page_of(URL, 200, {}, html).forms
    assert form.fields == {"csrf": "a&b", "login": "", "terms": "yes"}
    assert form.types["csrf"] == "hidden"
    assert form.buttons == [("answer", "accept")]


def test_links_and_headers_are_given() -> None:
    """A page may go on by a link, or by a header such as Refresh."""
    page = page_of(URL, 200, {"Refresh": "0"}, '<a href="/next">on</a><a name="top">here</a>')
    assert page.links == ("https://login.example.com/next",)
    assert page.headers["refresh"] == "0"
