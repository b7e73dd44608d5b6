package org.althing.client;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.althing.net.tls.PemFile;

/** Accepts connections with TLS and CONNECT, and remembers what the handshake said. Chooses mqtt by ALPN. */
final class TlsServer implements AutoCloseable {
    private final SSLServerSocket listener;
    private volatile String serverName = "";
    private volatile String protocol = "";

    TlsServer(Path certificate, Path key) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        List<Certificate> chain = PemFile.certificates(certificate);
        store.setKeyEntry("it", PemFile.privateKey(key, null), new char[0], chain.toArray(new Certificate[0]));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        listener = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 10, InetAddress.getLoopbackAddress());
        SSLParameters parameters = listener.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"mqtt"});
        listener.setSSLParameters(parameters);
        Thread.ofPlatform().daemon().name("TLS server").start(this::serve);
    }

    private void serve() {
        while (!listener.isClosed()) {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
                socket.startHandshake();
                serverName = "";
                List<SNIServerName> names = ((ExtendedSSLSession) socket.getSession()).getRequestedServerNames();
                for (SNIServerName name : names) {
                    serverName = name instanceof SNIHostName host ? host.getAsciiName() : "";
                }
                protocol = socket.getApplicationProtocol();
                ScriptedServer.Peer peer = new ScriptedServer.Peer(socket);
                peer.accept();
                peer.untilEnd();
            } catch (Exception ended) {
                // a client that does not trust this server, or the end of the test
            }
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    String lastServerName() {
        return serverName;
    }

    String lastProtocol() {
        return protocol;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
