"""Keys are dated when they were pressed, not when their turn comes."""

from textual import events

from bioblue_tui.widgets.gate import Packets


def test_all_keys_of_a_packet_were_pressed_before_the_first_of_them_does_anything() -> None:
    keys = iter(Packets(False).feed("3\r\r"))
    next(keys)
    begun = events.Key("x", "x").time
    rest = list(keys)
    assert len(rest) == 2
    assert all(isinstance(key, events.Key) and key.time <= begun for key in rest)
