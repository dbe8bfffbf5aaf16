"""Sections of a bridle.ini, written short. {root}, {venv} and {apps} in values are filled in by the daemon."""


def section(title, keys):
    lines = [f"[{title}]"]
    for name, value in keys.items():
        for one in value if isinstance(value, list) else [value]:
            lines.append(f"{name} = {one}")
    return "\n".join(lines) + "\n"


def web(name="web", **keys):
    """A Gunicorn with the example application on a unix socket, impatient enough for a test."""
    settings = {"app": "hello:app", "directory": "{apps}", "virtualenv": "{venv}", "bind": f"unix:{{root}}/{name}.sock",
                "workers": 1, "graceful_timeout": "5s", "stop_timeout": "8s", "restart_delay": "200ms",
                "restart_delay_max": "1s"}
    settings.update(keys)
    return section(f"gunicorn:{name}", {key: value for key, value in settings.items() if value is not None})


def program(name, command, **keys):
    return section(f"program:{name}", {"command": command, "restart_delay": "200ms", "stop_timeout": "5s", **keys})


def deaf(name="deaf", **keys):
    """A program that ignores TERM, and says "ready" when it does."""
    return program(name, """/bin/sh -c 'trap "" TERM; echo ready; while :; do sleep 1; done'""", **keys)


def bridle(**keys):
    return section("bridle", keys)
