package org.althing.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What the program asks of the C library, because Java has no words for it: syslog, the socket of systemd, SIGRTMIN. */
@SuppressWarnings("restricted") // native functions are what this class is about; the launcher allows them
final class Libc {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SUN_PATH_BYTES = 108;
    private static final int SIGSET_BYTES = 128;
    private static final Linker LINKER = Linker.nativeLinker();

    private Libc() {}

    /** The system does not have it. */
    static final class MissingException extends Exception {
        private static final long serialVersionUID = 1L;

        MissingException(String function, Throwable cause) {
            super("this system has no " + function, cause);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor shape, Linker.Option... options)
            throws MissingException {
        try {
            return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(), shape, options);
        } catch (RuntimeException e) {
            throw new MissingException(name, e);
        }
    }

    private static int call(MethodHandle function, Object... arguments) {
        try {
            return (int) function.invokeWithArguments(arguments);
        } catch (Throwable e) { // the handle itself throws nothing
            throw new IllegalStateException(e);
        }
    }

    /** A connection to the system's log. */
    static final class Syslog {
        private final MethodHandle syslog;
        private final int facility;
        /** @param facility as in syslog.h, shifted: 3 &lt;&lt; 3 for daemon, 16 &lt;&lt; 3 for local0 */
        Syslog(String programName, int facility) throws MissingException {
            this.facility = facility;
            MemorySegment name = Arena.global().allocateFrom(programName); // the library keeps it
            MethodHandle openlog = function(
                    "openlog",
                    FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            syslog = function(
                    "syslog",
                    FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS),
                    Linker.Option.firstVariadicArg(2));
            try {
                openlog.invokeWithArguments(name, 1, facility); // LOG_PID
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        /** @param priority 3 error, 4 warning, 5 notice, 6 information, 7 debug */
        void log(int priority, String line) {
            try (Arena arena = Arena.ofConfined()) {
                syslog.invokeWithArguments(facility | priority, arena.allocateFrom("%s"), arena.allocateFrom(line));
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * Sends one datagram to a Unix socket.
     *
     * @param path a path, or a name that begins with @ for the abstract namespace of Linux
     * @return whether it was taken
     */
    static boolean sendDatagram(String path, String text) throws MissingException {
        MethodHandle socket = function(
                "socket",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        MethodHandle sendto = function(
                "sendto",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT));
        MethodHandle close = function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length == 0 || name.length >= SUN_PATH_BYTES) {
            return false;
        }
        if (name[0] == '@') {
            name[0] = 0;
        }
        int descriptor = call(socket, AF_UNIX, SOCK_DGRAM, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(2 + SUN_PATH_BYTES, 2);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(MemorySegment.ofArray(name), 0, address, 2, name.length);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            MemorySegment data = arena.allocate(bytes.length);
            data.copyFrom(MemorySegment.ofArray(bytes));
            int length = 2 + name.length + (name[0] == 0 ? 0 : 1);
            long sent = (long) sendto.invokeWithArguments(descriptor, data, (long) bytes.length, 0, address, length);
            return sent == bytes.length;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        } finally {
            call(close, descriptor);
        }
    }

    /** Sets the mask of permissions for files that are made from now on. */
    static void umask(int mask) throws MissingException {
        call(function("umask", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)), mask);
    }

    /** One signal that the launcher has blocked in all threads, so that it waits until somebody takes it. */
    static final class BlockedSignal {
        /** The mask of this thread, in hexadecimal, signal 1 lowest. */
        private static final String MASK = "SigBlk:";

        private final int number;

        BlockedSignal(int number) {
            this.number = number;
        }

        /** Whether the launcher has blocked it; if not it must not be waited for. */
        boolean isBlocked() {
            try (Stream<String> lines = Files.lines(Path.of("/proc/thread-self/status"))) {
                return lines.filter(line -> line.startsWith(MASK))
                        .map(line -> Long.parseUnsignedLong(
                                line.substring(MASK.length()).strip(), 16))
                        .anyMatch(mask -> (mask & bit()) != 0);
            } catch (IOException | UncheckedIOException e) {
                return false; // not Linux
            }
        }

        private long bit() {
            return 1L << number - 1;
        }

        /**
         * Waits until it comes, again and again.
         *
         * @param then runs each time
         * @param until whether to wait no more
         */
        void await(Runnable then, BooleanSupplier until) throws MissingException {
            // One function only: each has its price at the start, in time and in memory.
            MethodHandle sigwait = function(
                    "sigwait", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
            MemorySegment set = Arena.global().allocate(SIGSET_BYTES, Long.BYTES); // a bit for each signal
            set.set(ValueLayout.JAVA_LONG, 0, bit());
            MemorySegment taken = Arena.global().allocate(ValueLayout.JAVA_INT);
            while (!until.getAsBoolean()) {
                int failure;
                try {
                    failure = (int) sigwait.invokeExact(set, taken);
                } catch (Throwable e) { // the handle itself throws nothing
                    throw new IllegalStateException(e);
                }
                if (failure != 0) {
                    throw new IllegalStateException("sigwait for " + number + ": " + failure);
                }
                then.run();
            }
        }
    }
}
