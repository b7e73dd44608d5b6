package org.althing.net.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Lets every read of a loop go into the same buffer: listeners use their bytes up within the call, so an idle
 * connection needs no memory for reading and a read allocates nothing.
 *
 * <p>One read per connection and turn: what does not fit waits for the next turn, so that one flood does not keep the
 * other connections waiting.
 */
@SuppressWarnings("deprecation") // Handle is deprecated for ExtendedHandle, and still what newHandle must return
final class SharedReadBuffer implements RecvByteBufAllocator {
    static final int CAPACITY = 64 * 1024;

    private final ByteBuf buffer = Unpooled.directBuffer(CAPACITY, CAPACITY);
    private final ExtendedHandle handle = new SharedHandle();

    @Override
    public Handle newHandle() {
        return handle;
    }

    void release() {
        buffer.release();
    }

    /** One for all channels: Netty finishes with one channel's read before it begins the next. */
    private final class SharedHandle implements ExtendedHandle {
        private int attemptedBytes;
        private int lastBytes;

        @Override
        public ByteBuf allocate(ByteBufAllocator ignored) {
            return buffer.clear().retain();
        }

        @Override
        public int guess() {
            return CAPACITY;
        }

        @Override
        public void reset(ChannelConfig config) {
            lastBytes = 0;
        }

        @Override
        public void incMessagesRead(int count) {}

        @Override
        public void lastBytesRead(int bytes) {
            lastBytes = bytes;
        }

        @Override
        public int lastBytesRead() {
            return lastBytes;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attemptedBytes = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attemptedBytes;
        }

        @Override
        public boolean continueReading() {
            return false;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
            return false;
        }

        @Override
        public void readComplete() {}
    }
}
