package org.althing.simulation;

import java.util.List;

/** Something happened that must not, or the other way round. */
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1;
    private static final int LINES_SHOWN = 200;

    private final transient List<String> trace;

    SimulationFailure(String message) {
        super(message);
        trace = List.of();
    }

    SimulationFailure(String message, Throwable cause) {
        super(message, cause);
        trace = List.of();
    }

    /** Found by a run whose trace this is: the message shows the end of it, and how to see it again. */
    SimulationFailure(Scenario scenario, List<String> trace, Throwable cause) {
        super(String.join("\n", last(LINES_SHOWN, trace)) + "\n" + scenario + ": " + cause.getMessage(), cause);
        this.trace = trace;
    }

    /** What happened up to the failure, or the last thousands of lines of it. */
    public List<String> trace() {
        return trace;
    }

    private static List<String> last(int lines, List<String> all) {
        return all.subList(Math.max(0, all.size() - lines), all.size());
    }
}
