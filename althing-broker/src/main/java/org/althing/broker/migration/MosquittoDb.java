package org.althing.broker.migration;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.althing.broker.StateChange;
import org.jspecify.annotations.Nullable;

/** The file in which Mosquitto keeps its state, {@code mosquitto.db}: read once, and written for the way back. */
public final class MosquittoDb {
    private MosquittoDb() {}

    /**
     * What a file holds.
     *
     * @param changes that make this state out of nothing, in an order in which they can be stored
     * @param notes what was left out, in whole sentences
     */
    public record Contents(List<StateChange> changes, List<String> notes) {
        public Contents {
            changes = List.copyOf(changes);
            notes = List.copyOf(notes);
        }

        /** How many changes are of this kind. */
        public long count(Class<? extends StateChange> kind) {
            return changes.stream().filter(kind::isInstance).count();
        }
    }

    /**
     * Reads a file of format 5 or 6.
     *
     * @param nowMillis wall time: what has expired is left out
     * @param places says for a port which listener it is ({@link org.althing.broker.ListenerConfig#place}), or null
     * @throws IOException if it is no such file, or damaged; the message says where
     */
    public static Contents read(byte[] file, long nowMillis, IntFunction<@Nullable String> places) throws IOException {
        Importer importer = new Importer(nowMillis, places);
        new DbReader(file).read(importer::add);
        return importer.contents();
    }

    /**
     * Writes a file of format 6.
     *
     * @param state gives every change that holds now, as {@link org.althing.broker.storage.StateFolder#export} does
     * @param notes takes what that file cannot hold, in whole sentences
     */
    public static byte[] write(State state, long nowMillis, Consumer<String> notes) throws IOException {
        Exporter exporter = new Exporter(nowMillis);
        state.forEach(exporter::add);
        return exporter.write(notes);
    }

    /** State that can be gone through. */
    @FunctionalInterface
    public interface State {
        void forEach(Consumer<StateChange> consumer) throws IOException;
    }
}
