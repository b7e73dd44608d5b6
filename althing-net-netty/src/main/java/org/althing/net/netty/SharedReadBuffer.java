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
final class SharedReadBuffer {
    static final int CAPACITY = 64 * 1024;

    private final ByteBuf buffer = Unpooled.directBuffer(CAPACITY, CAPACITY);

    void release() {
        buffer.release();
    }

    /** For one channel, which reads into the buffer of the loop that it is on by then. */
    @SuppressWarnings("deprecation") // Handle is deprecated for ExtendedHandle, and still what newHandle must return
    static RecvByteBufAllocator of(NettyTransport transport) {
        return () -> new SharedHandle(transport);
    }

    /** Made once for a channel, as Netty keeps it for good. */
    private static final class SharedHandle implements RecvByteBufAllocator.ExtendedHandle {
        private final NettyTransport transport;
        private int attemptedBytes;
        private int lastBytes;

        SharedHandle(NettyTransport transport) {
            this.transport = transport;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator ignored) {
            return transport.readBuffer().buffer.clear().retain();
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
