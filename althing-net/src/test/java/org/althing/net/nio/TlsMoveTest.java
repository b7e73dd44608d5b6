package org.althing.net.nio;

import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.althing.net.tls.Keys;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** And with TLS. */
class TlsMoveTest extends MoveContract {
    @TempDir
    static Path folder;

    private static @Nullable SSLContext keys;

    @BeforeAll
    static void makeKeys() throws Exception {
        keys = Keys.make(folder, "server");
    }

    @Override
    Rig newRig() {
        if (keys == null) {
            throw new IllegalStateException("no keys");
        }
        return new TlsRig(keys);
    }
}
