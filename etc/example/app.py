"""The application of etc/quickstart.ini: says who answers, and can be slow, or die, when asked.

    /             a page
    /healthz      "ok", for probes
    /slow?s=5     the same page, five seconds later: stop or restart the service meanwhile, and see it answered
    /exit?code=1  the worker that answers ends at once: see it replaced
"""

import html
import os
import time
from urllib.parse import parse_qs

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{service}</title>
<style>
  body {{ font: 1.1rem/1.5 system-ui, sans-serif; margin: 4rem auto; max-width: 34rem; padding: 0 1rem }}
  td:first-child {{ padding-right: 1.5rem; color: #777 }}
</style>
<h1>Hello from {service}.</h1>
<p>Gunicorn serves this page, and Bridle keeps Gunicorn.</p>
<table>
  <tr><td>generation</td><td>{generation}</td></tr>
  <tr><td>master</td><td>{master}</td></tr>
  <tr><td>worker</td><td>{worker}</td></tr>
  <tr><td>loaded</td><td>{age:.0f} s ago</td></tr>
</table>
"""

LOADED = time.monotonic()
LONGEST = 60.0  # seconds: nobody's worker is to be held for ever


def page():
    return PAGE.format(
        service=html.escape(os.environ.get("BRIDLE_SERVICE", "Gunicorn")),
        # Bridle counts in ten digits
        generation=os.environ.get("BRIDLE_GENERATION", "").lstrip("0") or "none: started without Bridle",
        master=os.getppid(),
        worker=os.getpid(),
        age=time.monotonic() - LOADED,
    )


def number(query, name, default):
    try:
        return float(query[name][0])
    except (KeyError, ValueError):
        return default


def app(environ, start_response):
    path = environ.get("PATH_INFO", "/")
    query = parse_qs(environ.get("QUERY_STRING", ""))
    status, kind, body = "200 OK", "text/html; charset=utf-8", ""
    if path == "/":
        body = page()
    elif path == "/slow":
        time.sleep(max(0.0, min(LONGEST, number(query, "s", 5.0))))
        body = page()
    elif path == "/healthz":
        kind, body = "text/plain; charset=utf-8", "ok\n"
    elif path == "/exit":
        os._exit(int(number(query, "code", 1)) & 255)
    else:
        status, kind, body = "404 Not Found", "text/plain; charset=utf-8", "there are /, /slow?s=5 and /healthz\n"
    data = body.encode()
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(data)))])
    return [data]
