package org.althing.net.web;

import java.nio.ByteBuffer;
import org.althing.net.Transport;
import org.althing.net.TransportListener;
import org.althing.net.WebSite;
import org.jspecify.annotations.Nullable;

/** One connection of a web port: HTTP first; after an upgrade nothing of HTTP is left but this one call. */
final class WebConnection implements TransportListener {
    private TransportListener stage;

    WebConnection(Transport transport, WebSite site) {
        stage = new HttpConnection(transport, site, this);
    }

    void upgrade(TransportListener next) {
        stage = next;
    }

    @Override
    public void onBytes(ByteBuffer bytes) {
        stage.onBytes(bytes);
    }

    @Override
    public boolean onEndOfInput() {
        return stage.onEndOfInput();
    }

    @Override
    public void onWritable() {
        stage.onWritable();
    }

    @Override
    public void onClosed(@Nullable Throwable cause) {
        stage.onClosed(cause);
    }
}
