package org.althing.vote.tcp;

import java.util.function.Supplier;
import org.althing.vote.Hall;

/** Votes over TCP in memory, a connection for each ballot. */
public final class TcpPeer {
    private final Hall hall;
    private final TcpDoor door;

    public TcpPeer(Hall hall) {
        this.hall = hall;
        door = new TcpDoor(hall.box, hall.board, hall.roles, TcpDoor.Options.defaults());
    }

    /** In the lab's form; what comes back is asked when all has run. */
    public Supplier<String> lab(String voter, String choice) {
        return sends(voter + " " + choice + "\n");
    }

    public Supplier<String> verb(String voter, String choice) {
        return sends("VOTE heure \"" + voter + "\" " + choice + "\n");
    }

    /** Any line. */
    public Supplier<String> line(String line) {
        return sends(line + "\n");
    }

    private Supplier<String> sends(String line) {
        FakeTransport transport = new FakeTransport(hall.loop, door);
        transport.sendsOnly(line);
        return transport::received;
    }
}
