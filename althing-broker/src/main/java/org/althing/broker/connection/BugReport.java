package org.althing.broker.connection;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.althing.broker.BrokerLog.Level;

/** A bug of ours in the log: line by line, since what is one line there stays one. */
final class BugReport {
    private BugReport() {}

    static void write(NetworkConnection connection, String what, Throwable bug) {
        StringWriter trace = new StringWriter();
        bug.printStackTrace(new PrintWriter(trace));
        String[] lines = trace.toString().split("\\R");
        connection.log(Level.ERROR, "Error: Bug while serving " + what + ": " + lines[0]);
        for (int i = 1; i < lines.length; i++) {
            connection.log(Level.ERROR, lines[i]);
        }
    }
}
