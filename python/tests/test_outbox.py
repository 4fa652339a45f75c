import asyncio
import functools
import unittest

from conduit.errors import ConduitError
from conduit.outbox import MOST_MESSAGES, Outbox
from conduit.sendable import Limits, sendable


class OutboxOfAnAttempt(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.told = []
        self.refused = []
        self.emptied = 0
        about = {"request_id": "r", "attempt": 1}
        weigh = functools.partial(sendable, limits=Limits())
        self.outbox = Outbox(self.on_told, weigh, about, self.on_refused, self.on_emptied)

    def on_told(self, name, body, answered):
        self.told.append((name, body["n"], body, answered))

    def on_refused(self, error, said):
        self.refused.append((error.code, said.name))

    def on_emptied(self):
        self.emptied += 1

    def numbers(self):
        return [(name, n) for name, n, _, _ in self.told]

    def answer(self, at, **said):
        self.told[at][3](said or {"ok": True})

    async def test_numbers_what_is_said_from_1(self):
        self.outbox.say("tasks", {"tasks": []})
        self.outbox.progress("a", {"task_id": "a", "progress": 0.5})
        self.outbox.say("chunk", {"data": "x"})
        self.assertEqual(self.numbers(), [("tasks", 1), ("progress", 2), ("chunk", 3)])

    async def test_says_again_after_a_cut_what_the_hub_does_not_have(self):
        for data in "abc":
            self.outbox.say("chunk", {"data": data})
        self.outbox.down()
        self.outbox.say("chunk", {"data": "d"})
        self.assertEqual(len(self.told), 3)
        had = self.outbox.continue_after(2)
        self.assertEqual([said.body["data"] for said in had], ["a", "b"])
        self.assertEqual([(n, body["data"]) for _, n, body, _ in self.told[3:]], [(3, "c"), (4, "d")])

    async def test_counts_on_from_where_a_killed_hub_counts(self):
        self.outbox.say("chunk", {"data": "a"})
        self.outbox.progress("t", {"task_id": "t", "progress": 0.5})
        self.answer(0)
        self.answer(1)
        self.outbox.say("chunk", {"data": "b"})
        self.outbox.down()
        # It had answered message 2, progress, and has forgotten it.
        self.outbox.continue_after(1)
        self.assertEqual(self.numbers()[-1], ("chunk", 2))
        self.outbox.say("chunk", {"data": "c"})
        self.assertEqual(self.numbers()[-1], ("chunk", 3))

    async def test_an_answer_over_the_connection_before_counts_for_nothing(self):
        self.outbox.say("chunk", {"data": "a"})
        self.answer(0)
        self.outbox.say("chunk", {"data": "b"})
        self.outbox.down()
        self.outbox.continue_after(1)
        self.answer(0)
        self.assertFalse(self.outbox.is_empty)
        self.answer(2)
        self.assertTrue(self.outbox.is_empty)

    async def test_waits_for_room_when_much_is_on_its_way_and_keeps_only_the_latest_progress(self):
        for number in range(MOST_MESSAGES):
            self.outbox.say("chunk", {"data": number})
        waiting = asyncio.ensure_future(self.outbox.room())
        for number in range(1_000):
            self.outbox.progress("t", {"task_id": "t", "progress": number / 1_000})
        await asyncio.sleep(0)
        self.assertFalse(waiting.done())
        self.assertEqual(len(self.told), MOST_MESSAGES)
        # One answer gives room for one message, the progress; the next one for whoever waits.
        self.answer(0)
        self.assertEqual(self.told[-1][2]["progress"], 0.999)
        self.answer(1)
        await waiting

    async def test_says_progress_before_what_comes_after_it(self):
        for number in range(MOST_MESSAGES):
            self.outbox.say("chunk", {"data": number})
        self.outbox.progress("t", {"task_id": "t", "progress": 0.5})
        self.outbox.say("task_result", {"task_id": "t"})
        self.assertEqual([name for name, _ in self.numbers()[-2:]], ["progress", "task_result"])

    async def test_tells_what_was_refused_and_when_all_is_answered(self):
        self.outbox.say("chunk", {"data": "a"})
        self.outbox.say("chunk", {"data": "b"})
        self.answer(0, ok=False, error={"code": "payload_too_large", "message": "too large"})
        self.assertEqual((self.refused, self.emptied), ([("payload_too_large", "chunk")], 0))
        self.answer(1)
        self.assertEqual(self.emptied, 1)

    async def test_what_can_not_be_sent_uses_no_number(self):
        with self.assertRaises(TypeError):
            self.outbox.say("chunk", {"data": object()})
        with self.assertRaises(ConduitError):
            self.outbox.say("chunk", {"data": "x" * 2_000_000})
        self.outbox.say("chunk", {"data": "a"})
        self.assertEqual(self.numbers(), [("chunk", 1)])

    async def test_wakes_whoever_waits_when_it_is_closed(self):
        for number in range(MOST_MESSAGES):
            self.outbox.say("chunk", {"data": number})
        waiting = asyncio.ensure_future(self.outbox.room())
        await asyncio.sleep(0)
        self.outbox.close()
        await waiting
        self.outbox.say("chunk", {"data": "nobody hears it"})
        self.assertEqual(len(self.told), MOST_MESSAGES)
