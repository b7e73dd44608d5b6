package org.althing.broker.routing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.althing.broker.AccessControl;
import org.althing.broker.Client;
import org.althing.broker.Ledger.Fate;
import org.althing.broker.Rights;
import org.althing.mqtt.Qos;
import org.jspecify.annotations.Nullable;

/**
 * A member of a group here whose session lives on another shard. It is lent as many messages as it has said it can take;
 * what it has said of them arrives in its order, so that whatever it was lent and has not ended when it goes comes back.
 */
final class RemoteMember implements ShareMember {
    private final AccessControl access;
    private final Peers peers;
    private final int shard;
    private final PeerMessage.Member name;
    private final boolean durable;
    private final Map<Long, Loan> lent = new LinkedHashMap<>();
    private Client client;
    private @Nullable Rights rights;
    private long visit;
    private int credit;

    /** Its place in the group; set once, at once. */
    @Nullable
    Membership place;

    RemoteMember(AccessControl access, Peers peers, int shard, PeerMessage.Member name, boolean durable) {
        this.access = access;
        this.peers = peers;
        this.shard = shard;
        this.name = name;
        this.durable = durable;
        client = Client.offline(name.clientId(), null, null);
    }

    @Override
    public Client client() {
        return client;
    }

    @Override
    public Rights rights() {
        Rights known = rights;
        if (known == null || !known.isCurrent()) {
            known = access.rights(client);
            rights = known;
        }
        return known;
    }

    @Override
    public boolean isDurable() {
        return durable;
    }

    @Override
    public int free(Qos granted) {
        return credit;
    }

    @Override
    public boolean canTake(Qos qos) {
        return credit > 0;
    }

    @Override
    public void take(Loan loan, Qos qos, boolean retain, int[] subscriptionIdentifiers) {
        credit--;
        long sequence = ((GroupMessage) loan).sequence;
        lent.put(sequence, loan);
        peers.tell(
                shard,
                new PeerMessage.GroupLend(
                        name, visit, sequence, sent(loan.message(), qos, retain, subscriptionIdentifiers)));
    }

    @Override
    public Fate takeUnacknowledged(RoutedMessage message, boolean retain, int[] subscriptionIdentifiers) {
        peers.tell(
                shard,
                new PeerMessage.GroupSend(
                        name, visit, sent(message, Qos.AT_MOST_ONCE, retain, subscriptionIdentifiers)));
        return Fate.SENT; // or the other shard's ledger says otherwise
    }

    private static PeerMessage.Sent sent(RoutedMessage message, Qos qos, boolean retain, int[] identifiers) {
        List<Integer> all = identifiers.length == 0 ? List.of() : List.of(identifiers[0]);
        return new PeerMessage.Sent(
                message.message(), message.publisher(), message.expiresAtMillis(), qos, retain, all);
    }

    void onPresent(PeerMessage.GroupPresent present) {
        client = present.client();
        rights = null;
        visit = present.visit();
        credit = present.credit();
    }

    void onDemand(int more) {
        credit += more;
    }

    void onEnded(PeerMessage.GroupEnded ended) {
        Loan loan = lent.remove(ended.sequence());
        if (loan != null && ended.fate() != null) {
            loan.end(ended.fate());
        } else if (loan != null) {
            loan.handOver();
        }
    }

    /** It is gone: what it has not ended comes back. */
    void onGone() {
        credit = 0;
        lent.values().forEach(Loan::giveBack);
        lent.clear();
    }
}
