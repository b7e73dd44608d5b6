package org.althing.broker.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.althing.mqtt.TopicFilter;
import org.althing.mqtt.TopicName;
import org.althing.testing.Gen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the cache answers is what the tree would answer, whatever has changed since. */
class MatchCacheProperties {
    private final TopicTree tree = new TopicTree();
    private final MatchCache cache = new MatchCache(tree, 1 << 12);

    @Test
    void an_answer_is_right_or_there_is_none() {
        Gen.forAll(300, gen -> {
            TopicTree changing = new TopicTree();
            MatchCache cached = new MatchCache(changing, 64);
            List<Subscription> all = new ArrayList<>();
            List<TopicFilter> ofPeers = new ArrayList<>();
            for (int step = 0; step < 100; step++) {
                change(gen, changing, all, ofPeers);
                TopicName name = Topics.name(gen);
                List<Subscriber> right = new ArrayList<>();
                List<Interest> interests = new ArrayList<>();
                long peers = changing.match(name, found -> {
                    right.add(found.interest().subscriber());
                    interests.add(found.interest());
                });
                Audience known = cached.find(name);
                if (known != null) {
                    assertThat(known.size()).as("%s", name).isEqualTo(right.size());
                    assertThat(right).as("%s", name).allMatch(known::holds);
                    assertThat(known.peers()).isEqualTo(peers);
                }
                cached.keep(name, new Audience(interests, peers));
            }
        });
    }

    private static void change(Gen gen, TopicTree tree, List<Subscription> all, List<TopicFilter> ofPeers) {
        TopicFilter filter = Topics.filter(gen);
        switch (gen.between(0, 5)) {
            case 0 -> {
                Subscription added = Topics.subscription(filter);
                all.add(added);
                tree.add(added);
            }
            case 1 -> {
                if (!all.isEmpty()) {
                    tree.remove(all.remove(gen.between(0, all.size() - 1)));
                }
            }
            case 2 -> {
                if (!ofPeers.contains(filter)) {
                    ofPeers.add(filter);
                    tree.addPeer(filter, 1);
                }
            }
            case 3 -> {
                if (!ofPeers.isEmpty()) {
                    tree.removePeer(ofPeers.remove(gen.between(0, ofPeers.size() - 1)), 1);
                }
            }
            default -> {
                // Nothing changes: answers stay known.
            }
        }
    }

    @Test
    void an_answer_stays_while_other_branches_change() {
        tree.add(Topics.subscription(TopicFilter.of("home/kitchen/+")));
        ask("home/kitchen/light");
        tree.add(Topics.subscription(TopicFilter.of("home/kitchen/door")));
        tree.add(Topics.subscription(TopicFilter.of("home/cellar/#")));
        tree.add(Topics.subscription(TopicFilter.of("office/+/light")));
        // The last one could match home/... for all that the stamps know: it has a wildcard within two levels.
        assertThat(find("home/kitchen/light")).isNull();
        ask("home/kitchen/light");
        tree.add(Topics.subscription(TopicFilter.of("home/kitchen/window")));
        tree.add(Topics.subscription(TopicFilter.of("home/attic/#")));
        assertThat(find("home/kitchen/light")).isNotNull();
        tree.add(Topics.subscription(TopicFilter.of("home/kitchen/#")));
        assertThat(find("home/kitchen/light")).isNull();
    }

    @Test
    void many_subscribers_do_not_make_it_large() {
        MatchCache small = new MatchCache(tree, 64);
        assertThat(small.hasRoomFor(64 * 16)).isTrue();
        assertThat(small.hasRoomFor(64 * 16 + 1)).isFalse();
        List<Interest> many = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            many.add(Topics.subscription(TopicFilter.of("a")).interest());
        }
        small.keep(TopicName.of("a"), new Audience(many, 0));
        assertThat(small.hasRoomFor(24)).isTrue();
        assertThat(small.hasRoomFor(25)).isFalse();
        small.keep(TopicName.of("a"), new Audience(List.of(), 0));
        assertThat(small.hasRoomFor(64 * 16)).isTrue();
    }

    @Test
    void grows_with_the_topics_up_to_its_bound() {
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 1_000; i++) {
                if (find("sensor/" + i) == null) {
                    ask("sensor/" + i);
                }
            }
        }
        long known = known(0, 1_000);
        assertThat(known).isGreaterThan(900);
        for (int i = 0; i < 100_000; i++) {
            ask("other/" + i);
        }
        assertThat(known(0, 1_000)).isLessThan(100);
    }

    private long known(int from, int to) {
        long known = 0;
        for (int i = from; i < to; i++) {
            known += find("sensor/" + i) == null ? 0 : 1;
        }
        return known;
    }

    @Test
    void forgets_subscriptions_that_have_gone() {
        List<Subscription> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Subscription added = Topics.subscription(TopicFilter.of("client/" + i));
            all.add(added);
            tree.add(added);
            ask("client/" + i);
        }
        all.forEach(tree::remove);
        for (int i = 0; i < 100; i++) {
            Subscription passing = Topics.subscription(TopicFilter.of("passing/" + i));
            tree.add(passing);
            tree.remove(passing);
        }
        ask("another");
        assertThat(cache.held())
                .noneMatch(audience -> all.stream()
                        .anyMatch(gone -> audience.holds(gone.interest().subscriber())));
    }

    private void ask(String topic) {
        TopicName name = TopicName.of(topic);
        List<Interest> right = new ArrayList<>();
        long peers = tree.match(name, found -> right.add(found.interest()));
        cache.keep(name, new Audience(right, peers));
    }

    private @Nullable Audience find(String topic) {
        return cache.find(TopicName.of(topic));
    }
}
