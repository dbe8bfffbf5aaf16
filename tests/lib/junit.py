"""What a run of pytest told in its junit file.

    junit.py counts FILE    three numbers: passed, failed, skipped
    junit.py failed FILE    the tests that failed, by the names that pytest takes, one a line
"""
import sys
import xml.etree.ElementTree as tree


def counts(suite):
    total, *bad, skipped = (int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped"))
    return total - sum(bad) - skipped, sum(bad), skipped


def failed(suite):
    """A test that failed and whose cleaning up failed, too, stands there twice."""
    bad = [case for case in suite.iter("testcase") if case.find("failure") is not None or case.find("error") is not None]
    return sorted({f"{case.get('classname').replace('.', '/')}.py::{case.get('name')}" for case in bad})


if __name__ == "__main__":
    what, path = sys.argv[1:]
    suite = tree.parse(path).getroot().find("testsuite")
    print(*({"counts": counts, "failed": failed}[what](suite)), sep=" " if what == "counts" else "\n")
