"""What is tried within a machine: functions, in order. Each becomes a line on the second serial port, a JSON object with what
went wrong; a last one is called "end"."""
import json
import pathlib
import time
import traceback


class Cases(list):
    def case(self, function):
        self.append(function)
        return function

    def run(self, out):
        for one in self:
            print(json.dumps(attempt(one)), file=out)
        print(json.dumps({"case": "end", "uptime": pathlib.Path("/proc/uptime").read_text().split()[0]}), file=out)


def attempt(one):
    began = time.monotonic()
    try:
        one()
        failure = ""
    except BaseException:
        failure = traceback.format_exc()[-3000:]
    return {"case": one.__name__, "failure": failure, "seconds": round(time.monotonic() - began, 1)}
