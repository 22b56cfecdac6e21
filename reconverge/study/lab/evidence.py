"""What the judges of a lab found, in each language: they speak English, as all of them do."""

from __future__ import annotations

import re

from reconverge.study.languages import Text

# The reasons of judges/learning.py and judges/beginnings.py. Particles that depend on the sound
# before them are never put behind a placeholder.
_KOREAN = (
    (r"you deleted pods", "파드를 직접 삭제함"),
    (r"you deleted (\S+)", r"{0} 파드를 직접 삭제함"),
    (r"(.+) deleted (\S+)", r"{1} 파드를 {0} 쪽에서 삭제함"),
    (r"(\S+) is not there any more", r"{0} 파드가 더는 없음"),
    (r"none of them is there any more", "처음의 파드가 하나도 남아 있지 않음"),
    (r"each of (.+) still belongs to its controller", r"{0} 파드가 모두 컨트롤러에 속해 있음"),
    (r"(\d+) are released: (.+)", r"셀렉터에서 벗어난 파드 {0}개: {1}"),
    (r"(.+) is released, and not ready", r"{0} 파드는 셀렉터에서 벗어났지만 준비되지 않음"),
    (r"(\S+) was deleted and made anew", "{0}: 삭제된 뒤 같은 이름으로 새로 만들어짐"),
    (r"none of them belongs to (\S+)", "{0}에 속한 파드가 하나도 없음"),
    (r"(\d+) of them belong to (\S+): (.+)", "{1}에 속한 파드 {0}개: {2}"),
    (r"(\S+) still belongs to its controller", "{0} 파드가 아직 컨트롤러에 속해 있음"),
    (r"(\S+) is one of those it began with", "{0} 파드는 처음부터 있던 것임"),
    (r"none of them is labelled (\S+)", "{0} 레이블이 붙은 파드가 하나도 없음"),
    (r"(\d+) of them are labelled (\S+): (.+)", "{1} 레이블이 붙은 파드 {0}개: {2}"),
    (r"(\S+) is not labelled (\S+)", "{0} 파드에 {1} 레이블이 없음"),
    (r"(\S+) asks for (\d+) pods?", "{0}: 요청된 파드 수는 지금 {1}개"),
    (r"(\S+) has no pod", "{0}에 속한 파드가 없음"),
    (r"(\S+) is of (\S+)", "{0} 파드의 이미지: {1}"),
    (r"(\S+) does not belong to it", r"{0} 파드를 아직 넘겨받지 않음"),
    (r"(\S+) was made beside them", r"{0} 파드가 새로 만들어짐"),
)


def evidence(why: str) -> Text:
    """The reason in each language; one that is not known here stays as it is."""
    for pattern, korean in _KOREAN:
        if found := re.fullmatch(pattern, why):
            return Text(en=why, ko=korean.format(*found.groups()))
    return Text(en=why, ko=why)
