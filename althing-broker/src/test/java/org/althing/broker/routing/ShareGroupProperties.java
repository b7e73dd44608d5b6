package org.althing.broker.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.althing.broker.AccessControl;
import org.althing.broker.BrokerConfig;
import org.althing.broker.BrokerConfig.ShareStrategy;
import org.althing.broker.BrokerLog;
import org.althing.broker.Client;
import org.althing.broker.Counters;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.Rights;
import org.althing.broker.StateStore;
import org.althing.mqtt.ApplicationMessage;
import org.althing.mqtt.Bytes;
import org.althing.mqtt.Properties;
import org.althing.mqtt.Qos;
import org.althing.mqtt.SubscriptionOptions;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.net.EventLoop;
import org.althing.net.memory.MemoryEngine;
import org.althing.net.memory.VirtualTime;
import org.althing.testing.Gen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One group and members that keep no protocol: who gets what, and what it costs. */
class ShareGroupProperties {
    private static final TopicFilter GROUP = TopicFilter.of("$share/g/t/+");

    /** A group's surroundings. */
    private static final class House {
        final Counters counters = new Counters();
        final Router router;
        final ShareGroups groups;
        private int published;

        House(ShareStrategy strategy, int queuedMax) {
            VirtualTime time = new VirtualTime(1);
            EventLoop loop = new MemoryEngine(time).newLoop("loop");
            ChangeLog changes =
                    new ChangeLog(StateStore.none(), Partitions.ALL, loop, counters.memory, (level, line) -> {});
            Peers nobody = new Peers(Partitions.ALL, changes, loop);
            router = new Router(changes, new Deadlines(loop), counters, nobody, 64);
            groups = new ShareGroups(new GroupEnvironment(
                    router,
                    changes,
                    new CurrentConfig(BrokerConfig.builder()
                            .shareStrategy(strategy)
                            .queuedMessagesMax(queuedMax)
                            .build()),
                    AccessControl.everything(),
                    counters,
                    BrokerLog.systemLogger(),
                    loop.clock()));
        }

        /** Publishes the next number on the topic. */
        int publish(String topic) {
            published++;
            router.publish(new RoutedMessage(
                    new ApplicationMessage(
                            TopicName.of(topic),
                            Bytes.of(Integer.toString(published)),
                            Qos.AT_LEAST_ONCE,
                            false,
                            Properties.NONE),
                    null,
                    Long.MAX_VALUE));
            return published;
        }
    }

    /** Takes up to {@code window} messages at a time. */
    private static final class Member implements ShareMember {
        final Membership membership;
        final ArrayDeque<Loan> held = new ArrayDeque<>();
        final List<Integer> taken = new ArrayList<>();
        int window;
        boolean wants;

        Member(House house, int window) {
            this.window = window;
            membership = house.groups.join(GROUP, this, SubscriptionOptions.of(Qos.AT_LEAST_ONCE), 0);
        }

        @Override
        public Client client() {
            return Client.offline("c", null, null);
        }

        @Override
        public Rights rights() {
            return Rights.all();
        }

        @Override
        public boolean isDurable() {
            return false;
        }

        @Override
        public boolean canTake(Qos qos) {
            wants |= held.size() >= window;
            return held.size() < window;
        }

        @Override
        public int free(Qos granted) {
            return window - held.size();
        }

        @Override
        public void take(Loan loan, Qos qos, boolean retain, int[] subscriptionIdentifiers) {
            held.add(loan);
            taken.add(number(loan));
        }

        static int number(Loan loan) {
            return Integer.parseInt(loan.message().message().payload().text());
        }

        @Override
        public Fate takeUnacknowledged(RoutedMessage message, boolean retain, int[] subscriptionIdentifiers) {
            return Fate.SENT;
        }

        void acknowledge() {
            held.removeFirst().end(Fate.ACKNOWLEDGED);
            demand();
        }

        void demand() {
            if (wants) {
                wants = false;
                membership.demand();
            }
        }

        void go() {
            held.forEach(Loan::giveBack);
            held.clear();
            wants = false;
            membership.absent();
        }
    }

    @Test
    void round_robin_is_fair_to_members_that_keep_up() {
        Gen.forAll(50, gen -> {
            House house = new House(ShareStrategy.ROUND_ROBIN, 0);
            List<Member> members = gen.list(1, 20, g -> new Member(house, 1_000));
            members.forEach(member -> member.membership.present());
            int messages = gen.between(0, 500);
            for (int i = 0; i < messages; i++) {
                house.publish("t/1");
                Member some = gen.pick(members);
                if (!some.held.isEmpty() && gen.bool()) {
                    some.acknowledge();
                }
            }
            List<Integer> counts =
                    members.stream().map(member -> member.taken.size()).toList();
            assertThat(Collections.max(counts) - Collections.min(counts)).isLessThanOrEqualTo(1);
        });
    }

