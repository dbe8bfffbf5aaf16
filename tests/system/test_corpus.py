"""`bridle why --log` on the labelled corpus of real logs, where there is one beside the repository."""
import pytest

import corpus
from daemon import open_to_all


@pytest.fixture(scope="module")
def rows():
    directory = corpus.find()
    if directory is None:
        pytest.skip("NO CORPUS: ../shared/corpus/incidents is not there, so nobody has judged `bridle why` on real logs")
    return corpus.judge_all(open_to_all()[0] / "bridle", directory)


def test_the_confusion_table(rows, capsys):
    with capsys.disabled():
        print("\n" + corpus.confusion(rows))
        print({name: f"{score:.1%}" for name, score in corpus.scores(rows).items()})
    assert sum(row.incidents for row in rows) < 1.2 * len(rows), "one file is one incident, or hardly more"


def test_classes(rows):
    assert corpus.scores(rows)["class"] >= 0.95


def test_phases(rows):
    assert corpus.scores(rows)["phase"] >= 0.98


def test_no_confident_wrong_answer(rows):
    assert corpus.scores(rows)["confident wrong"] <= 0.01


def test_the_same_in_every_form():
    directory = corpus.find()
    if directory is None:
        pytest.skip("NO CORPUS: see above")
    assert corpus.strayed(open_to_all()[0] / "bridle", directory) == []


def test_the_same_in_every_format(capsys):
    """A format without a process tells one worker from another no more, and the order within a second is lost in a log that is turned
    round: a few may be told otherwise."""
    directory = corpus.find()
    if directory is None:
        pytest.skip("NO CORPUS: see above")
    tried, found = corpus.misread(open_to_all()[0] / "bridle", directory)
    with capsys.disabled():
        print(f"\n{len(found)} of {tried} mean something else in another format or order")
    assert tried > 400 and len(found) <= 0.02 * tried, found
