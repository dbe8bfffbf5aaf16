"""An application that cannot be loaded, in the way that BROKEN says; and one that can, when BROKEN is empty."""
import os
import sys
import time

from hello import app  # noqa: F401  what is served when nothing is broken

how = os.environ.get("BROKEN", "")
if "BROKEN_FILE" in os.environ and os.path.exists(os.environ["BROKEN_FILE"]):
    how = open(os.environ["BROKEN_FILE"]).read().strip()

if how == "import":
    import no_such_module  # noqa: F401
elif how == "variable":
    os.environ["A_VARIABLE_THAT_NOBODY_SET"]
elif how == "exit":
    sys.exit(1)
elif how == "exit-3":
    os._exit(3)
elif how == "segv":
    os.kill(os.getpid(), 11)
elif how == "slow":
    time.sleep(600)
elif how == "syntax":
    exec("this is no python")
elif how == "beat":  # loaded, one heartbeat, and then an end, over and over
    from gunicorn.workers.workertmp import WorkerTmp

    touch = WorkerTmp.notify

    def notify(self):
        touch(self)
        time.sleep(0.5)
        os._exit(1)

    WorkerTmp.notify = notify
elif how == "missing":
    del app
