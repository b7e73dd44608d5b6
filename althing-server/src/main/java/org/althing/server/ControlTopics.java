package org.althing.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.althing.broker.BrokerLog;
import org.althing.broker.BrokerLog.Level;
import org.althing.broker.ListenerConfig;
import org.althing.broker.PublishInterceptor;
import org.althing.broker.access.AccessSettings;
import org.althing.broker.access.AccessSettings.Plugin;
import org.althing.broker.conf.MosquittoConf;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.vote.json.JsonException;
import org.althing.vote.json.JsonReader;
import org.althing.vote.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * What is published below {@code $CONTROL} is a question to the broker and reaches nobody: {@code $CONTROL/broker/v1} answers,
 * where {@code enable_control_api} says so, which listeners and plugins there are; nothing else is there. Who may ask say the
 * access rules, by the topic. Words and form of the answers are Mosquitto's.
 */
final class ControlTopics implements PublishInterceptor {
    private static final TopicFilter ALL = TopicFilter.of("$CONTROL/#");
    private static final String BROKER = "$CONTROL/broker/v1";
    private static final String NOBODY = "Unknown command";

    private final BrokerLog log;
    private final AtomicReference<MosquittoConf> conf;
    private final AtomicReference<Consumer<ApplicationMessage>> publish = new AtomicReference<>(message -> {});

    ControlTopics(MosquittoConf conf, BrokerLog log) {
        this.conf = new AtomicReference<>(conf);
        this.log = log;
    }

    /** Where answers go; before that there are none. */
    void attach(Consumer<ApplicationMessage> publisher) {
        publish.set(publisher);
    }

    /** What counts from now on. */
    void configure(MosquittoConf next) {
        conf.set(next);
    }

    @Override
    public TopicFilter filter() {
        return ALL;
    }

    @Override
    public void intercept(Attempt attempt) {
        String topic = attempt.message().topic().toString();
        boolean here = topic.equals(BROKER) && conf.get().program().controlApi();
        String answer = here ? answer(attempt) : "{\"error\": \"endpoint not available\"}";
        publish.get()
                .accept(new ApplicationMessage(
                        TopicName.of(topic + "/response"), Bytes.of(answer), Qos.AT_MOST_ONCE, false, Properties.NONE));
        attempt.drop();
    }

    private String answer(Attempt attempt) {
        List<Object> responses = new ArrayList<>();
        try {
            Object said = JsonReader.read(attempt.message().payload().text());
            if (said instanceof Map<?, ?> map && map.get("commands") instanceof List<?> commands) {
                for (Object command : commands) {
                    if (!answer(command, attempt, responses)) {
                        break; // Mosquitto: what follows something that is no command is not looked at
                    }
                }
            } else {
                responses.add(response(NOBODY, "error", "Invalid/missing commands", null));
            }
        } catch (JsonException e) {
            responses.add(response(NOBODY, "error", "Payload not valid JSON", null));
        }
        return JsonWriter.write(Map.of("responses", responses));
    }

    private boolean answer(@Nullable Object said, Attempt attempt, List<Object> responses) {
        if (!(said instanceof Map<?, ?> command)) {
            responses.add(response(NOBODY, "error", "Command not an object", null));
            return false;
        }
        if (!(command.get("command") instanceof String name)) {
            responses.add(response(NOBODY, "error", "Missing command", null));
            return false;
        }
        Object correlation = command.get("correlationData");
        if (command.containsKey("correlationData") && !(correlation instanceof String)) {
            responses.add(response(name, "error", "Invalid correlationData data type.", null));
            return false;
        }
        Map<String, Object> data = switch (name.toLowerCase(Locale.ROOT)) {
            case "listlisteners" -> Map.of("listeners", listeners());
            case "listplugins" -> Map.of("plugins", plugins());
            default -> Map.of();
        };
        if (data.isEmpty()) {
            responses.add(response(name, "error", "Unknown command", correlation));
        } else {
            log.log(
                    Level.INFORMATION,
                    "Broker: " + attempt.clientId() + "/" + attempt.userName() + " | " + name,
                    attempt.clientId(),
                    "");
            responses.add(response(name, "data", data, correlation));
        }
        return true;
    }

    private static Map<String, Object> response(
            String command, String key, Object value, @Nullable Object correlation) {
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("command", command);
        response.put(key, value);
        if (correlation != null) {
            response.put("correlationData", correlation);
        }
        return response;
    }

    private List<Map<String, Object>> listeners() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (ListenerConfig listener : conf.get().broker().listeners()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("port", listener.port());
            boolean web = listener.protocol() == ListenerConfig.Protocol.WEBSOCKETS;
            one.put("protocol", web ? "mqtt+websockets" : "mqtt");
            if (!listener.host().isEmpty()) {
                one.put("bind-address", listener.host());
            }
            if (listener.address().unixPath() != null) {
                one.put("socket-path", listener.address().unixPath().toString());
            }
            one.put("tls", listener.tls() != null);
            all.add(one);
        }
        return all;
    }

    private List<Map<String, Object>> plugins() {
        List<Map<String, Object>> all = new ArrayList<>();
        addPlugins(all, conf.get().access().global(), null);
        conf.get().access().byListener().forEach((place, settings) -> addPlugins(all, settings, place));
        return all;
    }

    /** @param place of a listener, which begins with its port; null for plugins of all listeners */
    private static void addPlugins(List<Map<String, Object>> all, AccessSettings settings, @Nullable String place) {
        for (Plugin plugin : settings.plugins()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", plugin.bundledName());
            if (place != null) {
                one.put("port", Integer.parseInt(place.split(" ", 2)[0]));
            }
            one.put("control-endpoints", List.of());
            all.add(one);
        }
    }
}