    @Test
    void round_robin_is_fair_to_members_that_are_all_busy() {
        House house = new House(ShareStrategy.ROUND_ROBIN, 0);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            members.add(new Member(house, 1));
            members.getLast().membership.present();
        }
        for (int i = 0; i < 700; i++) {
            house.publish("t/1");
        }
        for (int round = 1; round < 100; round++) {
            members.forEach(Member::acknowledge);
        }
        for (Member member : members) {
            assertThat(member.taken).hasSize(100).isSorted();
        }
    }

    /** Everybody may do anything at any time; whatever is published ends up acknowledged by one member, once. */
    @Test
    void nothing_is_lost_or_given_to_two() {
        Gen.forAll(400, gen -> {
            ShareStrategy strategy = gen.pick(ShareStrategy.values());
            House house = new House(strategy, 0);
            List<Member> members = new ArrayList<>();
            Map<Integer, Integer> acknowledged = new HashMap<>();
            Member anchor = new Member(house, 3);
            members.add(anchor);
            int published = 0;
            for (int step = 0; step < 200; step++) {
                Member member = gen.pick(members);
                switch (gen.between(0, 7)) {
                    case 0 -> {
                        members.add(new Member(house, gen.between(1, 4)));
                    }
                    case 1 -> member.membership.present();
                    case 2 -> member.go();
                    case 3 -> {
                        if (member != anchor) {
                            member.go();
                            member.membership.leave();
                            members.remove(member);
                        }
                    }
                    case 4 -> acknowledgeFirst(member, acknowledged);
                    default -> published = house.publish("t/" + gen.between(1, 5));
                }
                assertThat(members.stream().allMatch(each -> each.held.size() <= each.window))
                        .isTrue();
            }
            anchor.membership.present();
            for (int round = 0; round < 1_000; round++) {
                members.forEach(each -> acknowledgeFirst(each, acknowledged));
            }
            assertThat(acknowledged).hasSize(published);
            assertThat(acknowledged.values()).containsOnly(1).hasSize(published);
            assertThat(house.counters.sharedSubscriptions.value()).isEqualTo(members.size());
        });
    }

    private static void acknowledgeFirst(Member member, Map<Integer, Integer> acknowledged) {
        if (!member.held.isEmpty()) {
            acknowledged.merge(Member.number(member.held.getFirst()), 1, Integer::sum);
            member.acknowledge();
        }
    }

    @Test
    void with_a_lone_member_order_is_kept_through_every_coming_and_going() {
        Gen.forAll(200, gen -> {
            House house = new House(gen.pick(ShareStrategy.values()), 0);
            Member member = new Member(house, gen.between(1, 5));
            List<Integer> acknowledged = new ArrayList<>();
            int published = 0;
            for (int step = 0; step < 100 || acknowledged.size() < published; step++) {
                switch (step < 100 ? gen.between(0, 4) : 4) {
                    case 0 -> member.membership.present();
                    case 1 -> member.go();
                    case 2, 3 -> published = house.publish("t/1");
                    default -> {
                        member.membership.present();
                        if (!member.held.isEmpty()) {
                            acknowledged.add(Member.number(member.held.getFirst()));
                            member.acknowledge();
                        }
                    }
                }
            }
            assertThat(acknowledged).isSorted().doesNotHaveDuplicates().hasSize(published);
        });
    }

    /** Quadratic cost would be some 10,000,000,000 steps in each of these. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void a_hundred_thousand_members_come_work_and_go_at_a_cost_that_is_theirs_alone() {
        for (ShareStrategy strategy : ShareStrategy.values()) {
            House house = new House(strategy, 0);
            List<Member> members = new ArrayList<>();
            for (int i = 0; i < 100_000; i++) {
                Member member = new Member(house, 2);
                members.add(member);
                member.membership.present();
            }
            for (int i = 0; i < 200_000; i++) {
                house.publish("t/" + i % 10_000);
            }
            for (Member member : members.subList(0, 99_999)) {
                member.window = 0; // so that what it gives back waits, and the queue grows
                member.go();
                member.membership.leave();
            }
            Member last = members.getLast();
            last.membership.present();
            int rest = last.held.size();
            while (!last.held.isEmpty()) {
                last.acknowledge();
                rest++;
            }
            assertThat(rest).as(strategy.name()).isGreaterThan(2);
            last.membership.leave();
            assertThat(house.counters.sharedSubscriptions.value()).isZero();
            assertThat(house.counters.ledger.count(Fate.GROUP_ENDED)).isZero();
        }
    }
}
