package org.althing.scenarios;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.althing.mqtt.TopicFilter;

/** {@code lib-scenario NAME PORT [more]}: exit status 0 when the program went as it should, 1 when not, 2 for misuse. */
final class Main {
    private Main() {}

    static Map<String, Scenario> scenarios() {
        Map<String, Scenario> all = new HashMap<>(Connecting.all());
        all.putAll(Connecting.secure());
        all.putAll(Publishing.all());
        all.putAll(Receiving.all());
        all.putAll(Looping.all());
        all.put("09-util-topic-tokenise", it -> splitTopics());
        all.put("fuzzish", it -> Fuzzish.play());
        return all;
    }

    private static void splitTopics() {
        Map<String, List<String>> expected = Map.of(
                "topic", List.of("topic"),
                "a/deep/topic/hierarchy", List.of("a", "deep", "topic", "hierarchy"),
                "/a/deep/topic/hierarchy", List.of("", "a", "deep", "topic", "hierarchy"),
                "a/b/c", List.of("a", "b", "c"),
                "/a/b/c", List.of("", "a", "b", "c"),
                "a///hierarchy", List.of("a", "", "", "hierarchy"),
                "/a///hierarchy", List.of("", "a", "", "", "hierarchy"),
                "/a///hierarchy/", List.of("", "a", "", "", "hierarchy", ""));
        expected.forEach((topic, levels) -> {
            List<String> found = TopicFilter.of(topic).levels();
            Scenario.require(found.equals(levels), topic + " has the levels " + found);
        });
    }

    /** Runs one and says with what exit status. */
    static int run(String[] arguments) {
        if (arguments.length == 1 && arguments[0].equals("--list")) {
            new TreeSet<>(scenarios().keySet()).forEach(System.out::println);
            return 0;
        }
        Scenario scenario = arguments.length == 0 ? null : scenarios().get(arguments[0]);
        if (scenario == null) {
            System.err.println(
                    arguments.length == 0
                            ? "usage: lib-scenario NAME PORT [more]; lib-scenario --list names them"
                            : "there is no scenario " + arguments[0] + "; lib-scenario --list names them");
            return 2;
        }
        try {
            int port = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0;
            List<String> more =
                    new ArrayList<>(Arrays.asList(arguments).subList(Math.min(2, arguments.length), arguments.length));
            scenario.play(new Scenario.Setting(port, List.copyOf(more)));
            return 0;
        } catch (Exception failure) { // whatever it is, it is what this program is there to report
            System.err.println(arguments[0] + ": " + failure);
            return 1;
        }
    }

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }
}
