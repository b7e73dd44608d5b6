/**
 * A broker in the JVM of a test: {@link org.althing.junit.AlthingBroker}.
 *
 * <p>Here: starting and stopping it with tests, its clock, and what was published. Not here: the broker and the client,
 * which are the real ones; in memory only the network is another.
 */
@NullMarked
package org.althing.junit;

import org.jspecify.annotations.NullMarked;
