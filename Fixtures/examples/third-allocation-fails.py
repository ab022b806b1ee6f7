#!/usr/bin/env python3
"""Lets the third AllocatePool of a driver fail, to see how it takes it:

    transom run card.rom --hooks Fixtures/examples/third-allocation-fails.py
"""
import json
import sys


def answer(**words):
    print(json.dumps(words), flush=True)


allocations = 0
for line in sys.stdin:
    event = json.loads(line)
    if event["event"] == "hello":
        # The first answer says what to be told of; patterns with * and ?.
        answer(before=["gBS->AllocatePool"], end=True)
    elif event["event"] == "before":
        allocations += 1
        if allocations == 3:
            size = next(a["value"] for a in event["args"] if a["name"] == "size")
            print(f"the third allocation, of {size} bytes, fails", file=sys.stderr)
            answer(**{"do": "return", "status": "EFI_OUT_OF_RESOURCES"})
        else:
            answer(**{"do": "continue"})
    elif event["event"] == "end":
        print(f"{allocations} allocations, {event['outcome']}", file=sys.stderr)
