package org.althing.net.memory;

import java.net.SocketAddress;

/** The address of an end in memory: a name. */
public final class MemoryAddress extends SocketAddress {
    private static final long serialVersionUID = 1;

    private final String name;

    private MemoryAddress(String name) {
        this.name = name;
    }

    public static MemoryAddress named(String name) {
        return new MemoryAddress(name);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MemoryAddress that && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return "memory:" + name;
    }
}
