package org.althing.tools;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * What is typed, one key at a time, and how large the terminal says it is. A thread reads, for a read of a terminal waits;
 * who asks takes from a queue.
 */
final class Keys implements Runnable {
    /** A key that is no character. */
    static final String UP = "up";

    static final String DOWN = "down";
    static final String PAGE_UP = "page up";
    static final String PAGE_DOWN = "page down";
    static final String HOME = "home";
    static final String END = "end";
    static final String LEFT = "left";
    static final String RIGHT = "right";
    static final String ENTER = "enter";
    static final String BACKSPACE = "backspace";
    static final String ESCAPE = "escape";

    private final InputStream in;
    private final LinkedBlockingQueue<String> typed = new LinkedBlockingQueue<>(1_000);
    private volatile int rows; // volatile: the reading thread learns it, the drawing one asks
    private volatile int columns;

    Keys(InputStream in, int rows, int columns) {
        this.in = in;
        this.rows = rows;
        this.columns = columns;
    }

    /** The next key, or null if none is waiting. */
    @Nullable
    String next() {
        return typed.poll();
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    @Override
    public void run() {
        try {
            for (int c = in.read(); c >= 0; c = in.read()) {
                String key = c == 27 ? escape() : plain(c);
                if (key != null && !typed.offer(key)) {
                    typed.clear(); // nobody has looked for a thousand keys
                }
            }
        } catch (IOException closed) {
            // then nobody types any more
        }
    }

    private static @Nullable String plain(int c) {
        return switch (c) {
            case '\r', '\n' -> ENTER;
            case 127, 8 -> BACKSPACE;
            default -> c >= ' ' && c < 127 ? String.valueOf((char) c) : null;
        };
    }

    /** A sequence that begins with ESC [ or ESC O; ESC alone if nothing stands behind it. */
    private @Nullable String escape() throws IOException {
        if (in.available() == 0) {
            return ESCAPE;
        }
        int kind = in.read();
        if (kind != '[' && kind != 'O') {
            return null;
        }
        StringBuilder numbers = new StringBuilder();
        int c = in.read();
        while (c >= 0 && (Character.isDigit(c) || c == ';')) {
            numbers.append((char) c);
            c = in.read();
        }
        return switch (c) {
            case 'A' -> UP;
            case 'B' -> DOWN;
            case 'C' -> RIGHT;
            case 'D' -> LEFT;
            case 'H' -> HOME;
            case 'F' -> END;
            case '~' -> tilde(numbers.toString());
            case 'R' -> {
                size(numbers.toString());
                yield null;
            }
            default -> null;
        };
    }

    private static @Nullable String tilde(String number) {
        return switch (number) {
            case "1", "7" -> HOME;
            case "4", "8" -> END;
            case "5" -> PAGE_UP;
            case "6" -> PAGE_DOWN;
            default -> null;
        };
    }

    /** The answer to {@code ESC [ 6 n}: where the cursor is, which was sent beyond the last corner before. */
    private void size(String numbers) {
        int semicolon = numbers.indexOf(';');
        try {
            int r = Integer.parseInt(numbers.substring(0, Math.max(0, semicolon)));
            int c = Integer.parseInt(numbers.substring(semicolon + 1));
            if (r > 2 && c > 10) {
                rows = r;
                columns = c;
            }
        } catch (NumberFormatException garbled) {
            // the next answer is a second away
        }
    }
}
