package org.althing.vote.web;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A QR code (ISO/IEC 18004) of up to {@value #BYTES_MAX} bytes: byte mode, error correction M, versions 1 to 10, the mask
 * with the fewest faults.
 *
 * <pre>
 *   text ─► mode, length, bytes, padding ─► blocks + Reed-Solomon ─► interleaved ─► zigzag over the free modules ─► mask
 * </pre>
 */
final class QrCode {
    /** Enough for any link to a poll. */
    static final int BYTES_MAX = 213;

    private static final int VERSION_MAX = 10;
    /** By version, from 1: codewords, those of error correction in one block, blocks. */
    private static final int[][] CODEWORDS = {
        {},
        {26, 10, 1},
        {44, 16, 1},
        {70, 26, 1},
        {100, 18, 2},
        {134, 24, 2},
        {172, 16, 4},
        {196, 18, 4},
        {242, 22, 4},
        {292, 22, 5},
        {346, 26, 5}
    };

    private static final int[][] ALIGNMENTS = {
        {}, {}, {6, 18}, {6, 22}, {6, 26}, {6, 30}, {6, 34}, {6, 22, 38}, {6, 24, 42}, {6, 26, 46}, {6, 28, 50}
    };
    private static final int FORMAT_GENERATOR = 0x537;
    private static final int FORMAT_MASK = 0x5412;
    private static final int VERSION_GENERATOR = 0x1F25;
    private static final int FIELD = 0x11D;
    private static final int QUIET = 4;

    private final int version;
    private final int size;
    private boolean[][] dark;
    /** Modules that are no data: patterns, format, version. */
    private final boolean[][] fixed;

    private QrCode(int version) {
        this.version = version;
        size = 17 + 4 * version;
        dark = new boolean[size][size];
        fixed = new boolean[size][size];
    }

    /** The code of the text in UTF-8, or null if that is too long. */
    static @Nullable QrCode of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int version = 1; version <= VERSION_MAX; version++) {
            if (bytes.length <= dataCodewords(version) - (version < 10 ? 2 : 3)) {
                QrCode code = new QrCode(version);
                code.patterns();
                code.data(interleaved(version, codewords(version, bytes)));
                code.mask();
                return code;
            }
        }
        return null;
    }

    int size() {
        return size;
    }

    boolean isDark(int x, int y) {
        return dark[y][x];
    }

    /** As SVG with its quiet zone, dark on light whatever the page's colours are. */
    String svg(String label) {
        StringBuilder path = new StringBuilder();
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                if (dark[y][x]) {
                    int from = x;
                    while (x + 1 < size && dark[y][x + 1]) {
                        x++;
                    }
                    int run = x - from + 1;
                    path.append('M').append(from + QUIET).append(' ').append(y + QUIET);
                    path.append('h').append(run).append("v1h-").append(run).append('z');
                }
            }
        }
        return """
                <svg class="qr" viewBox="0 0 %1$d %1$d" role="img" aria-label="%2$s" shape-rendering="crispEdges">\
                <path fill="#fff" d="M0 0h%1$dv%1$dH0z"/><path fill="#000" d="%3$s"/></svg>
                """.formatted(size + 2 * QUIET, Html.escape(label), path);
    }

    // ---------------------------------------------------------------------------------------------- codewords

    private static int dataCodewords(int version) {
        int[] of = CODEWORDS[version];
        return of[0] - of[1] * of[2];
    }

    /** Mode 0100, the length, the bytes, an end, and padding. */
    private static byte[] codewords(int version, byte[] bytes) {
        byte[] words = new byte[dataCodewords(version)];
        int lengthBits = version < 10 ? 8 : 16;
        int at = put(words, 0, 4, 4);
        at = put(words, at, bytes.length, lengthBits);
        for (byte b : bytes) {
            at = put(words, at, b & 255, 8);
        }
        at = Math.min(at + 4, words.length * 8); // the end: four zeros, or what has room
        for (int i = (at + 7) / 8, pad = 0xEC; i < words.length; i++, pad ^= 0xEC ^ 0x11) {
            words[i] = (byte) pad;
        }
        return words;
    }

    private static int put(byte[] words, int at, int value, int bits) {
        for (int i = bits - 1; i >= 0; i--, at++) {
            words[at >> 3] |= (byte) ((value >> i & 1) << 7 - (at & 7));
        }
        return at;
    }

    /** Data of all blocks, the first word of each first; then the error correction in the same way. */
    private static byte[] interleaved(int version, byte[] data) {
        int correction = CODEWORDS[version][1];
        int blocks = CODEWORDS[version][2];
        int shortLength = data.length / blocks;
        int shortBlocks = blocks - data.length % blocks;
        byte[] generator = generator(correction);
        byte[] words = new byte[CODEWORDS[version][0]];
        for (int block = 0, from = 0; block < blocks; block++) {
            int length = shortLength + (block < shortBlocks ? 0 : 1);
            byte[] part = Arrays.copyOfRange(data, from, from + length);
            from += length;
            for (int i = 0; i < length; i++) {
                words[i < shortLength ? i * blocks + block : shortLength * blocks + block - shortBlocks] = part[i];
            }
            byte[] rest = remainder(part, generator);
            for (int i = 0; i < correction; i++) {
                words[data.length + i * blocks + block] = rest[i];
            }
        }
        return words;
    }

    /** Coefficients of (x - 1)(x - 2)(x - 4)..., without the first one, which is 1. */
    private static byte[] generator(int degree) {
        byte[] product = new byte[degree];
        product[degree - 1] = 1;
        int root = 1;
        for (int i = 0; i < degree; i++) {
            for (int k = 0; k < degree; k++) {
                product[k] = (byte) (times(product[k] & 255, root) ^ (k + 1 < degree ? product[k + 1] : 0));
            }
            root = times(root, 2);
        }
        return product;
    }

    private static byte[] remainder(byte[] data, byte[] generator) {
        byte[] rest = new byte[generator.length];
        for (byte word : data) {
            int factor = (word ^ rest[0]) & 255;
            System.arraycopy(rest, 1, rest, 0, rest.length - 1);
            rest[rest.length - 1] = 0;
            for (int i = 0; i < rest.length; i++) {
                rest[i] ^= (byte) times(generator[i] & 255, factor);
            }
        }
        return rest;
    }

    /** The product in the field of 256 elements. */
    private static int times(int a, int b) {
        int product = 0;
        for (int bit = 7; bit >= 0; bit--) {
            product = product << 1 ^ (product >> 7) * FIELD;
            product ^= (b >> bit & 1) * a;
        }
        return product;
    }

    // ---------------------------------------------------------------------------------------------- modules

    private void fix(int x, int y, boolean isDark) {
        dark[y][x] = isDark;
        fixed[y][x] = true;
    }

    private void patterns() {
        for (int i = 0; i < size; i++) {
            fix(6, i, i % 2 == 0);
            fix(i, 6, i % 2 == 0);
        }
        finder(3, 3);
        finder(size - 4, 3);
        finder(3, size - 4);
        int[] at = ALIGNMENTS[version];
        for (int i = 0; i < at.length; i++) {
            for (int k = 0; k < at.length; k++) {
                boolean isFinder = i == 0 && k == 0 || i == 0 && k == at.length - 1 || i == at.length - 1 && k == 0;
                if (!isFinder) {
                    square(at[i], at[k], 2, 1);
                }
            }
        }
        format(0); // reserves its modules
        if (version >= 7) {
            int bits = version << 12 | remainder(version, 12, VERSION_GENERATOR);
            for (int i = 0; i < 18; i++) {
                boolean bit = (bits >> i & 1) == 1;
                fix(size - 11 + i % 3, i / 3, bit);
                fix(i / 3, size - 11 + i % 3, bit);
            }
        }
    }

    private void finder(int x, int y) {
        for (int dy = -4; dy <= 4; dy++) {
            for (int dx = -4; dx <= 4; dx++) {
                if (x + dx >= 0 && x + dx < size && y + dy >= 0 && y + dy < size) {
                    int ring = Math.max(Math.abs(dx), Math.abs(dy));
                    fix(x + dx, y + dy, ring != 2 && ring != 4);
                }
            }
        }
    }

    /** Rings around a point; the one of this radius is light. */
    private void square(int x, int y, int radius, int light) {
        for (int dy = -radius; dy <= radius; dy++) {
            for (int dx = -radius; dx <= radius; dx++) {
                fix(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) != light);
            }
        }
    }

    /** Error correction M and the mask, twice. */
    private void format(int mask) {
        int bits = (mask << 10 | remainder(mask, 10, FORMAT_GENERATOR)) ^ FORMAT_MASK;
        for (int i = 0; i < 15; i++) {
            boolean bit = (bits >> i & 1) == 1;
            if (i < 8) {
                fix(8, i < 6 ? i : i + 1, bit);
                fix(size - 1 - i, 8, bit);
            } else {
                fix(i == 8 ? 7 : 14 - i, 8, bit);
                fix(8, size - 15 + i, bit);
            }
        }
        fix(8, size - 8, true);
    }

    private static int remainder(int value, int degree, int generator) {
        int rest = value;
        for (int i = 0; i < degree; i++) {
            rest = rest << 1 ^ (rest >> degree - 1) * generator;
        }
        return rest;
    }

    /** Upwards and downwards in pairs of columns, from the right; the column of the timing pattern is left out. */
    private void data(byte[] words) {
        int bit = 0;
        boolean isUpward = true;
        for (int right = size - 1; right > 0; right -= right == 8 ? 3 : 2, isUpward = !isUpward) {
            for (int i = 0; i < size; i++) {
                int y = isUpward ? size - 1 - i : i;
                for (int x = right; x >= right - 1; x--) {
                    if (!fixed[y][x] && bit < words.length * 8) {
                        dark[y][x] = (words[bit >> 3] >> 7 - (bit & 7) & 1) == 1;
                        bit++;
                    }
                }
            }
        }
    }

    // ---------------------------------------------------------------------------------------------- masks

    private void mask() {
        boolean[][] plain = dark;
        boolean[][] best = plain;
        int fewest = Integer.MAX_VALUE;
        for (int mask = 0; mask < 8; mask++) {
            dark = new boolean[size][];
            for (int y = 0; y < size; y++) {
                dark[y] = plain[y].clone();
                for (int x = 0; x < size; x++) {
                    dark[y][x] ^= !fixed[y][x] && inverts(mask, x, y);
                }
            }
            format(mask);
            int faults = faults();
            if (faults < fewest) {
                fewest = faults;
                best = dark;
            }
        }
        dark = best;
    }

    private static boolean inverts(int mask, int x, int y) {
        return switch (mask) {
            case 0 -> (x + y) % 2 == 0;
            case 1 -> y % 2 == 0;
            case 2 -> x % 3 == 0;
            case 3 -> (x + y) % 3 == 0;
            case 4 -> (x / 3 + y / 2) % 2 == 0;
            case 5 -> x * y % 2 + x * y % 3 == 0;
            case 6 -> (x * y % 2 + x * y % 3) % 2 == 0;
            default -> ((x + y) % 2 + x * y % 3) % 2 == 0;
        };
    }

    /** What makes a code hard to read: long runs, squares, what looks like a finder, too much of one colour. */
    private int faults() {
        int faults = 0;
        int darkCount = 0;
        for (int i = 0; i < size; i++) {
            faults += runFaults(i, true) + runFaults(i, false);
            for (int k = 0; k < size; k++) {
                darkCount += dark[i][k] ? 1 : 0;
                boolean isSquare = i > 0
                        && k > 0
                        && dark[i][k] == dark[i - 1][k]
                        && dark[i][k] == dark[i][k - 1]
                        && dark[i][k] == dark[i - 1][k - 1];
                faults += isSquare ? 3 : 0;
            }
        }
        int percentFromHalf = Math.abs(darkCount * 100 / (size * size) - 50);
        return faults + percentFromHalf / 5 * 10;
    }

    private int runFaults(int line, boolean isRow) {
        int faults = 0;
        int run = 0;
        int last = 0; // the last eleven modules
        for (int i = 0; i < size; i++) {
            boolean now = isRow ? dark[line][i] : dark[i][line];
            boolean before = i > 0 && (isRow ? dark[line][i - 1] : dark[i - 1][line]);
            run = i > 0 && now == before ? run + 1 : 1;
            faults += run == 5 ? 3 : run > 5 ? 1 : 0;
            last = (last << 1 | (now ? 1 : 0)) & 0x7FF;
            faults += i >= 10 && (last == 0x5D || last == 0x5D0) ? 40 : 0;
        }
        return faults;
    }
}
