import math
import unittest

from conduit.errors import ConduitError
from conduit.sendable import Limits, sendable


class Sendable(unittest.TestCase):
    def test_is_a_copy_that_later_changes_do_not_reach(self):
        payload = {"list": [1, {"deep": bytearray(b"abc")}], "tuple": (1, 2)}
        copy, _ = sendable(payload, Limits())
        payload["list"][1]["deep"][0] = 0
        payload["list"].append("more")
        self.assertEqual(copy, {"list": [1, {"deep": b"abc"}], "tuple": [1, 2]})

    def test_weighs_at_least_its_utf8(self):
        for text in ("", "abc", "Grüße", "🐍" * 10):
            _, weight = sendable({"text": text}, Limits())
            self.assertGreaterEqual(weight, len(text.encode()) + len("text"))

    def test_says_where_something_is_that_json_has_no_word_for(self):
        for value, sentence in [
            ({"a": [0, {"b": object()}]}, "a[1].b is a object"),
            ({"a": math.nan}, "a is nan"),
            ({"a": -math.inf}, "a is -inf"),
            ({"a": {3: 4}}, "a has the key 3"),
            ({"a": {1, 2}}, "a is a set"),
        ]:
            with self.assertRaises(TypeError) as raised:
                sendable(value, Limits())
            self.assertIn(sentence, str(raised.exception))

    def test_refuses_what_is_beyond_a_limit_and_names_it(self):
        deep = {}
        for _ in range(70):
            deep = {"in": deep}
        for message, limits, name in [
            ({"a": "x" * 200}, Limits(max_message_bytes=100), "max_message_bytes"),
            ({"a": b"x" * 200}, Limits(max_message_bytes=100), "max_message_bytes"),
            ({"a": [b""] * 11}, Limits(), "max_attachments"),
            ({"a": [0] * 100_001}, Limits(), "max_values"),
            (deep, Limits(), "max_depth"),
        ]:
            with self.assertRaises(ConduitError) as raised:
                sendable(message, limits)
            self.assertEqual(raised.exception.code, "payload_too_large")
            self.assertEqual(raised.exception.details["limit"], name)

    def test_takes_a_value_that_holds_itself_for_too_deep(self):
        endless = {}
        endless["in"] = endless
        with self.assertRaises(ConduitError):
            sendable(endless, Limits())

    def test_goes_by_the_limits_that_the_hub_tells(self):
        limits = Limits.from_wire({"max_depth": 3, "max_tasks": 5, "max_values": "many"})
        self.assertEqual(limits, Limits(max_depth=3))
        self.assertEqual(Limits.from_wire(None), Limits())
