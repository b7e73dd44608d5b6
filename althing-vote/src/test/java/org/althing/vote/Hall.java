package org.althing.vote;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.althing.journal.Disk;
import org.althing.journal.Journal;
import org.althing.journal.memory.MemoryDisk;
import org.jspecify.annotations.Nullable;

/** A ballot box with the poll {@code heure} on a loop that the test drives. */
public final class Hall {
    public final ManualLoop loop;
    public final BallotBox box;
    public final ResultsBoard board;

    private Hall(Disk disk, ManualLoop loop) throws IOException {
        this.loop = loop;
        box = BallotBox.open(
                replay -> Journal.open(disk, Journal.Options.defaults(), loop.committer(), replay),
                loop,
                loop.worker());
        board = new ResultsBoard(box);
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

    public Results results() {
        Results results = box.results("heure");
        if (results == null) {
            throw new AssertionError("no poll heure");
        }
        return results;
    }
}
