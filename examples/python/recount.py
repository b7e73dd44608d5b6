#!/usr/bin/env python3
"""Counts a ballot log again, without any of Althing's code:  althing vote export --format log | recount.py

Checks that every line follows from the one before (SHA-256), that every ballot shown is the one that was committed to,
that nobody counts twice, that nothing counts outside of an open round, and that each close counts what was cast.
Prints one JSON object for each round. Exit status 1 and the line, if something is wrong.
"""
import hashlib
import json
import sys


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def counts(options, ballots):
    """Ballots with each option, or its points. Each ballot is a list of option keys, or of key=points."""
    total = dict.fromkeys(options, 0)
    for choice, times in ballots:
        for word in choice:
            key, _, points = word.partition("=")
            total[key] += times * int(points or 1)
    return total


class Poll:
    def __init__(self):
        self.state, self.round, self.options, self.rules = "draft", 0, [], {}
        self.begin()

    def begin(self):
        self.seq, self.sealed, self.by_voter, self.closed = 0, 0, {}, None

    def take(self, line, secret):
        kind = line["kind"]
        if kind == "poll":
            assert self.state == "draft", "defined twice"
            self.options, self.rules = [option["key"] for option in line["options"]], line["rules"]
        elif kind == "open":
            assert self.state in ("draft", "paused", "closed"), "cannot open here"
            if self.state != "paused":
                self.begin()
                self.round += 1
            assert line["round"] == self.round, "wrong round"
            self.state = "open"
        elif kind == "pause":
            self.state = "paused"
        elif kind == "ballot":
            assert self.state == "open" and line["round"] == self.round, "a ballot outside of an open round"
            self.seq += 1
            assert line["seq"] == self.seq, "ballot numbers with a gap"
            self.ballot(secret)
        elif kind == "close":
            assert self.state in ("open", "paused"), "cannot close here"
            self.close(line)
        elif kind in ("publish", "delete"):
            self.state = {"publish": "published", "delete": "deleted"}[kind]

    def ballot(self, secret):
        if secret is None:
            self.sealed += 1
            return
        twice = secret["key"] in self.by_voter
        assert not twice or self.rules["change"] == "until-close", "a second ballot of " + secret["key"]
        self.by_voter[secret["key"]] = secret["choice"]

    def close(self, line):
        cast = [(entry["choice"], entry["ballots"]) for entry in line["tally"]]
        number = sum(times for _, times in cast)
        assert number == line["voters"], "the close counts another number of voters than of ballots"
        if self.sealed == 0:
            mine = [(choice, 1) for choice in self.by_voter.values()]
            assert counts(self.options, mine) == counts(self.options, cast), "the close counts other ballots"
        elif self.rules["change"] == "no":
            assert number == self.seq, "the close counts more or fewer ballots than were cast"
        self.state, self.closed = "closed", cast

    def result(self, name):
        cast = self.closed or [(choice, 1) for choice in self.by_voter.values()]
        hidden = self.closed is None and self.sealed > 0
        return {"poll": name, "round": self.round, "state": self.state, "ballots": self.seq,
                "voters": None if hidden else sum(times for _, times in cast),
                "counts": None if hidden else counts(self.options, cast)}


def main(lines):
    polls, results, prev, number = {}, {}, sha256(""), 0
    for number, text in enumerate(lines, 1):
        entry = json.loads(text)
        line = json.loads(entry["line"])
        try:
            assert canonical(line) == entry["line"], "not canonical"
            assert line["n"] == number and line["prev"] == prev, "does not follow from the line before"
            secret = entry.get("secret")
            assert secret is None or sha256(secret) == line["commit"], "not the ballot that was committed to"
            poll = polls.setdefault(line["poll"], Poll())
            poll.take(line, json.loads(secret) if secret else None)
            results[line["poll"], poll.round] = poll.result(line["poll"])
        except AssertionError as fault:
            sys.exit(f"line {number}: {fault}")
        prev = sha256(entry["line"])
    for result in results.values():
        if result["round"]:
            print(json.dumps(result, ensure_ascii=False))
    print(json.dumps({"lines": number, "head": prev}))


if __name__ == "__main__":
    main(open(sys.argv[1], encoding="utf-8") if len(sys.argv) > 1 else sys.stdin)
