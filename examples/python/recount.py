#!/usr/bin/env python3
"""Counts a ballot log again, without any of Althing's code:  althing vote export --format log | recount.py

Checks that every line follows from the one before (SHA-256), that every ballot shown is the one committed to, that nobody
counts twice and nothing outside of an open round, and that each close counts what was cast. Prints each round as JSON.
"""
import hashlib, json, sys

canonical = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


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
        self.seq, self.sealed, self.by_voter, self.closed = 0, 0, {}, None

    def begin(self):
        self.round, self.seq, self.sealed, self.by_voter, self.closed = self.round + 1, 0, 0, {}, None

    def take(self, line, secret):
        kind = line["kind"]
        if kind == "ballot":
            assert self.state == "open" and line["round"] == self.round, "a ballot outside of an open round"
            self.seq += 1
            assert line["seq"] == self.seq, "ballot numbers with a gap"
            self.sealed += secret is None
            if secret:
                self.ballot(**json.loads(secret))
        elif kind == "poll":
            assert self.state == "draft", "defined twice"
            self.options, self.rules = [option["key"] for option in line["options"]], line["rules"]
        elif kind == "open":
            assert self.state in ("draft", "paused", "closed"), "cannot open here"
            if self.state != "paused":
                self.begin()
            assert line["round"] == self.round, "wrong round"
        elif kind == "close":
            assert self.state in ("open", "paused"), "cannot close here"
            self.close(line)
        after = {"open": "open", "pause": "paused", "close": "closed", "publish": "published", "delete": "deleted"}
        self.state = after.get(kind, self.state)

    def ballot(self, key, choice, **_):
        assert key not in self.by_voter or self.rules["change"] == "until-close", "a second ballot of " + key
        self.by_voter[key] = choice

    def close(self, line):
        self.closed = [(entry["choice"], entry["ballots"]) for entry in line["tally"]]
        number = sum(times for _, times in self.closed)
        assert number == line["voters"], "the close counts another number of voters than of ballots"
        if self.sealed == 0:
            mine = [(choice, 1) for choice in self.by_voter.values()]
            assert counts(self.options, mine) == counts(self.options, self.closed), "the close counts other ballots"
        elif self.rules["change"] == "no":
            assert number == self.seq, "the close counts more or fewer ballots than were cast"

    def result(self, name):
        cast = self.closed or [(choice, 1) for choice in self.by_voter.values()]
        known = self.closed is not None or not self.sealed
        return {"poll": name, "round": self.round, "state": self.state, "ballots": self.seq,
                "voters": sum(times for _, times in cast) if known else None,
                "counts": counts(self.options, cast) if known else None}


def main(lines):
    polls, past, prev, number = {}, [], sha256(""), 0
    for number, text in enumerate(lines, 1):
        entry = json.loads(text)
        line, secret = json.loads(entry["line"]), entry.get("secret")
        try:
            assert canonical(line) == entry["line"], "not canonical"
            assert line["n"] == number and line["prev"] == prev, "does not follow from the line before"
            assert secret is None or sha256(secret) == line["commit"], "not the ballot that was committed to"
            poll = polls.setdefault(line["poll"], Poll())
            if line["kind"] == "open" and poll.state == "closed":
                past.append(poll.result(line["poll"]))
            poll.take(line, secret)
        except AssertionError as fault:
            sys.exit(f"line {number}: {fault}")
        prev = sha256(entry["line"])
    for result in past + [poll.result(name) for name, poll in polls.items() if poll.round]:
        print(json.dumps(result, ensure_ascii=False))
    print(json.dumps({"lines": number, "head": prev}))


main(open(sys.argv[1], encoding="utf-8") if len(sys.argv) > 1 else sys.stdin)
