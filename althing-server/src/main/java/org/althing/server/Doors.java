package org.althing.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import org.althing.broker.Broker;
import org.althing.broker.BrokerConfig;
import org.althing.broker.ListenerConfig;
import org.althing.broker.storage.JournalStateStore;
import org.althing.journal.Journal;
import org.althing.net.NetEngine.Listening;
import org.althing.net.WebSite;
import org.althing.net.Worker;
import org.althing.net.nio.NioEngine;
import org.althing.vote.Poll;
import org.althing.vote.Role;
import org.althing.vote.mqtt.BrokerCarrier;
import org.althing.vote.service.VoteFolder;
import org.althing.vote.service.VoteService;
import org.althing.vote.tcp.TcpDoor;

/**
 * The open doors of {@code up}: where each listens.
 *
 * @param mqtt the broker
 * @param vote the vote by plain TCP
 * @param web pages, and MQTT over WebSocket
 * @param organiserSecret of the link that makes its first user organiser
 */
record Doors(InetSocketAddress mqtt, InetSocketAddress vote, InetSocketAddress web, String organiserSecret) {

    /** Opens everything and adds it to what the lifetime closes. */
    static Doors open(UpCommand.Line line, Lifetime lifetime, LogWriter log) throws IOException {
        NioEngine engine = lifetime.add(new NioEngine());
        VoteService vote = VoteService.open(VoteFolder.of(line.data()), engine, Worker.virtualThreads());
        try {
            vote.ensureOpened(Poll.heure());
            BrokerCarrier ballots = vote.behindBroker(false); // this broker lets anybody say any user name
            String host = line.bind().getHostAddress();
            JournalStateStore state = Stores.open(line.data().resolve("broker"), Journal.Durability.SYNC);
            Broker broker = lifetime.add(Broker.builder(config(host, line), engine)
                    .store(state)
                    .intercept(ballots)
                    .log(log)
                    .start());
            Stores.report(state, log);
            ballots.attach(broker::publish);
            WebSite site = new WebSite(
                    Map.of("/mqtt", broker.acceptor(ListenerConfig.webSockets(host, line.webPort()))), vote.webDoor());
            Listening web = engine.listenWeb(new InetSocketAddress(line.bind(), line.webPort()), broker.loop(), site);
            Listening tcp = vote.listen(new InetSocketAddress(line.bind(), line.votePort()), tcpOptions(web));
            lifetime.add(vote); // last, so that it is closed first: its ballots are answered through the others
            return new Doors(
                    (InetSocketAddress) broker.addresses().getFirst(),
                    (InetSocketAddress) tcp.address(),
                    (InetSocketAddress) web.address(),
                    vote.newLink(Role.ORGANISER));
        } catch (IOException | RuntimeException e) {
            vote.close();
            throw e;
        }
    }

    /** A browser that comes to the TCP door is told where the page is. */
    private static TcpDoor.Options tcpOptions(Listening web) {
        InetSocketAddress address = (InetSocketAddress) web.address();
        return TcpDoor.Options.defaults()
                .withWebAddress("http://" + UpCommand.host(address) + ":" + address.getPort() + "/");
    }

    private static BrokerConfig config(String host, UpCommand.Line line) {
        return BrokerConfig.builder()
                .listener(ListenerConfig.mqtt(host, line.mqttPort()))
                .connectionMessages(line.verbose())
                .build();
    }
}
