/**
 * The programs {@code broker} (= {@code mosquitto}), {@code up} and {@code demo}: the composition root.
 *
 * <p>Here: command lines, log lines, signals, and plain constructor calls that put the parts together. Not here: anything
 * that another program could use.
 */
@NullMarked
package org.althing.server;

import org.jspecify.annotations.NullMarked;
