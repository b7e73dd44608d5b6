package org.althing.vote;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.althing.vote.VoterName.InvalidNameException;
import org.jspecify.annotations.Nullable;

/**
 * A roster as people write it: each line a name and, behind {@code ;} or a tab, a PIN; empty lines are nothing. Read to the
 * end whatever is wrong on the way, so that all mistakes can be told at once.
 *
 * @param voters those whose lines are right; where a line has no PIN, one was drawn
 * @param drawn of these, who got a PIN that nobody knows yet
 * @param mistakes what is wrong, in which line
 */
public record RosterText(
        List<PollCommand.Enrolment> voters, List<PollCommand.Enrolment> drawn, List<Mistake> mistakes) {
    /** What can be wrong with a line. */
    public enum Fault {
        NOT_A_NAME,
        TOO_LONG,
        /** The same name, in any spelling, stands in a line before. */
        TWICE,
        BAD_PIN,
        /** More than a name and a PIN. */
        TOO_MANY_CELLS
    }

    /**
     * Something wrong.
     *
     * @param line from 1
     */
    public record Mistake(int line, String text, Fault fault) {}

    static final int PIN_LENGTH_MIN = 4;
    static final int PIN_LENGTH_MAX = 64;
    private static final int PIN_DIGITS = 6;

    /** @param random a secure one: PINs */
    public static RosterText read(String text, RandomGenerator random) {
        List<PollCommand.Enrolment> voters = new ArrayList<>();
        List<PollCommand.Enrolment> drawn = new ArrayList<>();
        List<Mistake> mistakes = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        int number = 0;
        for (String line : text.replace("\uFEFF", "").split("\r\n|\r|\n", -1)) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            String[] cells = line.split("[;\t]", -1);
            String pin = cells.length == 1 ? "" : cells[1].strip();
            Fault fault = fault(cells, pin, keys);
            if (fault != null) {
                mistakes.add(new Mistake(number, line.strip(), fault));
                continue;
            }
            PollCommand.Enrolment voter =
                    new PollCommand.Enrolment(cells[0].strip(), pin.isEmpty() ? newPin(random) : pin);
            voters.add(voter);
            if (pin.isEmpty()) {
                drawn.add(voter);
            }
        }
        return new RosterText(List.copyOf(voters), List.copyOf(drawn), List.copyOf(mistakes));
    }

    private static @Nullable Fault fault(String[] cells, String pin, Set<String> keys) {
        if (cells.length > 2) {
            return Fault.TOO_MANY_CELLS;
        }
        try {
            if (!keys.add(VoterName.of(cells[0]).key())) {
                return Fault.TWICE;
            }
        } catch (InvalidNameException e) {
            return e.refusal() == Refusal.NAME_TOO_LONG ? Fault.TOO_LONG : Fault.NOT_A_NAME;
        }
        boolean isPin = pin.isEmpty() || pin.length() >= PIN_LENGTH_MIN && pin.length() <= PIN_LENGTH_MAX;
        return isPin ? null : Fault.BAD_PIN;
    }

    private static String newPin(RandomGenerator random) {
        StringBuilder pin = new StringBuilder();
        while (pin.length() < PIN_DIGITS) {
            pin.append(random.nextInt(10));
        }
        return pin.toString();
    }
}
