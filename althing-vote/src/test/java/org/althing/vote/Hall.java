package org.althing.vote;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.journal.memory.MemoryDisk;
import org.althing.net.Worker;
import org.althing.vote.web.WebDoor;
import org.jspecify.annotations.Nullable;

/** A ballot box with the poll {@code heure} on a loop that the test drives. */
public final class Hall {
    public static final String ORGANISER = "token-of-the-organiser";
    public static final String PRESENTER = "token-of-the-presenter";

    public final ManualLoop loop;
    public final BallotBox box;
    public final ResultsBoard board;
    public final Roles roles;

    private Hall(Disk disk, ManualLoop loop) throws IOException {
        this.loop = loop;
        box = BallotBox.open(
                replay -> Journal.open(disk, Journal.Options.defaults(), loop.committer(), replay),
                disk,
                new SecureRandom(),
                loop,
                loop.worker());
        board = new ResultsBoard(box);
        roles = new Roles(ORGANISER, PRESENTER, new SecureRandom(), loop);
    }

    /** With the poll {@code heure}, open. */
    public static Hall open() {
        try {
            Hall hall = on(new MemoryDisk());
            hall.ensureHeure();
            return hall;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a disk holds. */
    public static Hall on(Disk disk) throws IOException {
        return new Hall(disk, new ManualLoop());
    }

    public boolean ensureHeure() {
        boolean[] opened = {false};
        box.ensureOpened(Poll.heure(), durable -> opened[0] = durable);
        loop.run();
        return opened[0];
    }

    /** Does what an organiser asks for, and lets everything run. */
    public CommandResult run(PollCommand command) {
        List<CommandResult> answers = new ArrayList<>();
        box.run(Role.ORGANISER, command, answers::add);
        loop.run();
        if (answers.size() != 1) {
            throw new AssertionError("answered " + answers.size() + " times");
        }
        return answers.getFirst();
    }

    /** Hands a ballot in; its answer is in the list as soon as it is given. */
    public List<CastResult> cast(String voter, String choice, @Nullable String id) {
        List<CastResult> answers = new ArrayList<>();
        box.cast(new Ballot("heure", voter, List.of(choice), id), answers::add);
        return answers;
    }

    /** Hands a ballot in, and lets everything run. */
    public CastResult vote(String voter, String choice, @Nullable String id) {
        List<CastResult> answers = cast(voter, choice, id);
        loop.run();
        if (answers.size() != 1) {
            throw new AssertionError("answered " + answers.size() + " times");
        }
        return answers.getFirst();
    }

    /** Hands a ballot of any poll in, and lets everything run. */
    public CastResult vote(Ballot ballot) {
        List<CastResult> answers = new ArrayList<>();
        box.cast(ballot, answers::add);
        loop.run();
        if (answers.size() != 1) {
            throw new AssertionError("answered " + answers.size() + " times");
        }
        return answers.getFirst();
    }

    /** Pages over plain HTTP, at whatever address a browser finds them, without a log to be exported. */
    public static WebDoor.Place place() {
        return new WebDoor.Place(
                () -> null,
                false,
                () -> {
                    throw new IOException("no log");
                },
                Worker.virtualThreads());
    }

    public Results results() {
        return results("heure");
    }

    public Results results(String poll) {
        Results results = box.results(poll);
        if (results == null) {
            throw new AssertionError("no poll " + poll);
        }
        return results;
    }
}
