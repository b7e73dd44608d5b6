package org.althing.client.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.althing.client.engine.SavedSession;
import org.althing.client.engine.SessionLog;
import org.althing.mqtt.ApplicationMessage;

/** What the records of a log amount to. */
final class SessionState implements SessionLog {
    private static final class Entry {
        final ApplicationMessage message;
        int packetIdentifier;
        boolean released;
        /** When it was sent or released, in steps. */
        long step;

        Entry(ApplicationMessage message) {
            this.message = message;
        }
    }

    private final Map<Long, Entry> outgoing = new LinkedHashMap<>();
    private final TreeSet<Integer> received = new TreeSet<>();
    private long steps;
    private long bytes;

    @Override
    public void accepted(long key, ApplicationMessage message) {
        outgoing.put(key, new Entry(message));
        bytes += size(message);
    }

    @Override
    public void sent(long key, int packetIdentifier) {
        Entry entry = outgoing.get(key);
        if (entry != null) {
            entry.packetIdentifier = packetIdentifier;
            entry.released = false;
            entry.step = ++steps;
        }
    }

    @Override
    public void released(long key) {
        Entry entry = outgoing.get(key);
        if (entry != null) {
            entry.released = true;
            entry.step = ++steps;
        }
    }

    @Override
    public void requeued(long key) {
        Entry entry = outgoing.get(key);
        if (entry != null) {
            entry.packetIdentifier = 0;
            entry.released = false;
        }
    }

    @Override
    public void settled(long key) {
        Entry entry = outgoing.remove(key);
        if (entry != null) {
            bytes -= size(entry.message);
        }
    }

    @Override
    public void received(int packetIdentifier) {
        received.add(packetIdentifier);
    }

    @Override
    public void completed(int packetIdentifier) {
        received.remove(packetIdentifier);
    }

    @Override
    public void sessionLost() {
        received.clear();
    }

    /** About as much as its messages take on the disk. */
    long bytes() {
        return bytes;
    }

    private static long size(ApplicationMessage message) {
        return message.payload().length() + message.topic().utf8Length() + 64L;
    }

    /** PUBREL first, then PUBLISH again, both in their order; then what waits, in the order of the publisher. */
    SavedSession saved() {
        List<SavedSession.Outgoing> all = new ArrayList<>();
        List<Map.Entry<Long, Entry>> entries = new ArrayList<>(outgoing.entrySet());
        Comparator<Map.Entry<Long, Entry>> bySending = Comparator.comparingInt((Map.Entry<Long, Entry> it) ->
                        it.getValue().packetIdentifier == 0 ? 2 : it.getValue().released ? 0 : 1)
                .thenComparingLong(it -> it.getValue().packetIdentifier == 0 ? it.getKey() : it.getValue().step);
        entries.sort(bySending);
        for (Map.Entry<Long, Entry> it : entries) {
            Entry entry = it.getValue();
            all.add(new SavedSession.Outgoing(it.getKey(), entry.message, entry.packetIdentifier, entry.released));
        }
        return new SavedSession(all, received);
    }

    /** Says all of it to another log. */
    void replay(SessionLog log) {
        for (Map.Entry<Long, Entry> it : outgoing.entrySet()) {
            log.accepted(it.getKey(), it.getValue().message);
        }
        for (SavedSession.Outgoing it : saved().outgoing()) {
            if (it.packetIdentifier() != 0) {
                log.sent(it.key(), it.packetIdentifier());
            }
        }
        for (SavedSession.Outgoing it : saved().outgoing()) {
            if (it.released()) {
                log.released(it.key());
            }
        }
        received.forEach(log::received);
    }
}
