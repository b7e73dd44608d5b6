package org.althing.broker.access;

import org.althing.access.AclFile;
import org.althing.access.PasswordFile;
import org.althing.broker.access.AccessSettings.Setting;
import org.jspecify.annotations.Nullable;

/** One of the things that are asked about a client, in their order. */
sealed interface Layer {
    /** A password file: who has a user name and stands in none is not let in by any further one. */
    record Passwords(PasswordFile file, Setting<?> source) implements Layer {}

    /**
     * An ACL file; the first one decides.
     *
     * @param denySpecialChars where the configuration asks for it: clients with {@code +}, {@code #} or {@code /} in a name
     *     may do nothing
     */
    record Acl(AclFile file, Setting<?> source, @Nullable Setting<Boolean> denySpecialChars) implements Layer {}
}
