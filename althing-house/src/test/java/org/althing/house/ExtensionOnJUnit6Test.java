package org.althing.house;

import static org.assertj.core.api.Assertions.assertThat;

import org.althing.client.MqttClient;
import org.althing.junit.AlthingBroker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The extension is compiled and tested with JUnit 5 in its own module; here it runs with JUnit 6. */
class ExtensionOnJUnit6Test {
    @RegisterExtension
    final AlthingBroker broker = AlthingBroker.inMemory();

    @Test
    void it_runs_with_junit_6_as_well() {
        Package api = Extension.class.getPackage();
        assertThat(String.valueOf(api.getImplementationVersion())).startsWith("6.");
        try (MqttClient lamp = broker.connect("lamp")) {
            lamp.publish("lamp/state", "on");
            broker.assertPublished("lamp/state", "on");
        }
    }
}
