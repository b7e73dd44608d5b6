package org.althing.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.althing.broker.Broker;
import org.althing.broker.BrokerConfig;
import org.althing.broker.ListenerConfig;
import org.althing.broker.storage.JournalStateStore;
import org.althing.journal.Journal;
import org.althing.net.Acceptor;
import org.althing.net.NetEngine.Listening;
import org.althing.net.WebSite;
import org.althing.net.Worker;
import org.althing.net.nio.NioEngine;
import org.althing.net.tls.TlsPort;
import org.althing.net.web.WebPort;
import org.althing.vote.Poll;
import org.althing.vote.Role;
import org.althing.vote.mqtt.BrokerCarrier;
import org.althing.vote.service.VoteFolder;
import org.althing.vote.service.VoteService;
import org.althing.vote.tcp.TcpDoor;
import org.althing.vote.tcp.Tls;
import org.jspecify.annotations.Nullable;

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
        Tls tls = line.tls() == null ? null : tls(line.tls());
        Users users = Users.read(line.users(), log);
        VoteService vote = VoteService.open(VoteFolder.of(line.data()), engine, Worker.virtualThreads());
        try {
            vote.ensureOpened(Poll.heure());
            BrokerCarrier ballots = vote.behindBroker(users.areProven());
            String host = line.bind().getHostAddress();
            JournalStateStore state = Stores.open(line.data().resolve("broker"), Journal.Durability.SYNC);
            Broker broker = lifetime.add(users.install(Broker.builder(config(line), engine), ballots)
                    .store(state)
                    .intercept(ballots)
                    .log(log)
                    .start());
            users.followSignals(broker, lifetime);
            Stores.report(state, log);
            ballots.attach(broker::publish);
            Acceptor plainMqtt = broker.acceptor(ListenerConfig.mqtt(host, line.mqttPort()));
            Listening mqtt = engine.listen(
                    new InetSocketAddress(line.bind(), line.mqttPort()),
                    broker.loop(),
                    tls == null ? plainMqtt : TlsPort.orPlain(tls::newEngine, tls.worker(), plainMqtt));
            lifetime.add(mqtt);
            AtomicReference<@Nullable String> address = new AtomicReference<>(); // known when the port is
            WebSite site = new WebSite(
                    Map.of("/mqtt", broker.acceptor(ListenerConfig.webSockets(host, line.webPort()))),
                    vote.webDoor(address::get, tls != null));
            Listening web = engine.listen(
                    new InetSocketAddress(line.bind(), line.webPort()), broker.loop(), webPort(tls, site));
            address.set(LocalNetwork.page(line, web));
            Listening tcp = vote.listen(
                    new InetSocketAddress(line.bind(), line.votePort()),
                    TcpDoor.Options.defaults().withTls(tls).withWebAddress(page(line, web)));
            if (line.sqlite() != null) {
                vote.mirror(line.sqlite());
            }
            lifetime.add(vote); // last, so that it is closed first: its ballots are answered through the others
            return new Doors(
                    (InetSocketAddress) mqtt.address(),
                    (InetSocketAddress) tcp.address(),
                    (InetSocketAddress) web.address(),
                    vote.newLink(Role.ORGANISER));
        } catch (IOException | RuntimeException e) {
            vote.close();
            throw e;
        }
    }

    private static Tls tls(UpCommand.TlsFiles files) throws IOException {
        return Tls.ofFiles(files.certificate(), files.key(), files.clientAuthorities(), Worker.virtualThreads());
    }

    /** With TLS the page is not served in clear too: a session's cookie must not leave that way. */
    private static Acceptor webPort(@Nullable Tls tls, WebSite site) {
        Acceptor plain = WebPort.of(site);
        return tls == null ? plain : new TlsPort(tls::newEngineWithoutCertificates, tls.worker(), plain);
    }

    /** A browser that comes to the TCP door is told where the page is. */
    private static String page(UpCommand.Line line, Listening web) {
        InetSocketAddress address = (InetSocketAddress) web.address();
        return line.scheme() + UpCommand.host(address) + ":" + address.getPort() + "/";
    }

    private static BrokerConfig config(UpCommand.Line line) {
        return BrokerConfig.builder().connectionMessages(line.verbose()).build();
    }
}
