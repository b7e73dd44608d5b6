package org.althing.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.jspecify.annotations.Nullable;

/** What the application wants to be called for. Set from any thread, read by the one that runs handlers. */
final class Handlers {
    private record Filtered(TopicFilter filter, Handler<ReceivedMessage> handler) {}

    // volatile: an edge of the API; each is one reference, set at any time.
    private volatile @Nullable Handler<ClientEvent.Connected> connected;
    private volatile @Nullable Handler<ClientEvent.ConnectFailed> connectFailed;
    private volatile @Nullable Handler<ClientEvent.Disconnected> disconnected;
    private volatile @Nullable Handler<ClientEvent> event;
    private volatile @Nullable Handler<ReceivedMessage> message;
    private volatile @Nullable Runnable idle;
    private final List<Filtered> filtered = new CopyOnWriteArrayList<>();

    void onConnect(Handler<ClientEvent.Connected> handler) {
        connected = handler;
    }

    void onConnectFail(Handler<ClientEvent.ConnectFailed> handler) {
        connectFailed = handler;
    }

    void onDisconnect(Handler<ClientEvent.Disconnected> handler) {
        disconnected = handler;
    }

    void onIdle(Runnable handler) {
        idle = handler;
    }

    void onEvent(Handler<ClientEvent> handler) {
        event = handler;
    }

    /** With a filter, a second handler replaces the first. */
    void onMessage(@Nullable TopicFilter filter, Handler<ReceivedMessage> handler) {
        if (filter == null) {
            message = handler;
        } else {
            filtered.removeIf(other -> other.filter.equals(filter));
            filtered.add(new Filtered(filter, handler));
        }
    }

    /** Those whose filter matches, else the one for all messages, else none. */
    List<Handler<ReceivedMessage>> forTopic(TopicName topic) {
        List<Handler<ReceivedMessage>> found = new ArrayList<>(1);
        for (Filtered candidate : filtered) {
            if (candidate.filter.matches(topic)) {
                found.add(candidate.handler);
            }
        }
        Handler<ReceivedMessage> general = message;
        if (found.isEmpty() && general != null) {
            found.add(general);
        }
        return found;
    }

    void handle(MqttClient client, ClientEvent happened) throws Exception {
        if (happened instanceof ClientEvent.Connected it) {
            call(connected, client, it);
        } else if (happened instanceof ClientEvent.ConnectFailed it) {
            call(connectFailed, client, it);
        } else if (happened instanceof ClientEvent.Disconnected it) {
            call(disconnected, client, it);
        }
        call(event, client, happened);
    }

    void idle() {
        Runnable handler = idle;
        if (handler != null) {
            handler.run();
        }
    }

    private static <E> void call(@Nullable Handler<E> handler, MqttClient client, E happened) throws Exception {
        if (handler != null) {
            handler.handle(client, happened);
        }
    }
}
