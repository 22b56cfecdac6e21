"""What a grading came to, as a table for a terminal, as CSV and as JUnit.

Names of folders and files are strangers' words: what would steer a terminal, a spreadsheet or an
XML parser is taken out of them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as Xml

from reconverge.study.answers import mark, printable, word
from reconverge.study.flaws import Flaw
from reconverge.study.grades import Grade
from reconverge.study.grading.judging import Graded
from reconverge.study.grading.receipts import NAME
from reconverge.study.languages import Language, padded

COLUMNS = ("learner", "exercise", "grade", "codes", "why", "seconds", "sha256", "receipt")
_FORMULAS = ("=", "+", "-", "@")  # what a spreadsheet would run


def reason(one: Graded, language: Language) -> str:
    """The first sentence that was said of it; empty where nothing was."""
    first: Flaw | None = next((flaw for flaw in one.receipt.flaws if not flaw.is_advice), None)
    return printable(first.sentence(language)) if first else ""


def line_of(one: Graded, language: Language, width: int) -> str:
    """One hand-in in one line."""
    receipt = one.receipt
    words = (
        padded(mark(receipt.grade, language), 9),
        padded(printable(str(one.submission)), width),
        f"{receipt.duration_s:6.1f} s",
        " ".join(receipt.codes),
        f"({word('as before', language)})" if one.is_old else "",
    )
    return "  ".join(filter(None, words))


def summary(rows: Sequence[Graded], language: Language) -> str:
    """How many came out how."""
    grades: tuple[Grade, ...] = ("passed", "not yet", "unknown")
    counts = {grade: sum(one.receipt.grade == grade for one in rows) for grade in grades}
    return "    ".join(f"{n} {mark(grade, language)}" for grade, n in counts.items() if n)


def csv_of(rows: Sequence[Graded], language: Language) -> str:
    """A row for each hand-in, with a head; the receipt's path is relative to the results."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in rows:
        receipt = one.receipt
        cells = (
            receipt.learner,
            receipt.exercise,
            receipt.grade,
            " ".join(receipt.codes),
            reason(one, language),
            f"{receipt.duration_s:.1f}",
            " ".join(file.sha256[:12] for file in receipt.files),
            f"{place_of(one)}/{NAME}",
        )
        writer.writerow([_cell(cell) for cell in cells])
    return text.getvalue()


def _cell(text: str) -> str:
    shown = printable(text)
    return f"'{shown}" if shown.startswith(_FORMULAS) else shown


def place_of(one: Graded) -> str:
    """Where its receipt is, from the folder of the results."""
    return "/".join(one.folder.parts[-3:])


def junit_of(rows: Sequence[Graded], language: Language) -> str:
    """A suite for each exercise and a case for each learner; not judged is an error."""
    root = Xml.Element("testsuites", name="reconverge study grade")
    for exercise in dict.fromkeys(one.receipt.exercise for one in rows):
        mine = [one for one in rows if one.receipt.exercise == exercise]
        grades = [one.receipt.grade for one in mine]
        suite = Xml.SubElement(
            root,
            "testsuite",
            name=printable(exercise) or "-",
            tests=str(len(mine)),
            failures=str(grades.count("not yet")),
            errors=str(grades.count("unknown")),
            time=f"{sum(one.receipt.duration_s for one in mine):.3f}",
        )
        suite.extend(_cases(mine, language))
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _cases(rows: Sequence[Graded], language: Language) -> Iterator[Xml.Element]:
    for one in rows:
        receipt = one.receipt
        case = Xml.Element(
            "testcase",
            classname=printable(receipt.exercise) or "-",
            name=printable(receipt.learner),
            time=f"{receipt.duration_s:.3f}",
        )
        if receipt.grade != "passed":
            tag = "failure" if receipt.grade == "not yet" else "error"
            why = {"type": receipt.codes[0], "message": reason(one, language)}
            Xml.SubElement(case, tag, why).text = "\n".join(
                f"{flaw.code} {printable(flaw.file)}:{flaw.line}: "
                f"{printable(flaw.sentence(language))}"
                for flaw in receipt.flaws
            )
        yield case
