package org.althing.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The walls of the house: which part may know which. ARCHITECTURE.md draws them. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.althing");

    private static final String[] JDK_ONLY = {
        "java.lang..",
        "java.io..",
        "java.nio..",
        "java.util..",
        "java.math..",
        "java.net..",
        "java.security..",
        "java.time..",
        "java.text..",
        "javax.crypto..",
        "javax.net..",
        "javax.security.auth.x500..",
        "org.jspecify.."
    };

    @Test
    void mqtt_net_and_journal_know_nothing_of_each_other_nor_of_anything_above() {
        only("org.althing.mqtt..", "org.althing.mqtt..");
        only("org.althing.net", "org.althing.net..");
        only("org.althing.journal..", "org.althing.journal..");
    }

    @Test
    void the_client_stands_on_mqtt_and_net_alone() {
        only("org.althing.client..", "org.althing.client..", "org.althing.mqtt..", "org.althing.net..");
    }

    @Test
    void the_clients_engine_sees_no_thread_no_socket_and_no_clock() {
        noClasses()
                .that()
                .resideInAPackage("org.althing.client.engine..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.nio.channels..", "org.althing.net..", "java.util.concurrent..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void the_scenarios_use_what_the_client_exports_and_no_more() {
        only(
                "org.althing.scenarios..",
                "org.althing.scenarios..",
                "org.althing.client",
                "org.althing.client.engine",
                "org.althing.mqtt",
                "org.althing.mqtt.codec");
        noClasses()
                .that()
                .resideInAPackage("org.althing.scenarios..")
                .should()
                .callMethodWhere(new DescribedPredicate<>("it is not public") {
                    @Override
                    public boolean test(JavaMethodCall call) {
                        return call.getTargetOwner().getPackageName().startsWith("org.althing.client")
                                && call.getTarget()
                                        .resolveMember()
                                        .map(member -> !member.getModifiers().contains(JavaModifier.PUBLIC))
                                        .orElse(false);
                    }
                })
                .check(CLASSES);
    }

    @Test
    void the_commands_stand_on_the_client_and_on_password_files() {
        only(
                "org.althing.tools..",
                "org.althing.tools..",
                "org.HdrHistogram..", // bench
                "javax.naming..", // SRV records (-S)
                "org.althing.access..",
                "org.althing.client..",
                "org.althing.mqtt..",
                "org.althing.net..");
    }

    @Test
    void the_broker_stands_on_mqtt_net_and_journal() {
        only(
                "org.althing.broker..",
                "org.althing.broker..",
                "org.althing.mqtt..",
                "org.althing.net..",
                "org.althing.journal..",
                "org.althing.access..");
        only(
                "org.althing.access..",
                "org.althing.access..",
                "org.althing.mqtt..",
                "javax.crypto..",
                "org.bouncycastle.crypto..");
        noClasses()
                .that()
                .resideOutsideOfPackage("org.althing.access..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.bouncycastle..")
                .because("a broker whose passwords are not hashed with argon2id runs without Bouncy Castle")
                .check(CLASSES);
    }

    @Test
    void nobody_but_the_programs_chooses_an_engine() {
        noClasses()
                .that()
                .resideOutsideOfPackages("org.althing.net.nio..", "org.althing.server..", "org.althing.junit..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.althing.net.nio..")
                .check(CLASSES);
    }

    @Test
    void inside_the_broker_the_order_is_shard_connection_session_routing_broker() {
        above("org.althing.broker", "routing", "session", "connection", "shard", "access", "storage", "conf", "sys");
        above("org.althing.broker.routing..", "session", "connection", "shard", "access", "storage", "conf", "sys");
        above("org.althing.broker.session..", "connection", "shard", "access", "storage", "conf", "sys");
        above("org.althing.broker.connection..", "shard", "access", "storage", "conf", "sys");
    }

    private static void above(String lower, String... upper) {
        String[] packages = new String[upper.length];
        for (int i = 0; i < upper.length; i++) {
            packages[i] = "org.althing.broker." + upper[i] + "..";
        }
        noClasses()
                .that(new DescribedPredicate<JavaClass>("reside in " + lower + " (but for the entry, Broker)") {
                    @Override
                    public boolean test(JavaClass type) {
                        // Broker is the one class that puts the parts together for a program that embeds it.
                        boolean entry = type.getName().startsWith("org.althing.broker.Broker");
                        return JavaClass.Predicates.resideInAPackage(lower).test(type) && !entry;
                    }
                })
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages)
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void packages_of_a_module_form_no_cycle() {
        slices().matching("org.althing.(mqtt|net|journal|client|vote|tools).(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void values_are_final_and_interfaces_have_no_impl_twin() {
        classes()
                .that()
                .resideInAPackage("org.althing.mqtt..")
                .and()
                .areNotInterfaces()
                .and()
                .doNotHaveModifier(JavaModifier.SYNTHETIC)
                .should()
                .haveModifier(JavaModifier.FINAL)
                .orShould()
                .beEnums()
                .check(CLASSES);
    }

    @Test
    void no_static_state_that_changes() {
        noFields()
                .that()
                .areDeclaredInClassesThat()
                .resideInAPackage("org.althing..")
                .should()
                .beStatic()
                .andShould()
                .notBeFinal()
                .check(CLASSES);
    }

    private static void only(String who, String... whom) {
        String[] allowed = new String[JDK_ONLY.length + whom.length];
        System.arraycopy(JDK_ONLY, 0, allowed, 0, JDK_ONLY.length);
        System.arraycopy(whom, 0, allowed, JDK_ONLY.length, whom.length);
        classes()
                .that()
                .resideInAPackage(who)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed)
                .check(CLASSES);
    }
}
