package org.althing.broker.access;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An internet address, or all that begin with the same bits.
 *
 * @param bits 0 to 32, for IPv6 to 128
 */
public record AddressRange(InetAddress address, int bits) {
    /**
     * @param text {@code ADDRESS} or {@code ADDRESS/BITS}; no names
     * @throws IllegalArgumentException saying what is wrong
     */
    public static AddressRange of(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        boolean literal = address.indexOf(':') >= 0 || address.matches("[0-9]{1,3}([.][0-9]{1,3}){3}");
        if (!literal) {
            throw new IllegalArgumentException("'" + text + "' is not ADDRESS or ADDRESS/BITS");
        }
        try {
            InetAddress parsed = InetAddress.getByName(address);
            int longest = parsed.getAddress().length * Byte.SIZE;
            int bits = slash < 0 ? longest : Integer.parseInt(text.substring(slash + 1));
            if (bits < 0 || bits > longest) {
                throw new IllegalArgumentException("'" + text + "' has not from 0 to " + longest + " bits");
            }
            return new AddressRange(parsed, bits);
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not ADDRESS or ADDRESS/BITS", e);
        }
    }

    /** An IPv4 address in the form of IPv6 is the IPv4 address: {@link InetAddress} makes it one. */
    public boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] theirs = other.getAddress();
        if (mine.length != theirs.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i % Byte.SIZE);
            if (((mine[i / Byte.SIZE] ^ theirs[i / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + bits;
    }
}
