package org.althing.fuzz;

import java.util.Arrays;
import java.util.List;

/** Decisions, read from a fuzzer's bytes: the same bytes make the same decisions. Beyond their end everything is 0. */
final class Choices {
    private final byte[] bytes;
    private int at;

    Choices(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean isEmpty() {
        return at >= bytes.length;
    }

    /** 0 to 255. */
    int oneByte() {
        return at < bytes.length ? bytes[at++] & 0xFF : 0;
    }

    boolean flag() {
        return (oneByte() & 1) == 1;
    }

    /** From 0 up to {@code max}, included; up to 65,535. */
    int upTo(int max) {
        int value = max < 0x100 ? oneByte() : oneByte() << 8 | oneByte();
        return value % (max + 1);
    }

    /** Any integer of so many bytes. */
    long integer(int size) {
        long value = 0;
        for (int i = 0; i < size; i++) {
            value = value << 8 | oneByte();
        }
        return value;
    }

    <T> T pick(List<T> choices) {
        return choices.get(upTo(choices.size() - 1));
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    final <T> T pick(T... choices) {
        return choices[upTo(choices.length - 1)];
    }

    /** Up to so many bytes, as far as there are any. */
    byte[] bytes(int lengthMax) {
        int length = Math.min(upTo(lengthMax), bytes.length - at);
        if (length <= 0) {
            return new byte[0];
        }
        byte[] taken = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return taken;
    }

    /** All that is left. */
    byte[] rest() {
        byte[] rest = Arrays.copyOfRange(bytes, Math.min(at, bytes.length), bytes.length);
        at = bytes.length;
        return rest;
    }

    /** Short text: ASCII mostly, with wide characters, U+0000 and single surrogates among it. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (byte each : bytes(24)) {
            text.append(
                    switch (each & 0xFF) {
                        case 0x80 -> "\uD83C\uDF89";
                        case 0x81 -> "\uD83C";
                        case 0x82 -> "\u0000";
                        case 0x83 -> "é";
                        case 0x84 -> "日";
                        case 0x85 -> "/";
                        case 0x86 -> "+";
                        case 0x87 -> "#";
                        case 0x88 -> "$share/g/";
                        default -> Character.toString(0x20 + (each & 0x7F) % 0x5F);
                    });
        }
        return text.toString();
    }
}
