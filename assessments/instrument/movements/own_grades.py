"""Grade definitions of movements that are not graded by a hand's resistance, by level.

Source of the whole grades: Avers & Brown, Daniels and Worthingham's Muscle Testing, 10th edition
(2019). The steps between have no published definition for these tests; the text says so rather
than borrow one from manual resistance. That choice is a [proposal].
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from ..labels import Text

_STEPS = (2, 4, 5, 7, 8, 10, 11)


def _with_steps(defined: Mapping[int, Text], otherwise: Text) -> dict[int, Text]:
    return {**dict.fromkeys(_STEPS, otherwise), **defined}


# Heel raises are counted on one leg with finger balance only; below 1 the foot is tested lying.
HEEL_RAISES = _with_steps(
    {
        0: _("No contraction felt in calf or heel tendon"),
        1: _("Contraction felt in calf or heel tendon, no movement"),
        2: _("Lying, foot free: moves through part of the range"),
        3: _("Lying, foot free: moves through the full range, takes no resistance"),
        4: _("Standing on one leg: the heel just clears the floor; or lying: maximal resistance"),
        6: _("Standing on one leg: 1 heel raise through the full range"),
        9: _("Standing on one leg: 2 to 24 heel raises"),
        12: _("Standing on one leg: 25 heel raises or more through the full range"),
    },
    _("No standard number of heel raises for this step: record the count"),
)

CURL_UP = _with_steps(
    {
        0: _("No contraction felt in the abdominal wall"),
        1: _("Contraction felt on coughing or on trying to lift the head, no movement"),
        3: _("Head lifts, shoulder blades do not clear the plinth"),
        6: _("Arms stretched forward: shoulder blades clear the plinth"),
        9: _("Arms crossed over the chest: shoulder blades clear the plinth"),
        12: _("Hands behind the head: shoulder blades clear the plinth"),
    },
    _("No standard arm position for this step: record it in the note"),
)

DIAGONAL_CURL_UP = _with_steps(
    {
        0: _("No contraction felt in the oblique muscles"),
        1: _("Contraction felt in the oblique muscles, no movement"),
        3: _("Rib cage moves towards the pelvis, shoulder blade does not clear the plinth"),
        6: _("Arms stretched forward: shoulder blade of the turning side clears the plinth"),
        9: _("Arms crossed over the chest: shoulder blade of the turning side clears the plinth"),
        12: _("Hands behind the head: shoulder blade of the turning side clears the plinth"),
    },
    _("No standard arm position for this step: record it in the note"),
)

CHEST_LIFT = _with_steps(
    {
        0: _("No contraction felt in the back extensors"),
        1: _("Contraction felt in the back extensors, no movement"),
        3: _("Arms at the sides: lifts through part of the range"),
        6: _("Arms at the sides: lifts through the full range, navel clears the plinth"),
        9: _("Hands behind the head: lifts through the full range, wavers at its end"),
        12: _("Hands behind the head: lifts through the full range and holds it steadily"),
    },
    _("No standard arm position for this step: record it in the note"),
)
