import functools
import unittest

from conduit import Failure, Service
from conduit.context import progress_fields
from conduit.errors import error_to_wire
from conduit.events import event_from_wire
from conduit.handlers import is_asynchronous, parameters_of


class Declaring(unittest.TestCase):
    def test_an_action_is_called_as_its_function_and_described_by_its_docstring(self):
        service = Service("painter")

        @service.action
        def paint(payload):
            """Paints a picture.

            At length.
            """

        @service.action("sing", tasks=["warm-up", {"task_id": "song", "weight": 3}], idempotent=False, timeout_ms=5_000)
        async def perform(payload, ctx): ...

        registration = service._registration()
        self.assertEqual(
            registration["actions"],
            [
                {"name": "paint", "description": "Paints a picture."},
                {
                    "name": "sing",
                    "tasks": [{"task_id": "warm-up"}, {"task_id": "song", "weight": 3}],
                    "idempotent": False,
                    "timeout_ms": 5_000,
                },
            ],
        )

    def test_takes_8_at_once_where_a_handler_is_plain_and_leaves_it_to_the_hub_where_none_is(self):
        loops, threads = Service("loops"), Service("threads")

        async def asynchronous(): ...

        loops.action(asynchronous)
        threads.action(asynchronous)
        threads.action("plain")(lambda: None)
        self.assertNotIn("capacity", loops._registration())
        self.assertEqual(threads._registration()["capacity"], 8)
        self.assertEqual(Service("told", capacity=2).action("go")(lambda: None)(), None)

    def test_refuses_names_that_can_not_be(self):
        with self.assertRaisesRegex(ValueError, "can't be the name of a service"):
            Service("with spaces")
        service = Service("ok")
        with self.assertRaisesRegex(ValueError, "can't be the name of an action"):
            service.action("ü")(lambda: None)
        service.action("twice")(lambda: None)
        with self.assertRaisesRegex(ValueError, "has a handler of \"twice\" already"):
            service.action("twice")(lambda: None)
        with self.assertRaisesRegex(ValueError, "has no action"):
            Service("empty").run()

    def test_where_it_takes_any_action_it_names_none(self):
        service = Service("any")
        service.any_action(lambda: None)
        self.assertNotIn("actions", service._registration())


class Handlers(unittest.TestCase):
    def test_run_on_the_loop_where_they_are_asynchronous_however_they_are_wrapped(self):
        async def coroutine(): ...

        async def generator():
            yield

        class Callable:
            async def __call__(self): ...

        for handler in (coroutine, generator, functools.partial(coroutine), Callable()):
            self.assertTrue(is_asynchronous(handler), handler)
        for handler in (print, lambda: None, functools.partial(print), unittest.TestCase):
            self.assertFalse(is_asynchronous(handler), handler)

    def test_are_given_as_much_as_they_take(self):
        for handler, count in [
            (lambda: 0, 0),
            (lambda payload: 0, 1),
            (lambda payload, ctx: 0, 2),
            (lambda payload, ctx, more=3: 0, 2),
            (lambda *all_of_it: 0, 2),
            (lambda payload, *, named=1: 0, 1),
        ]:
            self.assertEqual(parameters_of(handler), count)


class Wire(unittest.TestCase):
    def test_an_exception_is_told_by_its_code_or_by_its_type_and_text(self):
        own = Failure("sold_out", "none left", retryable=True, details={"left": 0})
        self.assertEqual(
            error_to_wire(own), {"code": "sold_out", "message": "none left", "retryable": True, "details": {"left": 0}}
        )
        self.assertEqual(error_to_wire(ValueError("no"))["message"], "ValueError: no")
        self.assertEqual(error_to_wire(ValueError())["message"], "ValueError, without a word why")
        self.assertEqual(len(error_to_wire(ValueError("x" * 5_000))["message"]), 1_024)
        with self.assertRaisesRegex(ValueError, "write it like page_not_found"):
            Failure("with spaces", "no")

    def test_progress_is_a_fraction_an_amount_or_unknown(self):
        self.assertEqual(progress_fields("t", 0.5, "half", {}), {"task_id": "t", "progress": 0.5, "message": "half"})
        self.assertEqual(progress_fields("t", None, None, {}), {"task_id": "t", "progress": None})
        self.assertEqual(progress_fields("t", 7, None, {}), {"task_id": "t", "progress": 1.0})
        amount = {"current": 3, "total": 4, "unit": None}
        self.assertEqual(progress_fields("t", None, None, amount), {"task_id": "t", "current": 3, "total": 4})

    def test_an_event_keeps_what_it_does_not_know_in_raw(self):
        event = event_from_wire("chunk", {"request_id": "r", "seq": 3, "attempt": 1, "overall": 0.5, "data": b"x", "new": 1})
        self.assertEqual((event.seq, event.data, event.raw["new"], event.is_live), (3, b"x", 1, False))
        failed = event_from_wire("error", {"request_id": "r", "seq": 4, "error": {"code": "own", "message": "no"}})
        self.assertEqual((failed.error.code, failed.error.request_id, failed.is_last), ("own", "r", True))
